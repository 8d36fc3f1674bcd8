//! Flags in words, such as `off` and `on`.

use std::borrow::Cow;

use hostkit_wire::{Format, Kind, Value};

use super::{DecodeError, FromText, FromWire, Reader, ToText, ToWire};
use crate::word::Word;

/// Words for a flag, that for no first in each pair. An empty word for no stands for nothing: no is that the flag is not
/// there.
pub type FlagWords = [[Word<'static>; 2]];

/// Writes a flag as one of two words, that for no first.
#[derive(Debug, Clone, Copy)]
pub struct InWords<'v, T>(pub &'v T, pub [Word<'static>; 2]);

impl ToText for InWords<'_, bool> {
    fn to_text(&self) -> Cow<'_, str> {
        self.1[usize::from(*self.0)].text().into()
    }
}

impl ToWire for InWords<'_, bool> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        let word = self.1[usize::from(*self.0)];
        if !*self.0 && word.text().is_empty() {
            return None;
        }
        Some(match (word, format) {
            // Formats without truth values have them as text.
            (Word::Flag(_), Format::Xml | Format::Form | Format::PrintR) => Value::Text(word.text().to_owned()),
            (word, _) => word.to_value(),
        })
    }
}

impl ToWire for InWords<'_, Option<bool>> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        self.0.as_ref().and_then(|flag| InWords(flag, self.1).to_wire(format))
    }
}

/// Whether the only way to say no is to say nothing, and the only way to say yes is the word.
fn is_alone(words: &FlagWords) -> bool {
    words.iter().any(|[no, _]| no.text().is_empty())
}

/// The flag that a text stands for.
#[cfg(feature = "server")]
pub(crate) fn flag_of(words: &FlagWords, text: &str) -> Option<bool> {
    let is_word = |flag: bool| words.iter().any(|pair| pair[usize::from(flag)].text() == text);
    let plain = || bool::from_text(text).filter(|_| !is_alone(words));
    [false, true].into_iter().find(|flag| is_word(*flag)).or_else(plain)
}

/// A reader of flags that may be words; what is a flag without words is one with them.
#[derive(Debug)]
pub struct Flags<'a, 'r> {
    reader: &'a mut Reader<'r>,
    words: &'static FlagWords,
}

impl<'r> Reader<'r> {
    /// Reads a flag that may be one of these words.
    pub fn in_words(&mut self, words: &'static FlagWords) -> Flags<'_, 'r> {
        Flags { reader: self, words }
    }

    /// The flag of a `0` or `1` that stands here, where these mean what they mean without words; passes it then.
    fn plain_flag(&mut self, words: &FlagWords) -> Option<bool> {
        let (flag, end) = self.short_flag()?;
        let is_usual = words.iter().all(|[no, yes]| no.text() != "1" && yes.text() != "0");
        if !is_usual || is_alone(words) || !self.has_loose_flags() {
            return None;
        }
        self.go_to(end);
        Some(flag)
    }

    fn flag(&mut self, words: &FlagWords) -> Result<bool, DecodeError> {
        self.enter_scalar()?;
        let kind = self.kind();
        // An element without content says yes by being there.
        if kind == Kind::Null && self.format() == Format::Xml && words.iter().any(|[_, yes]| yes.text().is_empty()) {
            return Ok(true);
        }
        if !matches!(kind, Kind::Text | Kind::Number) {
            return bool::from_wire(self);
        }
        let (has_only_text, is_loose) = (self.has_only_text(), self.has_loose_flags());
        let text = self.scalar("a flag")?;
        let is = |word: Word<'_>| match word {
            Word::Text(word) => kind == Kind::Text && word == text,
            Word::Number(word) => (kind == Kind::Number || has_only_text) && word == text,
            Word::Flag(_) => has_only_text && word.text() == text,
        };
        let said = [true, false].into_iter().find(|flag| words.iter().any(|pair| is(pair[usize::from(*flag)])));
        let said = said.or_else(|| bool::from_text(&text).filter(|_| is_loose && !is_alone(words)));
        said.ok_or_else(|| {
            let all = words.iter().flat_map(|[no, yes]| [Some(no).filter(|no| !no.text().is_empty()), Some(yes)]);
            let all: Vec<String> = all.flatten().map(Word::to_string).collect();
            self.expected(format!("a flag ({})", all.join(", ")))
        })
    }
}

impl Flags<'_, '_> {
    /// Decodes a required flag.
    pub fn required(&mut self, place: &mut bool) -> Result<(), DecodeError> {
        *place = self.reader.flag(self.words)?;
        Ok(())
    }

    /// Decodes an optional flag; an unreadable one counts as absent and is reported as a defect.
    pub fn optional(&mut self, place: &mut Option<bool>) -> Result<(), DecodeError> {
        let words = self.words;
        if let Some(flag) = self.reader.plain_flag(words) {
            *place = Some(flag);
            return Ok(());
        }
        self.reader.present(place, |reader| reader.flag(words))
    }

    /// Decodes a flag with a default, which is in its place already.
    pub fn or(&mut self, place: &mut bool) -> Result<(), DecodeError> {
        let mut found = None;
        self.optional(&mut found)?;
        *place = found.unwrap_or(*place);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::{Cursor, Limits, parse};

    use super::*;
    use crate::codec::{At, UnknownFields};
    use crate::leniency::Leniency;

    /// The flag of a body, read in its place and from its tree; in its place, whatever is unusual is left to the tree.
    fn read(body: &str, words: &'static FlagWords, leniency: &Leniency) -> (Option<bool>, Option<bool>) {
        let limits = Limits::DEFAULT;
        let document = parse(Format::Json, body.as_bytes(), &limits).unwrap();
        let cursor = Cursor::open(&[Format::Json], body.as_bytes(), &limits).unwrap();
        let [in_place, of_tree] = [At::Body(cursor), At::Node(document.root())].map(|at| {
            let mut found = None;
            let mut reader = Reader::new("test", "answer", leniency, UnknownFields::Collect, at);
            reader.in_words(words).optional(&mut found).ok()?;
            found
        });
        (in_place, of_tree)
    }

    #[test]
    fn words_count_before_what_a_zero_means_without_them() {
        let loose = Leniency { loose_flags: true, loose_scalars: true, ..Leniency::STRICT };
        let usual: &FlagWords = &[[Word::Text("off"), Word::Text("on")]];
        let reverse: &FlagWords = &[[Word::Text("1"), Word::Text("0")]];
        for (body, words, flag) in [
            ("\"1\"", usual, Some(true)),
            ("0", usual, Some(false)),
            ("\"on\"", usual, Some(true)),
            ("\"1\"", reverse, Some(false)),
            ("\"0\"", reverse, Some(true)),
        ] {
            assert_eq!(read(body, words, &loose), (flag, flag), "{body} {words:?}");
        }
        // An empty word for no is none, so what is empty says yes only where that is the word for yes.
        let there: &FlagWords = &[[Word::Text(""), Word::Text("")]];
        let on: &FlagWords = &[[Word::Text(""), Word::Text("on")]];
        assert_eq!(read("\"\"", there, &Leniency::STRICT), (Some(true), Some(true)));
        assert_eq!(read("\"\"", on, &Leniency::STRICT), (Some(false), Some(false)));
        assert_eq!(InWords(&false, on[0]).to_wire(Format::Json), None);
        // Where nothing is loose, a word is all that counts.
        assert_eq!(read("\"1\"", usual, &Leniency::STRICT).1, None);
    }
}
