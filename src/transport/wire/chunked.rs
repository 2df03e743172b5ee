//! The chunked transfer coding (RFC 9112, 7.1), decoded piece by piece from whatever bytes have arrived.

use super::super::headers::is_token;
use super::super::limits::{CHUNK_LINE_LIMIT, TRAILER_LIMIT};

/// Where in the coding the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The first digit of a chunk's size.
    FirstDigit,
    /// The further digits of the size.
    Digits,
    /// White space after the size.
    Space,
    /// Extensions, which mean nothing to us.
    Extension,
    /// The line feed that ends the size's line.
    SizeLf,
    /// The chunk's data.
    Data,
    /// The line end after the data.
    DataCr,
    DataLf,
    /// The first byte of a trailer line, or of the empty line at the end.
    TrailerStart,
    /// The rest of a trailer's name.
    TrailerName,
    /// A trailer's value.
    Trailer,
    TrailerLf,
    /// The last line feed.
    EndLf,
    Done,
}

/// An incremental decoder. It holds no data: pieces of the body are handed out as slices of the input.
#[derive(Clone, Debug)]
pub struct Chunked {
    state: State,
    /// What is missing of the present chunk.
    left: u64,
    /// The length of the present size line, or of all trailers.
    length: usize,
}

impl Default for Chunked {
    fn default() -> Self {
        Self { state: State::FirstDigit, left: 0, length: 0 }
    }
}

