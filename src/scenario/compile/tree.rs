//! A scenario with its fragments in their places: what the later steps of compiling walk.

use crate::protocol::code::Code;
use crate::scenario::file::types::{Gap, Repeat, Span};
use crate::scenario::plan::Payload;

/// The whole scenario.
pub(super) struct Tree {
    pub course: Vec<Node>,
    pub interludes: Vec<InterludeNode>,
    /// So many nodes of the course are as the author means them, and behind them something could not be read; `None`
    /// where all of it could.
    pub sure: Option<usize>,
    /// So are the interludes.
    pub sure_interludes: bool,
}

/// One step.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Event(Box<EventNode>),
    Wait(Gap),
    Maybe { chance: f64, nodes: Vec<Node> },
    Choose(Vec<(f64, Vec<Node>)>),
}

/// An event with everything that its author left out filled in.
#[derive(Clone, Debug)]
pub(super) struct EventNode {
    pub code: Code,
    pub omitted: bool,
    pub reloaded: bool,
    pub gap: Gap,
    pub rhythm: u64,
    /// The gap is the event's usual one.
    pub usual: bool,
    pub since: Option<Code>,
    pub repeat: Repeat,
    pub payload: Payload,
    pub span: Span,
    /// Where `since` stands, if the author wrote it.
    pub since_span: Option<Span>,
}

/// An interlude.
pub(super) struct InterludeNode {
    pub from: Code,
    pub until: Code,
    pub from_span: Span,
    pub chance: f64,
    pub times: Repeat,
    pub nodes: Vec<Node>,
}

impl Tree {
    /// Drops what does not stand fast, so that what is then found wrong is wrong whatever the rest will be. True where
    /// nothing was dropped.
    pub fn keep_what_is_sure(&mut self) -> bool {
        if let Some(sure) = self.sure {
            self.course.truncate(sure);
        }
        let all = self.sure.is_none() && self.sure_interludes;
        if !all {
            self.interludes.clear();
        }
        all
    }
}

impl Node {
    /// Calls `visit` with every event, in the order of the file.
    pub fn events(nodes: &[Self], visit: &mut dyn FnMut(&EventNode)) {
        for node in nodes {
            match node {
                Self::Event(event) => visit(event),
                Self::Wait(_) => {}
                Self::Maybe { nodes, .. } => Self::events(nodes, visit),
                Self::Choose(branches) => {
                    for (_, nodes) in branches {
                        Self::events(nodes, visit);
                    }
                }
            }
        }
    }

    /// The first event among the steps: the name by which a `maybe` or `choose` knows itself.
    pub fn first_code(nodes: &[Self]) -> Option<Code> {
        nodes.iter().find_map(|node| match node {
            Self::Event(event) => Some(event.code),
            Self::Wait(_) => None,
            Self::Maybe { nodes, .. } => Self::first_code(nodes),
            Self::Choose(branches) => branches.iter().find_map(|(_, nodes)| Self::first_code(nodes)),
        })
    }
}
