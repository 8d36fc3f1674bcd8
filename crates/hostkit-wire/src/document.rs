//! The flat tree that every reader builds: nodes in document order in one vector, text borrowed from the body.
//!
//! Deliberately not here: a mutable tree and a query language. A [`Node`] is two words and `Copy`.

use std::fmt;

use crate::Format;

/// A parsed body.
///
/// Text without an escape is borrowed from the body; the rest is kept in one side arena. There is no allocation per
/// node. Maps keep their order and their duplicates.
pub struct Document<'a> {
    pub(crate) format: Format,
    pub(crate) body: &'a str,
    pub(crate) arena: String,
    pub(crate) nodes: Vec<RawNode>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSON `null`, PHP `N;`, an empty XML element without attributes.
    Null,
    /// JSON `true`, PHP `b:1;`.
    Bool,
    /// A number, kept as its lexeme.
    Number,
    /// Text, unescaped.
    Text,
    /// A sequence.
    List,
    /// Keys with values, in order, duplicates kept.
    Map,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawKind {
    Null,
    False,
    True,
    /// A number whose lexeme is `start..start + len` of the body.
    Number,
    /// Text at `start..start + len` of the body.
    Text,
    /// Text at `start..start + len` of the arena.
    ArenaText,
    List,
    /// In XML, `start..start + len` of the body is what stands between the tags; in other formats it is empty.
    Map,
    /// The key of the node that follows, in the body.
    Key,
    /// The key of the node that follows, in the arena.
    ArenaKey,
}

/// Twenty bytes, and not more, because `[0,0,…]` has a node for every two bytes of body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawNode {
    /// Where the value starts in the body.
    pub(crate) offset: u32,
    pub(crate) start: u32,
    pub(crate) len: u32,
    /// The index after the last node of this subtree; for a key, which has no subtree, its hash.
    pub(crate) next: u32,
    pub(crate) kind: RawKind,
}

impl<'a> Document<'a> {
    /// The format that the body was read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The outermost value. For XML it is a map with one entry: the root element under its name.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, index: 0 }
    }

    /// The node with this [`Node::index`]; `None` if the document has fewer nodes.
    pub fn node(&self, index: usize) -> Option<Node<'_>> {
        let index = u32::try_from(index).ok().filter(|_| index < self.nodes.len())?;
        Some(Node { document: self, index })
    }

    /// How many nodes the tree has, keys included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The bytes of a key or a scalar.
    #[inline]
    pub(crate) fn bytes(&self, raw: &RawNode) -> &[u8] {
        let source = match raw.kind {
            RawKind::ArenaText | RawKind::ArenaKey => self.arena.as_bytes(),
            _ => self.body.as_bytes(),
        };
        source.get(raw.start as usize..raw.start as usize + raw.len as usize).unwrap_or(&[])
    }

    /// The body that was read.
    pub fn body(&self) -> &'a str {
        self.body
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("format", &self.format).field("nodes", &self.nodes.len()).finish()
    }
}

/// One value of a [`Document`].
#[derive(Clone, Copy)]
pub struct Node<'t> {
    document: &'t Document<'t>,
    index: u32,
}

impl<'t> Node<'t> {
    #[inline]
    pub(crate) fn at(document: &'t Document<'t>, index: u32) -> Self {
        Self { document, index }
    }

