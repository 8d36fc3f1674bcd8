//! Finds the entries of a map by key, in any order.

use crate::document::{RawKind, RawNode};
use crate::{Document, Entries, Node};

/// Entries that the hash table covers; later ones are searched one by one.
const HASHED: usize = 64;
/// Twice the entries, which keeps probing short.
const SLOTS: usize = 2 * HASHED;
/// No entry.
const NONE: u8 = u8::MAX;
/// Linear searches of an object before a hash table of its keys is built.
const WALKS: u8 = 2;
/// Objects of at most this many nodes are always searched linearly.
const SMALL: u32 = 32;

/// A key to look for; in a constant, its hash is computed at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Key<'k> {
    text: &'k str,
    hash: u32,
}

impl<'k> Key<'k> {
    /// A key with this text.
    #[inline]
    pub const fn new(text: &'k str) -> Self {
        Self { text, hash: hash(text.as_bytes()) }
    }

    /// Its place in a hash table of so many slots.
    #[inline]
    pub const fn slot(&self, slots: usize) -> usize {
        self.hash as usize % slots
    }

    /// [`Key::slot`] of the key with this text.
    #[inline]
    pub const fn slot_of(text: &[u8], slots: usize) -> usize {
        hash(text) as usize % slots
    }

    /// Whether this is its text.
    #[inline]
    pub fn is(&self, text: &[u8]) -> bool {
        self.text.len() == text.len() && is_same(self.text.as_bytes(), text)
    }

    /// Its text.
    #[inline]
    pub const fn text(&self) -> &'k str {
        self.text
    }
}

impl PartialEq for Key<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.is(other.text.as_bytes())
    }
}

impl Eq for Key<'_> {}

/// Looks up the fields of one map.
///
/// A search starts after the last hit, so a document in the order of its fields is read in one pass. Otherwise the map
/// is searched linearly, and a large one from the third such search on by hash: an absent field then does not cost a
/// comparison with every key.
#[derive(Debug, Clone)]
pub struct Lookup<'t> {
    document: &'t Document<'t>,
    /// The cursor: the entry after the last hit that did not lie before it.
    next: Entry,
    /// The entry after the last hit that lay before the cursor (a straggler).
    straggler: Entry,
    /// Where the map's entries start and end.
    first: u32,
    end: u32,
    /// The linear searches so far.
    walks: u8,
    /// Boxed to keep `Lookup` small, since most need no table.
    table: Option<Box<Table>>,
}

/// An entry of a map.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The index of its key.
    key: u32,
    /// The number of entries before it.
    position: u32,
}

/// No entry: index 0 is the root, never a key. Unlike an `Option`, this is returned in registers.
const NOWHERE: Entry = Entry { key: 0, position: 0 };

/// A hash table of the first entries of a map; entries with equal hashes keep their order.
#[derive(Debug, Clone)]
struct Table {
    /// Entry numbers by hash, with linear probing.
    slots: [u8; SLOTS],
    /// The indices of the keys.
    keys: [u32; HASHED],
    len: usize,
}

impl<'t> Node<'t> {
    /// Prepares to look up many fields of a map; any other kind of node has none.
    pub fn lookup(self) -> Lookup<'t> {
        let Entries { document, index, end } = self.entries();
        Lookup::new(document, index, end)
    }
}

impl<'t> Lookup<'t> {
    fn new(document: &'t Document<'t>, first: u32, end: u32) -> Self {
        let start = Entry { key: first, position: 0 };
        Self { document, next: start, straggler: start, first, end, walks: 0, table: None }
    }

    /// The position and value of the next entry with this key, from the last hit on and then from the start.
    #[inline(always)]
    pub fn find(&mut self, key: &Key<'_>) -> Option<(usize, Node<'t>)> {
        let found = if self.next.key < self.end && self.is_key(self.next.key, key) {
            self.next
        } else if self.straggler.key < self.next.key && self.is_key(self.straggler.key, key) {
            self.straggler
        } else {
            self.look_around(key)
        };
        if found.key == NOWHERE.key {
            return None;
        }
        // A straggler does not move the cursor, so the rest is not searched again; the next straggler may follow it.
        let behind = Entry { key: self.after(found.key), position: found.position + 1 };
        if found.key >= self.next.key {
            self.next = behind;
        } else {
            self.straggler = behind;
        }
        Some((found.position as usize, Node::at(self.document, found.key + 1)))
    }

    /// The number of entries; `None` until the last one was found.
    #[inline]
    pub fn counted(&self) -> Option<usize> {
        (self.next.key >= self.end).then_some(self.next.position as usize)
    }

