//! `replay`, resolved: the same job as that of `send`, from a journal.

use std::path::Path;
use std::sync::Arc;

use super::idle::{self, Asked};
use super::send::{Mode, SendJob, headers, wait};
use super::{dialect, recording, secret, target};
use crate::cli::args::ReplayArgs;
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::clock::wall_clock;
use crate::delivery::item::MacText;
use crate::delivery::policy::Policy;
use crate::delivery::{Numbers, SessionSource};
use crate::outcome::run::Setup;
use crate::protocol::mac::{Secret, Signer};

pub(in crate::cli) fn resolve(args: &ReplayArgs, typed: &Typed) -> Result<SendJob, CliError> {
    let chosen = dialect::choose(&args.dialect)?;
    let mut spoken = dialect::spoken(&chosen, &args.delivery, args.order)?;
    let Some(url) = &args.delivery.receiver.to else {
        return Err(CliError::usage("--to URL is needed: where the journal's events go again"));
    };
    if let Some(journal) = &args.journal
        && same_file(journal, &args.recording)
    {
        return Err(CliError::usage("--journal names the journal that is to be replayed")
            .help("nothing was changed; name another file"));
    }
    let secret = secret::find(&args.secret, typed)?;
    if args.resign && secret.is_none() {
        return Err(secret::missing());
    }
    let signer = Signer::new(&secret.unwrap_or_else(|| Secret::new("")), spoken.mac_input);

    let recording::Opened { mut recording, content_type, mut warnings } = recording::open(&args.recording)?;
    // The same bytes are sent as what they were, unless the command line says otherwise.
    if let Some(content_type) = content_type.filter(|_| !sets_content_type(&chosen.set)) {
        let _ = spoken.set("http.content-type", &content_type);
    }
    let asked = Asked { typed, set: &chosen.set };
    warnings.extend(idle::backoff(asked, &spoken, args.pace, "at --pace max"));
    warnings.extend(idle::replay(asked, args.resign));
    let (transport, carrier) = target::options(&args.delivery, target::parse(url)?, &spoken)?;
    if args.resign {
        recording.change(&mut |item| item.mac = MacText::Signed(signer.sign(&item.body)));
    }
    let all = recording.numbers();
    let numbers: Arc<[u64]> = match args.only_session {
        None => all.into(),
        Some(number) if all.contains(&number) => [number].into(),
        Some(number) => {
            let message =
                format!("--only-session {number}: the journal sent nothing in a session of that number");
            return Err(CliError::could_not(message));
        }
    };

    recording.select(&numbers);

    let start = wall_clock();
    let setup = Setup {
        version: env!("CARGO_PKG_VERSION"),
        seed: 0,
        plays: format!("journal {}", args.recording.display()),
        outcomes: Vec::new(),
        target: transport.target.to_string(),
        start_time: start.to_rfc3339(),
        pace: args.pace.to_string(),
        dialect: Vec::new(),
        faults: Vec::new(),
        sessions: numbers.len() as u64,
        transport: carrier.name().to_owned(),
        headers: headers(&transport),
    };
    let policy = Policy::new(&spoken, args.pace, start);
    Ok(SendJob {
        source: SessionSource::Recording(Arc::new(recording)),
        numbers: Numbers::List(numbers),
        policy,
        signers: signer.clone().into(),
        accepted: vec![signer],
        dialect: spoken,
        transport,
        carrier,
        embedded: false,
        wait_for_target: wait(&args.delivery.wait_for_target)?,
        before_session: None,
        expect_probe: None,
        max_in_flight: args.delivery.max_in_flight as usize,
        setup,
        mode: Mode::Send,
        output: args.output,
        journal: args.journal.clone(),
        notes: Vec::new(),
        warnings,
    })
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn sets_content_type(set: &[(String, String)]) -> bool {
    set.iter().any(|(key, _)| key == "http.content-type")
}
