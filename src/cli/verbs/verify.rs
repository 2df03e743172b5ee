//! `verify --mac VALUE [FILE|-]`

use crate::cli::args::{OutputName, VerifyArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::job::{dialect, secret};
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::protocol::diagnosis::{Effort, explain};
use crate::protocol::mac::{self, Signer};
use crate::report::verification::Verification;

const LIMIT: u64 = 64 << 20;
const MOST_OLD_SECRETS: usize = 3;

pub(in crate::cli) fn run(args: &VerifyArgs, typed: &Typed) -> Result<Exit, CliError> {
    let input = dialect::choose(&args.dialect)?.whole().mac_input;
    let secret = secret::find(&args.secret, typed)?.ok_or_else(|| secret::missing_to("check a MAC"))?;
    if args.old_secret_file.len() > MOST_OLD_SECRETS {
        return Err(CliError::usage(format!(
            "--old-secret-file is given {} times; {MOST_OLD_SECRETS} is the most",
            args.old_secret_file.len()
        )));
    }
    let mut signers = vec![Signer::new(&secret, input)];
    for path in &args.old_secret_file {
        signers.push(Signer::new(&secret::from_file(path)?, input));
    }
    let body = files::read(&args.file, "the body", LIMIT)?;
    let header = args.mac.as_bytes();
    let explanation = match mac::verify(&signers[0], &body, header) {
        Ok(_) => None,
        Err(_) => Some(explain(&signers, &body, &[header], Effort::THOROUGH)),
    };
    let expected = args.show_expected.then(|| signers[0].sign(&body));
    let verification = Verification { explanation: explanation.as_ref(), expected: expected.as_ref() };
    match args.output {
        OutputName::Human => Out::open().text(&verification.human()),
        OutputName::Ndjson => Out::open().line(&verification.json().to_string()),
        OutputName::Quiet => {}
    }
    Ok(if explanation.is_none() { Exit::Ok } else { Exit::Receiver })
}
