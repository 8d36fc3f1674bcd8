//! What XML 1.0 allows in names and texts, and whether markup is well-formed.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::WriteError;

/// Refuses what is not a name by the grammar of XML 1.0 (fifth edition).
pub(super) fn name(name: &str) -> Result<(), WriteError> {
    let mut chars = name.chars();
    match chars.next().is_some_and(starts_name) && chars.all(|char| starts_name(char) || continues_name(char)) {
        true => Ok(()),
        false => Err(WriteError::new(format!("{name:?} is not a name in XML"))),
    }
}

fn starts_name(char: char) -> bool {
    matches!(char,
        ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(char: char) -> bool {
    matches!(char, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Refuses characters that XML 1.0 cannot represent, neither literally nor as a reference.
pub(super) fn characters(text: &str) -> Result<(), WriteError> {
    match text.chars().find(|char| !is_character(*char)) {
        None => Ok(()),
        Some(char) => Err(WriteError::new(format!("XML 1.0 cannot hold the character U+{:04X}", u32::from(char)))),
    }
}

fn is_character(char: char) -> bool {
    !matches!(char, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn malformed(why: impl std::fmt::Display) -> WriteError {
    WriteError::new(format!("the markup is not well-formed: {why}"))
}

/// Refuses markup that cannot stand between two tags: only closed elements, known entities, comments and CDATA can.
pub(super) fn markup(markup: &str) -> Result<(), WriteError> {
    characters(markup)?;
    let mut reader = Reader::from_str(markup);
    reader.config_mut().check_comments = true;
    let mut open = Vec::new();
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                tag(&start)?;
                open.push(start.name().as_ref().to_owned());
            }
            Event::Empty(start) => tag(&start)?,
            // quick-xml has already compared the names.
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) if text.contains("]]>") => return Err(malformed("`]]>` in a text")),
            Event::Text(_) | Event::CData(_) | Event::Comment(_) => {}
            Event::GeneralRef(reference) => {
                let known = match reference.resolve_char_ref().map_err(malformed)? {
                    Some(char) => is_character(char),
                    None => matches!(&*reference, "amp" | "lt" | "gt" | "quot" | "apos"),
                };
                if !known {
                    return Err(malformed(format!("`&{};` is not known", &*reference)));
                }
            }
            Event::Decl(_) | Event::DocType(_) | Event::PI(_) => {
                return Err(malformed("declarations and instructions are not accepted"));
            }
            Event::Eof => break,
        }
    }
    match open.last() {
        None => Ok(()),
        Some(name) => Err(malformed(format!("`<{name}>` is not closed"))),
    }
}

fn tag(start: &BytesStart<'_>) -> Result<(), WriteError> {
    name(start.name().as_ref())?;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        name(attribute.key.as_ref())?;
        if attribute.value.contains('<') {
            return Err(malformed("`<` in an attribute"));
        }
        characters(&quick_xml::escape::unescape(&attribute.value).map_err(malformed)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_well_formed() {
        for good in ["", "text", "<p>a<br/>b</p> &lt;&#1103;", "<a href=\"x?a&amp;b\">я</a>", "<!-- c --><![CDATA[<]]>"]
        {
            assert_eq!(markup(good), Ok(()), "{good}");
        }
        for bad in [
            "<p>",
            "</p>",
            "<p></b>",
            "&nbsp;",
            "a & b",
            "<a b=c/>",
            "<a b='1' b='2'/>",
            "<1/>",
            "<a b='<'/>",
            "]]>",
            "<",
            "<!DOCTYPE a>",
            "<?xml version='1.0'?>",
            "<?php ?>",
            "<!-- a -- b -->",
            "&#1;",
            "<a b='&#0;'/>",
            "\u{2}",
            "<a",
        ] {
            assert!(markup(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names() {
        for good in ["a", "a-1.b", "_", "имя", "x:y"] {
            assert_eq!(name(good), Ok(()), "{good}");
        }
        for bad in ["", "1a", "-a", "a b", "a>", "a\n", "a=", "@a", "$text", "a/"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }
}
