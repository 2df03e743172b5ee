//! Each reason by an example, and by random bodies and secrets.

mod examples;
mod random;

use super::*;
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::Secret;

fn signer(secret: &[u8]) -> Signer {
    Signer::new(&Secret::from_bytes(secret.to_vec()), MacInput::Bytes)
}

/// The header of a body that was signed.
fn header(secret: &[u8], signed: &[u8]) -> String {
    signer(secret).sign(signed).to_string()
}

fn explained(secret: &[u8], body: &[u8], header: &str) -> Explanation {
    explain(&[signer(secret)], body, &[header.as_bytes()], Effort::THOROUGH)
}
