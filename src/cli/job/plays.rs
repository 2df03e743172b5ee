//! What is played, and as which sessions.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::catalogue::Catalogue;
use super::dialect::Chosen;
use super::overrides;
use crate::cli::args::SendArgs;
use crate::cli::error::CliError;
use crate::cli::files;
use crate::protocol::code::Code;
use crate::scenario::compile::{self, Options};
use crate::scenario::mix::Mix;

const IDS_LIMIT: u64 = 64 << 20;
const LONGEST_ID: usize = 4096;

/// What is played.
pub(in crate::cli) struct Plays {
    pub mix: Mix,
    /// In words.
    pub words: String,
    /// Which of them are played.
    pub numbers: RangeInclusive<u64>,
    pub ids: Vec<Arc<str>>,
}

pub(in crate::cli) fn choose(args: &SendArgs, dialect: &Chosen) -> Result<Plays, CliError> {
    let options = Options {
        dialect: dialect.base.clone(),
        set: dialect.set.clone(),
        overrides: args.overrides.iter().map(|text| overrides::read(text)).collect::<Result<_, _>>()?,
        browser: false,
    };
    let (mix, words) = mix(args, &options, dialect)?;
    let count = args.sessions.unwrap_or(mix.plans().len() as u64);
    let numbers = match args.only_session {
        None => 1..=count,
        Some(number) if number <= count => number..=number,
        Some(number) => {
            let message = format!("--only-session {number}: the run has {count} sessions");
            return Err(CliError::usage(message).help("--sessions N says how many there are"));
        }
    };
    if args.session_id.is_some() && numbers.end() > numbers.start() {
        return Err(CliError::usage(format!("--session-id names one session, and there are {count}"))
            .help("--session-ids FILE gives each its own; --only-session K plays one of them"));
    }
    let ids = ids(args).map_err(|error| error.about("session-ids"))?;
    Ok(Plays { mix, words, numbers, ids })
}

fn mix(args: &SendArgs, options: &Options, dialect: &Chosen) -> Result<(Mix, String), CliError> {
    let nothing = || CliError::could_not("there is nothing to play");
    if let Some(code) = &args.event {
        let code: Code = code.parse().map_err(|error| {
            CliError::usage(format!("--event: {error}")).help("wms-sim events lists them")
        })?;
        let dialect = dialect.whole();
        if !dialect.knows(code) {
            return Err(CliError::usage(format!("the older page has no {code}"))
                .help("the dialect current has it")
                .about("event"));
        }
        let payload = args
            .payload
            .as_deref()
            .map(serde_json::from_str::<&RawValue>)
            .transpose()
            .map_err(|error| CliError::usage(format!("--payload is not JSON: {error}")))?;
        let plan = compile::single(code, args.sequence.unwrap_or(0), payload, &dialect, &options.overrides);
        let mix = Mix::new(vec![(Arc::new(plan), 1.0)]).ok_or_else(nothing)?;
        return Ok((mix, format!("one {code}")));
    }
    for (flag, given) in [("--sequence", args.sequence.is_some()), ("--payload", args.payload.is_some())] {
        if given {
            return Err(CliError::usage(format!("{flag} is for a single event, and none is named"))
                .help("--event CODE sends one; --override changes a payload value of a scenario"));
        }
    }
    let catalogue = Catalogue::open(args.scenarios.as_deref())?;
    if let Some(name) = &args.mix {
        let mix = catalogue.mix(name, options).map_err(|error| error.about("mix"))?;
        return Ok((mix, format!("mix {name}")));
    }
    let names = if args.scenario.is_empty() { &["happy-path".to_owned()][..] } else { &args.scenario };
    let plans = names
        .iter()
        .map(|name| Ok((catalogue.plan(name, options)?, 1.0)))
        .collect::<Result<_, CliError>>()?;
    let words = if names.len() > 4 { format!("{} scenarios", names.len()) } else { names.join(", ") };
    Ok((Mix::new(plans).ok_or_else(nothing)?, words))
}

fn ids(args: &SendArgs) -> Result<Vec<Arc<str>>, CliError> {
    if let Some(id) = &args.session_id {
        return Ok(vec![id.as_str().into()]);
    }
    let Some(path) = &args.session_ids else { return Ok(Vec::new()) };
    let text = files::read_text(path, "the file of session IDs", IDS_LIMIT)?;
    let ids: Vec<Arc<str>> = text.lines().filter(|line| !line.is_empty()).map(Arc::from).collect();
    if ids.is_empty() {
        return Err(CliError::usage(format!("the file of session IDs {} is empty", path.display())));
    }
    if let Some(line) = text.lines().position(|line| line.len() > LONGEST_ID) {
        let message =
            format!("{}, line {}: a session ID is longer than {LONGEST_ID} bytes", path.display(), line + 1);
        return Err(CliError::usage(message));
    }
    Ok(ids)
}
