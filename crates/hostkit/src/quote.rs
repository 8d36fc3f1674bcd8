//! What a server says, made fit for errors and logs: without the secrets of the request, escaped, and cut.
//!
//! A server may repeat a key in its message, and a message may hold line breaks and terminal codes, or be as long as an
//! answer.

use std::borrow::Cow;

use hostkit_proto::judgement::Why;
use hostkit_proto::{Fault, FaultCode, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Bytes of one text that are kept.
const KEPT: usize = 1024;

/// Bytes of all field errors together that are kept.
const KEPT_OF_FIELDS: usize = 4 * KEPT;

/// A shorter secret is no secret, and would be found in every text.
const SHORTEST_SECRET: usize = 4;

const REDACTED: &str = "[redacted]";

/// Quotes a server that knows these secrets.
#[derive(Debug, Default)]
pub(crate) struct Quote(Vec<Secret>);

impl Quote {
    pub(crate) fn without(secrets: Vec<Secret>) -> Self {
        let mut secrets: Vec<_> =
            secrets.into_iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET).collect();
        // A secret that holds another one is replaced first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        secrets.dedup();
        Self(secrets)
    }

    /// The text as it may be shown.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let spellings: Vec<String> = self.0.iter().flat_map(spellings).collect();
        let longest = spellings.iter().map(String::len).max().unwrap_or_default();
        // What begins before the cut is looked for in whole.
        let mut quoted = Cow::Borrowed(cut(text, KEPT + longest));
        let is_cut = quoted.len() < text.len();
        for spelling in spellings.iter().filter(|spelling| text.contains(*spelling)) {
            quoted = quoted.replace(spelling, REDACTED).into();
        }
        if is_cut || quoted.contains('…') {
            // Each piece was cut at its end: within a text, where it quotes another one.
            let pieces = quoted.split_inclusive('…').map(|piece| match is_cut || piece.ends_with('…') {
                true => without_a_beginning(piece, &spellings),
                false => piece.into(),
            });
            quoted = pieces.collect::<String>().into();
        }
        if quoted.chars().any(is_unprintable) {
            quoted = escaped(&quoted).into();
        }
        if is_cut || quoted.len() > KEPT { format!("{}…", cut(&quoted, KEPT)).into() } else { quoted }
    }

    fn owned(&self, text: &mut String) {
        if let Cow::Owned(quoted) = self.text(text) {
            *text = quoted;
        }
    }

    /// The reason without a value, with every text of the server made fit.
    pub(crate) fn why<C: FaultCode>(&self, why: Why<C>) -> Why<C> {
        match why {
            Why::Fault(fault) => Why::Fault(self.fault(fault)),
            Why::Unreadable(error) => Why::Unreadable(error.map_texts(|text| self.text(text).into_owned())),
            Why::Unrecognised(error) => Why::Unrecognised(error.map_texts(|text| self.text(text).into_owned())),
        }
    }

    fn fault<C: FaultCode>(&self, mut fault: Fault<C>) -> Fault<C> {
        if let Some(Cow::Owned(code)) = fault.code.as_ref().map(|code| self.text(code.as_str())) {
            fault.code = Some(C::from_text(&code));
        }
        self.owned(&mut fault.message);
        self.owned(&mut fault.details);
        self.owned(&mut fault.marker);
        self.owned(&mut fault.request_id);
        let mut left = KEPT_OF_FIELDS;
        let mut is_within = |text: &mut String| {
            self.owned(text);
            let is_within = text.len() <= left;
            left = left.saturating_sub(text.len());
            is_within
        };
        fault.fields.retain_mut(|field| {
            let is_named = is_within(&mut field.field);
            field.messages.retain_mut(|message| is_named && is_within(message));
            is_named
        });
        fault.others = std::mem::take(&mut fault.others).into_iter().map(|other| self.fault(other)).collect();
        fault
    }
}

/// A secret as it is, in a URL, and in quotes.
fn spellings(secret: &Secret) -> [String; 3] {
    let plain = secret.expose();
    [plain.to_owned(), utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string(), plain.escape_debug().to_string()]
}

