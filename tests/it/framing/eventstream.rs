//! AWS event streams: published frames, every split, every damaged byte, impossible lengths.

use crate::support::InWords;
use sidecite::provider::framing::eventstream::{EventStream, EventStreamError, Frame, MAX_FRAME_BYTES};

fn frames(pieces: &[&[u8]]) -> (Vec<Frame>, Option<EventStreamError>, bool) {
    let mut stream = EventStream::default();
    let (mut frames, mut error) = (Vec::new(), None);
    for piece in pieces {
        let (more, wrong) = stream.push(piece);
        assert!(error.is_none() || (more.is_empty() && wrong.is_none()), "something comes after an error");
        frames.extend(more);
        error = error.or(wrong);
    }
    (frames, error, stream.is_amid_frame())
}

/// The vectors of AWS's own event-stream suite: an empty message and one with a payload only.
#[test]
fn published_frames_are_read() {
    let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
    assert_eq!(frames(&[&empty]), (vec![Frame::default()], None, false));
    let payload = b"{'foo':'bar'}";
    let mut frame = vec![0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a];
    frame.extend_from_slice(payload);
    frame.extend_from_slice(&[0xc3, 0x65, 0x39, 0x36]);
    let expected = Frame { headers: Vec::new(), payload: payload.to_vec() };
    assert_eq!(frames(&[&frame]), (vec![expected], None, false));
}

#[test]
fn frames_read_the_same_at_every_split() {
    let mut body = crate::wire::event("messageStart", serde_json::json!({"role": "assistant"}));
    body.extend(crate::wire::frame(
        &[(":message-type", "exception"), (":exception-type", "é")],
        "{\"é\":\"😀\"}".as_bytes(),
    ));
    body.extend(crate::wire::frame(&[], b""));
    let whole = frames(&[&body]);
    assert_eq!(whole.0.len(), 3);
    assert_eq!(whole.0[1].header(":exception-type"), Some("é"));
    assert_eq!((whole.1, whole.2), (None, false));
    for one in 0..=body.len() {
        for two in one..=body.len() {
            assert_eq!(frames(&[&body[..one], &body[one..two], &body[two..]]), whole, "{one} {two}");
        }
    }
    assert!(frames(&[&body[..body.len() - 1]]).2);
}

#[test]
fn all_types_of_headers_are_passed_over_and_strings_kept() {
    let mut head = Vec::new();
    for (kind, value) in [
        (0_u8, &[][..]),
        (1, &[]),
        (2, &[1]),
        (3, &[1, 2]),
        (4, &[1, 2, 3, 4]),
        (5, &[0; 8]),
        (6, &[0, 3, 9, 9, 9]),
        (7, b"\0\x02ok"),
        (8, &[0; 8]),
        (9, &[0; 16]),
    ] {
        head.extend_from_slice(&[1, b'a' + kind, kind]);
        head.extend_from_slice(value);
    }
    let (read, error, _) = frames(&[&crate::wire::raw_frame(&head, b"p")]);
    assert_eq!((read[0].headers.clone(), error), (vec![("h".to_owned(), "ok".to_owned())], None));
    for bad in [&[1, b'a', 10][..], &[1, b'a'], &[5, b'a'], &[1, b'a', 7, 0, 9, b'x'], &[1, b'a', 4, 0]] {
        let (read, error, _) = frames(&[&crate::wire::raw_frame(bad, b"")]);
        assert_eq!((read.len(), error), (0, Some(EventStreamError::Headers)), "{bad:?}");
    }
}

#[test]
fn every_damaged_byte_is_found() {
    let good = crate::wire::event("messageStart", serde_json::json!({"role": "assistant"}));
    let two = [good.clone(), good.clone()].concat();
    for at in 0..good.len() {
        let mut body = two.clone();
        body[good.len() + at] ^= 0x40;
        let (read, error, _) = frames(&[&body, &good]);
        assert_eq!(read.len(), 1, "byte {at}: what came before stands, nothing after is trusted");
        assert!(error.is_some_and(|error| !error.hint().is_empty()), "byte {at}");
    }
}

#[test]
fn lengths_that_cannot_be_are_refused_at_once() {
    let prelude = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
        bytes
    };
    for (total, headers) in [
        (0, 0),
        (15, 0),
        (16, 1),
        (u32::MAX, 0),
        (100, u32::MAX),
        (16, u32::MAX - 15),
        (MAX_FRAME_BYTES as u32 + 1, 0),
    ] {
        let (read, error, _) = frames(&[&prelude(total, headers)]);
        assert!(
            read.is_empty() && matches!(error, Some(EventStreamError::Lengths { .. })),
            "{total} {headers}"
        );
    }
    assert_eq!(frames(&[&prelude(MAX_FRAME_BYTES as u32, 0)]), (Vec::new(), None, true));
}
