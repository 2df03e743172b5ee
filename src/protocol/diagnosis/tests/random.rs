//! Known changes of random bodies and secrets are named; unrelated headers are not explained away.

use proptest::prelude::*;

use super::*;

/// Any JSON, at most three levels deep.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        (-1e9..1e9).prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec(("[a-zé/]{0,6}", inner), 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A change that printing anew makes: what was signed, from what arrived.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn json_printed_anew_is_named(value in json(), secret in "[a-z]{8,20}") {
        let body = value.to_string();
        let signed = pretty(&value);
        let reasons = explained(secret.as_bytes(), body.as_bytes(), &header(secret.as_bytes(), &signed));
        let expected = if signed == body.as_bytes() { Reason::Valid } else { Reason::SignedIndented2 };
        prop_assert_eq!(reasons.reasons(), [expected]);
        // And the other way round.
        let reasons = explained(secret.as_bytes(), &signed, &header(secret.as_bytes(), body.as_bytes()));
        let expected = if signed == body.as_bytes() { Reason::Valid } else { Reason::SignedCompact };
        prop_assert_eq!(reasons.reasons(), [expected]);
    }

    #[test]
    fn changed_ends_of_any_body_are_named(body in prop::collection::vec(any::<u8>(), 0..200), secret in "[a-z]{8,20}") {
        let signed = [&body[..], b"\n"].concat();
        let explanation = explained(secret.as_bytes(), &body, &header(secret.as_bytes(), &signed));
        prop_assert_eq!(explanation.reasons(), [Reason::SignedWithNewline]);
        let explanation = explained(secret.as_bytes(), &signed, &header(secret.as_bytes(), &body));
        // A body that ends in CR has lost a whole CR LF for all that anyone can tell.
        prop_assert!(matches!(explanation.reasons(), [Reason::SignedWithoutNewline | Reason::SignedTrimmed | Reason::SignedEmptyBody])
            || body.ends_with(b"\r"), "{:?}", explanation);
    }

    #[test]
    fn changed_secrets_are_named(body in ".{0,100}", secret in "[a-zA-Z0-9+/%]{1,40}") {
        let of = |key: String| explained(secret.as_bytes(), body.as_bytes(), &header(key.as_bytes(), body.as_bytes())).reason();
        prop_assert_eq!(of(format!("{secret}\n")), Reason::SecretWithNewline);
        prop_assert_eq!(of(format!("'{secret}'")), Reason::SecretQuoted);
    }

    #[test]
    fn unrelated_headers_are_not_explained_away(value in json(), digest in any::<[u8; 32]>(), secret in "[a-zA-Z0-9]{1,40}") {
        let header = format!("hmac-sha256={}", hex::encode(digest));
        let signers = [signer(secret.as_bytes())];
        let explanation = explain(&signers, value.to_string().as_bytes(), &[header.as_bytes()], Effort::QUICK);
        prop_assert_eq!(explanation.reasons(), [Reason::WrongSecret]);
    }

    #[test]
    fn nothing_panics(
        body in prop::collection::vec(any::<u8>(), 0..300),
        secret in prop::collection::vec(any::<u8>(), 0..80),
        header in prop::collection::vec(any::<u8>(), 0..200),
        jsonish in "[\\[\\]{}:,\"0-9.eE+\\\\u \n-]{0,60}",
        headerish in "[ \"'a-fA-F0-9=:+/-]{0,100}",
    ) {
        let signers = [signer(&secret)];
        for body in [&body[..], jsonish.as_bytes()] {
            for header in [&header[..], headerish.as_bytes()] {
                let explanation = explain(&signers, body, &[header], Effort::QUICK);
                prop_assert!(!explanation.reasons().is_empty() && explanation.tried <= Effort::QUICK.tries);
            }
        }
    }
}
