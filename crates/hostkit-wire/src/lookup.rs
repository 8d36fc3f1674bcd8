//! Finds the entries of a map by their keys, in whatever order they stand.

use crate::document::{RawKind, RawNode};
use crate::{Document, Node};

/// How many entries are found by their tags; those behind them are looked through one by one.
const TAGGED: usize = 64;
/// No entry.
const NONE: u8 = u8::MAX;
/// How often an object is walked for a key that is not the next one, before a table is made of its keys.
const WALKS: u8 = 2;
/// The nodes of an object that is not worth a table.
const SMALL: u32 = 32;

/// Looks up the fields of one map.
///
/// A look-up starts behind the last hit: a document that keeps the order of its fields is read in one pass. What stands
/// elsewhere is walked to, and from the third time on found by a byte made of its key, so that an absent field costs a
/// few words and not all keys.
#[derive(Debug, Clone)]
pub struct Lookup<'t> {
    document: &'t Document<'t>,
    /// The entry behind the last hit: the index of its key, and its number.
    next: u32,
    position: u32,
    /// Where the map's entries start and end.
    first: u32,
    end: u32,
    /// How often the map was walked.
    walks: u8,
    /// Boxed: a `Lookup` is moved around, and most do without.
    table: Option<Box<Table>>,
}

/// The first entries of a map by their tags: a hash table with chains.
#[derive(Debug, Clone)]
struct Table {
    /// The first entry of each chain; a chain runs from the start of the map to its end.
    heads: [u8; 2 * TAGGED],
    chain: [u8; TAGGED],
    tags: [u8; TAGGED],
    /// The indices of the keys.
    keys: [u32; TAGGED],
    len: usize,
}

impl<'t> Lookup<'t> {
    pub(crate) fn new(document: &'t Document<'t>, first: u32, end: u32) -> Self {
        Self { document, next: first, position: 0, first, end, walks: 0, table: None }
    }

    /// The next entry with this key, from the last hit on and then from the start, with its number.
    #[inline]
    pub fn find(&mut self, key: &str) -> Option<(usize, Node<'t>)> {
        let (index, position) = if self.next + 1 < self.end && self.is_key(self.next, key) {
            (self.next, self.position)
        } else {
            self.look_around(key)?
        };
        // What is found behind the cursor leaves it where it is: a straggler does not make the rest start again.
        if index >= self.next {
            self.next = self.after(index);
            self.position = position + 1;
        }
        Some((position as usize, Node::at(self.document, index + 1)))
    }

    /// The number of the map's entries, where the last of them was found: else nobody has counted them.
    #[inline]
    pub fn counted(&self) -> Option<usize> {
        (self.next >= self.end).then_some(self.position as usize)
    }

    #[inline(never)]
    fn look_around(&mut self, key: &str) -> Option<(u32, u32)> {
        if self.walks < WALKS || self.end - self.first <= SMALL {
            self.walks = self.walks.saturating_add(1);
            let ahead = self.walk((self.next, self.position), self.end, key);
            return ahead.or_else(|| self.walk((self.first, 0), self.next, key));
        }
        if self.table.is_none() {
            self.table = Some(Box::new(self.tabulate()));
        }
        let table = self.table.as_deref()?;
        let wanted = tag(key.as_bytes());
        let mut earlier = None;
        let mut entry = table.heads[usize::from(wanted) % table.heads.len()];
        while entry != NONE {
            let position = usize::from(entry);
            if table.tags[position] == wanted && self.is_key(table.keys[position], key) {
                let found = Some((table.keys[position], u32::from(entry)));
                if u32::from(entry) >= self.position {
                    return found;
                }
                earlier = earlier.or(found);
            }
            entry = table.chain[position];
        }
        if table.len < TAGGED { earlier } else { self.behind(table.keys[TAGGED - 1], key).or(earlier) }
    }

    /// The same among the entries without a tag, from the last hit on and then from the first of them.
    fn behind(&self, last_tagged: u32, key: &str) -> Option<(u32, u32)> {
        let start = (self.after(last_tagged), TAGGED as u32);
        let cursor = if self.position > start.1 { (self.next, self.position) } else { start };
        self.walk(cursor, self.end, key).or_else(|| self.walk(start, cursor.0, key))
    }

