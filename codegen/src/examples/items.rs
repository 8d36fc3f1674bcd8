//! The items of a list, in the shapes that the service's leniencies allow.

use hostkit_wire::{Kind, Node};

use super::walk::Walker;
use crate::model::Type;

/// Where the items of a list are.
pub(super) enum Items<'t> {
    Absent,
    /// XML: these elements.
    Elements(Vec<Node<'t>>),
    /// Other formats: whatever this node is, with the name that one item has.
    In(Node<'t>, Option<String>),
}

impl<'t> Items<'t> {
    pub(super) fn read(self, walker: &mut Walker<'_>, item: &Type) {
        match self {
            Self::Absent => {}
            Self::Elements(nodes) => Self::each(walker, item, nodes.into_iter()),
            Self::In(node, singular) => Self::read_list(walker, item, node, singular.as_deref()),
        }
    }

    pub(super) fn read_list(walker: &mut Walker<'_>, item: &Type, node: Node<'t>, singular: Option<&str>) {
        let lenient = &walker.model.service.lenient;
        match node.kind() {
            Kind::List => Self::each(walker, item, node.items()),
            Kind::Null if lenient.null_as_empty => {}
            Kind::Text if lenient.null_as_empty && node.as_str() == Some("") => {}
            Kind::Map if node.is_empty() && (lenient.one_as_list || lenient.map_as_list) => {}
            Kind::Map if lenient.map_as_list => Self::each(walker, item, node.entries().map(|(_, node)| node)),
            Kind::Text | Kind::Number | Kind::Bool if lenient.one_as_list => {
                Self::each(walker, item, std::iter::once(node));
            }
            Kind::Map if lenient.one_as_list => {
                let mut entries = node.entries();
                match (entries.next(), entries.next()) {
                    (Some((key, inner)), None) if Some(key) == singular => Self::read_list(walker, item, inner, None),
                    _ => Self::each(walker, item, std::iter::once(node)),
                }
            }
            _ => walker.expected("a list", node),
        }
    }

    fn each(walker: &mut Walker<'_>, item: &Type, nodes: impl Iterator<Item = Node<'t>>) {
        for (index, node) in nodes.enumerate() {
            walker.within(format!("[{index}]"), |walker| walker.value(item, node));
        }
    }
}
