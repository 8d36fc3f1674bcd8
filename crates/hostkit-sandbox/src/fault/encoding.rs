//! Faults of encoding: character sets, compression, content types.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Response};

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::Spoil;

const fn fault(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    Fault::new(Group::Encoding, id, Point::InBody, Strike::Replace(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("not-utf8", not_utf8, "A byte that is invalid in UTF-8, in the middle of the document."),
    fault("cp1251", cp1251, "The document and a Russian word in windows-1251."),
    fault("utf16", utf16, "The document in UTF-16."),
    fault("bom", bom, "A byte order mark stands before the document."),
    fault("nul-in-body", nul_in_body, "A zero byte in the middle of the document."),
    fault("wrong-content-type", |s| content_type(s, "text/html"), "The right document under the type of a page."),
    fault("no-content-type", no_content_type, "The right document without a type."),
    fault("broken-content-type", |s| content_type(s, ";;;charset"), "The right document under a malformed type."),
    fault(
        "wrong-charset",
        |s| content_type(s, "text/plain; charset=KOI8-R"),
        "The right document under another charset.",
    ),
    fault("gzip-unasked", gzip_unasked, "The right document, compressed without having been requested."),
    fault("gzip-bomb", gzip_bomb, "Under two megabytes that unpack to a quarter of a gigabyte."),
    fault("gzip-label", |s| label(s, "gzip"), "Labelled as compressed, but plain."),
    fault("brotli-label", |s| label(s, "br"), "Labelled as compressed in a way that the client does not know."),
];

fn with(spoil: &Spoil<'_>, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    *answer.body_mut() = body;
    answer
}

fn in_the_middle(spoil: &Spoil<'_>, byte: u8) -> Response<Vec<u8>> {
    let mut body = spoil.answer.body().clone();
    body.insert(body.len() / 2, byte);
    with(spoil, body)
}

fn not_utf8(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    in_the_middle(spoil, 0xff)
}

fn nul_in_body(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    in_the_middle(spoil, 0)
}

fn cp1251(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let encode = |character: char| match u32::from(character) {
        code @ 0..=0x7f => u8::try_from(code).unwrap_or(b'?'),
        code @ 0x410..=0x44f => u8::try_from(code - 0x410 + 0xc0).unwrap_or(b'?'),
        _ => b'?',
    };
    let text = String::from_utf8_lossy(spoil.answer.body()).into_owned();
    // Pure ASCII would be valid UTF-8 and no fault, so a Cyrillic word is appended.
    let mut body: Vec<u8> = text.chars().map(encode).collect();
    body.extend("Ошибка".chars().map(encode));
    let mut answer = with(spoil, body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=windows-1251"));
    answer
}

fn utf16(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let text = String::from_utf8_lossy(spoil.answer.body()).into_owned();
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    with(spoil, units.flat_map(u16::to_le_bytes).collect())
}

fn bom(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    with(spoil, [b"\xef\xbb\xbf", spoil.answer.body().as_slice()].concat())
}

fn content_type(spoil: &Spoil<'_>, text: &'static str) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(text));
    answer
}

fn no_content_type(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    answer.headers_mut().remove(CONTENT_TYPE);
    answer
}

fn label(spoil: &Spoil<'_>, coding: &'static str) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    answer
}

const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

fn gzip_unasked(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let mut answer = label(spoil, "gzip");
    *answer.body_mut() = gzip_stored(spoil.answer.body());
    answer
}

/// gzip without compression: stored blocks are all that the format needs.
fn gzip_stored(plain: &[u8]) -> Vec<u8> {
    let mut packed = GZIP_HEAD.to_vec();
    let mut blocks = plain.chunks(0xffff).peekable();
    if blocks.peek().is_none() {
        packed.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&(!length).to_le_bytes());
        packed.extend_from_slice(block);
    }
    packed.extend_from_slice(&crc32(plain).to_le_bytes());
    packed.extend_from_slice(&u32::try_from(plain.len()).unwrap_or(u32::MAX).to_le_bytes());
    packed
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// Matches of 258 blanks in the bomb.
const REPEATS: usize = 1_040_000;

/// One blank and then matches of 258 bytes at distance 1 in fixed Huffman codes: 13 bits each. The check sum at the end
/// is wrong, but checking it requires unpacking everything first.
fn gzip_bomb(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let mut bits = Bits::default();
    bits.push(1, 1); // the last block
    bits.push(0b01, 2); // fixed codes
    bits.push_code(0x30 + u32::from(b' '), 8);
    for _ in 0..REPEATS {
        bits.push_code(0b1100_0101, 8); // length 258
        bits.push_code(0, 5); // distance 1
    }
    bits.push_code(0, 7); // the end
    let mut body = GZIP_HEAD.to_vec();
    body.append(&mut bits.finish());
    body.extend_from_slice(&[0; 8]);
    let mut answer = label(spoil, "gzip");
    *answer.body_mut() = body;
    answer
}

/// Bits of a deflate stream: the first bit is the lowest of its byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.pending |= value << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Codes go out with their highest bit first.
    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }

    fn finish(mut self) -> Vec<u8> {
        self.push(0, (8 - self.count) % 8);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_sum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn stored_blocks_hold_the_bytes() {
        let packed = gzip_stored(b"abc");
        assert_eq!(packed.get(10..18).unwrap(), &[1, 3, 0, 0xfc, 0xff, b'a', b'b', b'c']);
        assert_eq!(gzip_stored(&vec![0; 70_000]).len(), 10 + 5 + 65_535 + 5 + 4_465 + 8);
    }
}
