//! `scenarios list|show|lint|schema|new`

use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use crate::cli::args::{DialectArgs, ScenariosArgs, ScenariosVerb};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::catalogue::{self, Catalogue};
use crate::cli::job::dialect;
use crate::cli::printer::{self, Out, note};
use crate::report::diagram::{self, Row};
use crate::report::style::{FAINT, paint};
use crate::scenario::compile::Options;
use crate::scenario::diagnostic::{Level, render};
use crate::scenario::file::{mix, schema, template};
use crate::scenario::inspect;
use crate::scenario::library::{self, Library};
use crate::seed::Seed;

pub(in crate::cli) fn run(args: &ScenariosArgs) -> Result<Exit, CliError> {
    match &args.verb {
        ScenariosVerb::List { json } => list(&Catalogue::open(args.scenarios.as_deref())?, *json),
        ScenariosVerb::Show { name, diagram, seed, dialect } => {
            show(&Catalogue::open(args.scenarios.as_deref())?, name, diagram.then_some(Seed(*seed)), dialect)
        }
        ScenariosVerb::Lint { files, dialect } => {
            let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
            lint(&Catalogue::open(args.scenarios.as_deref())?, &files, dialect)
        }
        ScenariosVerb::Schema { mix } => {
            let schema = if *mix { schema::mix() } else { schema::scenario() };
            Out::open().line(&serde_json::to_string_pretty(&schema).unwrap_or_default());
            Ok(Exit::Ok)
        }
        ScenariosVerb::New { file } => new(file),
    }
}

fn list(catalogue: &Catalogue, json: bool) -> Result<Exit, CliError> {
    let library = &catalogue.library;
    let mut out = Out::open();
    let mut rows = Vec::new();
    let mut broken = false;
    for name in library.scenario_names() {
        match catalogue.plan(name, &Options::default()) {
            Ok(plan) => rows.push(plan),
            // One file of one's own that is broken does not hide the others.
            Err(error) => {
                printer::error(&error);
                broken = true;
            }
        }
    }
    let exit = if broken { Exit::Usage } else { Exit::Ok };
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|plan| {
                json!({
                    "name": plan.name,
                    "title": plan.title,
                    "outcome": plan.outcome,
                    "events_min": plan.events_min,
                    "events_max": plan.events_max,
                })
            })
            .collect();
        out.line(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(exit);
    }
    let width = rows.iter().map(|plan| plan.name.len()).max().unwrap_or(0).max("scenario".len());
    out.line(&paint(FAINT, format!("{:<width$}  {:<9}  events  title", "scenario", "outcome")));
    for plan in rows {
        let events = if plan.events_min == plan.events_max {
            plan.events_max.to_string()
        } else {
            format!("{}-{}", plan.events_min, plan.events_max)
        };
        out.line(&format!(
            "{:<width$}  {:<9}  {events:<6}  {}",
            plan.name,
            plan.outcome.as_str(),
            plan.title
        ));
    }
    out.line(&paint(FAINT, format!("\n{:<width$}  title", "mix")));
    for name in library.mix_names() {
        let (source, _) = catalogue.mix_source(name)?;
        let title = mix::read(&source).0.map(|mix| mix.title.value).unwrap_or_default();
        out.line(&format!("{name:<width$}  {title}"));
    }
    Ok(exit)
}

fn show(
    catalogue: &Catalogue,
    name: &str,
    diagram: Option<Seed>,
    args: &DialectArgs,
) -> Result<Exit, CliError> {
    let chosen = dialect::choose(args)?;
    let options = Options { dialect: chosen.base, set: chosen.set, ..Options::default() };
    let mut out = Out::open();
    if let Some(name) = Some(name)
        .filter(|name| catalogue.library.mix(name).is_some() && catalogue.library.scenario(name).is_none())
    {
        let (source, _) = catalogue.mix_source(name)?;
        out.text(&source.text);
        return Ok(Exit::Ok);
    }
    let source = catalogue.scenario(name)?;
    let plan = catalogue::compile(&source, &options)?;
    if let Some(seed) = diagram {
        let rows: Vec<Row> =
            inspect::beats(&plan, seed.session(1)).into_iter().map(|(due, code)| Row { due, code }).collect();
        out.text(&diagram::draw(&rows, &format!("{} · {} · seed {seed}", plan.name, plan.title)));
        let back = inspect::callback(&plan, seed.session(1), "RESULTS");
        out.line(&back.map_or_else(
            || "\nThe browser does not come back to the callback URL.".to_owned(),
            |query| format!("\nThe browser comes back to the callback URL with ?{query}"),
        ));
        return Ok(Exit::Ok);
    }
    out.text(&source.text);
    out.line(&paint(FAINT, "\n# With its fragments in place: every event and its gap"));
    for row in inspect::gaps(&plan) {
        out.line(&format!("#   {:<29}  {}", row.code, row.gap));
    }
    let events = if plan.events_min == plan.events_max {
        plan.events_max.to_string()
    } else {
        format!("{} to {}", plan.events_min, plan.events_max)
    };
    out.line(&format!(
        "# {events} events, at most {:.0} s. Draw it: wms-sim scenarios show {name} --diagram",
        crate::clock::Moment(plan.longest).as_millis_f64() / 1e3
    ));
    Ok(Exit::Ok)
}

