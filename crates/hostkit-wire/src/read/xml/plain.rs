//! Reads XML that is elements, attributes, text and references and nothing else, as nearly all answers are.
//!
//! It gives up on anything else, be it a comment, CDATA or an error, and the document is then read again from
//! quick-xml's events. So it needs no error messages and only the XML of well-formed documents. It exists because
//! quick-xml looks at each byte three times and makes an event of each tag.

use quick_xml::events::Event;

use super::attributes::IS_NAME;
use super::{Reader, Tag, check_declaration, reference};
use crate::builder::Builder;

impl Reader<'_> {
    /// Reads the whole document; `None` if it is not plain, and then the builder has to be cleared.
    pub(super) fn plain(mut self, builder: &mut Builder<'_>) -> Option<()> {
        let text = self.text;
        let bytes = text.as_bytes();
        let mut at = declaration_end(text)?;
        // Where the root element starts and ends.
        let mut root: Option<(usize, usize)> = None;
        builder.open_map(0).ok()?;
        loop {
            let end = text_end(bytes, at);
            if end > at {
                if !self.levels.is_empty() {
                    self.run.text(at, end);
                } else if !bytes.get(at..end)?.trim_ascii().is_empty() {
                    return None;
                }
            }
            match (bytes.get(end), bytes.get(end + 1)) {
                (None, _) if self.levels.is_empty() => break,
                (Some(b'&'), _) if !self.levels.is_empty() => {
                    let name = reference_name(text, end + 1)?;
                    self.run.character(reference::character(name)?);
                    at = end + 1 + name.len() + 1;
                }
                (Some(b'<'), Some(b'/')) => {
                    let level = self.levels.last()?;
                    let name = bytes.get(level.start + 1..level.start + 1 + level.name)?;
                    let [b'>', ..] = bytes.get(end + 2..)?.strip_prefix(name)? else { return None };
                    at = end + 2 + name.len() + 1;
                    self.end(builder, end).ok()?;
                    if self.levels.is_empty() {
                        root = Some((root?.0, at));
                    }
                }
                (Some(b'<'), Some(byte)) if IS_NAME[*byte as usize] => {
                    let tag = tag(bytes, end)?;
                    if self.levels.is_empty() {
                        if root.is_some() {
                            return None;
                        }
                        root = Some((end, tag.end));
                    }
                    at = tag.end;
                    self.start(builder, tag).ok()?;
                }
                _ => return None,
            }
        }
        let (start, end) = root?;
        builder.close_element(start, end);
        Some(())
    }
}

/// Where the root element starts; `None` if the document does not start plainly.
pub(crate) fn root_start(text: &str) -> Option<usize> {
    let mut at = declaration_end(text)?;
    while text.as_bytes().get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    let name = text.as_bytes().get(at + 1..)?;
    let is_html = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"html"));
    (text.as_bytes().get(at) == Some(&b'<') && !is_html).then_some(at)
}

/// The position after the XML declaration, 0 if there is none; `None` if it is not accepted.
fn declaration_end(text: &str) -> Option<usize> {
    if !text.starts_with("<?") {
        return Some(0);
    }
    let mut events = quick_xml::Reader::from_str(text);
    match events.read_event() {
        Ok(Event::Decl(declaration)) => check_declaration(&declaration, 0).ok()?,
        _ => return None,
    }
    Some(events.buffer_position() as usize)
}

/// The start tag whose `<` is at `start`.
#[inline]
fn tag(bytes: &[u8], start: usize) -> Option<Tag> {
    let mut at = start + 1;
    while IS_NAME[*bytes.get(at)? as usize] {
        at += 1;
    }
    let name = at - start - 1;
    loop {
        match bytes.get(at)? {
            b'>' => break,
            b'<' => return None,
            // A quoted value may contain `>`; what it must not contain, `attributes` refuses.
            quote @ (b'"' | b'\'') => at += 1 + bytes.get(at + 1..)?.iter().position(|byte| byte == quote)?,
            _ => {}
        }
        at += 1;
    }
    let empty = bytes.get(at - 1) == Some(&b'/');
    let content = at - start - 1 - usize::from(empty);
    // A name is followed by whitespace or ends the tag.
    let is_name_whole = content == name || matches!(bytes.get(start + 1 + name)?, b' ' | b'\t' | b'\n' | b'\r');
    is_name_whole.then_some(Tag { start, end: at + 1, name, content, empty })
}

/// The name between `&` and `;`, if it is shorter than 16 bytes and contains neither `<` nor `&`.
pub(crate) fn reference_name(text: &str, start: usize) -> Option<&str> {
    let rest = text.as_bytes().get(start..)?;
    let length = rest.iter().take(16).position(|byte| matches!(byte, b';' | b'<' | b'&'))?;
    if rest.get(length) == Some(&b';') { text.get(start..start + length) } else { None }
}

