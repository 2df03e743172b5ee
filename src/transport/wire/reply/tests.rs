use proptest::prelude::*;

use super::*;

/// What a reply amounts to: the reply and how far the connection can be used, or the failure.
type Verdict = Result<(Reply, bool), Failure>;

/// Feeds pieces until the reply is complete, and then the end of the connection. Bytes after a complete reply are
/// put in as well, as they would be if they arrived in the same read.
fn read(pieces: &[&[u8]]) -> Verdict {
    let mut reader = ReplyReader::default();
    for piece in pieces {
        let mut piece = *piece;
        while !piece.is_empty() {
            let space = reader.space();
            let count = space.len().min(piece.len());
            space[..count].copy_from_slice(&piece[..count]);
            piece = &piece[count..];
            if reader.filled(count)? {
                let reusable = reader.is_reusable();
                return Ok((reader.take(), reusable));
            }
        }
    }
    reader.closed()?;
    let reusable = reader.is_reusable();
    Ok((reader.take(), reusable))
}

fn whole(text: &str) -> Verdict {
    read(&[text.as_bytes()])
}

fn code(verdict: Verdict) -> (FailureCode, Phase) {
    let failure = verdict.unwrap_err();
    (failure.code, failure.phase)
}

#[test]
fn bodies_end_where_they_should() {
    let table = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokEXTRA", 200, "ok", false),
        (
            "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n",
            500,
            "ok",
            true,
        ),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", 204, "", true),
        ("HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", 304, "", true),
        (
            "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Hint\r\nA: b\r\n\r\nHTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n",
            202,
            "",
            true,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 200, "", false),
    ];
    for (text, status, body, reusable) in table {
        let (reply, again) = whole(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            (reply.status, reply.excerpt.as_slice(), again),
            (status, body.as_bytes(), reusable),
            "{text}"
        );
        assert_eq!(reply.body_bytes, body.len() as u64);
    }
}

#[test]
fn what_is_wrong_is_named() {
    use FailureCode as C;
    let long_line = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "a".repeat(HEAD_LIMIT));
    let flood = "HTTP/1.1 102 Wait\r\n\r\n".repeat(INTERIM_LIMIT as usize + 1);
    let table = [
        ("", C::ClosedWithoutReply, Phase::Wait),
        ("HTTP/1.1 100 Go\r\n\r\n", C::ClosedWithoutReply, Phase::Wait),
        ("HTT", C::ReplyTruncated, Phase::Head),
        ("HTTP/1.1 200 OK\r\n", C::ReplyTruncated, Phase::Head),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", C::ReplyTruncated, Phase::Body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", C::ReplyTruncated, Phase::Body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", C::BadHttp, Phase::Body),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", C::BodyTooLarge, Phase::Body),
        ("SSH-2.0-OpenSSH\r\n", C::NotHttp, Phase::Head),
        ("HTTP/1.1 101 Switch\r\n\r\n", C::SwitchedProtocols, Phase::Head),
        (&long_line, C::HeadTooLarge, Phase::Head),
        (&flood, C::TooManyInterim, Phase::Head),
    ];
    for (text, failure, phase) in table {
        assert_eq!(code(whole(text)), (failure, phase), "{text}");
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(code(read(&single)), (failure, phase), "{text}");
    }
}

#[test]
fn a_body_is_bounded_and_its_beginning_kept() {
    let limit = usize::try_from(BODY_LIMIT).unwrap();
    let exact = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(limit));
    let (reply, _) = whole(&exact).unwrap();
    assert_eq!((reply.body_bytes, reply.excerpt.len()), (BODY_LIMIT, Reply::EXCERPT));
    assert_eq!(code(whole(&(exact + "a"))), (FailureCode::BodyTooLarge, Phase::Body));
    let chunk =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n{}", "a".repeat(limit + 1));
    assert_eq!(code(whole(&chunk)), (FailureCode::BodyTooLarge, Phase::Body));
}

#[test]
fn a_head_that_just_fits_is_taken_after_interim_replies_as_well() {
    let frame = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: \r\n\r\n";
    let fits = frame.replace("A: ", &format!("A: {}", "a".repeat(HEAD_LIMIT - frame.len())));
    assert_eq!(fits.len(), HEAD_LIMIT);
    assert!(whole(&fits).is_ok());
    assert!(whole(&format!("HTTP/1.1 100 Go\r\n\r\n{fits}")).is_ok());
}

#[test]
fn a_reader_is_as_new_after_begin() {
    let mut reader = ReplyReader::default();
    for text in [
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nleft over",
        "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
    ] {
        reader.begin();
        assert!(reader.is_untouched() && reader.awaits() && !reader.is_reusable());
        reader.space()[..text.len()].copy_from_slice(text.as_bytes());
        assert!(reader.filled(text.len()).unwrap());
    }
    assert!(reader.is_reusable());
    assert_eq!(reader.take().status, 404);
}

/// Replies that are mostly right, and wrong in one place or another.
fn replies() -> impl Strategy<Value = Vec<u8>> {
    let status = prop::sample::select(vec![100_u16, 103, 101, 200, 202, 204, 304, 404, 500, 99]);
    let version = prop::sample::select(vec!["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "http/1.1", "SSH-2.0"]);
    let field = prop::sample::select(vec![
        "Content-Length: 3",
        "Content-Length: 300",
        "Content-Length: x",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Connection: close",
        "Connection: keep-alive",
        "Retry-After: 5",
        "X-Other: value",
        "broken",
    ]);
    let body = prop_oneof![
        Just(b"abc".to_vec()),
        Just(b"3\r\nabc\r\n0\r\n\r\n".to_vec()),
        Just(b"3;x\r\nabc\r\n1\r\nd\r\n0\r\nA: b\r\n\r\nmore".to_vec()),
        prop::collection::vec(any::<u8>(), 0..300),
    ];
    let head = (
        prop::sample::select(vec![0_usize, 0, 0, 0, 1, 2, 3, 4]),
        status,
        prop::collection::vec(field, 0..3),
    )
        .prop_map(move |(odd, status, fields)| (odd, status, fields.join("\r\n")));
    (prop::collection::vec(head, 1..3), version, body).prop_map(|(heads, odd_version, body)| {
        let mut bytes = Vec::new();
        for (odd, status, fields) in heads {
            let version = if odd == 0 { "HTTP/1.1" } else { odd_version };
            let fields = if fields.is_empty() { fields } else { format!("{fields}\r\n") };
            bytes.extend(format!("{version} {status:03} Words\r\n{fields}\r\n").into_bytes());
        }
        bytes.extend(body);
        bytes
    })
}

/// Whether the reply can be reused depends on what came in the same read as its end, so it is not compared.
fn comparable(verdict: Verdict) -> Result<Reply, (FailureCode, Phase)> {
    verdict.map(|(reply, _)| reply).map_err(|failure| (failure.code, failure.phase))
}

#[test]
fn what_is_no_empty_line_is_not_http_however_it_is_split() {
    let bytes: &[u8] = b"\r\r\nC:";
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    for pieces in [&[bytes][..], &single] {
        assert_eq!(code(read(pieces)), (FailureCode::NotHttp, Phase::Head));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_same_bytes_mean_the_same_however_they_are_split(
        bytes in replies(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let whole = comparable(read(&[&bytes]));
        prop_assert_eq!(&comparable(read(&pieces)), &whole);
        prop_assert_eq!(&comparable(read(&single)), &whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&[&bytes]);
        let _ = read(&[b"HTTP/1.1 200 OK\r\n", &bytes]);
        let _ = read(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &bytes]);
    }
}
