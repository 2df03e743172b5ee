//! A check in which everything occurs that a report has to tell, and nothing that came from elsewhere is harmless.

use wms_sim::outcome::check::{
    CaseResult, Check, CheckSetup, Diagnosis, Ending, Fix, Level, Reproduce, Role, Trace, Verdict,
};

/// Markup, what ends CDATA, a terminal's commands, NUL, a bell, marks that turn text around, a number sign, emoji.
pub const HOSTILE: &str = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>]]>&amp;\"'`{{7*7}}{% raw %}\u{1b}[2J\u{1b}]0;owned\u{7}\0\u{85}\u{202e}gpj.exe\u{202c}\u{200f} # TODO \\ \u{1f469}\u{200d}\u{1f4bb} Zoë\u{2028}日本語\u{ffff}";

/// An answer of 2 KiB, as much as is kept.
fn long_answer() -> String {
    let mut text = format!("{{\"error\":\"{HOSTILE}\",\"trace\":\"");
    while text.len() < 2048 {
        text.push_str("日本語のエラー\u{1f525} at handler (app.js:17:3)\r\n\t");
    }
    text
}

pub fn trace(role: Role, label: &str, status: Option<u16>, answer: &str) -> Trace {
    let request = "POST /webhook HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nContent-Type: application/json\r\nX-WMS-Content-MAC: hmac-sha256=6f0c1dd5d5b0a9f3b1c7e2a4986d53f0c1b2a3948576fedcba98765432100123\r\n\r\n{\"sessionId\":\"0192d5f0-7c1e-7e3a-9b59-3f1c6ad0e001\",\"timestamp\":1767323045,\"event\":{\"code\":\"WMS_LOADED\"}}";
    Trace {
        label: label.to_owned(),
        role,
        request: request.to_owned(),
        body_bytes: 108,
        status,
        answer: answer.to_owned(),
        failure: None,
        detail: None,
        took_ms: 3.25,
        decisive: false,
    }
}

