//! Usage: `WMS_MAC_SECRET=... cargo run --example verify BODY-FILE 'hmac-sha256=...'`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own, which answers on stdout"
)]

use std::process::ExitCode;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

fn is_valid(secret: &[u8], body: &[u8], header: &str) -> bool {
    // begin
    let digits = header.strip_prefix("hmac-sha256=").filter(|hex| *hex == hex.to_ascii_lowercase());
    let Some(given) = digits.and_then(|digits| hex::decode(digits).ok()) else { return false };
    let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(body));
    mac.is_ok_and(|mac| mac.verify_slice(&given).is_ok())
    // end
}

fn main() -> ExitCode {
    let secret = std::env::var("WMS_MAC_SECRET").unwrap_or_default();
    let args: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let file = args.first().map_or("", String::as_str);
    let header = args.get(1).map_or("", String::as_str);
    if secret.is_empty() || file.is_empty() {
        eprintln!("usage: WMS_MAC_SECRET=... verify BODY-FILE 'hmac-sha256=...'");
        return ExitCode::from(2);
    }
    match std::fs::read(file) {
        Ok(body) if is_valid(secret.as_bytes(), &body, header) => {
            println!("valid");
            ExitCode::SUCCESS
        }
        Ok(_) => {
            println!("invalid");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::from(2)
        }
    }
}
