//! The reasons why a MAC does not match, each with a stable code, what happened and what to do.

use std::fmt;

use serde::Serialize;

macro_rules! reasons {
    ($( $variant:ident $code:literal $fix:ident $what:literal )*) => {
        /// One reason why a MAC does not match. They are declared in the order in which they are told: what the MAC was
        /// made from comes before how it was written down.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub enum Reason {
            $( #[doc = $what] #[serde(rename = $code)] $variant, )*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The stable name, for scripts.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $code, )* }
            }

            /// What happened, in a sentence.
            pub const fn what(self) -> &'static str {
                match self { $( Self::$variant => $what, )* }
            }

            /// What to do about it, in a sentence.
            pub const fn hint(self) -> &'static str {
                match self { $( Self::$variant => fix::$fix, )* }
            }
        }
    };
}

/// What to do. Many reasons have the same remedy.
mod fix {
    pub(super) const NOTHING: &str = "There is nothing to do.";
    pub(super) const PASS_ON: &str =
        "Look whether a proxy or the framework drops the header; names of headers are not case-sensitive.";
    pub(super) const ONE: &str = "Send it once, and look whether a proxy or middleware adds it again.";
    pub(super) const SET: &str = "Look at the code that fills the header: its variable was empty.";
    pub(super) const SHA256: &str =
        "Compute HMAC with SHA-256; the key is the secret, the message is the body.";
    pub(super) const CALL: &str =
        "Use your library's HMAC function with the secret as key and the body as message.";
    pub(super) const ARGUMENTS: &str = "Swap the arguments: the secret is the key, the body is the message.";
    pub(super) const STRIP: &str =
        "Strip the secret where it is read: files and pasted text often end in a line break or blank.";
    pub(super) const AS_IS: &str =
        "Use the secret's text as it stands (its UTF-8 bytes) as the key, undecoded.";
    pub(super) const BARE: &str = "Remove the quotes where the secret is set: many .env readers keep them.";
    pub(super) const LOAD: &str = "Look how the secret is loaded: the variable has another name or is not set there. Refuse to start without it.";
    pub(super) const SAVE: &str = "Save the secret's file as UTF-8 without a byte order mark.";
    pub(super) const RAW: &str = "Hash the body's bytes as they arrive, before any parser, and send exactly the bytes that were signed.";
    pub(super) const EARLY: &str =
        "Hash the raw body: here it was read before (a stream can be read once) or not there yet.";
    pub(super) const TEXT: &str =
        "Hash bytes, or encode the text as UTF-8 first; keep bodies ASCII where both ends cannot be changed.";
    pub(super) const SNIPPET: &str = "Hash the raw bytes. If the sender hashes as the WMS page's snippet does, check with mac.input=latin1.";
    pub(super) const BYTES: &str =
        "If the sender hashes the raw bytes, check with mac.input=bytes; for ASCII bodies both agree.";
    pub(super) const ENCODING: &str = "Save the body byte for byte as it arrived, or convert it to UTF-8: PowerShell's > and some editors write UTF-16.";
    pub(super) const UNPACK: &str = "Decode the body once before hashing: the gateway wrapped what was sent.";
    pub(super) const REPR: &str =
        "In Python, use the bytes themselves: str() and f-strings put b'...' around them.";
    pub(super) const QUOTES: &str =
        "Leave the quotes off: they are the shell's or the template's, not the body's.";
    pub(super) const ALL: &str =
        "Read the body to its end: look at buffer sizes, at Content-Length, and at how it was saved.";
    pub(super) const HEX: &str = "Write the digest as 64 lower-case hex digits.";
    pub(super) const WHOLE: &str =
        "Write all 32 bytes as 64 hex digits; look for a column, buffer or copy that cuts the value.";
    pub(super) const PREFIX: &str = "Write hmac-sha256= once, in lower case, and the digits right after it.";
    pub(super) const VALUE: &str = "Use the header's value alone, without quotes, blanks or its name.";
    pub(super) const COMPARE: &str = "Check that both ends have the same secret, byte for byte, and that this is the body that was signed.";
}

