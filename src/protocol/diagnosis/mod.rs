//! Why a MAC does not match: the usual slips, tried one after the other until one gives the digest that was sent.
//!
//! This explains and does not judge: only [`verify`](super::mac::verify) makes a
//! [`Verified`](super::mac::Verified). An explanation is certain where it names a slip, because a digest of 128 bits or
//! more is not met by accident; where it says `wrong-secret`, it only says that nothing that was tried explains the digest, and
//! what may stand beside it (`body-cut-short`) is a likely cause and no more.
//!
//! What was done to the body is told from the signature's side: `signed-with-newline` is the MAC of this body with a line
//! break, whether the sender signed one that it did not send, or it was lost on the way.

mod bodies;
mod claim;
mod escapes;
mod header;
mod keys;
mod numbers;
mod reason;
mod repr;
pub mod reprint;
mod rewrite;
mod search;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;

use smallvec::SmallVec;

pub use reason::Reason;
pub use search::MOST_SECRETS;

use super::mac::Signer;
use search::Search;

type Reasons = SmallVec<[Reason; 4]>;

/// How much may be spent on an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The most digests that are computed.
    pub tries: u32,
    /// The most bytes that are hashed in all (one digest is always computed).
    pub bytes: u64,
    /// Larger bodies are not printed anew as JSON, and two slips at once are not looked for.
    pub structured_body: usize,
    /// The most bytes that these two may hash, each.
    pub structured_bytes: u64,
}

impl Effort {
    /// For a person who waits: 8192 digests, 4 GiB, JSON up to 1 MiB. A usual event takes milliseconds.
    pub const THOROUGH: Self =
        Self { tries: 8192, bytes: 4 << 30, structured_body: 1 << 20, structured_bytes: 512 << 20 };
    /// For a server that anyone may ask: 512 digests, 1 MiB, JSON up to 4 KiB and 256 KiB of it. At most a millisecond or two.
    pub const QUICK: Self =
        Self { tries: 512, bytes: 1 << 20, structured_body: 4 << 10, structured_bytes: 256 << 10 };
}

/// Why a MAC does not match. It holds no secret and no digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    reasons: Reasons,
    /// Which of the secrets explains it, from 0.
    pub secret: Option<usize>,
    /// How many digests were computed.
    pub tried: u32,
    /// The effort was used up before everything was tried.
    pub cut: bool,
    /// The body is so large that it was not printed anew as JSON.
    pub too_large: bool,
}

impl Explanation {
    /// The reason that weighs most.
    pub fn reason(&self) -> Reason {
        self.reasons.first().copied().unwrap_or(Reason::WrongSecret)
    }

    /// Every reason, the one that weighs most first. There is at least one; all together lead to the header.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// True where nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.reason() == Reason::Valid
    }

    /// What happened, a sentence for each reason.
    pub fn what(&self) -> String {
        let sentences: SmallVec<[&str; 4]> = self.reasons.iter().map(|reason| reason.what()).collect();
        sentences.join(" ")
    }

    /// What to do, each remedy once.
    pub fn hints(&self) -> SmallVec<[&'static str; 4]> {
        let mut hints = SmallVec::new();
        for hint in self.reasons.iter().map(|reason| reason.hint()) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }

    /// What to do, in one text.
    pub fn hint(&self) -> String {
        self.hints().join(" ")
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason(), self.what())
    }
}

/// Says why the header's values do not match the body. Any of the secrets might have been used: there are several while
/// one takes the other's place.
pub fn explain(signers: &[Signer], body: &[u8], headers: &[&[u8]], effort: Effort) -> Explanation {
    let form = header::read(headers);
    let mut explanation = Explanation {
        reasons: form.reasons.iter().copied().collect(),
        secret: None,
        tried: 0,
        cut: false,
        too_large: false,
    };
    let Some(claim) = form.claim else {
        explanation.reasons.sort_unstable();
        return explanation;
    };
    let mut found = None;
    if claim.can_be_judged() {
        let mut search = Search::new(&claim, body, effort);
        found = search.run(signers);
        explanation.tried = search.tried;
        explanation.cut = search.cut && found.is_none();
        explanation.too_large = search.too_large && found.is_none();
        if found.is_none() {
            explanation.reasons.push(Reason::WrongSecret);
            explanation.reasons.extend(bodies::doubt(body, search.too_large));
        }
    }
    if !found.as_ref().is_some_and(|found| found.other_hash) {
        explanation.reasons.extend(form.length);
    }
    if let Some(found) = found {
        explanation.secret = Some(found.secret);
        explanation.reasons.extend(found.reasons);
    }
    if explanation.reasons.is_empty() {
        explanation.reasons.push(Reason::Valid);
    }
    explanation.reasons.sort_unstable();
    explanation.reasons.dedup();
    explanation
}
