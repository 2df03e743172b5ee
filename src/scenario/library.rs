//! The catalogue: scenarios and mixes that are built in, and a folder's that stand in for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::compile::{self, Options};
use super::diagnostic::{Diagnostic, Level, render};
use super::file::{self, Source};
use super::mix::Mix;
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

    /// A scenario of the catalogue, compiled.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be played.
    pub fn plan(&self, name: &str, options: &Options) -> Result<Arc<Plan>, NotPlayable> {
        let source = self.scenario(name).ok_or_else(|| NotPlayable::Unknown {
            kind: "scenario",
            name: name.to_owned(),
            nearest: self.nearest_scenario(name).map(str::to_owned),
        })?;
        plan(source, options)
    }

    /// A mix of the catalogue, with its scenarios compiled: those of the catalogue, for a mix in it names no files.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be played.
    pub fn mixed(&self, name: &str, options: &Options) -> Result<Mix, NotPlayable> {
        let source = self.mix(name).ok_or_else(|| NotPlayable::Unknown {
            kind: "mix",
            name: name.to_owned(),
            nearest: self.nearest_mix(name).map(str::to_owned),
        })?;
        let (file, found) = file::mix::read(source);
        let file = file.ok_or_else(|| NotPlayable::broken(source, &found))?;
        let plans = file
            .scenarios
            .iter()
            .map(|entry| Ok((self.plan(&entry.scenario.value, options)?, entry.weight.value)))
            .collect::<Result<_, _>>()?;
        Mix::new(plans).ok_or(NotPlayable::NoWeight)
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

/// Why something of the catalogue cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPlayable {
    /// There is nothing of that name.
    Unknown {
        /// `scenario` or `mix`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// Everything that is wrong with it, drawn into its text.
    Broken(String),
    /// A mix of which nothing is ever drawn.
    NoWeight,
}

impl NotPlayable {
    fn broken(source: &Source, found: &[Diagnostic]) -> Self {
        Self::Broken(render(source, found, false))
    }
}

/// A scenario, compiled; what is wrong with it is drawn into its text.
///
/// # Errors
/// It cannot be played.
pub fn plan(source: &Source, options: &Options) -> Result<Arc<Plan>, NotPlayable> {
    load_plan(source, options).map(Arc::new).map_err(|found| NotPlayable::broken(source, &found))
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