/// Removes the beginning of a secret from the end of a text that was cut there.
fn without_a_beginning<'t>(text: &'t str, spellings: &[String]) -> Cow<'t, str> {
    let end = text.trim_end_matches('…');
    let is_found = |beginning: &&str| beginning.len() >= SHORTEST_SECRET && end.ends_with(*beginning);
    let beginnings = |spelling: &'_ String| {
        let ends = spelling.char_indices().map(|(at, _)| at);
        ends.filter_map(|at| spelling.get(..at)).filter(is_found).map(str::len).max()
    };
    match spellings.iter().filter_map(beginnings).max() {
        Some(length) => format!("{}{REDACTED}", cut(end, end.len() - length)).into(),
        None => text.into(),
    }
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unprintable(letter) { escaped.extend(letter.escape_default()) } else { escaped.push(letter) }
    }
    escaped
}

/// Control characters, and those that change the line or the direction of what stands beside them.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::call::search::shop::Code;
    use hostkit_proto::FieldFault;

    #[test]
    fn a_secret_is_replaced_in_every_spelling_and_at_the_cut() {
        let quote = Quote::without(["k+y/\"1", "k+y/\"1-and-more", "yes"].map(Secret::new).into());
        let said = r#"no k+y/"1, k%2By%2F%221, k+y/\"1 or k+y/"1-and-more: yes"#;
        assert_eq!(quote.text(said), "no [redacted], [redacted], [redacted] or [redacted]: yes");
        assert_eq!(quote.text("found k+y/…"), "found [redacted]");
        let said = r#"a page titled "key: k+y/…", then "k%2By…" at byte 0, and … as it is"#;
        let expected = r#"a page titled "key: [redacted]", then "[redacted]" at byte 0, and … as it is"#;
        assert_eq!(quote.text(said), expected);
        for before in KEPT - 20..KEPT + 20 {
            let text = format!("{}k+y/\"1-and-more and more", "x".repeat(before));
            let quoted = quote.text(&text).into_owned();
            assert!(!quoted.contains("k+y") && quoted.len() <= KEPT + '…'.len_utf8(), "{before}: {quoted}");
        }
    }

    #[test]
    fn no_part_of_a_fault_shows_a_secret() {
        let said = || "it is k+y/1234".to_owned();
        let mut fault = Fault::new(400, Some(Code::from_text(&said())), said(), said());
        (fault.marker, fault.request_id) = (said(), said());
        fault.fields.push(FieldFault { field: said(), messages: vec![said()] });
        fault.others.push(Fault::new(400, None, said(), ""));
        let Why::Fault(fault) = Quote::without(vec![Secret::new("k+y/1234")]).why(Why::Fault(fault)) else {
            panic!("it is a fault")
        };
        let FieldFault { field, messages } = &fault.fields[0];
        let code = fault.code.as_ref().unwrap().as_str();
        for text in [code, &fault.message, &fault.details, &fault.marker, &fault.request_id, field, &messages[0]] {
            assert_eq!(text, "it is [redacted]");
        }
        assert_eq!(fault.others[0].message, "it is [redacted]");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(
            Quote::default().text("a\r\nb\u{1b}[31m\0\u{9b}\u{202e}я"),
            "a\\r\\nb\\u{1b}[31m\\u{0}\\u{9b}\\u{202e}я"
        );
        assert!(matches!(Quote::default().text("VPS не найдена"), Cow::Borrowed("VPS не найдена")));
    }

    #[test]
    fn a_text_is_cut_at_a_character() {
        for text in ["я".repeat(512), "x".repeat(1024)] {
            assert_eq!(Quote::default().text(&text), text);
        }
        for text in ["я".repeat(513), "x".repeat(1025), "\n".repeat(600), "x".repeat(15 << 20)] {
            let quoted = Quote::default().text(&text).into_owned();
            assert!(quoted.ends_with('…') && (KEPT - 1..=KEPT + 3).contains(&quoted.len()), "{}", quoted.len());
        }
    }

    #[test]
    fn a_long_text_keeps_as_much_as_is_kept() {
        for secret in ["hunter2", "a secret of twenty-six"] {
            let quoted = Quote::without(vec![Secret::new(secret)]).text(&"x".repeat(KEPT + 100)).into_owned();
            assert_eq!(quoted, format!("{}…", "x".repeat(KEPT)));
        }
    }
}
