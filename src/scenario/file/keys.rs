//! The keys of scenario and mix files. The reader and the JSON Schema are both held to these tables.

use super::words::all_of;

/// What a mapping may hold.
#[derive(Debug)]
pub struct Shape {
    /// What the mapping is, for messages: "a scenario".
    pub what: &'static str,
    /// Every key that it knows.
    pub keys: &'static [&'static str],
    /// The keys that it cannot do without, each with an example.
    pub required: &'static [(&'static str, &'static str)],
    /// What to say about keys that are no slip but a misunderstanding.
    pub(super) misplaced: fn(&str) -> Option<Misplaced>,
}

/// A key in the wrong place.
#[derive(Debug)]
pub(super) struct Misplaced {
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
    /// The key that it was written instead of.
    pub(super) instead_of: Option<&'static str>,
}

impl Misplaced {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), instead_of: None }
    }
}

/// A scenario file.
pub const SCENARIO: Shape = Shape {
    what: "a scenario",
    keys: &[
        "name",
        "title",
        "description",
        "outcome",
        "dialect",
        "interactive",
        "legal",
        "fragments",
        "steps",
        "interludes",
    ],
    required: &[
        ("name", "name: my-scenario"),
        ("title", "title: What happens, in a line"),
        ("outcome", "outcome: completed"),
        ("steps", "steps: [{ use: opening }]"),
    ],
    misplaced: in_scenario,
};

/// `event: ...`
pub const EVENT: Shape = Shape {
    what: "an `event` step",
    keys: &["event", "after", "since", "repeat", "payload"],
    required: &[],
    misplaced: in_event,
};
/// `use: ...`
pub const USE: Shape =
    Shape { what: "a `use` step", keys: &["use"], required: &[], misplaced: in_other_step };
/// `choose: ...`
pub const CHOOSE: Shape =
    Shape { what: "a `choose` step", keys: &["choose"], required: &[], misplaced: in_other_step };
/// `maybe: ...`
pub const MAYBE: Shape = Shape {
    what: "a `maybe` step",
    keys: &["maybe", "steps"],
    required: &[("steps", "steps: [{ wait: 5s }]")],
    misplaced: in_other_step,
};
/// `wait: ...`
pub const WAIT: Shape =
    Shape { what: "a `wait` step", keys: &["wait"], required: &[], misplaced: in_other_step };
/// `reload: {}`
pub const RELOAD: Shape =
    Shape { what: "a `reload` step", keys: &["reload"], required: &[], misplaced: in_other_step };

/// The kinds of steps; the first key of each names it.
pub const STEPS: [&Shape; 6] = [&EVENT, &USE, &CHOOSE, &MAYBE, &WAIT, &RELOAD];

/// One way a `choose` can go.
pub const BRANCH: Shape = Shape {
    what: "a branch of `choose`",
    keys: &["weight", "steps"],
    required: &[("weight", "weight: 50"), ("steps", "steps: [{ use: finish }]")],
    misplaced: in_branch,
};

/// An interlude.
pub const INTERLUDE: Shape = Shape {
    what: "an interlude",
    keys: &["during", "chance", "times", "steps"],
    required: &[
        ("during", "during: MEASUREMENT_STARTED..SCAN_COMPLETED"),
        ("steps", "steps: [PAGE_VISIBILITY_CHANGE]"),
    ],
    misplaced: anything_else,
};

/// `one_of: [a, b]`, as a payload value.
pub const ONE_OF: Shape =
    Shape { what: "`one_of`", keys: &["one_of"], required: &[], misplaced: anything_else };
/// `range: 1..9`, as a payload value.
pub const RANGE: Shape = Shape { what: "`range`", keys: &["range"], required: &[], misplaced: anything_else };
/// `ramp: [1.5, 6.0]`, as a payload value.
pub const RAMP: Shape = Shape {
    what: "a ramp",
    keys: &["ramp", "noise"],
    required: &[("ramp", "ramp: [1.5, 6.0]")],
    misplaced: anything_else,
};

/// The payload values that are drawn; the first key of each names it.
pub const DRAWN: [&Shape; 3] = [&ONE_OF, &RANGE, &RAMP];