    #[inline(never)]
    fn look_around(&mut self, key: &Key<'_>) -> Entry {
        if self.walks < WALKS || self.end - self.first <= SMALL {
            self.walks = self.walks.saturating_add(1);
            let ahead = self.walk(self.next, self.end, key);
            return if ahead.key == NOWHERE.key { self.walk(self.start(), self.next.key, key) } else { ahead };
        }
        if self.table.is_none() {
            self.table = Some(self.tabulate());
        }
        let Some(table) = self.table.as_deref() else { return NOWHERE };
        let mut earlier = NOWHERE;
        let mut slot = key.hash as usize % SLOTS;
        while table.slots[slot] != NONE {
            let position = table.slots[slot];
            let found = Entry { key: table.keys[usize::from(position) % HASHED], position: u32::from(position) };
            if self.is_key(found.key, key) {
                if found.position >= self.next.position {
                    return found;
                }
                earlier = if earlier.key == NOWHERE.key { found } else { earlier };
            }
            slot = (slot + 1) % SLOTS;
        }
        if table.len < HASHED { earlier } else { self.find_beyond_table(table.keys[HASHED - 1], key, earlier) }
    }

    #[inline]
    fn start(&self) -> Entry {
        Entry { key: self.first, position: 0 }
    }

    /// Continues beyond the table: after the cursor, then `earlier` (found in the table), then before the cursor.
    fn find_beyond_table(&self, last_hashed: u32, key: &Key<'_>, earlier: Entry) -> Entry {
        let start = Entry { key: self.after(last_hashed), position: HASHED as u32 };
        let cursor = if self.next.position > start.position { self.next } else { start };
        let found = [self.walk(cursor, self.end, key), earlier, self.walk(start, cursor.key, key)];
        found.into_iter().find(|entry| entry.key != NOWHERE.key).unwrap_or(NOWHERE)
    }

    #[inline]
    fn walk(&self, mut entry: Entry, end: u32, key: &Key<'_>) -> Entry {
        while entry.key < end {
            if self.is_key(entry.key, key) {
                return entry;
            }
            entry = Entry { key: self.after(entry.key), position: entry.position + 1 };
        }
        NOWHERE
    }

    #[inline(never)]
    fn tabulate(&self) -> Box<Table> {
        let mut table = Box::new(Table { slots: [NONE; SLOTS], keys: [0; HASHED], len: 0 });
        let mut index = self.first;
        while index < self.end && table.len < HASHED {
            let mut slot = self.raw(index).next as usize % SLOTS;
            while table.slots[slot] != NONE {
                slot = (slot + 1) % SLOTS;
            }
            let len = table.len % HASHED;
            table.slots[slot] = len as u8;
            table.keys[len] = index;
            table.len += 1;
            index = self.after(index);
        }
        table
    }

    #[inline]
    fn raw(&self, index: u32) -> &'t RawNode {
        &self.document.nodes[index as usize]
    }

    /// Whether the key at this index is this one.
    #[inline]
    fn is_key(&self, index: u32, key: &Key<'_>) -> bool {
        let raw = self.raw(index);
        debug_assert!(matches!(raw.kind, RawKind::Key | RawKind::ArenaKey));
        raw.next == key.hash
            && raw.len as usize == key.text.len()
            && is_same(self.document.bytes(raw), key.text.as_bytes())
    }

    /// The index of the next entry's key.
    #[inline]
    fn after(&self, key: u32) -> u32 {
        self.raw(key + 1).next
    }
}

/// A cheap hash of length, start and end, which differ between most keys of one object.
#[inline]
pub(crate) const fn hash(bytes: &[u8]) -> u32 {
    let (start, end) = if let (Some(start), Some(end)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (u64::from_le_bytes(*start), u64::from_le_bytes(*end))
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (u32::from_le_bytes(*start) as u64, u32::from_le_bytes(*end) as u64)
    } else {
        match bytes {
            [a, b, c] => (0, (*a as u64) << 16 | (*b as u64) << 8 | *c as u64),
            [a, b] => (0, (*a as u64) << 8 | *b as u64),
            [a] => (0, *a as u64),
            _ => (0, 0),
        }
    };
    let mixed = (start.rotate_left(23) ^ end ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}

/// Compares texts of equal length; most fit into two words.
#[inline(always)]
pub(crate) fn is_same(a: &[u8], b: &[u8]) -> bool {
    match b.len() {
        17..=32 => a.first_chunk::<16>() == b.first_chunk() && a.last_chunk::<16>() == b.last_chunk(),
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        2..4 => a.first_chunk::<2>() == b.first_chunk() && a.last_chunk::<2>() == b.last_chunk(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Key, Limits, parse};

    fn found(body: &str, keys: &[&str]) -> Vec<Option<(usize, String)>> {
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).expect("JSON");
        let mut lookup = document.root().lookup();
        let text = |node: crate::Node<'_>| node.as_str().unwrap_or("?").to_owned();
        keys.iter().map(|key| lookup.find(&Key::new(key)).map(|(position, node)| (position, text(node)))).collect()
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
