//! The bytes of the first line are the lengths of pieces; the rest is a reply that comes in these pieces, in single
//! bytes, and at once. It is the same reply, or the same failure, and takes bounded room.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wms_sim::outcome::exchange::{FailureCode, Phase, Reply};
use wms_sim::transport::limits::{BODY_LIMIT, HEAD_LIMIT};
use wms_sim::transport::wire::ReplyReader;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (lengths, reply) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    let mut reader = ReplyReader::default();
    let whole = read(&mut reader, reply, std::iter::repeat(reply.len()));
    // The reader is used again, as that of a connection that is kept.
    let single = read(&mut reader, reply, std::iter::repeat(1));
    assert_eq!(whole, single);
    let lengths = lengths.iter().map(|byte| usize::from(*byte).max(1)).chain(std::iter::repeat(usize::MAX));
    assert_eq!(whole, read(&mut reader, reply, lengths));
});

fn read(
    reader: &mut ReplyReader,
    mut bytes: &[u8],
    lengths: impl Iterator<Item = usize>,
) -> Result<Reply, (FailureCode, Phase)> {
    reader.begin();
    for length in lengths {
        if bytes.is_empty() {
            break;
        }
        let space = reader.space();
        assert!(!space.is_empty() && space.len() <= 2 * HEAD_LIMIT);
        let count = length.min(space.len()).min(bytes.len());
        space[..count].copy_from_slice(&bytes[..count]);
        bytes = &bytes[count..];
        if reader.filled(count).map_err(|failure| (failure.code, failure.phase))? {
            return Ok(taken(reader));
        }
    }
    reader.closed().map_err(|failure| (failure.code, failure.phase))?;
    Ok(taken(reader))
}

fn taken(reader: &mut ReplyReader) -> Reply {
    let reply = reader.take();
    assert!(reply.excerpt.len() <= Reply::EXCERPT && reply.body_bytes <= BODY_LIMIT);
    assert!(reply.excerpt.len() as u64 == reply.body_bytes.min(Reply::EXCERPT as u64));
    assert!(reply.status >= 100);
    reply
}
