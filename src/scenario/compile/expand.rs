//! Fragments into their places, usual gaps and payloads into what was left out.

use super::builtin::{self, BUILTIN_FRAGMENTS};
use super::tree::{EventNode, InterludeNode, Node, Tree};
use super::{Override, payload};
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::scenario::diagnostic::{Diagnostic, Level};
use crate::scenario::file::types::{
    EventStep, MAX_DEPTH, MAX_EVENTS, Outcome, Repeat, ScenarioFile, Span, Spanned, Step,
};
use crate::scenario::plan::Plan;
use crate::scenario::usual::usual;

const ONCE: Repeat = Repeat { low: 1, high: 1 };
/// Expanding stops here: a dozen fragments that use each other twice would otherwise fill the memory.
const MAX_NODES: u64 = 10 * MAX_EVENTS;

pub(super) fn expand(
    file: &ScenarioFile,
    dialect: &Dialect,
    overrides: &[Override],
    diagnostics: &mut Vec<Diagnostic>,
) -> Tree {
    let mut expander = Expander {
        file,
        dialect,
        overrides,
        diagnostics,
        open: Vec::new(),
        nodes: 0,
        created: false,
        full: false,
        lost: 0,
    };
    expander.check_fragments();
    let mut course = Vec::new();
    let mut sure = None;
    for step in &file.steps {
        let (begin, mark) = (course.len(), expander.mark());
        course.extend(expander.steps(std::slice::from_ref(step), None, 0));
        if expander.is_unsure_since(mark) {
            sure.get_or_insert(begin);
        }
    }
    let mark = expander.mark();
    let interludes = file
        .interludes
        .iter()
        .map(|interlude| {
            let interlude = &interlude.value;
            InterludeNode {
                from: interlude.from.value,
                until: interlude.until.value,
                from_span: interlude.from.span.clone(),
                chance: interlude.chance,
                times: interlude.times,
                nodes: expander.steps(&interlude.steps, None, 0),
            }
        })
        .collect();
    let sure_interludes = !expander.is_unsure_since(mark);
    Tree { course, interludes, sure, sure_interludes }
}

struct Expander<'a> {
    file: &'a ScenarioFile,
    dialect: &'a Dialect,
    overrides: &'a [Override],
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The fragments that are being expanded, outermost first, each with the place of its `use`.
    open: Vec<(&'a str, Span)>,
    nodes: u64,
    /// A measurement was created on the way here: what a violation says about it depends on that.
    created: bool,
    full: bool,
    /// Steps that could not be read.
    lost: usize,
}

impl<'a> Expander<'a> {
    /// Where it stands, for [`Expander::is_unsure_since`].
    const fn mark(&self) -> (usize, usize) {
        (self.lost, self.diagnostics.len())
    }