reasons! {
    Valid "valid" NOTHING "The MAC is right."
    HeaderMissing "header-missing" PASS_ON "There is no X-WMS-Content-MAC header."
    HeaderSeveral "header-several" ONE "There is more than one X-WMS-Content-MAC value."
    HeaderEmpty "header-empty" SET "The header is empty."

    HashSha1 "hash-sha1" SHA256 "The MAC was made with SHA-1."
    HashSha384 "hash-sha384" SHA256 "The MAC was made with SHA-384."
    HashSha512 "hash-sha512" SHA256 "The MAC was made with SHA-512."
    HashMd5 "hash-md5" SHA256 "The MAC was made with MD5."
    HashWithoutKey "hash-without-key" CALL "This is a plain hash of the body: no secret went into it."
    HashOfSecretAndBody "hash-of-secret-and-body" CALL "This is a plain hash of secret and body put together, not an HMAC."
    KeyMessageSwapped "key-message-swapped" ARGUMENTS "The body was used as the key and the secret as the message."

    SecretEmpty "secret-empty" LOAD "The MAC was made with an empty secret."
    SecretUndefined "secret-undefined" LOAD "The MAC was made with the text of an unset variable (undefined, null, None) as the secret."
    SecretWithNewline "secret-with-newline" STRIP "The MAC was made with a line break at the end of the secret."
    SecretTrimmed "secret-trimmed" STRIP "The MAC was made without the blanks around the secret."
    SecretQuoted "secret-quoted" BARE "The MAC was made with quotes around the secret."
    SecretUnquoted "secret-unquoted" BARE "The MAC was made without the quotes that stand around the secret here."
    SecretBase64Decoded "secret-base64-decoded" AS_IS "The MAC was made with the secret decoded as base64."
    SecretBase64Encoded "secret-base64-encoded" AS_IS "The MAC was made with the secret encoded as base64."
    SecretHexDecoded "secret-hex-decoded" AS_IS "The MAC was made with the secret decoded as hex."
    SecretUrlDecoded "secret-url-decoded" AS_IS "The MAC was made with the secret's percent signs or plus signs decoded."
    SecretUrlEncoded "secret-url-encoded" AS_IS "The MAC was made with the secret percent-encoded."
    SecretBom "secret-bom" SAVE "The secret has a byte order mark at one end only."
    SecretLatin1 "secret-latin1" AS_IS "The MAC was made with the secret's characters as latin1, not UTF-8."
    SecretUtf16 "secret-utf16" AS_IS "The MAC was made with the secret's characters as UTF-16, not UTF-8."

    SignedEmptyBody "signed-empty-body" EARLY "The MAC is that of an empty body."
    SignedBytes "signed-bytes" BYTES "The MAC is that of the raw bytes; here it is checked as Node's 'ascii' would hash them."
    SignedLatin1 "signed-latin1" SNIPPET "The MAC is that of the body's characters cut to a byte each: Node's 'ascii' or latin1, as in the WMS page's snippet."
    SignedBeforeDoubleEncoding "signed-before-double-encoding" TEXT "The body was encoded as UTF-8 twice after it was signed once."
    SignedDoubleEncoded "signed-double-encoded" TEXT "The MAC is that of the body encoded as UTF-8 twice."
    SignedUtf16 "signed-utf16" TEXT "The MAC is that of the body as UTF-16."
    SignedQuestionMarks "signed-question-marks" TEXT "The MAC is that of the body with ? for each character beyond ASCII."
    SignedReplacementMarks "signed-replacement-marks" TEXT "The MAC is that of the body with U+FFFD for what is not UTF-8."
    SignedBeforeUtf16 "signed-before-utf16" ENCODING "The body is what was signed as UTF-16: it was saved or sent in another encoding."
    SignedBeforeBase64 "signed-before-base64" UNPACK "The body is the base64 of what was signed."
    SignedInsideString "signed-inside-string" UNPACK "The body is a JSON string that holds what was signed."
    SignedBeforeRepr "signed-before-repr" REPR "The body is what was signed as Python prints bytes: b'...'."
    SignedAsRepr "signed-as-repr" REPR "The MAC is that of the body as Python prints bytes: b'...'."
    SignedInsideQuotes "signed-inside-quotes" QUOTES "The body stands in quotes that were not signed."
    SignedAsString "signed-as-string" RAW "The MAC is that of the body as a JSON string: it was serialised twice before it was signed."
    SignedWithNewline "signed-with-newline" RAW "The MAC is that of the body with a line break at its end."
    SignedWithoutNewline "signed-without-newline" RAW "The MAC is that of the body without the line break at its end."
    SignedTrimmed "signed-trimmed" RAW "The MAC is that of the body without the blanks around it."
    SignedWithCrlf "signed-with-crlf" RAW "The MAC is that of the body with CR LF at each line's end."
    SignedWithLf "signed-with-lf" RAW "The MAC is that of the body with LF alone at each line's end."
    SignedWithBom "signed-with-bom" RAW "The MAC is that of the body with a byte order mark."
    SignedWithoutBom "signed-without-bom" RAW "The MAC is that of the body without its byte order mark."
    SignedSorted "signed-sorted" RAW "The MAC is that of the JSON with sorted keys."
    SignedInDocumentedOrder "signed-in-documented-order" RAW "The MAC is that of the JSON with the keys in WMS's order: they were reordered since."
    SignedCompact "signed-compact" RAW "The MAC is that of the JSON without blanks between its parts, as WMS writes it: it was printed anew since."
    SignedWithSpaces "signed-with-spaces" RAW "The MAC is that of the JSON with a space after each comma and colon, as Python's json.dumps writes it."
    SignedIndented2 "signed-indented-2" RAW "The MAC is that of the JSON indented by 2 spaces."
    SignedIndented4 "signed-indented-4" RAW "The MAC is that of the JSON indented by 4 spaces."
    SignedIndentedTab "signed-indented-tab" RAW "The MAC is that of the JSON indented by tabs."
    SignedAscii "signed-ascii" RAW "The MAC is that of the JSON with characters beyond ASCII escaped as \\uXXXX."
    SignedUtf8 "signed-utf8" RAW "The MAC is that of the JSON with its \\uXXXX escapes decoded to UTF-8."
    SignedUpperCaseEscapes "signed-upper-case-escapes" RAW "The MAC is that of the JSON with upper-case digits in its \\uXXXX escapes."
    SignedLowerCaseEscapes "signed-lower-case-escapes" RAW "The MAC is that of the JSON with lower-case digits in its \\uXXXX escapes."
    SignedWithSlashEscapes "signed-with-slash-escapes" RAW "The MAC is that of the JSON with / written as \\/, as PHP does."
    SignedWithoutSlashEscapes "signed-without-slash-escapes" RAW "The MAC is that of the JSON with \\/ written as /."
    SignedWithHtmlEscapes "signed-with-html-escapes" RAW "The MAC is that of the JSON with <, > and & escaped as \\u003c and so on, as Go does."
    SignedWithoutHtmlEscapes "signed-without-html-escapes" RAW "The MAC is that of the JSON with its escapes of <, > and & decoded."
    SignedUsualEscapes "signed-usual-escapes" RAW "The MAC is that of the JSON with each character written in the usual way: escapes that are not needed were added since."
    SignedNumbersAsJavascript "signed-numbers-as-javascript" RAW "The MAC is that of the JSON with numbers as JavaScript prints them (1.0 as 1, 1E3 as 1000)."
    SignedNumbersAsPython "signed-numbers-as-python" RAW "The MAC is that of the JSON with numbers as Python prints them (1.50 as 1.5, 1E3 as 1000.0)."
    SignedNumbersAsFloats "signed-numbers-as-floats" RAW "The MAC is that of the JSON with every number as a float (0 as 0.0)."
    SignedNumbersAsJava "signed-numbers-as-java" RAW "The MAC is that of the JSON with every number as Java prints a double (0 as 0.0, 20000000 as 2.0E7), as Gson does."

    HeaderBase64 "header-base64" HEX "The digest is written in base64."
    HeaderBase64Url "header-base64url" HEX "The digest is written in base64url, or in base64 without padding."
    HeaderHexOfHex "header-hex-of-hex" HEX "The digest was turned into hex twice."
    HeaderBase64OfHex "header-base64-of-hex" HEX "The digest's hex digits were encoded as base64."
    HeaderHexSeparated "header-hex-separated" HEX "The hex digits are separated by colons, blanks or hyphens."
    HeaderHexUpperCase "header-hex-upper-case" HEX "The hex digits are in upper case."
    HeaderTruncated "header-truncated" WHOLE "There are fewer than 64 hex digits (MD5 has 32, SHA-1 has 40)."
    HeaderExtended "header-extended" WHOLE "There are more than 64 hex digits."
    HeaderNotHex "header-not-hex" HEX "What should be the digest is neither hex nor base64."
    HeaderPrefixMissing "header-prefix-missing" PREFIX "There is no hmac-sha256= before the digest."
    HeaderPrefixWrong "header-prefix-wrong" PREFIX "Before the digest stands something other than hmac-sha256=."
    HeaderPrefixCase "header-prefix-case" PREFIX "The prefix is not in lower case."
    HeaderPrefixTwice "header-prefix-twice" PREFIX "The prefix stands there twice."
    HeaderName "header-name" VALUE "The header's name is part of the value."
    HeaderQuoted "header-quoted" VALUE "The value stands in quotes."
    HeaderBlanks "header-blanks" VALUE "There are blanks or line breaks around the value."

    WrongSecret "wrong-secret" COMPARE "The MAC belongs to another secret, or to another body; none of the usual slips explains it."
    BodyEmpty "body-empty" EARLY "The body is empty here, and what WMS signs is not: perhaps that is why."
    BodyCutShort "body-cut-short" ALL "The body is JSON that ends too soon: perhaps it is not all that was signed."
    BodyUtf16 "body-utf16" ENCODING "The body is UTF-16, and what WMS signs is UTF-8: perhaps that is why."
    BodyNotJson "body-not-json" RAW "The body is not JSON, and what WMS signs is: perhaps it was changed on the way."
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_unique_and_sentences_end() {
        let mut codes: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        for reason in Reason::ALL {
            let usual = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(reason.as_str().bytes().all(usual), "{reason}");
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert!(reason.what().ends_with('.') && reason.hint().ends_with('.'), "{reason}");
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
