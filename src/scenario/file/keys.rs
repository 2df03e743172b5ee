//! The keys of scenario and mix files. The reader and the JSON Schema are both held to these tables.

use super::words::one_of;

/// What a mapping may hold.
#[derive(Debug)]
pub struct Shape {
    /// What the mapping is, for messages: "a scenario".
    pub what: &'static str,
    /// Every key that it knows.
    pub keys: &'static [&'static str],
    /// The keys that it cannot do without, each with an example.
    pub required: &'static [(&'static str, &'static str)],
    /// A message and a help for keys that are no slip but a misunderstanding.
    pub(super) misplaced: fn(&str) -> Option<(String, String)>,
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
    required: &[("steps", "steps: [LOW_SNR]")],
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
    what: "`ramp`",
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

type Misplaced = Option<(String, String)>;

fn anything_else(key: &str) -> Misplaced {
    (key == "<<").then(|| {
        let message = "the merge key `<<` is not part of YAML 1.2";
        (message.to_owned(), "write the keys out, or put shared steps into `fragments`".to_owned())
    })
}

fn in_scenario(key: &str) -> Misplaced {
    match key {
        "scenarios" => Some((
            "`scenarios` belongs in a mix, not in a scenario".to_owned(),
            "give a scenario `steps`, or put the mix in a file of its own".to_owned(),
        )),
        "seed" => Some((
            "a scenario has no `seed`: the same file is played with many".to_owned(),
            "give the seed on the command line".to_owned(),
        )),
        _ => anything_else(key),
    }
}

fn in_mix(key: &str) -> Misplaced {
    match key {
        "steps" | "outcome" | "fragments" | "interludes" => Some((
            format!("`{key}` belongs in a scenario, not in a mix"),
            "put the scenario in a file of its own and name it in `scenarios`".to_owned(),
        )),
        _ => anything_else(key),
    }
}

fn in_any_step(key: &str) -> Misplaced {
    let why = match key {
        "sequence" => "the engine counts it",
        "sessionId" => "the engine puts it in",
        "timestamp" => "it is the moment at which the event happens",
        "severity" => "it follows from the event code",
        _ => return anything_else(key),
    };
    let help = match key {
        "sequence" => "for the number of an intermediate result, write `payload: { sequence: 1 }`",
        "timestamp" => "say when with `after`",
        _ => "leave it out",
    };
    Some((format!("a step does not set `{key}`: {why}"), help.to_owned()))
}

fn in_event(key: &str) -> Misplaced {
    match key {
        "snr" | "state" | "details" | "constraint" | "code" | "measurementId" => {
            Some((format!("`{key}` is part of the payload"), format!("write `payload: {{ {key}: ... }}`")))
        }
        "steps" => Some((
            "an `event` step has no `steps`".to_owned(),
            "list what follows as steps of its own".to_owned(),
        )),
        _ => in_any_step(key),
    }
}

fn in_other_step(key: &str) -> Misplaced {
    let help = match key {
        "after" => "put a step `wait: 5s` before it",
        "since" | "payload" => "set it at the events inside",
        "repeat" => "list the step as often as it happens, or repeat the events inside",
        "weight" => "weights belong to the branches of `choose`",
        "steps" => "only `maybe` and the branches of `choose` hold `steps`",
        _ => return in_any_step(key),
    };
    let owner = STEPS.iter().find(|shape| shape.keys.contains(&key)).map_or("`choose`", |shape| shape.what);
    Some((format!("`{key}` belongs to {owner}, not here"), help.to_owned()))
}

fn in_branch(key: &str) -> Misplaced {
    if step_kinds().any(|kind| kind == key) {
        return Some((
            format!("`{key}` has to stand in the `steps` of the branch"),
            format!("write `steps: [{{ {key}: ... }}]`"),
        ));
    }
    anything_else(key)
}

/// The keys that a mapping knows, for a help.
pub(super) fn known(shape: &Shape) -> String {
    format!("{} knows {}", shape.what, one_of(shape.keys.iter().copied()).replace(" or ", " and "))
}
