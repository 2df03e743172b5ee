//! `--serve-config`: what stands behind each Config ID, with its secrets and dialects read.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{dialect, secret};
use crate::cli::error::CliError;
use crate::cli::files;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Secret;
use crate::serve::configs::{self, Config, HeldSecret, ReadyConfig, SecretSource};

const LIMIT: u64 = 1 << 20;
const FLAG: &str = "serve-config";

/// Reads a configuration and everything that it names. Paths in it are relative to it.
pub(in crate::cli) fn read(path: &Path) -> Result<Vec<ReadyConfig>, CliError> {
    read_with(path, |name| std::env::var_os(name))
}

fn read_with(path: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Result<Vec<ReadyConfig>, CliError> {
    let text = files::read_text(path, "the serve configuration", LIMIT).map_err(|error| error.about(FLAG))?;
    let configs =
        configs::read(&text).map_err(|problems| wrong(path, problems.iter().map(ToString::to_string)))?;
    // `-` is standard input elsewhere; below a folder it is a file.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut problems = Vec::new();
    let mut ready = Vec::new();
    for config in configs {
        let mut secrets = Vec::new();
        for source in &config.secrets {
            match held(source, folder, &variable) {
                Ok(held) => secrets.push(held),
                Err(error) => problems.push(placed(&config, &error)),
            }
        }
        let dialect = config.dialect.as_deref().map(|name| spoken(name, folder)).transpose();
        match dialect {
            Ok(dialect) => ready.push(ReadyConfig { config, secrets, dialect }),
            Err(error) => problems.push(placed(&config, &error)),
        }
    }
    problems.extend(configs::shared_secrets(&ready));
    if problems.is_empty() { Ok(ready) } else { Err(wrong(path, problems)) }
}

fn wrong(path: &Path, problems: impl IntoIterator<Item = String>) -> CliError {
    let error =
        CliError::usage(format!("the serve configuration {} cannot be used", path.display())).about(FLAG);
    problems.into_iter().fold(error, CliError::help)
}

/// What is wrong with one config, on a line.
fn placed(config: &Config, error: &CliError) -> String {
    let mut told = format!("line {}, config '{}': {}", config.line, config.id, error.message);
    for line in &error.help {
        told.push_str("; ");
        told.push_str(line);
    }
    if let Some(drawing) = &error.drawing {
        told.push('\n');
        told.push_str(drawing);
    }
    told
}

fn held(
    source: &SecretSource,
    folder: &Path,
    variable: &impl Fn(&str) -> Option<OsString>,
) -> Result<HeldSecret, CliError> {
    let (source, secret) = match source {
        SecretSource::File(name) => {
            let path = folder.join(name);
            let secret = secret::from_file(&path)?;
            // Two names of one file are one place.
            let path = path.canonicalize().unwrap_or(path);
            (SecretSource::File(path.display().to_string()), secret)
        }
        SecretSource::Variable(name) => {
            let value = variable(name)
                .ok_or_else(|| CliError::usage(format!("the environment variable {name} is not set")))?;
            let text = value
                .into_string()
                .map_err(|_| CliError::usage(format!("the environment variable {name} is not UTF-8 text")))?;
            (source.clone(), Secret::new(text))
        }
    };
    if secret.is_empty() {
        return Err(CliError::usage(format!("the secret of {source} is empty")));
    }
    Ok(HeldSecret { source, secret })
}

fn spoken(name: &str, folder: &Path) -> Result<Dialect, CliError> {
    match name {
        "current" => Ok(Dialect::current()),
        "older" => Ok(Dialect::older()),
        name => {
            let path: PathBuf = folder.join(name);
            if !path.exists() {
                return Err(CliError::usage(format!("there is neither a dialect nor a file '{name}'"))
                    .help("presets: current, older; a file: wms-sim dialect --toml > FILE"));
            }
            dialect::read(&path)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn environment(name: &str) -> Option<OsString> {
        match name {
            "DEMO_SECRET" => Some("from-the-environment".into()),
            "EMPTY" => Some("".into()),
            _ => None,
        }
    }

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let folder = folder(files);
        let path = folder.path().join("serve.toml");
        let error = read_with(&path, environment).unwrap_err();
        assert_eq!(error.flags(), [FLAG]);
        // Not only that of which it is: none of the secrets is told.
        let told = format!("{error:?}");
        assert!(!told.contains("s3cret") && !told.contains("from-the-environment"), "{told}");
        error.help
    }

    #[test]
    fn secrets_and_dialects_are_read_beside_the_file() {
        let folder = folder(&[
            (
                "serve.toml",
                "[configs.a]\nsecret_file = 'a.secret'\nsecret_env = 'DEMO_SECRET'\ndialect = 'mine.toml'\n[configs.b]\n\
                 dialect = 'older'\nsecret_file = './a.secret'\n",
            ),
            ("a.secret", "s3cret\n"),
            ("mine.toml", "base = 'older'\n[results]\ncount = 6\n"),
        ]);
        let ready = read_with(&folder.path().join("serve.toml"), environment).unwrap();
        let secrets: Vec<&[u8]> = ready[0].secrets.iter().map(|held| held.secret.expose()).collect();
        assert_eq!(secrets, [&b"s3cret"[..], b"from-the-environment"]);
        assert_eq!(ready[0].dialect.as_ref().unwrap().results_count, 6);
        assert_eq!(ready[1].dialect, Some(Dialect::older()));
        assert_eq!(ready[1].secrets[0].source, ready[0].secrets[0].source, "one file under two names");
    }

    #[test]
    fn everything_that_cannot_be_read_is_told_at_once() {
        let told = problems(&[
            (
                "serve.toml",
                "[configs.a]\nsecret_file = 'none'\nsecret_env = 'NOT_SET'\n[configs.b]\nsecret_file = 'empty'\ndialect = \
                 'oldr'\n[configs.c]\nsecret_env = 'EMPTY'\n",
            ),
            ("empty", "\n"),
        ]);
        assert_eq!(told.len(), 5, "{told:#?}");
        for (line, says) in told.iter().zip([
            "line 1, config 'a': cannot read the secret file",
            "line 1, config 'a': the environment variable NOT_SET is not set",
            "line 4, config 'b': the secret of the file",
            "line 4, config 'b': there is neither a dialect nor a file 'oldr'",
            "line 7, config 'c': the secret of the variable EMPTY is empty",
        ]) {
            assert!(line.starts_with(says), "{line}");
        }
    }

    #[test]
    fn a_secret_that_two_configs_share_by_accident_is_refused() {
        let told = problems(&[
            ("serve.toml", "[configs.a]\nsecret_file = 'a'\n[configs.b]\nsecret_file = 'b'\n"),
            ("a", "s3cret"),
            ("b", "s3cret\n"),
        ]);
        assert!(told[0].starts_with("configs 'a' and 'b' have the same secret"), "{told:?}");
    }

    #[test]
    fn the_real_environment_is_asked() {
        let folder = folder(&[("serve.toml", "[configs.a]\nsecret_env = 'WMS_SIM_TEST_THAT_NOBODY_SETS'\n")]);
        let error = read(&folder.path().join("serve.toml")).unwrap_err();
        assert!(error.help[0].contains("is not set"), "{error:?}");
    }

    #[test]
    fn problems_of_the_text_are_told_with_their_lines() {
        let told = problems(&[("serve.toml", "[configs.a]\nsecret = 's3cret'\npaec = '1x'\n")]);
        assert!(told[0].starts_with("line 2") && told[1].contains("did you mean 'pace'?"), "{told:?}");
    }
}
