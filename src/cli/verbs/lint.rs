//! `scenarios lint FILE...`

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::args::DialectArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::catalogue::{self, Catalogue};
use crate::cli::job::dialect;
use crate::cli::printer::{self, Out};
use crate::scenario::compile::Options;
use crate::scenario::diagnostic::{Diagnostic, Level, render};
use crate::scenario::file::mix::{self, MixEntry};
use crate::scenario::file::{Source, types::Span};
use crate::scenario::library;

pub(super) fn run(catalogue: &Catalogue, files: &[PathBuf], args: &DialectArgs) -> Result<Exit, CliError> {
    let chosen = dialect::choose(args)?;
    let options = Options { dialect: chosen.base, set: chosen.set, ..Options::default() };
    // What was named by itself is not told again where a mix names it.
    let known = files.iter().map(|path| same(path)).collect();
    let mut lint = Lint { catalogue, options, known, out: Out::open(), broken: false };
    for path in files {
        match catalogue::read(path) {
            Ok(source) => lint.file(path, &source),
            Err(error) => {
                printer::error(&error);
                lint.broken = true;
            }
        }
    }
    Ok(if lint.broken { Exit::Usage } else { Exit::Ok })
}

struct Lint<'a> {
    catalogue: &'a Catalogue,
    options: Options,
    /// What was looked at, or will be: paths, and names of the catalogue.
    known: HashSet<PathBuf>,
    out: Out,
    broken: bool,
}

impl Lint<'_> {
    fn file(&mut self, path: &Path, source: &Source) {
        let good = if catalogue::is_mix(source) {
            self.mix(path, source)
        } else {
            let found = self.compile(source);
            self.tell(source, &found)
        };
        if good {
            self.out.line(&format!("{}: good", path.display()));
        }
    }

    /// Looks at a mix, then at each scenario that it names. True where there is nothing to say.
    fn mix(&mut self, path: &Path, source: &Source) -> bool {
        let (file, mut found) = mix::read(source);
        let mut named = Vec::new();
        for entry in file.iter().flat_map(|file| &file.scenarios) {
            match self.named(path, entry) {
                Ok(Some(scenario)) => named.push((place(source, &entry.scenario.span), scenario)),
                Ok(None) => {}
                Err(diagnostic) => found.push(diagnostic),
            }
        }
        let mut good = self.tell(source, &found);
        for (place, scenario) in named {
            let found = self.compile(&scenario);
            if !found.is_empty() {
                self.out.line(&format!("{}:{place}: this scenario of the mix:", source.name));
            }
            good &= self.tell(&scenario, &found);
        }
        good
    }

    /// The scenario that an entry names, unless it was looked at before.
    fn named(&mut self, mix: &Path, entry: &MixEntry) -> Result<Option<Source>, Diagnostic> {
        let (name, span) = (&entry.scenario.value, entry.scenario.span.clone());
        if catalogue::is_path(name) {
            let path = mix.parent().unwrap_or(Path::new("")).join(name);
            if !path.is_file() {
                return Err(Diagnostic::error(
                    format!("there is no file {name}"),
                    span,
                    "relative to the mix",
                ));
            }
            if !self.known.insert(same(&path)) {
                return Ok(None);
            }
            return catalogue::read(&path)
                .map(Some)
                .map_err(|error| Diagnostic::error(error.message, span, "this cannot be read"));
        }
        let library = &self.catalogue.library;
        let Some(source) = library.scenario(name) else {
            let label = library.nearest_scenario(name);
            let label = label.map_or_else(String::new, |near| format!("did you mean '{near}'?"));
            return Err(Diagnostic::error(format!("there is no scenario '{name}'"), span, label));
        };
        Ok(self.known.insert(PathBuf::from(name)).then(|| source.clone()))
    }

    fn compile(&self, source: &Source) -> Vec<Diagnostic> {
        match library::load(source, &self.options) {
            Ok((_, found)) | Err(found) => found,
        }
    }

    /// True where there is nothing to say.
    fn tell(&mut self, source: &Source, found: &[Diagnostic]) -> bool {
        self.broken |= found.iter().any(|diagnostic| diagnostic.level == Level::Error);
        self.out.text(&render(source, found, printer::colors_on_stderr()));
        found.is_empty()
    }
}

/// A path by which a file is known again.
fn same(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Line and column of a place.
fn place(source: &Source, span: &Span) -> String {
    let before = source.text.get(..span.start).unwrap_or_default();
    let (line, column) =
        (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
    format!("{line}:{column}")
}
