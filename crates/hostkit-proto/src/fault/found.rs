//! What stands at a path of an error document.

use hostkit_wire::{Kind, Node};

use crate::place;

/// What stands at a path, if it is something: neither absent nor null, false or empty.
pub(super) fn some<'t>(root: Node<'t>, path: &str) -> Option<Node<'t>> {
    let node = if path.is_empty() { None } else { at(root, path) };
    node.filter(is_something)
}

pub(super) fn is_something(node: &Node<'_>) -> bool {
    !is_nothing(*node) && node.as_bool() != Some(false)
}

/// What stands at a path; nothing where a name is there twice, since it could be either. The path limits the depth.
fn at<'t>(node: Node<'t>, path: &str) -> Option<Node<'t>> {
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    let below = |node: Node<'t>, rest: &str| if rest.is_empty() { Some(node) } else { at(node, rest) };
    if step == "*" {
        return node.entries().map(|(_, inner)| inner).find_map(|inner| below(inner, rest));
    }
    if let (Kind::List, Ok(index)) = (node.kind(), step.parse()) {
        return below(node.items().nth(index)?, rest);
    }
    let mut named = node.entries().filter(|(name, _)| *name == step).map(|(_, inner)| inner);
    let first = named.next()?;
    if let Some(second) = named.next() {
        // A list in XML is a name that repeats.
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let index = index.parse().ok()?;
        return below([first, second].into_iter().chain(named).nth(index)?, rest);
    }
    match rest.strip_prefix("0/").or((rest == "0").then_some("")) {
        // A list of one in XML is the item itself.
        Some(rest) if first.kind() != Kind::List && first.get("0").is_none() => below(first, rest),
        _ => below(first, rest),
    }
}

/// The way from the top of a document to one of the nodes at a path, in which `*` is any name and lists are no step.
pub(super) struct Route<'t, 'p> {
    path: &'p str,
    /// The top, and what stands at each step but the last.
    above: Vec<Node<'t>>,
    /// What stands at the end.
    pub(super) end: Node<'t>,
}

impl<'t> Route<'t, '_> {
    /// What stands at another path, if it is something, below the deepest object that both ways go through: of a list,
    /// in the same item.
    pub(super) fn beside(&self, path: &str) -> Option<Node<'t>> {
        self.all_beside(path).into_iter().find(is_something)
    }

    /// All that stands at such a path, be it something or not.
    pub(super) fn all_beside(&self, path: &str) -> Vec<Node<'t>> {
        let shared = self.path.split('/').zip(path.split('/')).take_while(|(own, other)| own == other).count();
        // The last step of either is no object that both go through.
        let shared = shared.min(self.above.len() - 1).min(path.split('/').count() - 1);
        let rest = path.splitn(shared + 1, '/').last().filter(|rest| !rest.is_empty());
        match (rest, self.above.get(shared)) {
            (Some(rest), Some(node)) => place::all(*node, rest),
            _ => Vec::new(),
        }
    }
}

/// The ways to all nodes at a path, in the order of the document.
pub(super) fn routes<'t, 'p>(top: Node<'t>, path: &'p str) -> Vec<Route<'t, 'p>> {
    let mut routes = vec![Route { path, above: Vec::new(), end: top }];
    for step in path.split('/') {
        let longer = routes.into_iter().flat_map(|route| {
            let next = move |node| {
                let above: Vec<Node<'t>> = route.above.iter().copied().chain([node]).collect();
                let named = place::all(node, step).into_iter();
                named.map(move |end| Route { path, above: above.clone(), end })
            };
            items(route.end).into_iter().flat_map(next)
        });
        routes = longer.collect();
    }
    routes
}

/// The items of a list and of the lists in it, or the node itself; the readers limit the depth.
fn items(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == Kind::List { node.items().flat_map(items).collect() } else { vec![node] }
}

/// Whether it is null or empty.
pub(super) fn is_nothing(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::List | Kind::Map => node.is_empty(),
        Kind::Text => node.is_empty_text(),
        Kind::Bool | Kind::Number => false,
    }
}
