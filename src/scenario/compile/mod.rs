//! From a scenario file to a plan, or to everything that is wrong with it.
//!
//! The steps, a file each: `expand` puts fragments in their places, `payload` builds the fields, `since` checks that
//! anchors can be relied on, `bounds` measures how long and how many, `lower` makes the flat ops, `legality` walks every
//! way through the plan with the grammar.

mod bounds;
mod builtin;
mod expand;
mod legality;
mod lower;
mod payload;
mod since;
mod single;
mod tree;

pub use builtin::{BUILTIN_FRAGMENTS, describe as describe_builtin};
pub use single::single;

use std::sync::Arc;

use serde_json::value::RawValue;

use super::diagnostic::{Diagnostic, Level};
use super::file::types::{LONGEST, MAX_EVENTS, ScenarioFile, Span, Spanned};
use super::plan::Plan;
use super::timeline::MAX_INTERLUDES;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use tree::Tree;

/// What a plan is compiled for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The dialect before the scenario's own keys.
    pub dialect: Dialect,
    /// Dialect keys that win over the scenario's own.
    pub set: Vec<(String, String)>,
    /// Payload values that replace whatever the scenario says.
    pub overrides: Vec<Override>,
    /// Sessions have a page that can be closed, whatever the scenario says.
    pub browser: bool,
}

/// `--override EVENT.payload.key=value`
#[derive(Clone, Debug)]
pub struct Override {
    /// The event whose payload is changed.
    pub code: Code,
    /// The key.
    pub key: String,
    /// The value, as it was written.
    pub value: Box<RawValue>,
}

/// Groups of dialect keys that all sessions of a run share.
const OF_THE_RUN: &[&str] = &["http.", "mac.", "delivery.", "relay.", "callback."];

/// A plan and what its author should know, or all that is wrong.
pub type Compiled = Result<(Plan, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Compiles a scenario. One that was not read whole is checked as far as it is known.
///
/// # Errors
/// Every problem at once, warnings among them.
pub fn compile(file: &ScenarioFile, options: &Options) -> Compiled {
    let mut diagnostics = Vec::new();
    let (mut scenario, dialect) = resolve(file, options, &mut diagnostics);
    let named = diagnostics.len();
    let whole = scenario.keep_what_is_sure();
    since::check(&scenario, whole, &mut diagnostics);
    let bounds = bounds::measure(&scenario);
    let within = check_limits(file, whole, &bounds, &mut diagnostics);

    let (lowered, spans) = lower::lower(&scenario);
    let user = if file.interactive || options.browser {
        single::of_the_user(&dialect, &options.overrides)
    } else {
        [].into()
    };
    let plan = Plan {
        name: file.name.value.clone(),
        title: file.title.value.clone(),
        outcome: file.outcome.value,
        interactive: file.interactive,
        dialect,
        events_min: bounds.events_min,
        events_max: bounds.events_max,
        longest: bounds.longest,
        first_sequence: 0,
        ops: lowered.ops.into(),
        emits: lowered.emits.into(),
        user,
        interludes: lowered.interludes.into(),
        anchors: lowered.anchors,
    };
    if within {
        legality::check(&plan, &spans, file, &mut diagnostics);
    }
    if !whole {
        // What is only warned of as to the course may come of what is missing.
        let course = diagnostics.split_off(named);
        diagnostics.extend(course.into_iter().filter(|diagnostic| diagnostic.level == Level::Error));
        return Err(diagnostics);
    }
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    expand::check_outcome(file, &plan, &mut diagnostics);
    Ok((plan, diagnostics))
}

fn resolve(
    file: &ScenarioFile,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Tree, Arc<Dialect>) {
    let (dialect, known) = dialect(file, options, diagnostics);
    let mut tree = expand::expand(file, &dialect, &options.overrides, diagnostics);
    if !known {
        // What a key may have meant could change any of it.
        tree.sure = Some(0);
    }
    (tree, Arc::new(dialect))
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
}

/// The dialect, and whether all of the file's own keys are in it.
fn dialect(file: &ScenarioFile, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> (Dialect, bool) {
    let mut dialect = options.dialect.clone();
    let mut known = true;
    for (key, value) in &file.dialect {
        if OF_THE_RUN.iter().any(|group| key.value.starts_with(group)) {
            let message = format!("{} is a matter of the run, not of one scenario", key.value);
            let help = format!("give it on the command line: --set {}={}", key.value, value.value);
            diagnostics.push(Diagnostic::error(message, key.span.clone(), "cannot be set here").help(help));
        }
        if let Err(error) = dialect.set(&key.value, &value.value) {
            let place = if error.unknown_key { &key.span } else { &value.span };
            let label = error.suggestion.map_or_else(String::new, |name| format!("did you mean {name}?"));
            let diagnostic = Diagnostic::error(error.message, place.clone(), label);
            diagnostics.push(if error.unknown_key {
                diagnostic.help("wms-sim dialect lists the keys")
            } else {
                diagnostic
            });
            known = false;
        }
    }
    for (key, value) in &options.set {
        // The command line has checked its own keys already.
        let _ = dialect.set(key, value);
    }
    (dialect, known)
}

/// True where the plan is small enough to be walked. Of a course that is not whole nothing else is said: what is missing
/// counts too.
fn check_limits(
    file: &ScenarioFile,
    whole: bool,
    bounds: &bounds::Bounds,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let span = all(&file.steps);
    let mut within = true;
    let mut refuse = |diagnostic| {
        within = false;
        diagnostics.push(diagnostic);
    };
    if bounds.events_max > MAX_EVENTS {
        let message = format!("a session can have {} events; {MAX_EVENTS} is the limit", bounds.events_max);
        refuse(Diagnostic::error(message, span.clone(), "these steps").help("lower the repeats"));
    }
    if bounds.longest > LONGEST {
        let message = "a session can last longer than 366 days, which is the limit";
        refuse(Diagnostic::error(message, span.clone(), "these steps").help("shorten the gaps"));
    }
    if bounds.events_max == 0 && whole {
        refuse(Diagnostic::error("a session of this scenario has no event", span, "nothing to send"));
    }
    if whole && file.interludes.len() > MAX_INTERLUDES {
        let span = file.interludes[MAX_INTERLUDES].span.clone();
        let message = format!("a scenario has at most {MAX_INTERLUDES} interludes");
        refuse(Diagnostic::error(message, span, "one too many"));
    }
    within
}

/// From the first step to the last.
fn all<T>(steps: &[Spanned<T>]) -> Span {
    match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end.max(first.span.end),
        _ => 0..0,
    }
}
