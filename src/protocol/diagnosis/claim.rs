//! What the sender claims the digest to be.

use sha2::Digest;

/// The fewest digits of a cut digest that are compared. Whoever may ask as often as he likes whether a few digits are the
/// first of the right ones finds the right ones digit by digit; nobody guesses 128 bits.
const LEAST_DIGITS: usize = 32;

/// The digest that a header claims, as lower-case hex digits.
#[derive(Debug)]
pub(super) struct Claim(Vec<u8>);

impl Claim {
    /// A claim from hex digits, of either case.
    pub(super) fn of_hex(digits: &str) -> Self {
        Self(digits.to_ascii_lowercase().into_bytes())
    }

    /// A claim from a digest's bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(hex::encode(bytes).into_bytes())
    }

    /// How many digits there are.
    pub(super) const fn digits(&self) -> usize {
        self.0.len()
    }

    /// True where there are enough digits to say whether they are right.
    pub(super) const fn can_be_judged(&self) -> bool {
        self.0.len() >= LEAST_DIGITS
    }

    /// True where it is the digest, or a cut or lengthened one.
    pub(super) fn matches(&self, digest: &[u8; 32]) -> bool {
        let mut right = [0; 64];
        // The slice has exactly twice the digest's length, so encoding cannot fail.
        let _ = hex::encode_to_slice(digest, &mut right);
        let length = self.0.len().min(64);
        if length < LEAST_DIGITS {
            return false;
        }
        let (first, last) = (&self.0[..length], &self.0[self.0.len() - length..]);
        same(first, &right[..length]) | same(last, &right[64 - length..])
    }

    /// True where it is exactly the digest of another hash.
    pub(super) fn is(&self, digest: &[u8]) -> bool {
        same(&self.0, hex::encode(digest).as_bytes())
    }

    /// True where it is the plain hash of the parts put together, by any of the usual hashes.
    pub(super) fn is_plain_hash(&self, parts: &[&[u8]]) -> bool {
        match self.0.len() {
            32 => self.is(&hash::<md5::Md5>(parts)),
            40 => self.is(&hash::<sha1::Sha1>(parts)),
            64 => self.is(&hash::<sha2::Sha256>(parts)),
            96 => self.is(&hash::<sha2::Sha384>(parts)),
            128 => self.is(&hash::<sha2::Sha512>(parts)),
            _ => false,
        }
    }
}

fn hash<H: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(H::new(), Digest::chain_update).finalize().to_vec()
}

/// Compares without stopping at the first difference: an explanation should not be the leak that verifying is not.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_digits_are_never_judged() {
        let digest = [0xab; 32];
        for (digits, right) in [(0, false), (2, false), (31, false), (32, true), (63, true), (64, true)] {
            let claim = Claim::of_hex(&"ab".repeat(32)[..digits]);
            assert_eq!((claim.matches(&digest), claim.can_be_judged()), (right, right), "{digits}");
        }
        assert!(Claim::of_hex(&"AB".repeat(40)).matches(&digest));
        assert!(!Claim::of_hex(&"ab".repeat(40)).is(&digest));
    }
}
