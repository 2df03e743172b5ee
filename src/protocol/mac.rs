//! `X-WMS-Content-MAC`: signing and verifying.

use std::fmt;
use std::sync::Arc;

use hmac::digest::array::Array;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::dialect::MacInput;

/// The header's name, spelled as the page spells it.
pub const HEADER: &str = "X-WMS-Content-MAC";
/// What stands before the hex digits.
pub const PREFIX: &str = "hmac-sha256=";
/// The length of a right header value: the prefix and 64 hex digits.
pub const VALUE_LEN: usize = PREFIX.len() + 64;

/// The MAC secret of a Config ID. Its UTF-8 bytes are the key. It has no `Display`, and its `Debug` says nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into().into_bytes()))
    }

    /// A secret from raw bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// True where there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where it ends in a line break or blank: the usual slip of a secret file.
    pub fn ends_in_blank(&self) -> bool {
        self.0.last().is_some_and(u8::is_ascii_whitespace)
    }

    /// The key's bytes. For signing, and for handing the secret to a program that asked for it.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A keyed HMAC state: cloning it per event is cheaper than keying anew.
#[derive(Clone)]
pub struct Signer {
    keyed: Hmac<Sha256>,
    input: MacInput,
    /// For explaining a mismatch: the usual slips are slips of the secret.
    secret: Arc<Secret>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    /// A signer for a secret.
    pub fn new(secret: &Secret, input: MacInput) -> Self {
        // HMAC takes keys of any length (RFC 2104, 2), so the error case cannot be reached; an empty key is the
        // same as the key of zeros that the fallback is.
        let keyed = Hmac::new_from_slice(secret.expose()).unwrap_or_else(|_| Hmac::new(&Array::default()));
        Self { keyed, input, secret: Arc::new(secret.clone()) }
    }

    /// The MAC's 32 bytes.
    pub fn digest(&self, body: &[u8]) -> [u8; 32] {
        self.finish(body).finalize().into_bytes().into()
    }

    /// The header's value for a body.
    pub fn sign(&self, body: &[u8]) -> MacValue {
        let mut text = [0; VALUE_LEN];
        text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
        // The slice has exactly twice the digest's length, so encoding cannot fail.
        let _ = hex::encode_to_slice(self.digest(body), &mut text[PREFIX.len()..]);
        MacValue(text)
    }

    /// The digits of the body's MAC with another hash, for forging one. Nothing is ever signed so.
    pub fn digits_with<M: Mac + KeyInit>(&self, body: &[u8]) -> String {
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(self.secret.expose()) else { return String::new() };
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    /// What it hashes of a body that is not ASCII.
    pub const fn input(&self) -> MacInput {
        self.input
    }

    /// The same secret over what is hashed otherwise of a body that is not ASCII.
    #[must_use]
    pub fn hashing(&self, input: MacInput) -> Self {
        Self { input, ..self.clone() }
    }

    /// The secret that it was made with.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    fn finish(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        match self.input {
            MacInput::Bytes => mac.update(body),
            MacInput::Latin1 => mac.update(&as_node_ascii(body)),
        }
        mac
    }
}

/// The bytes that the page's snippet hashes: the body decoded as UTF-8, then each UTF-16 unit cut to its low byte.
/// Node treats the input encoding 'ascii' as latin1 when it writes.
pub(super) fn as_node_ascii(body: &[u8]) -> Vec<u8> {
    if body.is_ascii() {
        return body.to_vec();
    }
    String::from_utf8_lossy(body).encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect()
}

/// The value of the MAC header: always ASCII, always [`VALUE_LEN`] long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MacValue([u8; VALUE_LEN]);

