//! Section `mac`: a forged event has to be refused, and a right one is taken however its header is spelled.
//!
//! Each case begins with an ordinary event of the same session: where that is refused too, refusing the forged one proves
//! nothing. A header beside a right one is measured only: whoever can make a right MAC has the secret.

mod aside;
mod forge;
mod spelling;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::Hmac;

use crate::conformance::case::{Case, Manner, Play, Source};
use forge::{
    ascii, digits, each_forged, first_forged, forged, later_forged, one_bit_off, over, over_question_marks,
    put_in, seven_bits, sorted, spaced, with_a_high_bit, with_crlf, with_lf,
};

use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::{Demand, MacLine, Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::diagnosis::reprint;
use crate::protocol::mac::PREFIX;

const REFUSED: Case = Case {
    source: Source::Page,
    requirement: "The receiver MUST refuse an event whose MAC is not that of its body, with a 4xx.",
    explain: "The MAC is the only thing that tells an event of WMS from one that anybody on the internet made up. A 2xx says that the forged event was taken.",
    ..Case::MUST
};

const fn refused(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { id, title, stimulus, hint, play: Play::Script(script), ..REFUSED }
}

/// A body that nobody can decode, and so not parse either.
const fn undecodable(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { manner: Manner::Last, ..refused(id, title, stimulus, hint, script) }
}

/// Every case of the section.
pub(super) fn cases() -> Vec<Case> {
    [FORGED, aside::CASES, spelling::CASES].concat()
}

const FORGED: &[Case] = &[
    refused(
        "mac/missing",
        "an event without a MAC is refused",
        "An event without the header X-WMS-Content-MAC.",
        "The check stands inside `if (header)`.",
        |kit| {
            let shot = |_: &Kit<'_>, event: &Event| {
                Shot::test(event).with_macs(Vec::new()).demanding(Demand::Refuse)
            };
            forged(kit, "the event without its MAC header", shot)
        },
    ),
    refused(
        "mac/empty",
        "an empty MAC is refused",
        "An event whose X-WMS-Content-MAC header is empty.",
        "Only a header that is not there is refused, and the check is skipped where its text is falsy.",
        |kit| forged(kit, "the event with an empty MAC header", |_, event| Shot::test(event).forged("")),
    ),
    refused(
        "mac/wrong-secret",
        "a MAC made with another secret is refused",
        "An event signed with another secret.",
        "The result of the check is not looked at: it is a promise that nobody awaits, or it is only logged.",
        |kit| {
            forged(kit, "the event signed with another secret", |kit, event| {
                Shot::test(event).forged(kit.stranger().sign(&event.body).as_str())
            })
        },
    ),
    refused(
        "mac/wrong-secret-first",
        "a forged event that opens a session is refused",
        "A session whose very first event is signed with another secret, and then an ordinary event of another session.",
        "The check is skipped for new sessions, or for the first request of a connection.",
        first_forged,
    ),
    refused(
        "mac/wrong-secret-later",
        "a forged event in a session that is known is refused",
        "Three ordinary events of a session, then one signed with another secret over the same connection.",
        "Who has been verified once is trusted from then on, by session, connection or address.",
        later_forged,
    ),
    refused(
        "mac/wrong-secret-every-event",
        "no event is taken without a right MAC, whichever it is",
        "Each of the events signed with another secret.",
        "The check is left out on some way through the code: an early return for some events, a default branch.",
        each_forged,
    ),
    refused(
        "mac/empty-secret",
        "a MAC made with the secret of a variable that is not set is refused",
        "Events signed with the empty secret, and with undefined, null and None.",
        "The secret comes from an environment variable that is not set where the code runs: `process.env.SECRET ?? ''`, or the text `undefined` that a template makes of it.",
        aside::unset_secrets,
    ),
    refused(
        "mac/wrong-prefix",
        "right digits behind another prefix are refused",
        "The right digits behind sha256= in place of hmac-sha256=.",
        "The header is split at `=`, and only its last part is looked at.",
        |kit| {
            forged(kit, "the event with the prefix sha256=", |_, event| {
                Shot::test(event).forged(format!("sha256={}", digits(event)))
            })
        },
    ),
    refused(
        "mac/no-prefix",
        "right digits without the prefix are refused",
        "The right digits with nothing before them.",
        "The prefix is removed if it is there: `header.replace('hmac-sha256=', '')`.",
        |kit| forged(kit, "the event without the prefix", |_, event| Shot::test(event).forged(digits(event))),
    ),
    refused(
        "mac/base64",
        "a MAC in Base64 is refused",
        "The right MAC, its digits in Base64 in place of hexadecimal.",
        "The digits are decoded in whatever encoding fits.",
        |kit| {
            forged(kit, "the event with its MAC in Base64", |_, event| {
                let bytes = hex::decode(digits(event)).unwrap_or_default();
                Shot::test(event).forged(format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes)))
            })
        },
    ),
    refused(
        "mac/truncated",
        "half a MAC is refused",
        "The first 32 of the 64 right digits.",
        "As many characters are compared as the sender sent: `startsWith`, `zip`, `strncmp` with the wrong length.",
        |kit| {
            forged(kit, "the event with half its MAC", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}", &digits(event)[..32]))
            })
        },
    ),
    refused(
        "mac/one-digit-short",
        "a MAC that lacks its last digit is refused",
        "The right MAC without its last digit.",
        "Decoding hex drops an odd digit, or the comparison ends with the shorter text.",
        |kit| {
            forged(kit, "the event without the last digit of its MAC", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}", &digits(event)[..63]))
            })
        },
    ),
    refused(
        "mac/bare-prefix",
        "a prefix without digits is refused",
        "The header hmac-sha256= with nothing behind it.",
        "As many characters are compared as the sender sent, and that is none.",
        |kit| forged(kit, "the event with a MAC of no digits", |_, event| Shot::test(event).forged(PREFIX)),
    ),
    refused(
        "mac/extended",
        "a right MAC with more behind it is refused",
        "The right MAC and two more digits.",
        "Only the first 64 digits are compared.",
        |kit| {
            forged(kit, "the event with two digits too many", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}00", digits(event)))
            })
        },
    ),
    refused(
        "mac/extended-not-hex",
        "a right MAC with other characters behind it is refused",
        "The right MAC and the letters xyz behind it.",
        "Decoding hex stops at the first character that is none, as Node's `Buffer.from(text, 'hex')` does.",
        |kit| {
            forged(kit, "the event with xyz behind its MAC", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}xyz", digits(event)))
            })
        },
    ),
    refused(
        "mac/one-bit",
        "a MAC that is off by one bit is refused",
        "The right MAC with one bit of its last byte turned over.",
        "Only a part of the MAC is compared.",
        |kit| {
            forged(kit, "the event with one bit of its MAC changed", |_, event| {
                Shot::test(event).forged(one_bit_off(event, 31))
            })
        },
    ),
    refused(
        "mac/first-bit",
        "a MAC whose first byte is off is refused",
        "The right MAC with one bit of its first byte turned over.",
        "Only the end of the MAC is compared.",
        |kit| {
            forged(kit, "the event with one bit of its MAC's first byte changed", |_, event| {
                Shot::test(event).forged(one_bit_off(event, 0))
            })
        },
    ),
    refused(
        "mac/zeros",
        "a MAC of zeros is refused",
        "The prefix and 64 zeros.",
        "An error while verifying leaves the expected MAC empty, and empty compares as equal.",
        |kit| {
            forged(kit, "the event with a MAC of zeros", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}", "0".repeat(64)))
            })
        },
    ),
    refused(
        "mac/not-ascii",
        "a MAC of bytes that are not ASCII is refused",
        "The prefix and 64 bytes that are no ASCII.",
        "`hmac.compare_digest` and `timingSafeEqual` throw on such texts, and the error handler answers 500.",
        |kit| {
            forged(kit, "the event with a MAC of bytes beyond ASCII", |_, event| {
                let value = [PREFIX.as_bytes(), &[0xe9; 64]].concat();
                let mac = MacLine { value: value.into(), ..MacLine::new("") };
                Shot::test(event).with_macs(vec![mac]).demanding(Demand::Refuse)
            })
        },
    ),
    refused(
        "mac/long",
        "a MAC of four thousand digits is refused",
        "The prefix and 4,000 digits.",
        "`timingSafeEqual` throws where the lengths differ, and the error handler answers 500.",
        |kit| {
            forged(kit, "the event with a MAC of 4,000 digits", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}", "ab".repeat(2000)))
            })
        },
    ),
    refused(
        "mac/other-body",
        "the MAC of another event is refused",
        "An event with the right MAC of the event before it.",
        "A MAC that was right once is kept and taken again, or the MAC is checked over something else than this body.",
        |kit| {
            let mut session = kit.session();
            let before = kit.event(&mut session, Code::WmsLoaded);
            let event = kit.event(&mut session, Code::ConfigurationLoaded);
            Script::of([
                Shot::setup(&before),
                Shot::test(&event)
                    .forged(before.mac.as_str())
                    .called("the event with the MAC of the one before"),
            ])
        },
    ),
    refused(
        "mac/changed-body",
        "a body that was changed on its way is refused",
        "An event whose body has another sequence than the one that was signed.",
        "The MAC is checked over a part of the body, or over nothing.",
        |kit| {
            forged(kit, "the event with another sequence than was signed", |kit, event| {
                let text = String::from_utf8_lossy(&event.body).replace("\"sequence\":1,", "\"sequence\":7,");
                Shot { body: text.into_bytes().into(), ..Shot::test(event).demanding(Demand::Refuse) }
                    .with_macs(vec![MacLine::new(kit.setup().signer.sign(&event.body).as_str())])
            })
        },
    ),
    refused(
        "mac/empty-body",
        "the MAC of no bytes is refused",
        "An event with the MAC of the empty body.",
        "A JSON parser has read the stream before, and nothing is left of it to hash.",
        |kit| {
            forged(kit, "the event with the MAC of no bytes", |kit, event| {
                Shot::test(event).forged(kit.setup().signer.sign(b"").as_str())
            })
        },
    ),
    refused(
        "mac/over-compact",
        "a MAC over the body as JavaScript prints it again is refused",
        "A body with blanks, signed over what `JSON.stringify(JSON.parse(body))` makes of it.",
        "The body is parsed first, and the MAC is taken over `JSON.stringify(req.body)`.",
        |kit| {
            over(kit, "the event signed over its JSON without blanks", spaced, |sent| {
                reprint::as_javascript(sent).unwrap_or_default()
            })
        },
    ),
    refused(
        "mac/over-python",
        "a MAC over the body as Python prints it again is refused",
        "An ordinary body, signed over what `json.dumps(json.loads(body))` makes of it.",
        "The body is parsed first, and the MAC is taken over `json.dumps(request.json)`.",
        |kit| {
            over(kit, "the event signed over its JSON as Python prints it", <[u8]>::to_vec, |sent| {
                reprint::as_python(sent).unwrap_or_default()
            })
        },
    ),
    refused(
        "mac/over-sorted",
        "a MAC over the body with its keys in order is refused",
        "An ordinary body, signed over its JSON with the keys sorted.",
        "The body is parsed first, and the MAC is taken over a canonical form: `sort_keys=True`, a map that sorts.",
        |kit| over(kit, "the event signed over its JSON with sorted keys", <[u8]>::to_vec, sorted),
    ),
    refused(
        "mac/over-trimmed",
        "a MAC over the body without the line break at its end is refused",
        "A body that ends in a line break, signed without it.",
        "The body is read line by line, or `trim()` is called on it.",
        |kit| {
            over(
                kit,
                "the event signed without the line break at its end",
                |body| [body, b"\n"].concat(),
                |sent| sent.trim_ascii().to_vec(),
            )
        },
    ),
    refused(
        "mac/over-lf",
        "a MAC over the body with other line ends is refused",
        "A body with a CRLF between its keys, signed with a line feed in its place.",
        "The body is read as lines of text: `splitlines()`, `BufferedReader.readLine()`, a shell, a file opened as text.",
        |kit| over(kit, "the event signed with other line ends", with_crlf, with_lf),
    ),
    undecodable(
        "mac/over-seven-bits",
        "a MAC over the lower seven bits of each byte is refused",
        "A body in which the highest bit of a letter of the session ID is set, signed without it.",
        "The body is decoded as ASCII before it is hashed, `body.toString('ascii')`: the highest bit is lost.",
        |kit| over(kit, "the event signed over seven bits of each byte", with_a_high_bit, seven_bits),
    ),
    refused(
        "mac/over-ascii-only",
        "a MAC over the ASCII part of the body is refused",
        "A body with an accented letter in raw UTF-8 in its session ID, signed without that letter.",
        "What is not ASCII is left out before the body is hashed: `body.decode('ascii', 'ignore')`, `iconv -c`.",
        |kit| {
            over(
                kit,
                "the event signed without what is not ASCII",
                |body| put_in(body, "\u{e9}".as_bytes()),
                ascii,
            )
        },
    ),
    refused(
        "mac/over-replaced",
        "a MAC over the body with question marks for what is not ASCII is refused",
        "A body with an accented letter in raw UTF-8 in its session ID, signed with a question mark in its place; and another, signed with one for each of its bytes.",
        "What is not ASCII is replaced before the body is hashed: `getBytes(US_ASCII)` in Java, `Encoding.ASCII` in .NET, `mb_convert_encoding` in PHP.",
        over_question_marks,
    ),
    undecodable(
        "mac/over-valid-only",
        "a MAC over the body without its invalid bytes is refused",
        "A body with a byte in its session ID that no UTF-8 has, signed without it.",
        "Bytes that cannot be decoded are left out before the body is hashed: `body.decode('utf-8', 'ignore')`, `iconv -c`.",
        |kit| {
            over(
                kit,
                "the event signed without the byte that is no UTF-8",
                |body| put_in(body, b"\xff"),
                ascii,
            )
        },
    ),
    refused(
        "mac/sha1",
        "a MAC with SHA-1 is refused",
        "The HMAC with SHA-1 under the prefix hmac-sha1=.",
        "The sender may choose the hash: its name is read from the header.",
        |kit| {
            forged(kit, "the event with an HMAC of SHA-1", |kit, event| {
                let mac = kit.setup().signer.digits_with::<Hmac<sha1::Sha1>>(&event.body);
                Shot::test(event).forged(format!("hmac-sha1={mac}"))
            })
        },
    ),
    refused(
        "mac/sha512",
        "a MAC with SHA-512 is refused",
        "The HMAC with SHA-512 under the prefix hmac-sha512=.",
        "The sender may choose the hash: its name is read from the header.",
        |kit| {
            forged(kit, "the event with an HMAC of SHA-512", |kit, event| {
                let mac = kit.setup().signer.digits_with::<Hmac<sha2::Sha512>>(&event.body);
                Shot::test(event).forged(format!("hmac-sha512={mac}"))
            })
        },
    ),
    refused(
        "mac/md5",
        "a MAC with MD5 is refused",
        "The HMAC with MD5 under the prefix hmac-md5=.",
        "The sender may choose the hash: its name is read from the header.",
        |kit| {
            forged(kit, "the event with an HMAC of MD5", |kit, event| {
                let mac = kit.setup().signer.digits_with::<Hmac<md5::Md5>>(&event.body);
                Shot::test(event).forged(format!("hmac-md5={mac}"))
            })
        },
    ),
    refused(
        "mac/plain-hash",
        "a hash without a secret is refused",
        "The SHA-256 of the body alone behind the right prefix.",
        "A hash is compared in which the secret has no part.",
        |kit| {
            forged(kit, "the event with a hash without the secret", |_, event| {
                use sha2::Digest as _;
                Shot::test(event)
                    .forged(format!("{PREFIX}{}", hex::encode(sha2::Sha256::digest(&event.body))))
            })
        },
    ),
    refused(
        "mac/two-wrong",
        "two wrong MACs are refused",
        "Two X-WMS-Content-MAC headers, both signed with other secrets.",
        "Of several headers a list is made, for which the check is skipped.",
        |kit| {
            forged(kit, "the event with two wrong MACs", |kit, event| {
                let wrong = kit.stranger().sign(&event.body);
                let other = kit.empty_secret().sign(&event.body);
                Shot::test(event)
                    .with_macs(vec![MacLine::new(wrong.as_str()), MacLine::new(other.as_str())])
                    .demanding(Demand::Refuse)
            })
        },
    ),
];
