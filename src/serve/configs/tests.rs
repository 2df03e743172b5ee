//! Serve configurations, right and wrong.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn one(text: &str) -> Config {
    let mut configs = read(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(configs.len(), 1);
    configs.remove(0)
}

/// The problems' lines.
fn problems(text: &str) -> Vec<String> {
    read(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn everything_that_can_be_said() {
    let config = one(r#"
# A comment.
[configs.demo-1]
webhook = "http://localhost:3000/webhook"
secret_file = ["old.secret", "new.secret"]
callback = "http://localhost:3000/measured?x=1#top"
allow_callbacks = ["https://preview.example/"]
scenario = "low-snr"
pace = "20x"
auto = true
dialect = "older"
set = { "callback.results" = "json", results.count = 6, websocket = { initial = true } }
"#);
    assert_eq!((config.id.as_str(), config.line), ("demo-1", 3));
    assert_eq!(config.webhook.unwrap().to_string(), "http://localhost:3000/webhook");
    let file = |path: &str| SecretSource::File(path.to_owned());
    assert_eq!(config.secrets, [file("old.secret"), file("new.secret")]);
    assert_eq!(config.callback.unwrap().as_str(), "http://localhost:3000/measured?x=1#top");
    assert!(config.allowed.covers(&CallbackUrl::parse("https://preview.example/a").unwrap()));
    assert_eq!(config.choice, Some(Choice::Scenario("low-snr".into())));
    assert_eq!(config.pace, Some(Pace::Times(20.0)));
    assert_eq!(config.auto, Some(true));
    assert_eq!(config.dialect.as_deref(), Some("older"));
    let set: Vec<String> = config.set.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(set, ["callback.results=json", "results.count=6", "websocket.initial=true"]);
}

#[test]
fn hardly_anything_need_be_said() {
    let config = one("[configs.a]");
    assert_eq!(config.webhook, None);
    assert!(config.secrets.is_empty() && config.choice.is_none() && config.auto.is_none());
    let configs = read("[configs.b]\nmix = 'all'\n[configs.a]\nauto = false\n").unwrap();
    let ids: Vec<&str> = configs.iter().map(|config| config.id.as_str()).collect();
    assert_eq!(ids, ["b", "a"], "in the order of the file");
}

#[test]
fn secrets_come_in_the_order_of_the_file_and_from_either_place() {
    let secrets = |text: &str| one(&format!("[configs.a]\n{text}")).secrets;
    let (file, variable) = (SecretSource::File("f".into()), SecretSource::Variable("V_1".into()));
    assert_eq!(secrets("secret_file = 'f'\nsecret_env = 'V_1'"), [file.clone(), variable.clone()]);
    assert_eq!(secrets("secret-env = 'V_1'\nsecret-file = 'f'"), [variable, file]);
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let found = problems(
        r#"
port = 3
[configs.a]
webhok = "http://h/"
pace = "fast"
auto = "yes"
scenario = "x"
mix = "y"
callback = "javascript:alert(1)"
allow_callbacks = ["https://ok.example", "nope"]
set = { results.count = 7, "no.such" = 1 }
[configs."b/c"]
webhook = "localhost:3000"
[configs.c]
webhook = "http://h/"
"#,
    );
    let expected = [
        "line 2, column 1: 'port' means nothing here; each config is a table of its own: [configs.ID]",
        "line 4, column 1: 'webhok' is not a key of a config; did you mean 'webhook'?",
        "line 5, column 1: pace: 'fast' is not a pace, such as 1x, 0.5x, 20x or max",
        "line 6, column 1: 'auto' is neither true nor false",
        "line 8, column 1: there are a scenario and a mix; give one of them",
        "line 9, column 1: callback: the callback begins with javascript: and only http: and https: can be used",
    ];
    for (line, expected) in found.iter().zip(expected) {
        assert_eq!(line, expected);
    }
    for (line, start) in found.iter().skip(6).zip([
        "line 10, column 42: allow_callbacks: the callback is not a URL in full",
        "line 11, column 17: set: results.count cannot be '7'",
        "line 11, column 28: set: 'no.such' is not a key of the dialect",
        "line 12, column 10: a Config ID stands in the call-in URL's path, which 'b/c' cannot",
        "line 13, column 1: webhook: the URL has no scheme",
        "line 14, column 10: config 'c' has a webhook of its own and no secret; secret_file",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(found.len(), 12, "{found:#?}");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    for text in [
        "[configs.a]\nsecret = 's3cret'",
        "[configs.a]\nsecrets = ['s3cret']",
        "[configs.a]\nmac-secret = 's3cret'",
        "[configs.a]\nsecret_env = 's3cret!'",
        "[configs.a]\nsecret_file = { inline = 's3cret' }",
        "[configs.a]\nsecret = 's3cret",
        "[configs.a]\npassword = 's3cret'",
        "[configs.a]\nsecret s3cret",
    ] {
        let found = problems(text).join("\n");
        assert!(!found.contains("s3cret") && found.contains("line 2"), "{text}\n{found}");
    }
    let found = problems("[configs.a]\nsecret = 's3cret'").join("\n");
    assert!(found.contains("secret_file") && found.contains("secret_env"), "{found}");
}

/// A terminal would obey them.
#[test]
fn control_characters_of_the_file_are_not_repeated() {
    let escape = r"\u001b[31m";
    for text in [
        format!("\"{escape}\" = 1"),
        format!("[configs]\n\"{escape}\" = 1"),
        format!("[configs.\"{escape}\"]\nwebhook = 'http://h/'\n\"{escape}\" = 1"),
        format!("[configs.a]\npace = \"{escape}\"\ncallback = \"{escape}:\"\nwebhook = \"http://{escape}/\""),
        format!(
            "[configs.a]\nset = {{ \"{escape}\" = 1, \"x{escape}\" = [] }}\nsecret_file = [\"{escape}\", \"{escape}\"]"
        ),
    ] {
        for line in problems(&text) {
            assert!(!line.contains(char::is_control), "{text}\n{line:?}");
        }
    }
}

#[test]
fn wrong_secrets() {
    for (text, says) in [
        ("secret_file = ['a', 'b', 'c']", "two are the most"),
        ("secret_file = ['a', 'b']\nsecret_env = 'C'", "two are the most"),
        ("secret_file = ['a', 'a']", "the file a is there twice"),
        ("secret_file = ''", "does not name a file"),
        ("secret_file = []", "neither a text nor a list"),
        ("secret_env = '1A'", "does not name a variable"),
        ("secret_env = 7", "neither a text nor a list"),
        ("secret_env = 'A'\nsecret-env = 'B'", "there twice"),
    ] {
        let found = problems(&format!("[configs.a]\n{text}")).join("\n");
        assert!(found.contains(says), "{text}\n{found}");
    }
}

#[test]
fn config_ids_are_usable_in_a_path() {
    for id in ["a", "0", "A-b_c.d~e", "..a"] {
        assert_eq!(one(&format!("[configs.\"{id}\"]")).id, id);
    }
    for id in ["", ".", "..", "a b", "a/b", "a%2Fb", "ü", "a?b", "a#b", "a\\\\b", "a\\nb"] {
        assert!(problems(&format!("[configs.\"{id}\"]"))[0].contains("Config ID"), "{id}");
    }
    assert!(read(&format!("[configs.{}]", "a".repeat(201))).is_err());
}

#[test]
fn files_that_are_no_configuration() {
    assert_eq!(problems(""), ["line 1, column 1: there is no config in the file; [configs.demo] begins one"]);
    assert!(problems("configs = 3")[0].contains("not a table"));
    assert!(problems("[configs]\na = 3")[0].contains("begins with [configs.a]"));
    assert!(problems("[configs.a\n").iter().all(|line| line.contains("this is not TOML")));
    assert!(problems("[configs.a]\n[configs.a]\n")[0].contains("line 2"));
    // The parser tells the second slip first.
    let found = problems("\u{fc} = {x = 1,");
    assert!(found[0].starts_with("line 1, column 1:") && found.len() == 2, "{found:?}");
}

fn ready(id: &str, secrets: &[(&str, &str)]) -> ReadyConfig {
    let held = |(file, text): &(&str, &str)| HeldSecret {
        source: SecretSource::File((*file).to_owned()),
        secret: Secret::new(*text),
    };
    ReadyConfig {
        config: one(&format!("[configs.{id}]")),
        secrets: secrets.iter().map(held).collect(),
        dialect: None,
    }
}

#[test]
fn no_two_configs_share_a_secret_by_accident() {
    let a = ready("a", &[("a1", "one"), ("a2", "two")]);
    assert!(shared_secrets(&[a.clone(), ready("b", &[("b1", "three")])]).is_empty());
    // The same file, on purpose.
    assert!(shared_secrets(&[a.clone(), ready("b", &[("a2", "two")])]).is_empty());
    let told = shared_secrets(&[a, ready("b", &[("b1", "two")]), ready("c", &[("c1", "x"), ("c2", "x")])]);
    assert_eq!(
        told,
        [
            "configs 'a' and 'b' have the same secret, from the file a2 and from the file b1",
            "config 'c': the file c1 and the file c2 hold the same secret"
        ]
    );
    assert!(!format!("{:?}", ready("a", &[("f", "s3cret")])).contains("s3cret"));
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), more in "[a-z_.=\\[\\]\"'{},\n 0-9]{0,80}") {
        let _ = (read(&text), read(&format!("[configs.a]\n{more}")));
    }
}
