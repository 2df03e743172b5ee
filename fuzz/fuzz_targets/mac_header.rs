//! The first line is the value of the MAC header, the rest is the body. In the header `$` stands for the right digits,
//! because nobody guesses them. Only the right header is verified, and only of it nothing is explained.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wms_sim::protocol::diagnosis::{self, Effort};
use wms_sim::protocol::dialect::MacInput;
use wms_sim::protocol::mac::{self, Secret, Signer};

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, body) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    for input in [MacInput::Bytes, MacInput::Latin1] {
        let signer = Signer::new(&Secret::new("s3cret"), input);
        let right = signer.sign(body);
        let header = filled(line, &right.as_str().as_bytes()[mac::PREFIX.len()..]);
        let is_right = header == right.as_str().as_bytes();
        assert_eq!(mac::verify(&signer, body, &header).is_ok(), is_right);

        let signers = [signer, Signer::new(&Secret::new("\"old secret\" "), input)];
        let explained = diagnosis::explain(&signers, body, &[&header], Effort::QUICK);
        assert_eq!(explained.is_valid(), is_right, "{explained}");
        assert!(!explained.reasons().is_empty());
        assert!(explained.tried <= Effort::QUICK.tries, "{} digests", explained.tried);
        assert!(!explained.what().is_empty() && !explained.hint().is_empty());
    }
});

fn filled(line: &[u8], digits: &[u8]) -> Vec<u8> {
    line.split(|byte| *byte == b'$').collect::<Vec<_>>().join(digits)
}
