//! `serve`, resolved.

use core::net::SocketAddr;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::catalogue::{self, Catalogue};
use super::{dialect, secret, serve_config, target};
use crate::cli::args::{OutputName, ServeArgs};
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Signer;
use crate::scenario::compile::Options;
use crate::scenario::library::Library;
use crate::seed::Seed;
use crate::serve::callback::{Allowed, CallbackUrl, Prefix};
use crate::serve::choice::Choice;
use crate::serve::configs::ReadyConfig;
use crate::serve::inbox::InboxOptions;
use crate::serve::ledger::Bounds;
use crate::serve::quirk::Quirks;
use crate::serve::stage::{LONGEST_ID, Scene};
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;

/// How many sessions the inbox remembers: twice those that are shown, so that a late duplicate of one that made room is
/// known for what it is.
const MOST_SESSIONS: usize = 2 * Bounds::SESSIONS;

/// Where a secret comes from that nobody gave.
const MADE_UP: &str = "made up for this run";

/// Everything that `serve` needs, with nothing left to decide.
pub(in crate::cli) struct ServeJob {
    pub listen: SocketAddr,
    pub allow_hosts: Vec<String>,
    pub scene: Scene,
    pub configs: BTreeMap<String, (Scene, bool)>,
    /// Sessions go to the server's own inbox.
    pub own_inbox: bool,
    pub secret_source: &'static str,
    pub inbox: InboxOptions,
    /// How the inbox misbehaves.
    pub quirks: Quirks,
    pub library: Library,
    pub seed: Seed,
    /// Where the inbox passes on what it receives.
    pub forward: Option<TransportOptions>,
    /// Where it writes down what it receives.
    pub journal: Option<PathBuf>,
    pub persist: Option<PathBuf>,
    pub output: OutputName,
    pub warnings: Vec<String>,
}

pub(in crate::cli) fn resolve(args: &ServeArgs, typed: &Typed) -> Result<ServeJob, CliError> {
    let chosen = dialect::choose(&args.dialect)?;
    let spoken = dialect::spoken(&chosen, &args.delivery, None)?;
    let seed = args.seed.map_or_else(Seed::random, Seed);
    let own_inbox = args.delivery.receiver.to.is_none();
    // Stands there until the server knows its own address.
    let to = target::parse(args.delivery.receiver.to.as_deref().unwrap_or("http://127.0.0.1/webhook"))?;
    let (transport, _) = target::options(&args.delivery, to, &spoken)?;
    let mut secrets = secret::find_all(&args.secret, typed)?;
    let secret_source = if secrets.is_empty() {
        if !own_inbox {
            return Err(secret::missing());
        }
        secrets.push(super::send::secret_of(seed));
        MADE_UP
    } else {
        "given to the program"
    };
    let catalogue = Catalogue::open(args.scenarios.as_deref())?;
    let plays = plays(args, &catalogue, &chosen)?;
    let callback = args.callback.as_deref().map(callback).transpose()?;
    let mut signers: Vec<Signer> =
        secrets.iter().map(|secret| Signer::new(secret, spoken.mac_input)).collect();
    let ready = args.serve_config.as_deref().map(serve_config::read).transpose()?.unwrap_or_default();
    for held in ready.iter().flat_map(|ready| &ready.secrets) {
        // Sessions of a config can come to the inbox too.
        signers.push(Signer::new(&held.secret, spoken.mac_input));
    }
    let quirks = Quirks::new(args.quirk.clone(), signers.clone(), &spoken).map_err(|error| {
        CliError::usage(format!("--quirk: {error}")).help("wms-sim serve --help lists the quirks")
    })?;
    let mut warnings = Vec::new();
    if !quirks.is_empty() {
        warnings.push(format!("the inbox misbehaves on purpose: {}", quirks.names().join(", ")));
    }
    if !args.listen.ip().is_loopback() {
        warnings.push(format!(
            "{} is no loopback address: whoever reaches it can see what is received and start sessions",
            args.listen
        ));
    }
    let forward = forward(args, &spoken)?;
    if forward.is_some() && !quirks.is_empty() {
        let message =
            "--quirk and --forward cannot be on together: what is forwarded is answered by its target";
        return Err(CliError::usage(message).help("leave one of them out"));
    }
    if forward.is_some() && secret_source == MADE_UP {
        warnings.push(
            "no secret is given: what is forwarded is taken for forged; --secret-file FILE makes its MACs right".to_owned(),
        );
    }
    let scene = Scene {
        config: None,
        transport,
        // Events are signed with the first; the inbox accepts them all.
        secret: secrets.swap_remove(0),
        dialect: spoken.clone(),
        set: chosen.set,
        plays,
        pace: args.pace,
        callback,
        allowed: allowed(args)?,
        auto: false,
    };
    let mut configs = BTreeMap::new();
    for ready in ready {
        let id = ready.config.id.clone();
        configs.insert(id, of_config(ready, &scene));
    }
    Ok(ServeJob {
        listen: args.listen,
        allow_hosts: allow_hosts(args)?,
        scene,
        configs,
        own_inbox,
        secret_source,
        inbox: InboxOptions {
            max_sessions: MOST_SESSIONS,
            // What can be played can be found again.
            max_session_id_bytes: LONGEST_ID,
            ..InboxOptions::new(signers, spoken)
        },
        quirks,
        library: catalogue.library,
        seed,
        forward,
        journal: args.journal.clone(),
        persist: args.persist.clone(),
        output: args.output,
        warnings,
    })
}