impl MacValue {
    /// The value as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for MacValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for MacValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Proof that a body's MAC was checked and is right. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified(());

/// Why a body's MAC is not right, as far as the header alone shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// There is no header.
    #[error("the X-WMS-Content-MAC header is missing")]
    Missing,
    /// There is more than one header.
    #[error("there is more than one X-WMS-Content-MAC header")]
    Several,
    /// The value does not begin with the prefix.
    #[error("the header does not begin with hmac-sha256=")]
    WrongPrefix,
    /// What follows the prefix is not 64 lower-case hex digits.
    #[error("what follows hmac-sha256= is not 64 lower-case hex digits")]
    NotHex,
    /// The value is well-formed and belongs to another body or another secret.
    #[error("the MAC belongs to another body or another secret")]
    Mismatch,
}

/// Checks the header's value against the body, in constant time.
///
/// # Errors
/// Why it is not right. Upper-case digits are not right: the page compares texts, and its text is lower-case.
pub fn verify(signer: &Signer, body: &[u8], header: &[u8]) -> Result<Verified, MacError> {
    let digits = header.strip_prefix(PREFIX.as_bytes()).ok_or(MacError::WrongPrefix)?;
    if digits.len() != 64 || digits.iter().any(u8::is_ascii_uppercase) {
        return Err(MacError::NotHex);
    }
    let mut claimed = [0; 32];
    hex::decode_to_slice(digits, &mut claimed).map_err(|_| MacError::NotHex)?;
    signer.finish(body).verify_slice(&claimed).map(|()| Verified(())).map_err(|_| MacError::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: &str) -> Signer {
        Signer::new(&Secret::new(secret), MacInput::Bytes)
    }

    #[test]
    fn rfc_4231_test_case_2() {
        assert_eq!(
            signer("Jefe").sign(b"what do ya want for nothing?").as_str(),
            "hmac-sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn long_and_empty_secrets_work() {
        // RFC 4231, test case 6: a key longer than the block.
        let long = Secret::from_bytes(vec![0xaa; 131]);
        let value = Signer::new(&long, MacInput::Bytes)
            .sign(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert!(value.as_str().ends_with("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
        assert!(
            signer("")
                .sign(b"")
                .as_str()
                .ends_with("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
        );
    }

    #[test]
    fn verdicts() {
        let signer = signer("s");
        let right = signer.sign(b"body");
        let right = right.as_str();
        let check = |header: &str| verify(&signer, b"body", header.as_bytes()).map(|_| ());
        assert_eq!(check(right), Ok(()));
        assert_eq!(check(&right.replace("hmac-sha256=", "sha256=")), Err(MacError::WrongPrefix));
        assert_eq!(check(""), Err(MacError::WrongPrefix));
        assert_eq!(check(PREFIX), Err(MacError::NotHex));
        assert_eq!(
            check(&format!("{PREFIX}{}", right[PREFIX.len()..].to_uppercase())),
            Err(MacError::NotHex)
        );
        assert_eq!(check(&right[..right.len() - 2]), Err(MacError::NotHex));
        assert_eq!(check(&format!("{right}00")), Err(MacError::NotHex));
        assert_eq!(check(&format!("{PREFIX}{}", "0".repeat(64))), Err(MacError::Mismatch));
        assert_eq!(check(&format!("{PREFIX}{}", "g".repeat(64))), Err(MacError::NotHex));
    }

    #[test]
    fn latin1_differs_from_bytes_only_beyond_ascii() {
        let latin1 = Signer::new(&Secret::new("s"), MacInput::Latin1);
        assert_eq!(latin1.sign(b"plain").as_str(), signer("s").sign(b"plain").as_str());
        let body = "{\"sessionId\":\"é€😀\"}".as_bytes();
        assert_ne!(latin1.sign(body).as_str(), signer("s").sign(body).as_str());
        assert_eq!(signer("s").hashing(MacInput::Latin1).sign(body), latin1.sign(body));
        // From Node 20: createHmac('sha256','s').update('{"sessionId":"é€😀"}', 'ascii').digest('hex')
        assert_eq!(as_node_ascii("é€😀".as_bytes()), [0xe9, 0xac, 0x3d, 0x00]);
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = Secret::new("hunter2");
        assert_eq!(
            format!("{secret:?} {:?}", Signer::new(&secret, MacInput::Bytes)),
            "Secret(..) Signer(..)"
        );
    }
}
