//! `since:` names an event that has surely happened by then, whichever way the session went.

use std::collections::BTreeSet;

use super::tree::{EventNode, Node, Tree};
use crate::protocol::code::Code;
use crate::scenario::diagnostic::Diagnostic;

/// `whole` is false where only the course's begin is known: any event may happen later.
pub(super) fn check(tree: &Tree, whole: bool, diagnostics: &mut Vec<Diagnostic>) {
    let mut ever: BTreeSet<Code> = Code::ALL.into_iter().filter(|_| !whole).collect();
    Node::events(&tree.course, &mut |event| {
        ever.insert(event.code);
    });
    let mut walk = Walk { ever, diagnostics };
    walk.nodes(&tree.course, &mut BTreeSet::new());
    for interlude in &tree.interludes {
        if !walk.ever.contains(&interlude.from) {
            walk.diagnostics.push(Diagnostic::error(
                format!(
                    "the interlude's window never opens: {} does not happen in this scenario",
                    interlude.from
                ),
                interlude.from_span.clone(),
                "opens the window",
            ));
        }
        walk.nodes(&interlude.nodes, &mut BTreeSet::from([interlude.from]));
    }
}

struct Walk<'a> {
    ever: BTreeSet<Code>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// `surely` holds what has happened on every way here.
    fn nodes(&mut self, nodes: &[Node], surely: &mut BTreeSet<Code>) {
        for node in nodes {
            match node {
                Node::Event(event) => self.event(event, surely),
                Node::Wait(_) => {}
                Node::Maybe { nodes, .. } => self.nodes(nodes, &mut surely.clone()),
                Node::Choose(branches) => {
                    let before = surely.clone();
                    let mut common: Option<BTreeSet<Code>> = None;
                    for (weight, nodes) in branches {
                        let mut branch = before.clone();
                        self.nodes(nodes, &mut branch);
                        // A branch that is never taken takes nothing away.
                        if *weight > 0.0 {
                            common = Some(match common {
                                Some(common) => common.intersection(&branch).copied().collect(),
                                None => branch,
                            });
                        }
                    }
                    *surely = common.unwrap_or(before);
                }
            }
        }
    }

    fn event(&mut self, event: &EventNode, surely: &mut BTreeSet<Code>) {
        if let (Some(since), Some(span)) = (event.since, &event.since_span)
            && !surely.contains(&since)
        {
            let (message, help) = if self.ever.contains(&since) {
                (
                    format!("{since} has not happened on every way to this step"),
                    "put it before this step on every way, or count from the step before by leaving `since` out",
                )
            } else {
                (
                    format!("{since} does not happen in this scenario's own course"),
                    "count from an event of the steps before this one",
                )
            };
            self.diagnostics.push(
                Diagnostic::error(message, span.clone(), "cannot be counted from")
                    .also(event.span.clone(), "")
                    .help(help),
            );
        }
        if event.repeat.low > 0 {
            surely.insert(event.code);
        }
    }
}