/// Where the inbox passes on what it receives.
fn forward(args: &ServeArgs, spoken: &Dialect) -> Result<Option<TransportOptions>, CliError> {
    let Some(url) = &args.forward else { return Ok(None) };
    let to = Target::parse(url)
        .map_err(|error| CliError::usage(format!("--forward: {error}")).about("forward"))?;
    if to.is_loopback() && to.port() == args.listen.port() {
        return Err(CliError::usage("--forward leads back to this server, which would forward for ever")
            .about("forward")
            .help("name the webhook of your app"));
    }
    if args.delivery.proxy.is_some() || args.delivery.http2 {
        return Err(CliError::usage(
            "--forward goes directly and over HTTP/1.1: --proxy and --http2 are not for it",
        )
        .about("forward"));
    }
    Ok(Some(target::options(&args.delivery, to, spoken)?.0))
}

/// What is played where nothing is asked for: looked at now, so that no browser has to find out.
fn plays(args: &ServeArgs, catalogue: &Catalogue, chosen: &dialect::Chosen) -> Result<Choice, CliError> {
    let options = Options { dialect: chosen.base.clone(), set: chosen.set.clone(), ..Options::default() };
    if let Some(name) = &args.mix {
        if catalogue::is_path(name) {
            return Err(CliError::usage(format!("--mix {name}: serve takes mixes of the catalogue"))
                .help("--scenarios FOLDER adds your own"));
        }
        catalogue.mix(name, &options)?;
        return Ok(Choice::Mix(name.clone()));
    }
    let name = args.scenario.as_deref().unwrap_or("happy-path");
    if catalogue::is_path(name) {
        return Err(CliError::usage(format!("--scenario {name}: serve takes scenarios of the catalogue"))
            .help("--scenarios FOLDER adds your own"));
    }
    catalogue.plan(name, &options)?;
    Ok(Choice::Scenario(name.to_owned()))
}

/// Names under which the server may be spoken to: as they stand in `Host`, whatever the port.
fn allow_hosts(args: &ServeArgs) -> Result<Vec<String>, CliError> {
    if let Some(wrong) = args.allow_host.iter().find(|host| host.is_empty() || host.contains(['/', ' ', '@']))
    {
        return Err(CliError::usage(format!("--allow-host {wrong}: a name is wanted, and not a URL"))
            .about("allow-host")
            .help("such as --allow-host my-tunnel.example"));
    }
    Ok(args.allow_host.clone())
}

fn callback(url: &str) -> Result<CallbackUrl, CliError> {
    CallbackUrl::parse(url).map_err(|error| CliError::usage(format!("--callback: {error}")).about("callback"))
}

fn allowed(args: &ServeArgs) -> Result<Allowed, CliError> {
    let prefix = |text: &String| {
        Prefix::parse(text)
            .map_err(|error| CliError::usage(format!("--allow-callback: {error}")).about("allow-callback"))
    };
    Ok(Allowed::new(args.allow_callback.iter().map(prefix).collect::<Result<_, _>>()?))
}

/// What stands behind a Config ID: what its file says, and for the rest what the command line says. With it comes whether
/// it has a target of its own.
fn of_config(ready: ReadyConfig, scene: &Scene) -> (Scene, bool) {
    let ReadyConfig { config, secrets, dialect } = ready;
    let has_target = config.webhook.is_some();
    let mut own = Scene {
        config: Some(config.id.as_str().into()),
        plays: config.choice.unwrap_or_else(|| scene.plays.clone()),
        pace: config.pace.unwrap_or(scene.pace),
        callback: config.callback.or_else(|| scene.callback.clone()),
        allowed: scene.allowed.and(&config.allowed),
        auto: config.auto.unwrap_or(scene.auto),
        ..scene.clone()
    };
    if let Some(target) = config.webhook {
        own.transport.target = target;
    }
    if let Some(first) = secrets.into_iter().next() {
        own.secret = first.secret;
    }
    if let Some(dialect) = dialect {
        own.dialect = dialect;
    }
    own.set.extend(config.set);
    (own, has_target)
}