    #[inline]
    fn raw(self) -> &'t RawNode {
        &self.document.nodes[self.index as usize]
    }

    /// What this node is.
    #[inline]
    pub fn kind(self) -> Kind {
        match self.raw().kind {
            RawKind::Null => Kind::Null,
            RawKind::False | RawKind::True => Kind::Bool,
            RawKind::Number => Kind::Number,
            RawKind::Text | RawKind::ArenaText | RawKind::Key | RawKind::ArenaKey => Kind::Text,
            RawKind::List => Kind::List,
            RawKind::Map => Kind::Map,
        }
    }

    /// Where the value starts in the body, in bytes.
    #[inline]
    pub fn offset(self) -> usize {
        self.raw().offset as usize
    }

    /// A number that identifies this node within its document.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// The document that this node belongs to.
    pub fn document(self) -> &'t Document<'t> {
        self.document
    }

    /// The format of the document that this node belongs to.
    #[inline]
    pub fn format(self) -> Format {
        self.document.format
    }

    /// Whether this is an empty [`Kind::Text`].
    #[inline]
    pub fn is_empty_text(self) -> bool {
        let raw = self.raw();
        raw.len == 0 && matches!(raw.kind, RawKind::Text | RawKind::ArenaText)
    }

    /// The number of nodes in this subtree, with this one and with keys.
    #[inline]
    pub fn size(self) -> usize {
        (self.raw().next - self.index) as usize
    }

    /// The truth value of a [`Kind::Bool`].
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.raw().kind {
            RawKind::True => Some(true),
            RawKind::False => Some(false),
            _ => None,
        }
    }

    /// The text of a [`Kind::Text`], or the lexeme of a [`Kind::Number`].
    #[inline]
    pub fn as_str(self) -> Option<&'t str> {
        match self.raw().kind {
            RawKind::Number | RawKind::Text | RawKind::ArenaText => Some(self.slice()),
            _ => None,
        }
    }

    /// The markup between the tags of an XML element that has children or attributes.
    pub fn inner_xml(self) -> Option<&'t str> {
        (self.document.format == Format::Xml && self.raw().kind == RawKind::Map).then(|| self.slice())
    }

    #[inline]
    pub(crate) fn slice(self) -> &'t str {
        let raw = self.raw();
        let text: &'t str = match raw.kind {
            RawKind::ArenaText | RawKind::ArenaKey => &self.document.arena,
            _ => self.document.body,
        };
        text.get(raw.start as usize..raw.start as usize + raw.len as usize).unwrap_or("")
    }

    /// The entries of a [`Kind::Map`] in document order; empty for any other kind.
    pub fn entries(self) -> Entries<'t> {
        let raw = self.raw();
        let end = if raw.kind == RawKind::Map { raw.next } else { self.index + 1 };
        Entries { document: self.document, index: self.index + 1, end }
    }

    /// The items of a [`Kind::List`]; empty for any other kind.
    pub fn items(self) -> Items<'t> {
        let raw = self.raw();
        let end = if raw.kind == RawKind::List { raw.next } else { self.index + 1 };
        Items { document: self.document, index: self.index + 1, end }
    }

    /// The first entry with this key.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entries().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// Whether this is a list or a map without children.
    #[inline]
    pub fn is_empty(self) -> bool {
        matches!(self.kind(), Kind::List | Kind::Map) && self.raw().next == self.index + 1
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Null => f.write_str("null"),
            Kind::Bool => write!(f, "{}", self.as_bool() == Some(true)),
            Kind::Number => f.write_str(self.slice()),
            Kind::Text => write!(f, "{:?}", self.slice()),
            Kind::List => f.debug_list().entries(self.items()).finish(),
            Kind::Map => f.debug_map().entries(self.entries()).finish(),
        }
    }
}

/// Iterates over the entries of a map.
#[derive(Debug, Clone)]
pub struct Entries<'t> {
    pub(crate) document: &'t Document<'t>,
    pub(crate) index: u32,
    pub(crate) end: u32,
}

impl<'t> Iterator for Entries<'t> {
    type Item = (&'t str, Node<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index + 1 >= self.end {
            return None;
        }
        let key = Node { document: self.document, index: self.index };
        let value = Node { document: self.document, index: self.index + 1 };
        self.index = value.raw().next;
        Some((key.slice(), value))
    }
}

/// Iterates over the items of a list.
#[derive(Debug, Clone)]
pub struct Items<'t> {
    document: &'t Document<'t>,
    index: u32,
    end: u32,
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.end {
            return None;
        }
        // A list that came from PHP has a key before each item.
        if matches!(self.document.nodes[self.index as usize].kind, RawKind::Key | RawKind::ArenaKey) {
            self.index += 1;
        }
        let node = Node { document: self.document, index: self.index };
        self.index = node.raw().next;
        Some(node)
    }
}
