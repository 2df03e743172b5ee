//! Settings from the environment and from a file.

use super::common::cli::{file, scratch, sim, words};
use super::common::receiver::{Kind, Receiver};
use super::common::tcp;

#[test]
fn a_file_that_nobody_named_sets_nothing_that_acts() {
    let folder = scratch();
    for (key, value) in [
        ("to", "http://127.0.0.1:9/"),
        ("secret", "s"),
        ("secret-file", "s"),
        ("probe", "touch acted"),
        ("before-session", "touch acted"),
        ("rotate-to", "new"),
        ("rotate-step", "touch acted"),
        ("report", "json=acted"),
        ("journal", "acted"),
        ("write-baseline", "acted"),
        ("header", "A: b"),
        ("insecure", "true"),
    ] {
        for section in ["", "[check]\n"] {
            file(&folder, "wms-sim.toml", &format!("{section}{key} = '{value}'"));
            let run = sim(words("check mac/missing")).dir(folder.path());
            run.exits(2).says(&["wms-sim.toml", &format!("cannot set '{key}'")]);
            assert!(!folder.path().join("acted").exists());
            sim(words("check mac/missing --no-config")).dir(folder.path()).exits(0);
        }
    }
}

#[test]
fn the_rest_may_stand_in_it() {
    let folder = scratch();
    file(
        &folder,
        "wms-sim.toml",
        "[check]\nfast = true\nstrict = true\nbudget = '1m'\noutput = 'ndjson'\nhint = 'go'",
    );
    let output = sim(words("check mac/missing")).dir(folder.path()).exits(0);
    assert_eq!(output.json_lines()[0]["strict"], true);
    file(&folder, "wms-sim.toml", "[check]\nbudget = 'soon'");
    sim(words("check mac/missing")).dir(folder.path()).exits(2).says(&["line 2 of wms-sim.toml"]);
}

#[test]
fn the_environment_sets_what_flags_set() {
    let receiver = Receiver::start(Kind::NodeHttp, super::SECRET);
    let output = sim(words("check mac/missing"))
        .env("WMS_SIM_TO", &receiver.url())
        .env("WMS_SIM_SECRET", super::SECRET)
        .env("WMS_SIM_OUTPUT", "ndjson")
        .env("WMS_SIM_SEED", "9")
        .env("WMS_SIM_WAIT_FOR_TARGET", "1s")
        .exits(0);
    assert_eq!(output.json_lines()[0]["seed"], 9);
    let told = |name: &str, value: &str| {
        let output = sim(words("check mac/missing")).env(name, value).exits(2);
        output.says(&[&format!("environment variable {name}")]);
    };
    told("WMS_SIM_BUDGET", "soon");
    told("WMS_SIM_STRICT", "perhaps");
    told("WMS_SIM_HINT", "cobol");
    let nobody = super::report::url(tcp::closed_port());
    sim(words("check mac/missing --secret s --wait-for-target 0s")).env("WMS_SIM_TO", &nobody).exits(3);
}
