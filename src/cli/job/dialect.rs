//! The dialect of a run, from presets, files, and single keys.

use std::path::Path;

use toml::{Table, Value};

use super::duration;
use crate::cli::args::{DeliveryArgs, DialectArgs, OrderName, ReceiverArgs};
use crate::cli::error::CliError;
use crate::cli::files;
use crate::protocol::dialect::{Dialect, Order, SetError};

const LIMIT: u64 = 1 << 20;

/// A dialect, and the keys that win over a scenario's own.
pub(in crate::cli) struct Chosen {
    pub base: Dialect,
    pub set: Vec<(String, String)>,
}

impl Chosen {
    /// The base with the keys set: what a run without a scenario speaks.
    pub fn whole(&self) -> Dialect {
        let mut dialect = self.base.clone();
        for (key, value) in &self.set {
            // Checked when they were read.
            let _ = dialect.set(key, value);
        }
        dialect
    }
}

/// Reads the flags.
pub(in crate::cli) fn choose(args: &DialectArgs) -> Result<Chosen, CliError> {
    let base = match args.dialect.as_str() {
        "current" => Dialect::current(),
        "older" => Dialect::older(),
        path => read(Path::new(path)).map_err(|error| error.about("dialect"))?,
    };
    let mut trial = base.clone();
    let mut set = Vec::new();
    for text in &args.set {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| CliError::usage(format!("--set '{text}' is not of the form KEY=VALUE")))?;
        trial.set(key, value).map_err(|error| wrong("--set", &error))?;
        set.push((key.to_owned(), value.to_owned()));
    }
    Ok(Chosen { base, set })
}

/// The dialect of a run's delivery: the whole one, with the flags that stand for some of its keys.
pub(super) fn spoken(
    chosen: &Chosen,
    delivery: &DeliveryArgs,
    order: Option<OrderName>,
) -> Result<Dialect, CliError> {
    let mut dialect = answered(chosen, &delivery.receiver)?;
    match order {
        Some(OrderName::Sequential) => dialect.order = Order::Sequential,
        Some(OrderName::Concurrent) => dialect.order = Order::Concurrent,
        None => {}
    }
    dialect.retries = delivery.retries.unwrap_or(dialect.retries);
    dialect.backoff = delivery.backoff.unwrap_or(dialect.backoff);
    Ok(dialect)
}

/// The whole dialect, with the flags that say what is expected of a receiver's answers.
pub(super) fn answered(chosen: &Chosen, receiver: &ReceiverArgs) -> Result<Dialect, CliError> {
    let mut dialect = chosen.whole();
    if let Some(accept) = &receiver.accept {
        dialect.accept = accept.parse().map_err(|error| CliError::usage(format!("--accept: {error}")))?;
    }
    if let Some(text) = &receiver.timeout {
        dialect.timeout = duration::read("timeout", text)?;
    }
    Ok(dialect)
}

/// The dialect of a file.
pub(super) fn read(path: &Path) -> Result<Dialect, CliError> {
    if !path.exists() {
        let message =
            format!("--dialect {}: there is neither a preset nor a file of that name", path.display());
        return Err(
            CliError::usage(message).help("presets: current, older; a file: wms-sim dialect --toml > FILE")
        );
    }
    let text = files::read_text(path, "the dialect file", LIMIT)?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        CliError::usage(format!("the dialect file {} is not TOML", path.display())).drawing(error.to_string())
    })?;
    // `base = "older"` begins from a preset; the newer page is the default.
    let mut dialect = match table.get("base") {
        None => Dialect::current(),
        Some(Value::String(base)) if base == "current" => Dialect::current(),
        Some(Value::String(base)) if base == "older" => Dialect::older(),
        Some(_) => {
            return Err(CliError::usage(format!(
                "in {}, base is neither \"current\" nor \"older\"",
                path.display()
            )));
        }
    };
    let mut keys = Vec::new();
    flatten("", &table, &mut keys);
    for (key, value) in keys.into_iter().filter(|(key, _)| key != "base") {
        dialect
            .set(&key, &value)
            .map_err(|error| wrong(&format!("in the dialect file {}", path.display()), &error))?;
    }
    Ok(dialect)
}

/// What is wrong with a key, and where it stands.
fn wrong(place: &str, error: &SetError) -> CliError {
    let told = CliError::usage(format!("{place}: {error}"));
    if error.unknown_key { told.help("wms-sim dialect lists the keys") } else { told }
}

/// `[websocket] initial = true` and `"websocket.initial" = true` are the same.
fn flatten(prefix: &str, table: &Table, keys: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) => flatten(&key, inner, keys),
            Value::String(text) => keys.push((key, text.clone())),
            other => keys.push((key, other.to_string())),
        }
    }
}
