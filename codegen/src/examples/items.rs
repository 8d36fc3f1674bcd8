//! The items of a list, in the shapes that the service's leniencies allow.

use hostkit_proto::{Leniency, ListShape};
use hostkit_wire::Node;

use super::walk::Walker;
use crate::model::Type;

/// Place of a list's items.
pub(super) enum Items<'t> {
    Absent,
    /// XML: these elements.
    Elements(Vec<Node<'t>>),
    /// Other formats: the node that stands for the list, and the name of a single item.
    In(Node<'t>, Option<String>),
    /// The same, where each item is the entry of an object under this key.
    Wrapped(Node<'t>, String),
}

impl<'t> Items<'t> {
    /// Whether there is nothing in the place of the list.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Elements(nodes) => nodes.is_empty(),
            Self::In(node, _) | Self::Wrapped(node, _) => Leniency::is_nothing(*node),
        }
    }

    pub(super) fn read(self, walker: &mut Walker<'_>, item: &Type) {
        match self {
            Self::Absent => {}
            Self::Elements(nodes) => Self::each(walker, item, nodes.into_iter()),
            Self::In(node, singular) => Self::read_list(walker, item, node, singular.as_deref()),
            Self::Wrapped(node, key) => {
                let nodes: Vec<Node<'t>> = match walker.model.service.lenient.list(node) {
                    Some(ListShape::Items) => node.items().collect(),
                    Some(ListShape::Values) => node.entries().map(|(_, node)| node).collect(),
                    Some(ListShape::Nothing) => Vec::new(),
                    Some(ListShape::Item) => vec![node],
                    None => return walker.expected("a list", node),
                };
                let mut inner = Vec::new();
                for node in nodes {
                    match node.get(&key) {
                        Some(found) => inner.push(found),
                        None => walker.expected(&format!("an object with `{key}`"), node),
                    }
                    for (other, node) in node.entries().filter(|(other, _)| *other != key) {
                        walker.unknown(other, node, false, None);
                    }
                }
                Self::each(walker, item, inner.into_iter());
            }
        }
    }

    pub(super) fn read_list(walker: &mut Walker<'_>, item: &Type, node: Node<'t>, singular: Option<&str>) {
        match walker.model.service.lenient.list(node) {
            Some(ListShape::Items) => Self::each(walker, item, node.items()),
            Some(ListShape::Nothing) => {}
            Some(ListShape::Values) => Self::each(walker, item, node.entries().map(|(_, node)| node)),
            Some(ListShape::Item) => {
                let mut entries = node.entries();
                match (entries.next(), entries.next()) {
                    (Some((key, inner)), None) if Some(key) == singular => Self::read_list(walker, item, inner, None),
                    _ => Self::each(walker, item, std::iter::once(node)),
                }
            }
            None => walker.expected("a list", node),
        }
    }

    fn each(walker: &mut Walker<'_>, item: &Type, nodes: impl Iterator<Item = Node<'t>>) {
        let nodes: Vec<Node<'t>> = nodes.collect();
        if walker.is_marker_alone(&nodes) {
            return;
        }
        for (index, node) in nodes.into_iter().enumerate() {
            walker.within(format!("[{index}]"), |walker| walker.value(item, node));
        }
    }
}
