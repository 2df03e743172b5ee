//! `serve`, resolved.

use core::net::SocketAddr;

use super::catalogue::{self, Catalogue};
use super::{dialect, secret, target};
use crate::cli::args::{OutputName, ServeArgs};
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::protocol::mac::Signer;
use crate::scenario::compile::Options;
use crate::scenario::library::Library;
use crate::seed::Seed;
use crate::serve::inbox::InboxOptions;
use crate::serve::stage::{Scene, What};

/// Everything that `serve` needs, with nothing left to decide.
pub(in crate::cli) struct ServeJob {
    pub listen: SocketAddr,
    pub allow_hosts: Vec<String>,
    pub scene: Scene,
    /// Sessions go to the server's own inbox.
    pub own_inbox: bool,
    pub secret_source: &'static str,
    pub inbox: InboxOptions,
    pub library: Library,
    pub seed: Seed,
    pub output: OutputName,
    pub warnings: Vec<String>,
}

pub(in crate::cli) fn resolve(args: &ServeArgs, typed: &Typed) -> Result<ServeJob, CliError> {
    let chosen = dialect::choose(&args.dialect)?;
    let spoken = dialect::spoken(&chosen, &args.delivery, None)?;
    let seed = args.seed.map_or_else(Seed::random, Seed);
    let own_inbox = args.delivery.to.is_none();
    // Stands there until the server knows its own address.
    let to = target::parse(args.delivery.to.as_deref().unwrap_or("http://127.0.0.1/webhook"))?;
    let (transport, _) = target::options(&args.delivery, to, &spoken)?;
    let mut secrets = secret::find_all(&args.secret, typed)?;
    let secret_source = if secrets.is_empty() {
        if !own_inbox {
            return Err(secret::missing());
        }
        secrets.push(super::send::secret_of(seed));
        "made up for this run"
    } else {
        "given to the program"
    };
    let catalogue = Catalogue::open(args.scenarios.as_deref())?;
    let plays = plays(args, &catalogue, &chosen)?;
    let callback = args.callback.as_deref().map(callback).transpose()?;
    let signers = secrets.iter().map(|secret| Signer::new(secret, spoken.mac_input)).collect();
    let mut warnings = Vec::new();
    if !args.listen.ip().is_loopback() {
        warnings.push(format!(
            "{} is no loopback address: whoever reaches it can see what is received and start sessions",
            args.listen
        ));
    }
    Ok(ServeJob {
        listen: args.listen,
        allow_hosts: args.allow_host.clone(),
        scene: Scene {
            config: None,
            transport,
            // Events are signed with the first; the inbox accepts them all.
            secret: secrets.swap_remove(0),
            dialect: spoken.clone(),
            set: chosen.set,
            plays,
            pace: args.pace,
            callback,
        },
        own_inbox,
        secret_source,
        inbox: InboxOptions::new(signers, spoken),
        library: catalogue.library,
        seed,
        output: args.output,
        warnings,
    })
}

/// What is played where nothing is asked for: looked at now, so that no browser has to find out.
fn plays(args: &ServeArgs, catalogue: &Catalogue, chosen: &dialect::Chosen) -> Result<What, CliError> {
    let options = Options { dialect: chosen.base.clone(), set: chosen.set.clone(), ..Options::default() };
    if let Some(name) = &args.mix {
        if catalogue::is_path(name) {
            return Err(CliError::usage(format!("--mix {name}: serve takes mixes of the catalogue"))
                .help("--scenarios FOLDER adds your own"));
        }
        catalogue.mix(name, &options)?;
        return Ok(What::Mix(name.clone()));
    }
    let name = args.scenario.as_deref().unwrap_or("happy-path");
    if catalogue::is_path(name) {
        return Err(CliError::usage(format!("--scenario {name}: serve takes scenarios of the catalogue"))
            .help("--scenarios FOLDER adds your own"));
    }
    catalogue.plan(name, &options)?;
    Ok(What::Scenario(name.to_owned()))
}

fn callback(url: &str) -> Result<String, CliError> {
    let wrong = |why: &str| CliError::usage(format!("--callback: {why}"));
    let parsed = url::Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed.into()),
        scheme => Err(wrong(&format!("'{scheme}:' is not http: or https:"))),
    }
}
