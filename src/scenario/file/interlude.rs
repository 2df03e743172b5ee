//! What happens beside a session's own course.

use super::fields::{Fields, Problems};
use super::keys::INTERLUDE;
use super::step::{self, Empty};
use super::types::{Interlude, Repeat, Spanned, Step};
use super::values;
use super::yaml::{Kind, Node};
use crate::protocol::code::Code;

/// Reads `interludes:`.
pub(super) fn list(node: &Node, problems: &mut Problems) -> Vec<Spanned<Interlude>> {
    let Kind::List(items) = &node.kind else {
        let message = format!("`interludes` is a list, this is {}", node.describe());
        problems.error(message, &node.span, "begin each interlude with `- during: ...`");
        return Vec::new();
    };
    let read = |item| Spanned::new(interlude(item, problems), item.span.clone());
    items.iter().map(read).collect()
}

/// An interlude. Where something of it cannot be read, what it does is lost.
fn interlude(node: &Node, problems: &mut Problems) -> Interlude {
    let errors = problems.errors();
    let fields = Fields::open(node, &INTERLUDE, problems);
    let get = |key: &str| fields.as_ref().and_then(|fields| fields.get(key));
    let window = get("during").and_then(|node| window(node, problems));
    let chance = get("chance").and_then(|node| values::percent(node, "chance", problems));
    let times = get("times").and_then(|node| values::count(node, "times", problems));
    let lost = problems.errors() > errors;
    let steps = get("steps").map(|node| step::list(node, 1, Empty::Refused, problems)).unwrap_or_default();
    let anywhere = || {
        let code = |code| Spanned::new(code, node.span.clone());
        (code(Code::WmsLoaded), code(Code::PageUnloaded))
    };
    let (from, until) = window.unwrap_or_else(anywhere);
    Interlude {
        from,
        until,
        chance: chance.map_or(1.0, |chance| chance.value),
        times: times.unwrap_or(Repeat { low: 1, high: 1 }),
        steps: if lost { vec![Spanned::new(Step::Lost(steps), node.span.clone())] } else { steps },
    }
}

/// `MEASUREMENT_STARTED..SCAN_COMPLETED`.
fn window(node: &Node, problems: &mut Problems) -> Option<(Spanned<Code>, Spanned<Code>)> {
    let Some((from, until)) = node.text().and_then(|text| text.split_once("..")) else {
        let message = format!("`during` is a window from one event to another, this is {}", node.describe());
        problems.error(message, &node.span, "write `during: MEASUREMENT_STARTED..SCAN_COMPLETED`");
        return None;
    };
    let from = values::code_text(from.trim_end_matches(' '), node, problems);
    let until = values::code_text(until.trim_start_matches(' '), node, problems);
    from.zip(until)
}
