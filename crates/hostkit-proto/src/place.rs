//! Places in a document: what every answer stands below, what is ignored, and scalars that are wrapped.
//!
//! The codec and the generator's check of wire examples ask here, so that neither finds something else than the other.

use std::collections::HashSet;

use hostkit_wire::{Kind, Node};

/// What stands at a path: a step is a name, `*` for the only name that there is, or the number of an item.
pub fn below<'t>(node: Node<'t>, path: &str) -> Option<Node<'t>> {
    path.split('/').filter(|step| !step.is_empty()).try_fold(node, |node, step| {
        if let (Kind::List, Ok(index)) = (node.kind(), step.parse()) {
            return node.items().nth(index);
        }
        let mut named = node.entries().filter(|(name, _)| step == "*" || *name == step).map(|(_, node)| node);
        let first = named.next()?;
        // Two could be either.
        named.next().is_none().then_some(first)
    })
}

/// All nodes at a path, in which `*` is any name and lists are no step.
pub fn all<'t>(top: Node<'t>, path: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    collect(top, path, &mut found);
    found
}

/// The indices of the nodes at these paths, in which `*` is any name and lists are no step.
pub fn ignored(top: Node<'_>, paths: &[&str]) -> HashSet<usize> {
    paths.iter().flat_map(|path| all(top, path)).map(Node::index).collect()
}

fn collect<'t>(node: Node<'t>, path: &str, found: &mut Vec<Node<'t>>) {
    node.items().for_each(|item| collect(item, path, found));
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    for (_, inner) in node.entries().filter(|(name, _)| step == "*" || *name == step) {
        match rest {
            Some(rest) => collect(inner, rest, found),
            None => found.push(inner),
        }
    }
}

/// The scalar in an object that has nothing but it, under the key `scalar`: `5` for `{"$": 5}`; any other node itself.
pub fn unwrapped<'t>(node: Node<'t>, scalar: &str) -> Node<'t> {
    if scalar.is_empty() || node.kind() != Kind::Map {
        return node;
    }
    let mut entries = node.entries();
    match (entries.next(), entries.next()) {
        (Some((key, inner)), None) if key == scalar => inner,
        _ => node,
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::{Format, Limits, parse};

    use super::*;

    #[test]
    fn a_path_leads_to_one_node() {
        let text = br#"{"r":{"a":[{"b":1},{"b":2}]}}"#;
        let document = parse(Format::Json, text, &Limits::DEFAULT).unwrap();
        let at = |path| below(document.root(), path).and_then(Node::as_str);
        assert_eq!((at("r/a/1/b"), at("*/a/0/b"), at("*/*/0/*")), (Some("2"), Some("1"), Some("1")));
        assert_eq!((at("r/b"), at("r/a/2/b"), at("r/a/b")), (None, None, None));
        assert_eq!(below(document.root(), "").map(|node| node.index()), Some(0));
        let two = parse(Format::Json, br#"{"a":1,"b":2}"#, &Limits::DEFAULT).unwrap();
        assert!(below(two.root(), "*").is_none());
    }

    #[test]
    fn ignored_nodes_are_at_their_path_alone() {
        let text = br#"{"debug":1,"a":{"debug":2,"b":{"debug":3}},"l":[{"debug":4}]}"#;
        let document = parse(Format::Json, text, &Limits::DEFAULT).unwrap();
        let values = |paths: &[&str]| {
            let found = ignored(document.root(), paths);
            let mut values = Vec::new();
            fn walk<'t>(node: Node<'t>, found: &HashSet<usize>, values: &mut Vec<&'t str>) {
                if found.contains(&node.index()) {
                    values.extend(node.as_str());
                }
                let below = node.items().chain(node.entries().map(|(_, node)| node));
                below.for_each(|node| walk(node, found, values));
            }
            walk(document.root(), &found, &mut values);
            values.join(",")
        };
        assert_eq!(values(&["debug"]), "1");
        assert_eq!(values(&["*/debug"]), "2,4");
        assert_eq!(values(&["a/b/debug", "l/debug"]), "3,4");
        assert_eq!(values(&[]), "");
    }

    #[test]
    fn a_wrapped_scalar_is_alone() {
        let text = br#"[{"$":"5"},{"$":"5","a":1},{"a":1},{},"x"]"#;
        let document = parse(Format::Json, text, &Limits::DEFAULT).unwrap();
        let found = document.root().items().map(|node| unwrapped(node, "$").as_str());
        assert_eq!(found.collect::<Vec<_>>(), [Some("5"), None, None, None, Some("x")]);
        assert!(document.root().items().all(|node| unwrapped(node, "").index() == node.index()));
    }
}
