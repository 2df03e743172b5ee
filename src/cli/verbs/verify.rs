//! `verify --mac VALUE [FILE|-]`

use crate::cli::args::{OutputName, VerifyArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::job::{dialect, secret};
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::protocol::diagnosis::{Effort, MOST_SECRETS, explain};
use crate::protocol::mac::{self, Signer};
use crate::report::verification::Verification;

const LIMIT: u64 = 64 << 20;

pub(in crate::cli) fn run(args: &VerifyArgs, typed: &Typed) -> Result<Exit, CliError> {
    let input = dialect::choose(&args.dialect)?.whole().mac_input;
    let secrets = secret::find_all(&args.secret, typed)?;
    if secrets.is_empty() {
        return Err(secret::missing_to("check a MAC"));
    }
    if secrets.len() > MOST_SECRETS {
        let count = secrets.len();
        return Err(CliError::usage(format!("there are {count} secrets; {MOST_SECRETS} are the most")));
    }
    let signers: Vec<Signer> = secrets.iter().map(|secret| Signer::new(secret, input)).collect();
    let body = files::read(&args.file, "the body", LIMIT)?;
    let header = args.mac.as_bytes();
    let matching = signers.iter().position(|signer| mac::verify(signer, &body, header).is_ok());
    let explanation = match matching {
        Some(_) => None,
        None => Some(explain(&signers, &body, &[header], Effort::THOROUGH)),
    };
    let secret = matching.or_else(|| explanation.as_ref()?.secret);
    let expected = args.show_expected.then(|| signers[secret.unwrap_or(0)].sign(&body));
    let verification = Verification {
        explanation: explanation.as_ref(),
        expected: expected.as_ref(),
        secret,
        secrets: signers.len(),
    };
    match args.output {
        OutputName::Human => Out::open().text(&verification.human()),
        OutputName::Ndjson => Out::open().line(&verification.json().to_string()),
        OutputName::Quiet => {}
    }
    Ok(if explanation.is_none() { Exit::Ok } else { Exit::Receiver })
}
