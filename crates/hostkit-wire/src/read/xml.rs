//! Reads XML: the document is a map with one entry, the root element under its name.
//!
//! An element with neither attributes nor children is its text, or null if that is blank. Any other is a map:
//! attributes as `@name`, then the children, then the element's own text as `$text`. Whitespace around text is dropped.
//!
//! Plain documents are read by [`plain`], all others from quick-xml's events, which also find the errors.
//!
//! Deliberately not here: DTDs, declared entities, namespaces (a prefix is part of the name), encodings.

pub(crate) mod attributes;
pub(crate) mod plain;
pub(crate) mod reference;
mod run;

use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesDecl, BytesStart, Event};

use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};
use attributes::Attributes;
use run::Run;

/// Characters of an unknown encoding's name that an error keeps.
const NAME_SHOWN: usize = 40;

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    if Reader::new(body).plain(builder).is_some() {
        return Ok(());
    }
    builder.clear();
    Reader::new(body).document(builder)
}

struct Reader<'s> {
    text: &'s str,
    /// The open elements, outermost first.
    levels: Vec<Level>,
    /// The text since the last tag.
    run: Run<'s>,
    attributes: Attributes<'s>,
}

/// An open element.
struct Level {
    /// Where its start tag starts and ends.
    start: usize,
    inner: usize,
    /// The length of its name, which follows the `<` at `start`.
    name: usize,
    /// Whether it is a map, known after the first attribute or child; until then it may be a text.
    is_map: bool,
    /// Its own text before its children so far; allocates only for mixed content.
    own: String,
}

/// A start tag, or the tag of an empty element.
struct Tag {
    /// Where it starts and ends.
    start: usize,
    end: usize,
    /// The lengths of its name, and of what stands between the angle brackets without a slash at the end.
    name: usize,
    content: usize,
    empty: bool,
}

impl Tag {
    fn of(tag: &BytesStart<'_>, start: usize, end: usize, empty: bool) -> Self {
        Self { start, end, name: tag.name().0.len(), content: tag.len(), empty }
    }
}

impl<'s> Reader<'s> {
    fn new(text: &'s str) -> Self {
        Self { text, levels: Vec::new(), run: Run::new(text), attributes: Attributes::new(text) }
    }

