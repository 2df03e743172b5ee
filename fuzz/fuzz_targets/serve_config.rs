//! A text is read as a serve configuration. It gives configs that can be used, or problems that lie within it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wms_sim::protocol::dialect::Dialect;
use wms_sim::serve::configs::{Config, Problem, read};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match read(text) {
        Ok(configs) => {
            assert!(!configs.is_empty());
            assert_eq!(read(text).as_ref(), Ok(&configs));
            for (place, config) in configs.iter().enumerate() {
                assert!(configs[..place].iter().all(|other| other.id != config.id));
                is_usable(text, config);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)), "{problems:?}");
            problems.iter().for_each(|problem| lies_within(text, problem));
        }
    }
});

fn is_usable(text: &str, config: &Config) {
    assert!(!config.id.is_empty() && config.id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'));
    assert!((1..=text.split('\n').count()).contains(&config.line));
    assert!(config.secrets.len() <= 2 && (config.webhook.is_none() || !config.secrets.is_empty()));
    let mut dialect = Dialect::current();
    for (key, value) in &config.set {
        assert!(dialect.set(key, value).is_ok());
    }
}

fn lies_within(text: &str, problem: &Problem) {
    let line = text.split('\n').nth(problem.line - 1).expect("the line is there");
    assert!((1..=line.chars().count() + 1).contains(&problem.column), "{problem:?}");
    assert!(!problem.message.is_empty(), "{problem:?}");
    // A terminal may show it.
    assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
}
