//! Samples of each format, and a walk that shows whether a tree is well-formed.

use hostkit_wire::{Document, Format, Kind, Node};

/// Every format that is read.
pub const FORMATS: [Format; 5] = [Format::Xml, Format::Json, Format::Php, Format::PrintR, Format::Form];

/// Whole documents. Every beginning of them, but for those of the forms, is an error.
pub const SAMPLES: &[(Format, &str)] = &[
    (Format::Json, r#"{"id":1,"ip":["10.0.0.1",{"main":true}],"cost":"1.50","name":"\u041f\n\ud83d\ude00","o":{}}"#),
    (Format::Json, "[[-1.5E+3,0],[],{},null,false,\"длинная строка без экранирования\"]\n"),
    (Format::Json, r#""\\\"text""#),
    (
        Format::Xml,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<servers n='1'>\n  <server id=\"5\" name='a &lt; b'>\n    \
         <name>Сервер &amp; co</name><!-- c --><ip addr=\"10.0.0.1\"/>\n  </server>\n  <?pi x?>\n</servers>\n",
    ),
    (Format::Xml, "<a><b><![CDATA[<x>]]></b>text<c>&#1055;&#x41;</c></a>"),
    (Format::Xml, "<error/>"),
    (
        Format::Php,
        "a:3:{i:0;d:1.5E+3;s:2:\"я\";O:1:\"A\":2:{s:1:\"p\";b:1;s:4:\"\0*\0b\";N;}i:9;a:2:{i:0;s:1:\"x\";i:1;i:-7;}}",
    ),
    (Format::Php, "s:14:\"a:1:{i:0;N;}\";\";"),
    (
        Format::PrintR,
        "Array\n(\n    [id] => 5\n    [list] => Array\n        (\n            [0] => a b\n            [1] => \n        \
         )\n\n    [o] => stdClass Object\n        (\n            [x] => 1\n        )\n\n)\n",
    ),
    (Format::Form, "action=order&ip%5B%5D=1&ip[]=2&name=%D0%9F+x&&flag"),
];

/// Walks over the whole tree: it ends, every node is seen once, in order, and every text can be had.
pub fn check(document: &Document<'_>) {
    let mut open: Vec<Node<'_>> = vec![document.root()];
    let mut seen = 0;
    let mut keys = 0;
    let mut markup = 0;
    while let Some(node) = open.pop() {
        seen += 1;
        assert!(node.index() < document.node_count() && node.offset() <= document.body().len());
        let first_child = open.len();
        let mut last = node.index();
        match node.kind() {
            Kind::Map => {
                for (key, value) in node.entries() {
                    assert_eq!(value.index().checked_sub(1), Some(last.max(value.index() - 1)));
                    last = value.index();
                    keys += 1;
                    markup += usize::from(key.len() > document.body().len() + 1);
                    open.push(value);
                }
                assert_eq!(node.items().count(), 0);
            }
            Kind::List => {
                for item in node.items() {
                    assert!(item.index() > last);
                    last = item.index();
                    open.push(item);
                }
                assert_eq!(node.entries().count(), 0);
            }
            Kind::Text | Kind::Number => assert!(node.as_str().is_some()),
            Kind::Bool => assert!(node.as_bool().is_some()),
            Kind::Null => assert_eq!(node.as_str(), None),
        }
        assert_eq!(open.len() == first_child, node.is_empty() || !matches!(node.kind(), Kind::List | Kind::Map));
        assert!(seen + keys <= document.node_count());
    }
    assert_eq!(markup, 0);
    if matches!(document.format(), Format::Json | Format::Xml | Format::Form) {
        // A list that was read from PHP keeps its keys out of sight.
        assert_eq!(seen + keys, document.node_count());
    }
}