fn lint(catalogue: &Catalogue, files: &[&Path], args: &DialectArgs) -> Result<Exit, CliError> {
    let chosen = dialect::choose(args)?;
    let options = Options { dialect: chosen.base, set: chosen.set, ..Options::default() };
    let mut out = Out::open();
    let mut broken = 0;
    for path in files {
        let source = match catalogue::read(path) {
            Ok(source) => source,
            Err(error) => {
                printer::error(&error);
                broken += 1;
                continue;
            }
        };
        let found = if catalogue::is_mix(&source) {
            let (file, mut found) = mix::read(&source);
            found.extend(file.iter().flat_map(|file| unknown_scenarios(file, path, &catalogue.library)));
            found
        } else {
            match library::load(&source, &options) {
                Ok((_, found)) | Err(found) => found,
            }
        };
        let wrong = found.iter().any(|diagnostic| diagnostic.level == Level::Error);
        broken += usize::from(wrong);
        if found.is_empty() {
            out.line(&format!("{}: good", path.display()));
        } else {
            out.text(&render(&source, &found, printer::colors_on_stderr()));
        }
    }
    Ok(if broken > 0 { Exit::Usage } else { Exit::Ok })
}

fn unknown_scenarios(
    file: &mix::MixFile,
    path: &Path,
    library: &Library,
) -> Vec<crate::scenario::diagnostic::Diagnostic> {
    use crate::scenario::diagnostic::Diagnostic;
    let folder = path.parent().unwrap_or(Path::new(""));
    file.scenarios
        .iter()
        .filter_map(|entry| {
            let name = &entry.scenario.value;
            let span = entry.scenario.span.clone();
            if catalogue::is_path(name) {
                let missing = !folder.join(name).is_file();
                return missing.then(|| {
                    Diagnostic::error(format!("there is no file {name}"), span, "relative to the mix")
                });
            }
            if library.scenario(name).is_some() {
                return None;
            }
            let label = library
                .nearest_scenario(name)
                .map_or_else(String::new, |near| format!("did you mean '{near}'?"));
            Some(Diagnostic::error(format!("there is no scenario '{name}'"), span, label))
        })
        .collect()
}

fn new(path: &Path) -> Result<Exit, CliError> {
    let shown = path.display();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let kebab = !stem.is_empty()
        && stem.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    if !kebab {
        return Err(CliError::usage(format!("the file's name '{stem}' cannot be a scenario's"))
            .help("lower-case letters, digits and hyphens, such as my-case.yaml"));
    }
    if !path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        return Err(
            CliError::usage(format!("{shown} does not end in .yaml")).help(format!("such as {stem}.yaml"))
        );
    }
    let text = template::text(&stem, &schema_beside(path)?);
    let mut file = std::fs::File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => CliError::usage(format!("{shown} is there already"))
            .help("nothing was changed; choose another name"),
        _ => CliError::usage(format!("cannot write {shown}: {error}")),
    })?;
    file.write_all(text.as_bytes())
        .map_err(|error| CliError::could_not(format!("cannot write {shown}: {error}")))?;
    note(&format!(
        "wrote {shown}, and a schema for editors beside it; check it: wms-sim scenarios lint {shown}; play it: wms-sim send {shown}"
    ));
    Ok(Exit::Ok)
}

/// Editors look for the schema beside the scenario: it is written there where it is not yet.
fn schema_beside(path: &Path) -> Result<String, CliError> {
    const NAME: &str = "wms-sim.scenario.schema.json";
    let schema = path.with_file_name(NAME);
    if !schema.exists() {
        let text = serde_json::to_string_pretty(&schema::scenario()).unwrap_or_default();
        std::fs::write(&schema, text + "\n")
            .map_err(|error| CliError::usage(format!("cannot write {}: {error}", schema.display())))?;
    }
    Ok(format!("./{NAME}"))
}