/// Where the text that starts here ends: at a tag, at a reference, or with the document.
#[inline]
pub(crate) fn text_end(bytes: &[u8], start: usize) -> usize {
    end_at(bytes, start, [b'<', b'&'], 0)
}

/// Where the text that starts here ends, whatever ends it: [`text_end`], `end`, a control character, or white space other
/// than blanks.
#[inline]
pub(crate) fn plain_end(bytes: &[u8], start: usize, end: u8) -> usize {
    end_at(bytes, start, [b'<', b'&', end], b' ')
}

/// Where the first of these bytes stands, none of which is a part of a longer character.
#[inline(always)]
fn end_at<const N: usize>(bytes: &[u8], start: usize, ends: [u8; N], lowest: u8) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut rest = bytes.get(start..).unwrap_or(&[]);
    // Eight bytes at a time. The lowest marked byte is exact: a borrow can mark a wrong byte only above it.
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let low = word.wrapping_sub(ONES * u64::from(lowest));
        let marked = ends.iter().fold(low, |marked, end| marked | (word ^ (ONES * u64::from(*end))).wrapping_sub(ONES));
        let marked = marked & !word & HIGHS;
        if marked != 0 {
            return bytes.len() - rest.len() + (marked.trailing_zeros() / 8) as usize;
        }
        rest = behind;
    }
    let plain = rest.iter().take_while(|byte| !ends.contains(byte) && **byte >= lowest).count();
    bytes.len() - rest.len() + plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Format, Limits};

    /// The tree that one of the two readers builds, with all offsets.
    fn tree(body: &str, read: impl FnOnce(Reader<'_>, &mut Builder<'_>) -> bool) -> Option<String> {
        let limits = Limits { max_depth: 9, max_items: 9, ..Limits::DEFAULT };
        let mut builder = Builder::new(Format::Xml, body, &limits, 0);
        read(Reader::new(body), &mut builder).then(|| {
            let Document { nodes, arena, .. } = builder.finish();
            format!("{nodes:?} {arena:?}")
        })
    }

    fn plain(body: &str) -> Option<String> {
        tree(body, |reader, builder| reader.plain(builder).is_some())
    }

    fn by_events(body: &str) -> Option<String> {
        tree(body, |reader, builder| reader.document(builder).is_ok())
    }

    #[test]
    fn usual_answers_are_plain() {
        for body in [
            "<a/>",
            "<?xml version='1.0' encoding='UTF-8'?>\n<a>\n <b>1</b>\n <b x=\"2\" y='>'/><c> 3 &amp; 4 &#65;</c></a>\n",
            "<a b=\"&lt;\">я</a>",
            "<a >b<c/ ></a>",
        ] {
            assert_eq!(plain(body), by_events(body), "{body}");
            assert_eq!(plain(body).is_some(), !body.contains("/ >"), "{body}");
        }
    }

    #[test]
    fn what_is_read_plainly_is_what_the_events_say() {
        let pieces = [
            "<a>",
            "</a>",
            "<b>",
            "</b>",
            "<a/>",
            "<b x='1'/>",
            "<b x=\"1\" y = '>'>",
            "<c\n>",
            "</c>",
            "</c >",
            "text",
            " ",
            "\r\n",
            "&amp;",
            "&#x41;",
            "&nope;",
            "&",
            ";",
            "я",
            "<!-- c -->",
            "<![CDATA[d]]>",
            "<?p i?>",
            "<",
            ">",
            "/>",
            "<x='1'>",
            "<b x='1' x='2'>",
            "<b x=1>",
            "<b x='<'>",
            "<1>",
            "<a b/>",
            "\"",
            "'",
            "]]>",
            "<html>",
            "<a/ >",
            "<a\u{a0}b>",
            "<:a>",
            "</:a>",
            "\0",
            "<?xml version='1.0'?>",
        ];
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let (mut read, mut mixed) = (0, 0);
        for _ in 0..60_000 {
            // Mostly one root and matching tags, since otherwise nearly every document would be malformed.
            let mut body = String::new();
            let mut open = Vec::new();
            for _ in 0..next(12) {
                let piece = pieces[if next(3) == 0 { next(pieces.len()) } else { next(14) }];
                match piece {
                    "</a>" | "</b>" | "</c>" if next(9) > 0 => {
                        body.extend(open.pop().into_iter().flat_map(|name| ["</", name, ">"]));
                    }
                    _ => body.push_str(piece),
                }
                let name = piece.strip_prefix('<').and_then(|rest| rest.get(..1)).filter(|name| "abc".contains(name));
                open.extend(name.filter(|_| !piece.ends_with("/>")));
            }
            body.extend(open.iter().rev().flat_map(|name| ["</", name, ">"]));
            if let Some(found) = plain(&body) {
                read += 1;
                mixed += usize::from(found.contains("ArenaText"));
                assert_eq!(Some(found), by_events(&body), "{body:?}");
            }
        }
        assert!(read > 2_000 && mixed > 100, "{read} were plain, {mixed} of them with an unescaped text");
    }
}
