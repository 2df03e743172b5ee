//! Step lists.

use super::fields::{Fields, Problems};
use super::keys::{BRANCH, STEPS, Shape, in_any_step, step_kinds};
use super::payload;
use super::types::{Branch, EventStep, Gap, MAX_DEPTH, Span, Spanned, Step};
use super::values;
use super::words::{all_of, nearest, one_of};
use super::yaml::{Kind, Node};
use crate::protocol::code::Code;
use crate::scenario::diagnostic::Diagnostic;

/// Whether a list without steps makes sense.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// A branch in which nothing happens.
    Allowed,
    /// Everywhere else.
    Refused,
}

/// Reads a step list. `depth` counts the lists that it stands in, itself included. Steps that cannot be made sense of
/// are reported and lost; all of it is where it is no list at all.
pub(super) fn list(node: &Node, depth: usize, empty: Empty, problems: &mut Problems) -> Vec<Spanned<Step>> {
    let lost = || vec![Spanned::new(Step::Lost(Vec::new()), node.span.clone())];
    if depth > MAX_DEPTH {
        let message = format!("step lists are nested more than {MAX_DEPTH} levels deep");
        problems.error(
            message,
            &node.span,
            "move inner steps into `fragments`, or make the scenario simpler",
        );
        return lost();
    }
    let Kind::List(items) = &node.kind else {
        let message = format!("the steps are a list, this is {}", node.describe());
        problems.error(message, &node.span, "begin each step with `- `, as in `- WMS_LOADED`");
        return lost();
    };
    if items.is_empty() && empty == Empty::Refused {
        problems.error("this list has no steps", &node.span, "write at least one, as in `- WMS_LOADED`");
        return lost();
    }
    let step = |item| {
        let step = step(item, depth, problems).unwrap_or_else(|| Step::Lost(Vec::new()));
        Spanned::new(step, item.span.clone())
    };
    items.iter().map(step).collect()
}

/// A step of which something that matters to the order of events could not be read.
fn lost(step: Step, span: &Span) -> Step {
    Step::Lost(vec![Spanned::new(step, span.clone())])
}

fn step(node: &Node, depth: usize, problems: &mut Problems) -> Option<Step> {
    match &node.kind {
        Kind::Scalar(_) => short_form(node, problems),
        Kind::Map(_) => {
            let shape = kind(node, problems)?;
            let fields = Fields::open(node, shape, problems)?;
            match shape.keys[0] {
                "event" => event(&fields, node, problems),
                "use" => use_(&fields, problems),
                "choose" => choose(&fields, depth, problems),
                "maybe" => Some(maybe(&fields, depth, problems)),
                "wait" => {
                    let gap = fields.get("wait").and_then(|node| values::gap(node, "wait", problems));
                    // How long nothing happens changes nothing in the order.
                    Some(Step::Wait(gap.unwrap_or_else(|| Spanned::new(Gap::Fixed(0), node.span.clone()))))
                }
                _ => reload(&fields, problems),
            }
        }
        Kind::List(_) => {
            let help = "take the inner `- ` away, or put the list into `fragments` and write `use`";
            problems.error("a step is not a list", &node.span, help);
            None
        }
    }
}

/// `- INTERMEDIATE_RESULTS`.
fn short_form(node: &Node, problems: &mut Problems) -> Option<Step> {
    let text = node.text().unwrap_or_default();
    if text.is_empty() {
        problems.error(
            "an empty step",
            &node.span,
            "write an event code, as in `- WMS_LOADED`, or remove it",
        );
        return None;
    }
    if step_kinds().any(|kind| kind == text) {
        let example = if text == "reload" { "- reload: {}".to_owned() } else { format!("- {text}: ...") };
        problems.error(format!("`{text}` alone is not a step"), &node.span, format!("write `{example}`"));
        return None;
    }
    let errors = problems.errors();
    let code = values::code_text(text, node, problems)?;
    let step = Step::Event(EventStep { code, after: None, since: None, repeat: None, payload: Vec::new() });
    Some(if problems.errors() > errors { lost(step, &node.span) } else { step })
}

/// Which kind of step a mapping is: the one key of [`STEPS`] that it has.
fn kind(node: &Node, problems: &mut Problems) -> Option<&'static Shape> {
    let Kind::Map(pairs) = &node.kind else { return None };
    let of = |key: &str| STEPS.iter().copied().find(|shape| shape.keys[0] == key);
    let named: Vec<&Node> =
        pairs.iter().map(|(key, _)| key).filter(|key| key.text().and_then(of).is_some()).collect();
    match named.as_slice() {
        [key] => of(key.text()?),
        [] => {
            let keys = || pairs.iter().map(|(key, _)| key);
            let mut misplaced = false;
            for (key, found) in keys().filter_map(|key| Some((key, in_any_step(key.text()?)?))) {
                problems.error(found.message, &key.span, found.help);
                misplaced = true;
            }
            // A slip is reported with the other keys, once it is known what they have to be.
            let meant = keys().filter_map(|key| nearest(key.text()?, step_kinds())).find_map(of);
            if meant.is_none() && !misplaced {
                let message = format!("a step needs {}", one_of(step_kinds()));
                problems.error(message, &node.span, "say what the step is, as in `event: WMS_LOADED`");
            }
            meant
        }
        [first, second, ..] => {
            let kinds = all_of(named.iter().filter_map(|key| key.text()));
            let message = format!("a step is one thing, this is {} at once: {kinds}", named.len());
            let holds_steps = named.iter().find_map(|key| key.text().filter(|key| *key == "maybe"));
            let help = match holds_steps {
                Some(key) => format!("what happens in `{key}` stands in its `steps`"),
                None => format!("make them {} steps, each with a `- ` of its own", named.len()),
            };
            problems.push(
                Diagnostic::error(message, second.span.clone(), "a step of its own?")
                    .also(first.span.clone(), "the step is already this")
                    .help(help),
            );
            None
        }
    }
}

