//! From the tree to flat ops, and to each draw its purpose.
//!
//! A purpose is named by what is drawn for: the `maybe` or branch it stands in (by the event that begins it), the event
//! code, its occurrence there. A step added in one place therefore leaves the draws of all others alone.

use std::collections::HashMap;

use super::tree::{EventNode, Node, Tree};
use crate::protocol::code::Code;
use crate::scenario::file::types::Span;
use crate::scenario::plan::{Emit, InterludePlan, Op};
use crate::seed::Purpose;

#[derive(Default)]
pub(super) struct Lowered {
    pub ops: Vec<Op>,
    pub emits: Vec<Emit>,
    pub interludes: Vec<InterludePlan>,
    pub anchors: u8,
}

/// The plan's parts, and the place in the file of each emit.
pub(super) fn lower(tree: &Tree) -> (Lowered, Vec<Span>) {
    let mut lowerer = Lowerer { out: Lowered::default(), spans: Vec::new(), slots: HashMap::new() };
    lowerer.find_anchors(tree);
    lowerer.nodes(&tree.course, &mut Scope::new(Purpose::named("course")));
    lowerer.out.ops.push(Op::End);
    let mut alike: HashMap<(Code, Option<Code>), u64> = HashMap::new();
    for interlude in &tree.interludes {
        let first = Node::first_code(&interlude.nodes);
        let number = alike.entry((interlude.from, first)).or_default();
        let purpose = Purpose::named("interlude").of(interlude.from.as_str()).of(name(first)).number(*number);
        *number += 1;
        let entry = lowerer.here();
        lowerer.nodes(&interlude.nodes, &mut Scope::new(purpose));
        lowerer.out.ops.push(Op::End);
        lowerer.out.interludes.push(InterludePlan {
            from: interlude.from,
            until: interlude.until,
            chance: interlude.chance,
            times: interlude.times,
            entry,
            purpose,
        });
    }
    (lowerer.out, lowerer.spans)
}

fn name(code: Option<Code>) -> &'static str {
    code.map_or("nothing", Code::as_str)
}

/// Where draws are counted: the course, a `maybe`, a branch, an interlude.
struct Scope {
    purpose: Purpose,
    events: HashMap<Code, u64>,
    blocks: HashMap<(&'static str, Option<Code>), u64>,
    waits: u64,
}

impl Scope {
    fn new(purpose: Purpose) -> Self {
        Self { purpose, events: HashMap::new(), blocks: HashMap::new(), waits: 0 }
    }

    fn block(&mut self, kind: &'static str, first: Option<Code>) -> Purpose {
        let number = self.blocks.entry((kind, first)).or_default();
        let purpose = self.purpose.of(kind).of(name(first)).number(*number);
        *number += 1;
        purpose
    }
}

struct Lowerer {
    out: Lowered,
    spans: Vec<Span>,
    slots: HashMap<Code, u8>,
}

impl Lowerer {
    fn here(&self) -> u32 {
        u32::try_from(self.out.ops.len()).unwrap_or(u32::MAX)
    }

    /// Events that something is counted from get a slot in which their latest moment is kept. There are 21 codes, so a
    /// byte holds every slot.
    fn find_anchors(&mut self, tree: &Tree) {
        let mut find = |event: &EventNode| {
            if let Some(since) = event.since {
                let next = u8::try_from(self.slots.len()).unwrap_or(u8::MAX);
                self.slots.entry(since).or_insert(next);
            }
        };
        Node::events(&tree.course, &mut find);
        for interlude in &tree.interludes {
            Node::events(&interlude.nodes, &mut find);
        }
        self.out.anchors = u8::try_from(self.slots.len()).unwrap_or(u8::MAX);
    }

    fn nodes(&mut self, nodes: &[Node], scope: &mut Scope) {
        for node in nodes {
            match node {
                Node::Event(event) => self.event(event, scope),
                Node::Wait(gap) => {
                    let purpose = scope.purpose.of("wait").number(scope.waits);
                    scope.waits += 1;
                    self.out.ops.push(Op::Wait(*gap, purpose));
                }
                Node::Maybe { chance, nodes } => self.maybe(*chance, nodes, scope),
                Node::Choose(branches) => self.choose(branches, scope),
            }
        }
    }

    fn event(&mut self, event: &EventNode, scope: &mut Scope) {
        let occurrence = scope.events.entry(event.code).or_default();
        let purpose = scope.purpose.of(event.code.as_str()).number(*occurrence);
        *occurrence += 1;
        let number = u32::try_from(self.out.emits.len()).unwrap_or(u32::MAX);
        self.out.ops.push(Op::Emit(number));
        self.spans.push(event.span.clone());
        self.out.emits.push(Emit {
            code: event.code,
            omitted: event.omitted,
            reloaded: event.reloaded,
            gap: event.gap,
            repeat: event.repeat,
            rhythm: event.rhythm,
            usual: event.usual,
            since: event.since.and_then(|since| self.slots.get(&since).copied()),
            marks: self.slots.get(&event.code).copied(),
            purpose,
            payload: event.payload.clone(),
        });
    }

    fn maybe(&mut self, chance: f64, nodes: &[Node], scope: &mut Scope) {
        let purpose = scope.block("maybe", Node::first_code(nodes));
        let at = self.out.ops.len();
        self.out.ops.push(Op::End);
        self.nodes(nodes, &mut Scope::new(purpose));
        self.out.ops[at] = Op::Maybe { chance, purpose: purpose.of("chance"), otherwise: self.here() };
    }

    fn choose(&mut self, branches: &[(f64, Vec<Node>)], scope: &mut Scope) {
        let first = branches.iter().find_map(|(_, nodes)| Node::first_code(nodes));
        let purpose = scope.block("choose", first);
        let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
        let at = self.out.ops.len();
        self.out.ops.push(Op::End);
        let mut inner = Scope::new(purpose);
        let mut sum = 0.0;
        let mut targets = Vec::new();
        let mut jumps = Vec::new();
        for (weight, nodes) in branches {
            // A branch without weight gets no target. Dividing last keeps the final bound at exactly 1.
            if *weight > 0.0 {
                sum += weight;
                targets.push((sum / total, self.here()));
            }
            let purpose = inner.block("branch", Node::first_code(nodes));
            self.nodes(nodes, &mut Scope::new(purpose));
            jumps.push(self.out.ops.len());
            self.out.ops.push(Op::End);
        }
        let after = self.here();
        for jump in jumps {
            self.out.ops[jump] = Op::Jump(after);
        }
        self.out.ops[at] = Op::Choose { purpose: purpose.of("branch"), branches: targets.into() };
    }
}
