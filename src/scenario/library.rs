//! The catalogue: scenarios and mixes that are built in, and a folder's that stand in for them.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::compile::{self, Options};
use super::diagnostic::{Diagnostic, Level};
use super::file::{self, Source};
use super::plan::Plan;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Scenarios and mixes by name.
#[derive(Clone, Debug)]
pub struct Library {
    scenarios: BTreeMap<String, Source>,
    mixes: BTreeMap<String, Source>,
}

impl Library {
    /// What is built in.
    pub fn built_in() -> Self {
        let mixes = BUILT_IN.get_dir("mixes");
        Self { scenarios: sources(&BUILT_IN), mixes: mixes.map(sources).unwrap_or_default() }
    }

    /// Puts a scenario in, in place of one of the same name.
    pub fn add_scenario(&mut self, source: Source) {
        if let Some(stem) = &source.stem {
            self.scenarios.insert(stem.clone(), source);
        }
    }

    /// Puts a mix in, in place of one of the same name.
    pub fn add_mix(&mut self, source: Source) {
        if let Some(stem) = &source.stem {
            self.mixes.insert(stem.clone(), source);
        }
    }

    /// A scenario's text.
    pub fn scenario(&self, name: &str) -> Option<&Source> {
        self.scenarios.get(name)
    }

    /// A mix's text.
    pub fn mix(&self, name: &str) -> Option<&Source> {
        self.mixes.get(name)
    }

    /// The scenarios' names, in order.
    pub fn scenario_names(&self) -> impl Iterator<Item = &str> {
        self.scenarios.keys().map(String::as_str)
    }

    /// The mixes' names, in order.
    pub fn mix_names(&self) -> impl Iterator<Item = &str> {
        self.mixes.keys().map(String::as_str)
    }

    /// The name of a scenario that looks most like `name`.
    pub fn nearest_scenario(&self, name: &str) -> Option<&str> {
        nearest(name, self.scenario_names())
    }

    /// The name of a mix that looks most like `name`.
    pub fn nearest_mix(&self, name: &str) -> Option<&str> {
        nearest(name, self.mix_names())
    }
}

/// Reads and compiles a scenario.
///
/// # Errors
/// Every problem of the file at once, warnings among them.
pub fn load(source: &Source, options: &Options) -> compile::Compiled {
    let (file, mut found) = file::read(source);
    let Some(file) = file else { return Err(found) };
    match compile::compile(&file, options) {
        Ok((plan, more)) => {
            // What is only warned of may come of what could not be read.
            if found.iter().any(|diagnostic| diagnostic.level == Level::Error) {
                return Err(found);
            }
            found.extend(more);
            Ok((plan, found))
        }
        Err(mut more) => {
            let broken = found.iter().any(|diagnostic| diagnostic.level == Level::Error);
            more.retain(|diagnostic| !broken || diagnostic.level == Level::Error);
            found.extend(more);
            Err(found)
        }
    }
}

/// Reads and compiles a scenario of which the warnings do not matter here.
///
/// # Errors
/// Every problem of the file at once, warnings among them.
pub fn load_plan(source: &Source, options: &Options) -> Result<Plan, Vec<Diagnostic>> {
    load(source, options).map(|(plan, _)| plan)
}

fn sources(dir: &Dir<'static>) -> BTreeMap<String, Source> {
    dir.files()
        .filter_map(|file| {
            let stem = file.path().file_stem()?.to_str()?.to_owned();
            let name = format!("(built in) {}", file.path().display());
            Some((stem.clone(), Source::new(name, file.contents_utf8()?, Some(stem))))
        })
        .collect()
}

fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
