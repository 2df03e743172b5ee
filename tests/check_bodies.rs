//! The sections `body` and `input` against the inbox: it is a correct receiver, and has to pass them all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use wms_sim::clock::RunClock;
use wms_sim::conformance::case::Case;
use wms_sim::conformance::cases;
use wms_sim::conformance::kit::Setup;
use wms_sim::conformance::request::Base;
use wms_sim::conformance::run::{Ran, Runner, run};
use wms_sim::delivery::engine::Stop;
use wms_sim::outcome::check::{Level, Verdict};
use wms_sim::protocol::dialect::{Dialect, MacInput, StatusSet};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::seed::Seed;
use wms_sim::serve::desk::Desk;
use wms_sim::serve::embedded::Embedded;
use wms_sim::serve::inbox::InboxOptions;
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::target::Target;
use wms_sim::transport::wire::Wire;

const SECRET: &str = "a secret of the check";

fn runner(url: &str, dialect: &Dialect, seed: u64) -> Arc<Runner> {
    let clock = RunClock::start();
    let options = TransportOptions::speaking(Target::parse(url).unwrap(), dialect);
    Arc::new(Runner {
        setup: Setup {
            seed: Seed(seed),
            dialect: dialect.clone(),
            signer: Signer::new(&Secret::new(SECRET), dialect.mac_input),
            soon: Duration::from_secs(5),
            late: Duration::from_secs(10),
        },
        base: Base::new(&options).unwrap(),
        wire: Wire::new(&options, clock).unwrap(),
        options,
        clock,
        accept: StatusSet::success(),
        announcer: None,
        probe: None,
        patience: Duration::from_secs(10),
        budget: None,
        command: Arc::new(|id| format!("wms-sim check --case {id}")),
        ends: Arc::new(|_| false),
    })
}

async fn check(url: &str, dialect: &Dialect, seed: u64, wanted: impl Fn(&Case) -> bool) -> Ran {
    let all = cases::all();
    let cases: Vec<&Case> = all.iter().filter(|case| wanted(case)).collect();
    assert!(!cases.is_empty());
    let (_stop, stopped) = watch::channel(Stop::No);
    run(runner(url, dialect, seed), &cases, stopped, &mut |_| {}).await
}

fn mine(case: &Case) -> bool {
    matches!(case.section(), "body" | "input")
}

fn inbox(dialect: &Dialect, input: MacInput) -> Embedded {
    let signer = Signer::new(&Secret::new(SECRET), input);
    Embedded::start(Arc::new(Desk::open(InboxOptions::new(vec![signer], dialect.clone())))).unwrap()
}

fn dialect(settings: &[(&str, &str)]) -> Dialect {
    let mut dialect = Dialect::current();
    for (key, value) in settings {
        dialect.set(key, value).unwrap();
    }
    dialect
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inbox_passes_in_every_dialect_and_twice() {
    let dialects = [
        (dialect(&[]), "hashes the bytes"),
        (dialect(&[("body.charset", "utf8"), ("payload.empty", "null")]), "hashes the bytes"),
        (dialect(&[("body.charset", "utf8"), ("mac.input", "latin1")]), "hashes as the page's snippet"),
        (Dialect::older(), "hashes the bytes"),
    ];
    for (dialect, hashes) in dialects {
        let inbox = inbox(&dialect, dialect.mac_input);
        for seed in [1, 2] {
            let ran = check(&inbox.url(), &dialect, seed, mine).await;
            let wrong: Vec<_> = ran
                .cases
                .iter()
                .filter(|case| case.verdict != Verdict::Pass)
                .map(|case| format!("{}: {}", case.id, case.actual))
                .collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
            let measured: Vec<&str> =
                ran.cases.iter().filter(|case| case.level == Level::Info).map(|case| case.actual.as_str()).collect();
            assert!(measured.len() == 2 && measured.iter().all(|told| told.starts_with(hashes)), "{measured:?}");
        }
    }
}
