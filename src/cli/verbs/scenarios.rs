//! `scenarios list|show|lint|schema|new`

use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use super::lint;
use crate::cli::args::{DialectArgs, ScenariosArgs, ScenariosVerb};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::catalogue::{self, Catalogue};
use crate::cli::job::dialect;
use crate::cli::printer::{self, Out, note};
use crate::report::diagram::{self, Row};
use crate::report::style::{FAINT, paint};
use crate::scenario::compile::Options;
use crate::scenario::file::{mix, schema, template};
use crate::scenario::inspect;
use crate::seed::Seed;

pub(in crate::cli) fn run(args: &ScenariosArgs) -> Result<Exit, CliError> {
    match &args.verb {
        ScenariosVerb::List { json } => list(&Catalogue::open(args.scenarios.as_deref())?, *json),
        ScenariosVerb::Show { name, diagram, seed, dialect } => {
            show(&Catalogue::open(args.scenarios.as_deref())?, name, diagram.then_some(Seed(*seed)), dialect)
        }
        ScenariosVerb::Lint { files, dialect } => {
            lint::run(&Catalogue::open(args.scenarios.as_deref())?, files, dialect)
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
