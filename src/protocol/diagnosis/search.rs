//! The search for what the sender hashed, within bounds.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hmac::{Hmac, KeyInit, Mac};

use super::claim::Claim;
use super::reason::Reason;
use super::rewrite::Json;
use super::{Effort, Reasons, bodies, keys};
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::Signer;

/// The most secrets that are tried.
pub const MOST_SECRETS: usize = 4;

/// What explains the digest.
pub(super) struct Found {
    pub(super) reasons: Reasons,
    /// Which secret.
    pub(super) secret: usize,
    /// It is another hash's whole digest, and so neither cut nor lengthened.
    pub(super) other_hash: bool,
}

pub(super) struct Search<'a> {
    claim: &'a Claim,
    body: &'a [u8],
    effort: Effort,
    /// Digests computed.
    pub(super) tried: u32,
    bytes: u64,
    /// What the present stage may bring them to.
    most_bytes: u64,
    /// Something was left untried.
    pub(super) cut: bool,
    /// The body is too large to be printed anew, or combined.
    pub(super) too_large: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(claim: &'a Claim, body: &'a [u8], effort: Effort) -> Self {
        let too_large = body.len() > effort.structured_body;
        Self { claim, body, effort, tried: 0, bytes: 0, most_bytes: effort.bytes, cut: false, too_large }
    }

    /// Looks for what explains the claim, the likely before the unlikely.
    pub(super) fn run(&mut self, signers: &[Signer]) -> Option<Found> {
        self.cut |= signers.len() > MOST_SECRETS;
        let signers = &signers[..signers.len().min(MOST_SECRETS)];
        let stages = [
            Self::plain,
            Self::other_hashes,
            Self::other_bodies,
            Self::other_keys,
            Self::other_json,
            Self::pairs,
        ];
        for stage in stages {
            for (secret, signer) in signers.iter().enumerate() {
                if let Some(reasons) = stage(self, signer) {
                    let other_hash = reasons.iter().any(|reason| *reason < Reason::KeyMessageSwapped);
                    return Some(Found { reasons, secret, other_hash });
                }
            }
        }
        None
    }

    /// True where there is room for another try over so many bytes.
    fn may_try(&mut self, bytes: usize) -> bool {
        let bytes = self.bytes.saturating_add(bytes as u64);
        if self.tried >= self.effort.tries || bytes > self.most_bytes && self.tried > 0 {
            self.cut = true;
            return false;
        }
        self.bytes = bytes;
        self.tried += 1;
        true
    }

    /// True where the body may be printed anew, or changed twice: making it costs more than hashing it.
    fn may_take_apart(&mut self) -> bool {
        self.most_bytes = self.effort.bytes.min(self.bytes.saturating_add(self.effort.structured_bytes));
        !self.too_large && !self.cut
    }

    fn is_of(&mut self, signer: &Signer, body: &[u8]) -> bool {
        self.may_try(body.len()) && self.claim.matches(&signer.digest(body))
    }

    fn plain(&mut self, signer: &Signer) -> Option<Reasons> {
        self.is_of(signer, self.body).then(Reasons::new)
    }

    fn other_hashes(&mut self, signer: &Signer) -> Option<Reasons> {
        let (key, body) = (signer.secret().expose(), self.body);
        let (claim, room) = (self.claim, |search: &mut Self| search.may_try(body.len()));
        let found = match claim.digits() {
            32 if room(self) && claim.is(&hmac::<Hmac<md5::Md5>>(key, body)) => Some(Reason::HashMd5),
            40 if room(self) && claim.is(&hmac::<Hmac<sha1::Sha1>>(key, body)) => Some(Reason::HashSha1),
            96 if room(self) && claim.is(&hmac::<Hmac<sha2::Sha384>>(key, body)) => Some(Reason::HashSha384),
            128 if room(self) && claim.is(&hmac::<Hmac<sha2::Sha512>>(key, body)) => Some(Reason::HashSha512),
            _ if room(self) && claim.is_plain_hash(&[body]) => Some(Reason::HashWithoutKey),
            _ if room(self) && claim.is_plain_hash(&[key, body]) => Some(Reason::HashOfSecretAndBody),
            _ if room(self) && claim.is_plain_hash(&[body, key]) => Some(Reason::HashOfSecretAndBody),
            _ if room(self) && claim.is(&hmac::<Hmac<sha2::Sha256>>(body, key)) => {
                Some(Reason::KeyMessageSwapped)
            }
            _ => None,
        };
        found.map(one)
    }

    fn other_keys(&mut self, signer: &Signer) -> Option<Reasons> {
        let mut variants = keys::variants(signer.secret()).into_iter();
        let matching = |(_, secret): &_| self.is_of(&Signer::new(secret, signer.input()), self.body);
        variants.find(matching).map(|(reason, _)| one(reason))
    }

    fn other_bodies(&mut self, signer: &Signer) -> Option<Reasons> {
        if signer.input() == MacInput::Latin1 {
            let bytes = Signer::new(signer.secret(), MacInput::Bytes);
            if self.is_of(&bytes, self.body) {
                return Some(one(Reason::SignedBytes));
            }
        }
        for (reason, make) in bodies::VARIANTS {
            // Making a variant of a large body costs about as much as hashing it: not without room for it.
            if self.cut {
                return None;
            }
            if let Some(variant) = make(self.body).filter(|variant| **variant != *self.body)
                && self.is_of(signer, &variant)
            {
                return Some(one(*reason));
            }
        }
        None
    }

    fn other_json(&mut self, signer: &Signer) -> Option<Reasons> {
        if !self.may_take_apart() {
            return None;
        }
        let json = Json::read(self.body)?;
        let (before, after) = around(self.body);
        let ends: [(&str, &str, Option<Reason>); 2] = match (before, after) {
            ("", "") => [("", "", None), ("", "\n", Some(Reason::SignedWithNewline))],
            ("", "\n" | "\r\n") => [("", after, None), ("", "", Some(Reason::SignedWithoutNewline))],
            _ => [(before, after, None), ("", "", Some(Reason::SignedTrimmed))],
        };
        let mut known = HashSet::new();
        for (reasons, rewrite) in json.rewrites() {
            if self.cut {
                return None;
            }
            let printed = json.print(rewrite);
            let mut hasher = DefaultHasher::new();
            printed.hash(&mut hasher);
            if !known.insert(hasher.finish()) {
                continue;
            }
            for (before, after, reason) in ends {
                let body = match (before, after) {
                    ("", "") => Cow::from(&printed),
                    _ => [before, &printed, after].concat().into(),
                };
                if self.is_of(signer, body.as_bytes()) {
                    return Some(reasons.into_iter().chain(reason).collect());
                }
            }
        }
        None
    }

    /// Two slips at once: of the body, or of body and secret.
    fn pairs(&mut self, signer: &Signer) -> Option<Reasons> {
        if !self.may_take_apart() {
            return None;
        }
        let mut signers = vec![(None, signer.clone())];
        signers.extend(
            keys::variants(signer.secret())
                .into_iter()
                .map(|(reason, secret)| (Some(reason), Signer::new(&secret, signer.input()))),
        );
        // An empty body says nothing about a second slip.
        let variants = || bodies::VARIANTS.iter().filter(|(reason, _)| *reason != Reason::SignedEmptyBody);
        for (first, make) in variants() {
            let Some(once) = make(self.body).filter(|once| **once != *self.body) else { continue };
            for (key, signer) in &signers[1..] {
                if self.is_of(signer, &once) {
                    return Some(key.iter().copied().chain([*first]).collect());
                }
            }
            for (second, make) in variants() {
                if let Some(twice) = make(&once).filter(|twice| **twice != *self.body && *twice != once)
                    && self.is_of(signer, &twice)
                {
                    return Some([*first, *second].into_iter().collect());
                }
            }
            if self.cut {
                return None;
            }
        }
        None
    }
}

fn one(reason: Reason) -> Reasons {
    Reasons::from_slice(&[reason])
}

/// The blanks around the body's text.
fn around(body: &[u8]) -> (&str, &str) {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let before = text.len() - text.trim_ascii_start().len();
    let after = text.trim_ascii_end().len();
    (&text[..before.min(after)], &text[after..])
}

/// HMAC by any hash. Keys may have any length, so the error case cannot be reached; no claim is empty here.
fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    <M as KeyInit>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}