    /// True where something was not read, or cannot be put in its place.
    fn is_unsure_since(&self, (lost, told): (usize, usize)) -> bool {
        self.lost > lost || self.diagnostics[told..].iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// `place` is where a built-in fragment was asked for: its events have no place of their own.
    fn steps(&mut self, steps: &'a [Spanned<Step>], place: Option<&Span>, depth: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        if depth > MAX_DEPTH {
            let span = place.cloned().or_else(|| steps.first().map(|step| step.span.clone())).unwrap_or(0..0);
            self.diagnostics.push(
                Diagnostic::error(
                    format!("step lists are nested deeper than {MAX_DEPTH} levels"),
                    span,
                    "here",
                )
                .help("fragments that a step uses count as a level"),
            );
            return nodes;
        }
        for step in steps {
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                if !self.full {
                    self.full = true;
                    self.diagnostics.push(
                        Diagnostic::error(
                            format!(
                                "with its fragments in place, the scenario has more than {MAX_NODES} steps"
                            ),
                            step.span.clone(),
                            "this one is too many",
                        )
                        .help(format!("a session has at most {MAX_EVENTS} events")),
                    );
                }
                return nodes;
            }
            self.step(step, place, depth, &mut nodes);
        }
        nodes
    }

    fn step(&mut self, step: &'a Spanned<Step>, place: Option<&Span>, depth: usize, nodes: &mut Vec<Node>) {
        match &step.value {
            Step::Event(event) => self.event(event, place.unwrap_or(&step.span), nodes),
            Step::Wait(gap) => nodes.push(Node::Wait(gap.value)),
            Step::Use(name) => self.fragment(name, depth, nodes),
            Step::Maybe { chance, steps } => {
                let inner = self.steps(steps, place, depth + 1);
                nodes.push(Node::Maybe { chance: chance.value, nodes: inner });
            }
            Step::Choose(branches) => {
                let inner = branches
                    .iter()
                    .map(|branch| (branch.weight.value, self.steps(&branch.steps, place, depth + 1)))
                    .collect();
                nodes.push(Node::Choose(inner));
            }
            Step::Reload => self.reload(&step.span, nodes),
            Step::Lost(steps) => {
                self.lost += 1;
                // For the names in them.
                self.steps(steps, place, depth);
            }
        }
    }

    fn event(&mut self, step: &EventStep, span: &Span, nodes: &mut Vec<Node>) {
        let code = step.code.value;
        let usual = usual(code);
        let (gap, since, rhythm) = match &step.after {
            Some(gap) => (gap.value, step.since.as_ref().map(|code| code.value), 0),
            None => match &step.since {
                Some(since) => (usual.gap, Some(since.value), 0),
                None => (usual.gap, usual.since, usual.rhythm),
            },
        };
        self.created |= code == Code::MeasurementCreated;
        let event = EventNode {
            code,
            omitted: !self.dialect.knows(code),
            reloaded: false,
            gap,
            rhythm,
            usual: step.after.is_none() && step.since.is_none(),
            since,
            repeat: step.repeat.as_ref().map_or(ONCE, |repeat| repeat.value),
            payload: payload::build(code, &step.payload, self.dialect, self.overrides, self.diagnostics),
            span: span.clone(),
            since_span: step.since.as_ref().map(|code| code.span.clone()),
        };
        nodes.push(Node::Event(Box::new(event)));
        if let Some((code, gap)) = builtin::follower(code, self.dialect, self.created) {
            nodes.push(self.plain(code, gap, span));
        }
    }

    fn plain(&mut self, code: Code, gap: crate::scenario::file::types::Gap, span: &Span) -> Node {
        Node::Event(Box::new(EventNode {
            code,
            omitted: !self.dialect.knows(code),
            reloaded: false,
            gap,
            rhythm: 0,
            usual: false,
            since: None,
            repeat: ONCE,
            payload: payload::build(code, &[], self.dialect, self.overrides, self.diagnostics),
            span: span.clone(),
            since_span: None,
        }))
    }

    fn fragment(&mut self, name: &'a Spanned<String>, depth: usize, nodes: &mut Vec<Node>) {
        let own = self.file.fragments.iter().find(|(fragment, _)| fragment.value == name.value);
        if let Some((_, steps)) = own {
            if let Some(at) = self.open.iter().position(|(open, _)| *open == name.value) {
                self.cycle(name, at);
                return;
            }
            self.open.push((&name.value, name.span.clone()));
            nodes.extend(self.steps(steps, None, depth + 1));
            self.open.pop();
        } else if let Some(steps) = builtin::fragment(&name.value, self.dialect, &name.span) {
            self.own_steps(&steps, &name.span, nodes);
        } else {
            self.unknown_fragment(name);
        }
    }

    /// Steps that live here and not in the file.
    fn own_steps(&mut self, steps: &[Spanned<Step>], span: &Span, nodes: &mut Vec<Node>) {
        for step in steps {
            self.nodes += 1;
            match &step.value {
                Step::Event(event) => self.event(event, span, nodes),
                Step::Choose(branches) => {
                    let inner = branches
                        .iter()
                        .map(|branch| {
                            let mut nodes = Vec::new();
                            self.own_steps(&branch.steps, span, &mut nodes);
                            (branch.weight.value, nodes)
                        })
                        .collect();
                    nodes.push(Node::Choose(inner));
                }
                // No built-in fragment has other steps.
                Step::Use(_) | Step::Maybe { .. } | Step::Wait(_) | Step::Reload | Step::Lost(_) => {}
            }
        }
    }

    fn reload(&mut self, span: &Span, nodes: &mut Vec<Node>) {
        nodes.push(self.plain(Code::PageUnloaded, usual(Code::PageUnloaded).gap, span));
        self.created = false;
        let begin = nodes.len();
        let opening = builtin::fragment("opening", self.dialect, span).unwrap_or_default();
        self.own_steps(&opening, span, nodes);
        if let Some(Node::Event(loaded)) = nodes.get_mut(begin) {
            loaded.reloaded = true;
            // The browser takes a moment to fetch the page again.
            loaded.gap = crate::scenario::file::types::Gap::Range(300_000_000, 2_000_000_000);
            loaded.usual = false;
        }
    }

    fn cycle(&mut self, name: &Spanned<String>, at: usize) {
        let chain: Vec<&str> =
            self.open[at..].iter().map(|(name, _)| *name).chain([name.value.as_str()]).collect();
        let message = format!("fragments use each other in a circle: {}", chain.join(" -> "));
        let known = self.diagnostics.iter().any(|diagnostic| diagnostic.message == message);
        if !known {
            self.diagnostics.push(Diagnostic::error(message, name.span.clone(), "closes the circle"));
        }
    }

    fn unknown_fragment(&mut self, name: &Spanned<String>) {
        let names = self.file.fragments.iter().map(|(name, _)| name.value.as_str());
        let all: Vec<&str> = names.chain(BUILTIN_FRAGMENTS.iter().copied()).collect();
        let nearest = all
            .iter()
            .map(|known| (strsim::jaro_winkler(&name.value, known), *known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let label = nearest.map_or_else(String::new, |(_, name)| format!("did you mean '{name}'?"));
        self.diagnostics.push(
            Diagnostic::error(format!("there is no fragment '{}'", name.value), name.span.clone(), label)
                .help(format!("known here: {}", all.join(", "))),
        );
    }

    /// A fragment of one's own that has a built-in's name, or that nothing uses.
    fn check_fragments(&mut self) {
        for (name, steps) in &self.file.fragments {
            if BUILTIN_FRAGMENTS.contains(&name.value.as_str()) {
                self.diagnostics.push(Diagnostic::warning(
                    format!("the fragment '{}' stands in for the built-in one of that name", name.value),
                    name.span.clone(),
                    "",
                ));
            }
            if !self.is_used(&name.value) {
                self.diagnostics.push(Diagnostic::warning(
                    format!("nothing uses the fragment '{}'", name.value),
                    name.span.clone(),
                    "",
                ));
                // Its mistakes are told all the same.
                let nodes = self.nodes;
                self.open.push((&name.value, name.span.clone()));
                self.steps(steps, None, 1);
                self.open.pop();
                self.nodes = nodes;
                self.created = false;
            }
        }
    }

    fn is_used(&self, name: &str) -> bool {
        fn uses(steps: &[Spanned<Step>], name: &str) -> bool {
            steps.iter().any(|step| match &step.value {
                Step::Use(used) => used.value == name,
                Step::Maybe { steps, .. } | Step::Lost(steps) => uses(steps, name),
                Step::Choose(branches) => branches.iter().any(|branch| uses(&branch.steps, name)),
                Step::Event(_) | Step::Wait(_) | Step::Reload => false,
            })
        }
        uses(&self.file.steps, name)
            || self.file.interludes.iter().any(|interlude| uses(&interlude.value.steps, name))
            || self.file.fragments.iter().any(|(_, steps)| uses(steps, name))
    }
}

/// An outcome that no session of the plan can have is a slip.
pub(super) fn check_outcome(file: &ScenarioFile, plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    let has = |code: Code| plan.emits().any(|emit| emit.code == code && !emit.omitted);
    let slip = match file.outcome.value {
        Outcome::Completed if !has(Code::ResultsReceived) => "RESULTS_RECEIVED never happens",
        Outcome::Canceled if !has(Code::MeasurementCanceled) => "MEASUREMENT_CANCELED never happens",
        _ => return,
    };
    diagnostics.push(Diagnostic::warning(
        "no session of this scenario has the outcome that it states",
        file.outcome.span.clone(),
        slip,
    ));
}