fn case(id: &str, level: Level, verdict: Verdict, title: &str) -> CaseResult {
    CaseResult {
        title: title.to_owned(),
        requirement: "A receiver refuses an event whose MAC was not made with its secret over the exact bytes of the body.".to_owned(),
        source: "WMS, Webhooks, \"Verifying\"; RFC 2104".to_owned(),
        stimulus: "WMS_LOADED with one digit of its MAC changed".to_owned(),
        expected: "401, or another 4xx".to_owned(),
        actual: "204".to_owned(),
        hint: "The result of the comparison is not looked at, or only the beginning is compared.".to_owned(),
        reproduce: Reproduce {
            command: format!("wms-sim check '{id}' --to http://127.0.0.1:3000/webhook --seed 7"),
            curl: Some(r#"curl -sS -X POST -H 'Content-Type: application/json' -H 'X-WMS-Content-MAC: hmac-sha256=6f0c1dd5d5b0a9f3b1c7e2a4986d53f0c1b2a3948576fedcba98765432100123' --data-binary '{"sessionId":"0192d5f0-7c1e-7e3a-9b59-3f1c6ad0e001"}' http://127.0.0.1:3000/webhook"#.to_owned()),
        },
        took_ms: 12.5,
        traces: vec![trace(Role::Test, "the event with one digit of its MAC changed", Some(204), "")],
        requests: 1,
        ..CaseResult::bare(id, level, verdict)
    }
}

fn passes(id: &str, title: &str) -> CaseResult {
    case(id, Level::Must, Verdict::Pass, title)
}

fn fails(id: &str, title: &str) -> CaseResult {
    CaseResult { counts: true, ..case(id, Level::Must, Verdict::Fail, title) }
}

fn hostile() -> CaseResult {
    CaseResult {
        actual: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        requirement: HOSTILE.to_owned(),
        source: HOSTILE.to_owned(),
        stimulus: HOSTILE.to_owned(),
        expected: HOSTILE.to_owned(),
        hint: HOSTILE.to_owned(),
        reproduce: Reproduce { command: HOSTILE.to_owned(), curl: Some(HOSTILE.to_owned()) },
        traces: vec![
            trace(Role::Setup, HOSTILE, Some(204), ""),
            Trace { request: HOSTILE.to_owned(), ..trace(Role::Test, HOSTILE, Some(500), &long_answer()) },
            trace(Role::After, "an ordinary event afterwards", Some(204), ""),
        ],
        requests: 3,
        ..fails(&format!("mac/{HOSTILE}"), "")
    }
}

fn cases() -> Vec<CaseResult> {
    let code = |number: u16| trace(Role::After, "an ordinary event afterwards", Some(number), "");
    let measured = |id: &str, actual: &str| CaseResult {
        level: Level::Info,
        actual: actual.to_owned(),
        ..passes(id, "measured")
    };
    let skipped = |id: &str| CaseResult {
        verdict: Verdict::Skip,
        actual: "it needs --probe".to_owned(),
        traces: Vec::new(),
        requests: 0,
        ..passes(id, "The same state after duplicates")
    };
    let mut cases: Vec<CaseResult> = ["loaded", "started", "results", "completed", "canceled", "low-snr"]
        .iter()
        .map(|name| passes(&format!("events/{name}"), "The event is taken"))
        .collect();
    cases.extend([
        passes("mac/missing", "No MAC is refused"),
        fails("mac/one-digit", "A MAC with one digit changed is refused"),
        fails("mac/truncated", "A MAC without its second half is refused"),
        hostile(),
        CaseResult {
            level: Level::Info,
            actual: "upper-case digits are taken".to_owned(),
            ..passes("mac/upper-case", "Upper-case hex")
        },
        passes("body/pretty", "A body with line breaks is verified as it came"),
        CaseResult {
            level: Level::Should,
            counts: false,
            actual: "401 to 3 of 3 events".to_owned(),
            expected: "2xx".to_owned(),
            hint: "The body is parsed and printed again before it is hashed.".to_owned(),
            ..fails("body/number-forms", "Numbers are hashed as they were written")
        },
        CaseResult {
            level: Level::Should,
            counts: false,
            known: Some(format!("WEB-417, waits for the new proxy {HOSTILE}")),
            ..fails("body/key-order", "Keys in another order")
        },
        CaseResult {
            known: Some("WEB-12: mended in May?".to_owned()),
            counts: true,
            ..passes("body/trailing-newline", "A newline at the end")
        },
        CaseResult {
            flaky: true,
            actual: "503 at first, 204 when it was tried again".to_owned(),
            traces: vec![
                trace(
                    Role::Test,
                    "a copy of the event, at the same time",
                    Some(503),
                    "upstream connect error",
                ),
                code(204),
            ],
            requests: 4,
            ..fails("order/duplicate-concurrent", "The same event twice at the same time")
        },
        passes("order/swapped", "Neighbours that are swapped are taken"),
        CaseResult {
            verdict: Verdict::Error,
            counts: false,
            actual: "no answer could be read: the connection was reset".to_owned(),
            traces: vec![Trace {
                status: None,
                failure: Some("connection-reset".to_owned()),
                detail: Some(format!("Connection reset by peer (os error 104) {HOSTILE}")),
                ..trace(Role::Test, "a body of 10 MB", None, "")
            }],
            ..fails("bad-input/ten-megabytes", "A body of 10 MB is answered on purpose")
        },
        measured("time/window-past", "events of up to 4 h 59 min ago are taken"),
        measured("time/latency", "p50 3.2 ms · p99 18 ms · max 41 ms over 412 events"),
        measured("time/hostile", HOSTILE),
        skipped("state/duplicates"),
        skipped("state/swapped"),
        skipped("state/late"),
    ]);
    cases
}

/// A check of a receiver that takes nothing.
pub fn nothing_is_taken() -> Check {
    let failed = (0..20).map(|place| fails(&format!("events/event-{place}"), "The event is taken"));
    let unjudged = (0..30).map(|place| CaseResult {
        verdict: Verdict::Error,
        counts: false,
        actual: "not judged: 401 to an ordinary event before it".to_owned(),
        ..fails(&format!("mac/error-{place}"), "A forged event is refused")
    });
    let cases = failed.chain(unjudged).collect();
    Check::new(check().setup, cases, Vec::new(), Ending::default())
}

/// The check.
pub fn check() -> Check {
    let cases = cases();
    let setup = CheckSetup {
        suite: "wms-webhook".to_owned(),
        version: "1.2.3".to_owned(),
        target: "http://127.0.0.1:3000/webhook?key=***".to_owned(),
        started: "2026-01-02T03:04:05Z".to_owned(),
        seed: 7,
        dialect: "current".to_owned(),
        strict: false,
        cases: cases.len(),
    };
    let diagnosis = vec![
        Diagnosis {
            name: "compares-only-a-prefix".to_owned(),
            says: "It compares only the beginning of the MAC.".to_owned(),
            matters: "Who guesses a few digits can forge every event.".to_owned(),
            evidence: vec!["mac/one-digit".to_owned(), "mac/truncated".to_owned()],
            fixes: vec![
                Fix {
                    language: "node".to_owned(),
                    text: "Compare all bytes, in constant time.".to_owned(),
                    code: Some("const right = crypto.createHmac('sha256', secret).update(rawBody).digest();\nif (given.length !== right.length || !crypto.timingSafeEqual(given, right)) {\n\treturn res.sendStatus(401);\n}".to_owned()),
                },
                Fix { language: "any".to_owned(), text: "A library for HMAC has such a function.".to_owned(), code: None },
            ],
        },
        Diagnosis {
            name: HOSTILE.to_owned(),
            says: HOSTILE.to_owned(),
            matters: HOSTILE.to_owned(),
            evidence: vec!["body/number-forms".to_owned(), format!("mac/{HOSTILE}")],
            fixes: vec![Fix { language: HOSTILE.to_owned(), text: HOSTILE.to_owned(), code: Some(HOSTILE.to_owned()) }],
        },
    ];
    Check::new(setup, cases, diagnosis, Ending { took_s: 9.84, ..Ending::default() })
}

/// A check of a receiver that does everything right.
pub fn good() -> Check {
    let cases: Vec<CaseResult> =
        check().cases.into_iter().filter(|case| !case.counts && case.verdict == Verdict::Pass).collect();
    let setup = CheckSetup { cases: cases.len(), strict: true, ..check().setup };
    Check::new(setup, cases, Vec::new(), Ending { took_s: 42.1, ..Ending::default() })
}

/// A check that nobody answered.
pub fn unanswered() -> Check {
    let mut check = check();
    check.cases.retain(|case| case.verdict == Verdict::Error);
    let setup = CheckSetup { cases: check.cases.len(), ..check.setup };
    Check::new(setup, check.cases, Vec::new(), Ending { unanswered: true, took_s: 5.0, ..Ending::default() })
}

/// A check that was ended by hand after its first 9 cases.
pub fn interrupted() -> Check {
    let check = check();
    let cases = check.cases.into_iter().take(9).collect();
    Check::new(
        check.setup,
        cases,
        check.diagnosis,
        Ending { interrupted: true, took_s: 1.0, ..Ending::default() },
    )
}

/// Every check there is, with its name.
pub fn all() -> [(&'static str, Check); 4] {
    [("all", check()), ("good", good()), ("unanswered", unanswered()), ("interrupted", interrupted())]
}