/// A mix file.
pub const MIX: Shape = Shape {
    what: "a mix",
    keys: &["name", "title", "scenarios"],
    required: &[
        ("name", "name: my-mix"),
        ("title", "title: An ordinary day"),
        ("scenarios", "scenarios: [{ scenario: happy-path, weight: 1 }]"),
    ],
    misplaced: in_mix,
};
/// A scenario of a mix.
pub const MIX_ENTRY: Shape = Shape {
    what: "an entry of a mix",
    keys: &["scenario", "weight"],
    required: &[("scenario", "scenario: happy-path"), ("weight", "weight: 1")],
    misplaced: anything_else,
};

/// The keys that name a step's kind.
pub fn step_kinds() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|shape| shape.keys[0])
}

fn anything_else(key: &str) -> Option<Misplaced> {
    (key == "<<").then(|| {
        Misplaced::new(
            "the merge key `<<` is not part of YAML 1.2",
            "write the keys out, or put shared steps into `fragments`",
        )
    })
}

fn in_scenario(key: &str) -> Option<Misplaced> {
    match key {
        "scenarios" => Some(Misplaced {
            instead_of: Some("steps"),
            ..Misplaced::new(
                "`scenarios` belongs in a mix, not in a scenario",
                "give a scenario `steps`, or put the mix in a file of its own",
            )
        }),
        "seed" => Some(Misplaced::new(
            "a scenario has no `seed`: the same file is played with many",
            "give the seed on the command line",
        )),
        _ => anything_else(key),
    }
}

fn in_mix(key: &str) -> Option<Misplaced> {
    match key {
        "steps" | "outcome" | "fragments" | "interludes" => Some(Misplaced {
            instead_of: (key == "steps").then_some("scenarios"),
            ..Misplaced::new(
                format!("`{key}` belongs in a scenario, not in a mix"),
                "put the scenario in a file of its own and name it in `scenarios`",
            )
        }),
        _ => anything_else(key),
    }
}

/// What no step holds.
pub(super) fn in_any_step(key: &str) -> Option<Misplaced> {
    let (why, help) = match key {
        "sequence" => (
            "the engine counts it",
            "for the number of an intermediate result, write `payload: { sequence: 1 }`",
        ),
        "sessionId" => ("the engine puts it in", "leave it out"),
        "timestamp" => ("it is the moment at which the event happens", "say when with `after`"),
        "severity" => ("it follows from the event code", "leave it out"),
        _ => return anything_else(key),
    };
    Some(Misplaced::new(format!("a step does not set `{key}`: {why}"), help))
}

fn in_event(key: &str) -> Option<Misplaced> {
    match key {
        "snr" | "state" | "details" | "constraint" | "code" | "measurementId" => Some(Misplaced::new(
            format!("`{key}` is part of the payload"),
            format!("write `payload: {{ {key}: ... }}`"),
        )),
        "steps" => {
            Some(Misplaced::new("an `event` step has no `steps`", "list what follows as steps of its own"))
        }
        _ => in_any_step(key),
    }
}

fn in_other_step(key: &str) -> Option<Misplaced> {
    let help = match key {
        "after" => "put a step `wait: 5s` before it",
        "since" | "payload" => "set it at the events inside",
        "repeat" => "list the step as often as it happens, or repeat the events inside",
        "weight" => "weights belong to the branches of `choose`",
        "steps" => "only `maybe` and the branches of `choose` hold `steps`",
        _ => return in_any_step(key),
    };
    let owner = STEPS.iter().find(|shape| shape.keys.contains(&key)).map_or("`choose`", |shape| shape.what);
    Some(Misplaced::new(format!("`{key}` belongs to {owner}, not here"), help))
}

fn in_branch(key: &str) -> Option<Misplaced> {
    if step_kinds().any(|kind| kind == key) {
        return Some(Misplaced {
            instead_of: Some("steps"),
            ..Misplaced::new(
                format!("`{key}` has to stand in the `steps` of the branch"),
                format!("write `steps: [{{ {key}: ... }}]`"),
            )
        });
    }
    anything_else(key)
}

/// The keys that a mapping knows, for a help.
pub(super) fn known(shape: &Shape) -> String {
    match shape.keys {
        [only] => format!("`{only}` stands alone"),
        keys => format!("{} knows {}", shape.what, all_of(keys.iter().copied())),
    }
}
