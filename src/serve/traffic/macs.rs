//! The recorded MACs, held against the secrets that were given.

use crate::protocol::diagnosis::{self, Effort, Explanation};
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::{self, MacError, Secret, Signer};

/// So many wrong MACs are explained with all effort, and so many more with little. The rest is like them.
const EXPLAINED: (u32, u32) = (4, 64);

/// What a MAC came to.
#[derive(Debug, PartialEq, Eq)]
pub enum MacVerdict {
    /// It has the right form; whose it is cannot be said without a secret.
    Unchecked,
    /// It is right.
    Right {
        /// Of which secret, in the order in which they were given.
        by: usize,
        /// What it was computed over, where the body shows it: it is not plain ASCII.
        input: Option<MacInput>,
    },
    /// It is not right.
    Wrong(MacError, Option<Box<Explanation>>),
}

/// Judges MACs.
#[derive(Debug)]
pub struct Macs {
    /// Of each secret.
    bytes: Vec<Signer>,
    latin1: Vec<Signer>,
    /// A secret that is nobody's, to judge the form with.
    nobody: Signer,
    explained: u32,
}

impl Macs {
    /// Judges by any of the secrets; without one, by the form.
    pub fn new(secrets: &[Secret]) -> Self {
        let signers = |input| secrets.iter().map(|secret| Signer::new(secret, input)).collect();
        Self {
            bytes: signers(MacInput::Bytes),
            latin1: signers(MacInput::Latin1),
            nobody: Signer::new(&Secret::new(""), MacInput::Bytes),
            explained: 0,
        }
    }

    /// How many secrets there are.
    pub fn secrets(&self) -> usize {
        self.bytes.len()
    }

    /// Judges the values of one request's MAC header.
    pub fn judge(&mut self, body: &[u8], values: &[String]) -> MacVerdict {
        let value = match values {
            [] => return MacVerdict::Wrong(MacError::Missing, None),
            [one] => one.as_bytes(),
            _ => return MacVerdict::Wrong(MacError::Several, None),
        };
        if self.bytes.is_empty() {
            return match mac::verify(&self.nobody, body, value) {
                Ok(_) | Err(MacError::Mismatch) => MacVerdict::Unchecked,
                Err(error) => MacVerdict::Wrong(error, None),
            };
        }
        let of =
            |signers: &[Signer]| signers.iter().position(|signer| mac::verify(signer, body, value).is_ok());
        let plain = body.is_ascii();
        if let Some(by) = of(&self.bytes) {
            return MacVerdict::Right { by, input: (!plain).then_some(MacInput::Bytes) };
        }
        if let Some(by) = of(&self.latin1).filter(|_| !plain) {
            return MacVerdict::Right { by, input: Some(MacInput::Latin1) };
        }
        let error = mac::verify(&self.bytes[0], body, value).err().unwrap_or(MacError::Mismatch);
        self.explained = self.explained.saturating_add(1);
        let effort = if self.explained <= EXPLAINED.0 { Effort::THOROUGH } else { Effort::QUICK };
        let explanation = (self.explained <= EXPLAINED.0 + EXPLAINED.1)
            .then(|| Box::new(diagnosis::explain(&self.bytes, body, &[value], effort)));
        MacVerdict::Wrong(error, explanation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::diagnosis::Reason;

    fn made(secret: &str, input: MacInput, body: &[u8]) -> Vec<String> {
        vec![Signer::new(&Secret::new(secret), input).sign(body).as_str().to_owned()]
    }

    #[test]
    fn secrets_and_inputs_are_told_apart() {
        let mut macs = Macs::new(&[Secret::new("new"), Secret::new("old")]);
        let wide = "{\"a\":\"\u{e9}\"}".as_bytes();
        for (secret, input, body, expected) in [
            ("new", MacInput::Bytes, &b"{}"[..], (0, None)),
            ("old", MacInput::Latin1, b"{}", (1, None)),
            ("new", MacInput::Bytes, wide, (0, Some(MacInput::Bytes))),
            ("old", MacInput::Latin1, wide, (1, Some(MacInput::Latin1))),
        ] {
            let (by, input) = (expected.0, if expected.1.is_some() { Some(input) } else { None });
            let values = made(secret, input.unwrap_or(MacInput::Bytes), body);
            assert_eq!(macs.judge(body, &values), MacVerdict::Right { by, input });
        }
    }

    #[test]
    fn what_is_wrong_is_explained_a_bounded_number_of_times() {
        let mut macs = Macs::new(&[Secret::new("s")]);
        let values = made("s", MacInput::Bytes, b"{}\n");
        for nth in 1..=EXPLAINED.0 + EXPLAINED.1 + 3 {
            let MacVerdict::Wrong(MacError::Mismatch, explanation) = macs.judge(b"{}", &values) else {
                panic!()
            };
            assert_eq!(explanation.is_some(), nth <= EXPLAINED.0 + EXPLAINED.1);
            assert!(explanation.is_none_or(|it| it.reason() == Reason::SignedWithNewline));
        }
    }

    #[test]
    fn without_a_secret_the_form_is_judged() {
        let mut macs = Macs::new(&[]);
        assert_eq!(macs.judge(b"{}", &made("x", MacInput::Bytes, b"y")), MacVerdict::Unchecked);
        assert_eq!(macs.judge(b"{}", &[]), MacVerdict::Wrong(MacError::Missing, None));
        assert_eq!(
            macs.judge(b"{}", &["sha256=1".to_owned()]),
            MacVerdict::Wrong(MacError::WrongPrefix, None)
        );
        let several = [made("x", MacInput::Bytes, b"y"), made("x", MacInput::Bytes, b"y")].concat();
        assert_eq!(macs.judge(b"{}", &several), MacVerdict::Wrong(MacError::Several, None));
    }
}
