//! Scenarios and mixes by name or path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::error::CliError;
use crate::cli::files;
use crate::scenario::compile::Options;
use crate::scenario::diagnostic::{Diagnostic, Level, render};
use crate::scenario::file::Source;
use crate::scenario::file::mix;
use crate::scenario::file::types::MAX_FILE_BYTES;
use crate::scenario::library::{self, Library};
use crate::scenario::mix::Mix;
use crate::scenario::plan::Plan;

/// The catalogue, and the folder that comes before it.
pub(in crate::cli) struct Catalogue {
    pub library: Library,
}

impl Catalogue {
    /// The built-in catalogue, with a folder's scenarios and mixes in their place.
    pub fn open(folder: Option<&Path>) -> Result<Self, CliError> {
        let mut library = Library::built_in();
        if let Some(folder) = folder {
            for path in yaml_files(folder, true)? {
                let source = read(&path)?;
                // A mix has scenarios, a scenario has steps: a mix may stand beside the scenarios too.
                if is_mix(&source) { library.add_mix(source) } else { library.add_scenario(source) }
            }
            for path in yaml_files(&folder.join("mixes"), false)? {
                library.add_mix(read(&path)?);
            }
        }
        Ok(Self { library })
    }

    /// The text of a scenario: a name of the catalogue, or a path.
    pub fn scenario(&self, name: &str) -> Result<Source, CliError> {
        if is_path(name) {
            return read(Path::new(name));
        }
        self.library.scenario(name).cloned().ok_or_else(|| {
            let error = CliError::usage(format!("there is no scenario '{name}'"));
            let error = match self.library.nearest_scenario(name) {
                Some(near) => error.help(format!("did you mean '{near}'?")),
                None => error,
            };
            error.help("wms-sim scenarios list shows them all; a file of your own ends in .yaml")
        })
    }

    /// A scenario, compiled. Warnings are not told: `scenarios lint` does that.
    pub fn plan(&self, name: &str, options: &Options) -> Result<Arc<Plan>, CliError> {
        let source = self.scenario(name)?;
        compile(&source, options).map(Arc::new)
    }

    /// The text of a mix: a name of the catalogue, or a path.
    pub fn mix_source(&self, name: &str) -> Result<(Source, PathBuf), CliError> {
        if is_path(name) {
            let path = Path::new(name);
            return Ok((read(path)?, path.parent().map(Path::to_owned).unwrap_or_default()));
        }
        let source = self.library.mix(name).cloned().ok_or_else(|| {
            let error = CliError::usage(format!("there is no mix '{name}'"));
            let names: Vec<&str> = self.library.mix_names().collect();
            let error = match self.library.nearest_mix(name) {
                Some(near) => error.help(format!("did you mean '{near}'?")),
                None => error,
            };
            error.help(format!("there are: {}; a file of your own ends in .yaml", names.join(", ")))
        })?;
        Ok((source, PathBuf::new()))
    }

    /// A mix, with its scenarios compiled. Paths in a mix's file are relative to it.
    pub fn mix(&self, name: &str, options: &Options) -> Result<Mix, CliError> {
        let (source, folder) = self.mix_source(name)?;
        let (file, found) = mix::read(&source);
        let Some(file) = file.filter(|_| !has_errors(&found)) else { return Err(broken(&source, &found)) };
        let mut plans = Vec::new();
        for entry in &file.scenarios {
            let name = &entry.scenario.value;
            let path = folder.join(name);
            let named = if is_path(name) { path.to_string_lossy().into_owned() } else { name.clone() };
            let plan = self.plan(&named, options).map_err(|error| {
                if error.drawing.is_some() {
                    error
                } else {
                    error.help(format!("named in the mix {}", source.name))
                }
            })?;
            plans.push((plan, entry.weight.value));
        }
        Mix::new(plans)
            .ok_or_else(|| CliError::usage(format!("no scenario of the mix {} has a weight", source.name)))
    }
}

/// Compiles a scenario, or shows all that is wrong with it.
pub(in crate::cli) fn compile(source: &Source, options: &Options) -> Result<Plan, CliError> {
    library::load_plan(source, options).map_err(|found| broken(source, &found))
}

fn broken(source: &Source, found: &[Diagnostic]) -> CliError {
    CliError::usage(format!("{} cannot be played", source.name)).drawing(render(
        source,
        found,
        super::super::printer::colors_on_stderr(),
    ))
}

fn has_errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|diagnostic| diagnostic.level == Level::Error)
}

/// A mix has scenarios, a scenario has steps.
pub(in crate::cli) fn is_mix(source: &Source) -> bool {
    source.text.lines().any(|line| line.starts_with("scenarios:"))
}

/// Names of the catalogue have no dot and no slash.
pub(in crate::cli) fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}

/// Reads a scenario or mix file.
pub(in crate::cli) fn read(path: &Path) -> Result<Source, CliError> {
    let bytes = files::read(path, "the file", MAX_FILE_BYTES as u64)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let (source, found) = Source::from_bytes(path.display().to_string(), &bytes, stem);
    if found.is_empty() { Ok(source) } else { Err(broken(&source, &found)) }
}

fn yaml_files(folder: &Path, required: bool) -> Result<Vec<PathBuf>, CliError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(_) if !required => return Ok(Vec::new()),
        Err(error) => {
            return Err(CliError::usage(format!("cannot read the folder {}: {error}", folder.display()))
                .about("scenarios"));
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .collect();
    paths.sort();
    Ok(paths)
}