fn event(fields: &Fields<'_>, node: &Node, problems: &mut Problems) -> Option<Step> {
    let before = problems.errors();
    let code = fields.get("event").and_then(|node| values::code(node, "event", problems));
    let repeat = fields.get("repeat").and_then(|node| {
        values::count(node, "repeat", problems).map(|count| Spanned::new(count, node.span.clone()))
    });
    let mut guessed = problems.errors() > before;
    let after = fields.get("after").and_then(|node| values::gap(node, "after", problems));
    let errors = problems.errors();
    let since = fields.get("since").and_then(|node| values::code(node, "since", problems));
    let since = since.filter(|_| problems.errors() == errors);
    let payload = fields.get("payload").map(|node| payload::read(node, problems)).unwrap_or_default();
    if let (Some(since), None) = (fields.get("since"), fields.get("after")) {
        let message = "`since` says from where, but not how long";
        problems.error(message, &since.span, "add `after`, as in `after: 12s..20s`");
    }
    let code = code?;
    // Whether the page is hidden stands in the payload.
    guessed |= code.value == Code::PageVisibilityChange && (fields.slips() || problems.errors() > before);
    let step = Step::Event(EventStep { code, after, since, repeat, payload });
    Some(if guessed { lost(step, &node.span) } else { step })
}

fn use_(fields: &Fields<'_>, problems: &mut Problems) -> Option<Step> {
    values::name(fields.get("use")?, "use", problems).map(Step::Use)
}

fn choose(fields: &Fields<'_>, depth: usize, problems: &mut Problems) -> Option<Step> {
    let node = fields.get("choose")?;
    let items = match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        kind => {
            let this =
                if matches!(kind, Kind::List(_)) { "an empty list".to_owned() } else { node.describe() };
            let message = format!("`choose` is a list of branches, this is {this}");
            problems.error(message, &node.span, "begin each branch with `- weight: 50`, and give it `steps`");
            return None;
        }
    };
    let read: Vec<(Branch, bool)> = items.iter().map(|item| branch(item, depth, problems)).collect();
    let whole = read.iter().all(|(_, whole)| *whole);
    let branches: Vec<Branch> = read.into_iter().map(|(branch, _)| branch).collect();
    let errors = problems.errors();
    if whole {
        values::check_weights(branches.iter().map(|branch| &branch.weight), "branch", node, problems);
    }
    let whole = whole && problems.errors() == errors;
    let step = Step::Choose(branches);
    Some(if whole { step } else { lost(step, &node.span) })
}

/// A branch, and whether its weight could be read.
fn branch(node: &Node, depth: usize, problems: &mut Problems) -> (Branch, bool) {
    let fields = Fields::open(node, &BRANCH, problems);
    let get = |key: &str| fields.as_ref().and_then(|fields| fields.get(key));
    let weight = get("weight").and_then(|node| values::weight(node, problems));
    let steps = get("steps").map(|node| list(node, depth + 1, Empty::Allowed, problems));
    let whole = weight.is_some() && steps.is_some();
    let weight = weight.unwrap_or_else(|| Spanned::new(1.0, node.span.clone()));
    (Branch { weight, steps: steps.unwrap_or_default() }, whole)
}

fn maybe(fields: &Fields<'_>, depth: usize, problems: &mut Problems) -> Step {
    let chance = fields.get("maybe").and_then(|node| values::percent(node, "maybe", problems));
    let steps = fields.get("steps").map(|node| list(node, depth + 1, Empty::Refused, problems));
    match (chance, steps) {
        (Some(chance), Some(steps)) => Step::Maybe { chance, steps },
        (_, steps) => Step::Lost(steps.unwrap_or_default()),
    }
}

fn reload(fields: &Fields<'_>, problems: &mut Problems) -> Option<Step> {
    let node = fields.get("reload")?;
    if !matches!(&node.kind, Kind::Map(pairs) if pairs.is_empty()) {
        let this = match &node.kind {
            Kind::Map(_) => "one that is not empty".to_owned(),
            _ => node.describe(),
        };
        let message = format!("`reload` takes an empty mapping, this is {this}");
        problems.error(message, &node.span, "write `- reload: {}`");
    }
    Some(Step::Reload)
}