    #[inline]
    fn walk(&self, (mut index, mut position): (u32, u32), end: u32, key: &str) -> Option<(u32, u32)> {
        while index + 1 < end {
            if self.is_key(index, key) {
                return Some((index, position));
            }
            index = self.after(index);
            position += 1;
        }
        None
    }

    fn tabulate(&self) -> Table {
        let (heads, chain) = ([NONE; 2 * TAGGED], [NONE; TAGGED]);
        let mut table = Table { heads, chain, tags: [0; TAGGED], keys: [0; TAGGED], len: 0 };
        let mut index = self.first;
        while index + 1 < self.end && table.len < TAGGED {
            table.tags[table.len] = tag(self.document.bytes(self.raw(index)));
            table.keys[table.len] = index;
            table.len += 1;
            index = self.after(index);
        }
        for position in (0..table.len).rev() {
            let slot = usize::from(table.tags[position]) % table.heads.len();
            table.chain[position] = table.heads[slot];
            table.heads[slot] = position as u8;
        }
        table
    }

    #[inline]
    fn raw(&self, index: u32) -> &'t RawNode {
        &self.document.nodes[index as usize]
    }

    /// Whether the key at this index is this one. Lengths are compared first: most keys of one object differ there.
    #[inline]
    fn is_key(&self, index: u32, key: &str) -> bool {
        let raw = self.raw(index);
        debug_assert!(matches!(raw.kind, RawKind::Key | RawKind::ArenaKey));
        raw.len as usize == key.len() && self.document.bytes(raw) == key.as_bytes()
    }

    /// The key of the entry behind this one.
    #[inline]
    fn after(&self, key: u32) -> u32 {
        self.raw(key + 1).next
    }
}

/// A byte that tells most keys of one object apart: their lengths, starts and ends.
#[inline]
fn tag(bytes: &[u8]) -> u8 {
    let (start, end) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(start), Some(end)) => (u64::from_le_bytes(*start), u64::from_le_bytes(*end)),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(start), Some(end)) => (u64::from(u32::from_le_bytes(*start)), u64::from(u32::from_le_bytes(*end))),
            _ => (0, bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        },
    };
    let mixed = (start.rotate_left(23) ^ end ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 56) as u8
}

#[cfg(test)]
mod tests {
    use crate::{Format, Limits, parse};

    fn found(body: &str, keys: &[&str]) -> Vec<Option<(usize, String)>> {
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).expect("JSON");
        let mut lookup = document.root().lookup();
        let text = |node: crate::Node<'_>| node.as_str().unwrap_or("?").to_owned();
        keys.iter().map(|key| lookup.find(key).map(|(position, node)| (position, text(node)))).collect()
    }

    fn at(position: usize, text: &str) -> Option<(usize, String)> {
        Some((position, text.to_owned()))
    }

    #[test]
    fn any_order_is_found() {
        let body = r#"{"a":1,"b":{"a":9},"c":[7,8],"vps_mem_1h_min":4}"#;
        assert_eq!(
            found(body, &["vps_mem_1h_min", "c", "x", "b", "a", "vps_mem_1h_max"]),
            [at(3, "4"), at(2, "?"), None, at(1, "?"), at(0, "1"), None]
        );
        assert_eq!(found("{}", &["a"]), [None]);
        assert_eq!(found("[1]", &["a"]), [None]);
        assert_eq!(found("7", &["a"]), [None]);
    }

    #[test]
    fn the_next_of_several_comes_first() {
        let body = r#"{"a":1,"b":2,"a":3,"":4}"#;
        assert_eq!(found(body, &["b", "a", "a", ""]), [at(1, "2"), at(2, "3"), at(0, "1"), at(3, "4")]);
    }

    #[test]
    fn objects_with_many_entries_are_searched_to_the_end() {
        let entries: Vec<String> = (0..200).map(|number| format!("\"key_{number}\":{number}")).collect();
        let body = format!("{{{}}}", entries.join(","));
        for order in [vec![199, 0, 64, 63, 65, 150], vec![0, 1, 63, 64, 65, 66], vec![65, 64, 199, 66, 64]] {
            let keys: Vec<String> = order.iter().map(|number| format!("key_{number}")).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let expected: Vec<_> = order.iter().map(|number| at(*number, &number.to_string())).collect();
            assert_eq!(found(&body, &keys), expected);
        }
        assert_eq!(found(&body, &["key_200", "key_64", "key_"]), [None, at(64, "64"), None]);
    }
}
