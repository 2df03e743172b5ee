//! `sign [FILE|-]`

use crate::cli::args::SignArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::job::secret;
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::Signer;

const LIMIT: u64 = 64 << 20;

pub(in crate::cli) fn run(args: &SignArgs, typed: &Typed) -> Result<Exit, CliError> {
    let secret = secret::find(&args.secret, typed)?.ok_or_else(secret::missing)?;
    let body = files::read(&args.file, "the body", LIMIT)?;
    Out::open().line(Signer::new(&secret, MacInput::Bytes).sign(&body).as_str());
    Ok(Exit::Ok)
}