impl Chunked {
    /// Whether the last chunk and the trailers have been read.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes bytes off the front of `input` until a piece of the body can be handed out, the coding ends, or the
    /// input is used up. The error says in words what is wrong.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
        while self.state != State::Done {
            if self.state == State::Data {
                return Ok(self.data(input));
            }
            let Some((&byte, rest)) = input.split_first() else { return Ok(None) };
            *input = rest;
            self.state = self.step(byte)?;
        }
        Ok(None)
    }

    fn data<'a>(&mut self, input: &mut &'a [u8]) -> Option<&'a [u8]> {
        if input.is_empty() {
            return None;
        }
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len());
        let (piece, rest) = input.split_at(length);
        *input = rest;
        self.left -= length as u64;
        if self.left == 0 {
            self.state = State::DataCr;
        }
        Some(piece)
    }

    fn step(&mut self, byte: u8) -> Result<State, &'static str> {
        Ok(match (self.state, byte) {
            (State::FirstDigit | State::Digits, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                self.digit(byte)?;
                State::Digits
            }
            (State::FirstDigit, _) => return Err("a chunk's size does not begin with a hexadecimal digit"),
            (State::Digits | State::Space, b' ' | b'\t') => self.line(State::Space)?,
            (State::Digits | State::Space, b';') => self.line(State::Extension)?,
            (State::Digits | State::Space | State::Extension, b'\r') => State::SizeLf,
            (State::Digits | State::Space, _) => return Err("a chunk's size is not a hexadecimal number"),
            (State::Extension, b'\n') => return Err("a chunk's line ends without a carriage return"),
            (State::Extension, _) => self.line(State::Extension)?,
            (State::SizeLf, b'\n') => {
                self.length = 0;
                if self.left == 0 { State::TrailerStart } else { State::Data }
            }
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::FirstDigit,
            (State::DataCr | State::DataLf, _) => return Err("a chunk is longer than its size says"),
            (State::TrailerStart, b'\r') => State::EndLf,
            (State::TrailerStart | State::TrailerName, _) if is_token(byte) => {
                self.trailer(State::TrailerName)?
            }
            (State::TrailerName, b':') => State::Trailer,
            (State::TrailerStart | State::TrailerName, _) => return Err("a trailer is not a header field"),
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::Trailer, b'\t' | b' '..=b'~' | 0x80..) => self.trailer(State::Trailer)?,
            (State::Trailer, _) => return Err("a trailer's value holds a control character"),
            (State::TrailerLf, b'\n') => State::TrailerStart,
            (State::EndLf, b'\n') => State::Done,
            (State::SizeLf | State::TrailerLf | State::EndLf, _) => {
                return Err("a carriage return stands without its line feed");
            }
            // Neither takes single bytes.
            (State::Data | State::Done, _) => self.state,
        })
    }

    fn digit(&mut self, byte: u8) -> Result<(), &'static str> {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            _ => (byte | 0x20) - b'a' + 10,
        };
        self.line(State::Digits)?;
        self.left = self
            .left
            .checked_mul(16)
            .and_then(|left| left.checked_add(u64::from(digit)))
            .ok_or("a chunk's size does not fit into 64 bits")?;
        Ok(())
    }

    fn line(&mut self, next: State) -> Result<State, &'static str> {
        self.length += 1;
        if self.length > CHUNK_LINE_LIMIT { Err("the line of a chunk's size is too long") } else { Ok(next) }
    }

    fn trailer(&mut self, next: State) -> Result<State, &'static str> {
        self.length += 1;
        if self.length > TRAILER_LIMIT { Err("the trailers are too long") } else { Ok(next) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, and how much of the input was left over after the end.
    fn decode(pieces: &[&[u8]]) -> Result<Option<(Vec<u8>, usize)>, &'static str> {
        let mut decoder = Chunked::default();
        let mut body = Vec::new();
        let mut over = 0;
        for mut piece in pieces.iter().copied() {
            while let Some(data) = decoder.next(&mut piece)? {
                body.extend_from_slice(data);
            }
            assert!(piece.is_empty() || decoder.is_done());
            over += piece.len();
        }
        Ok(decoder.is_done().then_some((body, over)))
    }

    #[test]
    fn every_split_gives_the_same() {
        let input = b"5\r\nhello\r\n0006 ;a=\"b\"\r\n\r\nworl\r\nA\t\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: \r\n\r\nHTTP";
        let whole = decode(&[input]).unwrap();
        assert_eq!(whole, Some((b"hello\r\nworl0123456789".to_vec(), 4)));
        for first in 0..input.len() {
            assert_eq!(decode(&[&input[..first], &input[first..]]).unwrap(), whole, "split at {first}");
        }
        let single: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(decode(&single).unwrap(), whole);
        for cut in 0..input.len() - 4 {
            assert_eq!(decode(&[&input[..cut]]).unwrap(), None, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused_however_it_is_split() {
        let inputs: &[&[u8]] = &[
            b"\r\n",
            b"x\r\n",
            b"-1\r\n",
            b" 1\r\na\r\n0\r\n\r\n",
            b"1\na\r\n",
            b"1x\r\n",
            b"1 1\r\n",
            b"1;a\n",
            b"1\rx",
            b"1\r\nab\r\n",
            b"1\r\na\n",
            b"11112222333344445\r\n",
            b"0\r\n\n",
            b"0\r\nA: b\n",
            b"0\r\n: b\r\n",
            b"0\r\nA b: c\r\n",
            b"0\r\nA: b\0\r\n",
            b"0\r\nA: b\rx",
            b"0\r\n\rx",
        ];
        for input in inputs {
            let words = decode(&[input]).unwrap_err();
            assert!(!words.is_empty());
            let single: Vec<&[u8]> = input.chunks(1).collect();
            assert_eq!(decode(&single), Err(words), "{:?}", String::from_utf8_lossy(input));
        }
    }

    #[test]
    fn lines_and_trailers_are_bounded() {
        let extension = [b"1;".as_slice(), &vec![b'a'; CHUNK_LINE_LIMIT]].concat();
        assert_eq!(decode(&[&extension]), Err("the line of a chunk's size is too long"));
        let zeros = vec![b'0'; CHUNK_LINE_LIMIT + 1];
        assert_eq!(decode(&[&zeros]), Err("the line of a chunk's size is too long"));
        let trailers = [b"0\r\n".as_slice(), &b"a: b\r\n".repeat(TRAILER_LIMIT / 3 + 1)].concat();
        assert_eq!(decode(&[&trailers]), Err("the trailers are too long"));
    }
}