    fn document(mut self, builder: &mut Builder<'_>) -> Result<(), WireError> {
        let mut events = quick_xml::Reader::from_str(self.text);
        // Where the root element starts and ends.
        let mut root: Option<usize> = None;
        let mut root_end = 0;
        builder.open_map(0)?;
        loop {
            let start = events.buffer_position() as usize;
            // Matched by reference: moving an event out of its result costs as much as handling it.
            let event = events.read_event();
            let event = match &event {
                Ok(event) => event,
                Err(error) => return Err(failed(error, events.error_position(), self.text.len())),
            };
            let end = events.buffer_position() as usize;
            if self.levels.is_empty() {
                match event {
                    Event::Start(_) | Event::Empty(_) if root.is_none() => root = Some(start),
                    Event::Text(text) if text.trim_ascii().is_empty() => {}
                    Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) | Event::Eof => {}
                    _ if root.is_some() => return Err(WireError::new(start, WireErrorKind::TrailingBytes)),
                    _ => return Err(WireError::expected(start, "a root element")),
                }
            }
            match event {
                Event::Text(_) => self.run.text(start, end),
                Event::Start(tag) => self.start(builder, Tag::of(tag, start, end, false))?,
                Event::Empty(tag) => self.start(builder, Tag::of(tag, start, end, true))?,
                Event::End(_) => self.end(builder, start)?,
                Event::CData(_) => self.run.text(start + "<![CDATA[".len(), end - "]]>".len()),
                Event::GeneralRef(name) => match reference::character(name) {
                    Some(character) => self.run.character(character),
                    None => {
                        return Err(WireError::expected(start, "a reference to a character or to a predefined entity"));
                    }
                },
                Event::Decl(declaration) => check_declaration(declaration, start)?,
                Event::DocType(declaration) => return Err(WireError::new(start, doctype(declaration))),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof => break,
            }
            if matches!(event, Event::Empty(_) | Event::End(_)) {
                // Each closing tag moves this, so the last one, that of the root, remains.
                root_end = end;
            }
        }
        match root {
            Some(start) if self.levels.is_empty() => builder.close_element(start, root_end.max(start)),
            _ => return Err(WireError::new(self.text.len(), WireErrorKind::Truncated)),
        }
        Ok(())
    }

    /// A start tag, or an empty element.
    #[inline]
    fn start(&mut self, builder: &mut Builder<'_>, tag: Tag) -> Result<(), WireError> {
        let Tag { start, end, name, content, empty } = tag;
        let name = start + 1..start + 1 + name;
        let text = self.text.get(name.clone()).unwrap_or("");
        if !attributes::is_name(text) {
            return Err(WireError::expected(start, "the name of an element"));
        }
        match self.levels.last_mut() {
            Some(parent) => {
                if !parent.is_map {
                    builder.open_map(parent.start)?;
                    parent.is_map = true;
                }
                self.run.append_to(&mut parent.own);
            }
            None if text.eq_ignore_ascii_case("html") => return Err(WireError::new(start, WireErrorKind::Html)),
            None => {}
        }
        builder.key(name.start, Piece::Body(name.start, name.end))?;
        let behind = start + 1 + content;
        let has_attributes =
            behind > name.end && !self.text.get(name.end..behind).unwrap_or("").trim_ascii().is_empty();
        if has_attributes {
            builder.open_map(start)?;
            self.attributes.read(builder, name.end, behind)?;
        }
        match (empty, has_attributes) {
            (true, true) => builder.close_element(end, end),
            (true, false) => builder.null(start)?,
            (false, is_map) => {
                self.levels.push(Level { start, inner: end, name: text.len(), is_map, own: String::new() })
            }
        }
        Ok(())
    }

    /// The end tag of the innermost element; `at` is where it starts.
    #[inline]
    fn end(&mut self, builder: &mut Builder<'_>, at: usize) -> Result<(), WireError> {
        let Some(mut level) = self.levels.pop() else { return Ok(()) };
        if !level.is_map {
            match self.run.trimmed() {
                Some(piece) => builder.text(level.start, piece)?,
                None => builder.null(level.start)?,
            }
        } else if level.own.is_empty() {
            if let Some(piece) = self.run.trimmed() {
                builder.key(level.inner, Piece::Owned("$text"))?;
                builder.text(level.inner, piece)?;
            }
            builder.close_element(level.inner, at);
        } else {
            self.run.append_to(&mut level.own);
            builder.key(level.inner, Piece::Owned("$text"))?;
            builder.text(level.inner, Piece::Owned(level.own.trim_ascii()))?;
            builder.close_element(level.inner, at);
        }
        self.run.clear();
        Ok(())
    }
}

fn check_declaration(declaration: &BytesDecl<'_>, start: usize) -> Result<(), WireError> {
    if start > 0 {
        return Err(WireError::expected(start, "the XML declaration nowhere but at the start"));
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known)) => Ok(()),
        // The name may be as long as the body, so the error keeps only its start.
        Some(Ok(name)) => Err(WireError::new(start, WireErrorKind::Encoding(name.chars().take(NAME_SHOWN).collect()))),
        Some(Err(_)) => Err(WireError::expected(start, "an XML declaration")),
    }
}

fn doctype(declaration: &str) -> WireErrorKind {
    let name = declaration.split_ascii_whitespace().next().unwrap_or("");
    match name.eq_ignore_ascii_case("html") && !declaration.contains('[') {
        true => WireErrorKind::Html,
        false => WireErrorKind::Unsupported("a DTD"),
    }
}

/// Turns an error of quick-xml into ours.
#[cold]
fn failed(error: &Error, position: u64, len: usize) -> WireError {
    let offset = (position as usize).min(len);
    let what = match error {
        Error::Syntax(SyntaxError::InvalidBangMarkup) => "a comment, CDATA or a DOCTYPE",
        Error::Syntax(_) => return WireError::new(len, WireErrorKind::Truncated),
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => "the end tag of the innermost element",
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "a start tag before an end tag",
        Error::IllFormed(IllFormedError::UnclosedReference) => "a reference that ends with `;`, or `&amp;`",
        _ => "well-formed XML",
    };
    WireError::expected(offset, what)
}
