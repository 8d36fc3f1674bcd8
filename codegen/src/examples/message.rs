//! An example with a head: first line, headers, an empty line, the body; lines of the head end in LF.

use super::problem::Problem;

pub(super) struct Message<'b> {
    pub(super) first: &'b str,
    /// Name and value as written.
    pub(super) headers: Vec<(&'b str, &'b str)>,
    pub(super) body: &'b [u8],
    pub(super) body_start: usize,
}

fn wrong(offset: usize, message: impl Into<String>) -> Problem {
    Problem {
        code: "E0301",
        offset,
        message: message.into(),
        label: "not a head".to_owned(),
        help: "a head is a first line, headers and an empty line, all in LF; then comes the body".to_owned(),
    }
}

impl<'b> Message<'b> {
    pub(super) fn split(bytes: &'b [u8]) -> Result<Self, Problem> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let body_start = end.map_or(bytes.len(), |at| at + 2);
        let head = bytes.get(..body_start).unwrap_or_default();
        let head = std::str::from_utf8(head).map_err(|error| wrong(error.valid_up_to(), "the head is not UTF-8"))?;
        if let Some(at) = head.find('\r') {
            return Err(wrong(at, "the lines of the head end in CR LF"));
        }
        if end.is_none() {
            return Err(wrong(body_start, "no empty line ends the head"));
        }
        let mut lines = head.split('\n');
        let first = lines.next().unwrap_or_default();
        if first.is_empty() {
            return Err(wrong(0, "the head has no first line"));
        }
        let mut offset = first.len() + 1;
        let mut headers = Vec::new();
        for line in lines {
            if !line.is_empty() {
                let (name, value) = line.split_once(':').ok_or_else(|| wrong(offset, "a header needs a `:`"))?;
                headers.push((name.trim(), value.trim()));
            }
            offset += line.len() + 1;
        }
        Ok(Self { first, headers, body: bytes.get(body_start..).unwrap_or_default(), body_start })
    }

    pub(super) fn header(&self, name: &str) -> Option<&'b str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Reason phrase of an answer.
    pub(super) fn phrase(&self) -> &'b str {
        self.first.splitn(3, ' ').nth(2).unwrap_or_default()
    }

    /// Status of an answer.
    pub(super) fn status(&self) -> Result<i64, Problem> {
        let mut words = self.first.split(' ');
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
        let status = words.next().and_then(|word| word.parse().ok()).filter(|_| is_http);
        status.ok_or_else(|| wrong(0, "the first line of an answer is a status line, such as `HTTP/1.1 200 OK`"))
    }
}
