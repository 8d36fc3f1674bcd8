//! What the XML reader makes of its input.

use hostkit_wire::{Format, Kind, Limits, Node, parse};

/// The document as its debug text, or the error as its message.
fn shown(body: &str) -> String {
    match parse(Format::Xml, body.as_bytes(), &Limits::DEFAULT) {
        Ok(document) => format!("{:?}", document.root()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn elements_become_entries() {
    for (body, expected) in [
        ("<a/>", r#"{"a": null}"#),
        ("<a></a>", r#"{"a": null}"#),
        ("<a >\n </a\n>", r#"{"a": null}"#),
        ("<a> x y\n</a>", r#"{"a": "x y"}"#),
        ("<a><b/></a>", r#"{"a": {"b": null}}"#),
        ("<a>\n<b>1</b>\n<c><d>2</d></c>\n<b>3</b>\n</a>", r#"{"a": {"b": "1", "c": {"d": "2"}, "b": "3"}}"#),
        ("<n:a xmlns:n='u'><n:b/></n:a>", r#"{"n:a": {"@xmlns:n": "u", "n:b": null}}"#),
        ("\u{FEFF} <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><?pi x?><a/><!-- d -->\n", r#"{"a": null}"#),
        ("\u{FEFF}\u{FEFF}<a/>", r#"{"a": null}"#),
        ("\r\n\u{FEFF}<a>\t\u{7f}</a>", r#"{"a": "\u{7f}"}"#),
        ("<сервер имя='я'>ы</сервер>", r#"{"сервер": {"@имя": "я", "$text": "ы"}}"#),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn attributes_come_first_and_the_text_last() {
    for (body, expected) in [
        (r#"<a b="1"/>"#, r#"{"a": {"@b": "1"}}"#),
        (r#"<a b="1" c = '2'></a>"#, r#"{"a": {"@b": "1", "@c": "2"}}"#),
        (r#"<a b=""> x </a>"#, r#"{"a": {"@b": "", "$text": "x"}}"#),
        (r#"<a b="1">x<c/></a>"#, r#"{"a": {"@b": "1", "c": null, "$text": "x"}}"#),
        ("<a>x <b>1</b> y<c/>\n</a>", r#"{"a": {"b": "1", "c": null, "$text": "x  y"}}"#),
        ("<a><b/>x&amp;y</a>", r#"{"a": {"b": null, "$text": "x&y"}}"#),
        (r#"<a b="&lt;&#x41;&quot;>'"/>"#, r#"{"a": {"@b": "<A\">'"}}"#),
        ("<a b='x\r\ny\tz\n&#10;'/>", r#"{"a": {"@b": "x y z \n"}}"#),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn text_is_unescaped_joined_and_trimmed() {
    for (body, expected) in [
        ("<a>&lt;b&gt; &amp; &#1071;</a>", r#"{"a": "<b> & Я"}"#),
        ("<a> <![CDATA[ <b> ]]> </a>", r#"{"a": "<b>"}"#),
        ("<a>x<![CDATA[y]]>z<!-- c -->w<?p?>v</a>", r#"{"a": "xyzwv"}"#),
        ("<a>&lt; &gt;</a>", r#"{"a": "< >"}"#),
        ("<a>x\r\ny\rz</a>", r#"{"a": "x\ny\nz"}"#),
        ("<a><![CDATA[]]></a>", r#"{"a": null}"#),
        ("<a>&#32;</a>", r#"{"a": null}"#),
        ("<a><b>&#1055;</b><b>&apos;</b><c>plain</c></a>", r#"{"a": {"b": "П", "b": "'", "c": "plain"}}"#),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn markup_can_be_had_as_it_is() {
    let body = r#" <r><text>Привет, <b>мир</b>!</text><e x="1"/><t x="1">y</t ></r>"#;
    let document = parse(Format::Xml, body.as_bytes(), &Limits::DEFAULT).unwrap();
    let root = document.root().get("r").unwrap();
    assert_eq!(root.get("text").and_then(Node::inner_xml), Some("Привет, <b>мир</b>!"));
    assert_eq!(root.get("e").and_then(Node::inner_xml), Some(""));
    assert_eq!(root.get("t").and_then(Node::inner_xml), Some("y"));
    assert_eq!(root.get("text").and_then(|node| node.get("$text")).and_then(Node::as_str), Some("Привет, !"));
    assert_eq!(document.root().inner_xml(), Some(body.trim()));
    let document = parse(Format::Xml, b"<?xml version='1.0'?> <r>1</r> <!-- c --> <?p?>", &Limits::DEFAULT).unwrap();
    assert_eq!(document.root().inner_xml(), Some("<r>1</r>"));
    assert_eq!((root.offset(), root.get("text").map(Node::offset)), (1, Some(4)));
}

#[test]
fn errors_say_what_and_where() {
    for (body, expected) in [
        ("", "the body is empty"),
        ("<a>", "the body ends too early at byte 3"),
        ("<a", "the body ends too early at byte 2"),
        ("<!-- c", "the body ends too early at byte 6"),
        ("<?xml version='1.0'?>", "the body ends too early at byte 21"),
        ("x<a/>", "expected a root element at byte 0"),
        ("{\"a\":1}", "expected a root element at byte 0"),
        ("<a>\0</a>", "expected no control character at byte 3"),
        ("\u{FEFF}\n<a b='\u{1}'/>", "expected no control character at byte 10"),
        ("<a><![CDATA[\u{1f}]]></a>", "expected no control character at byte 12"),
        ("<a/><b/>", "there are bytes after the end of the document at byte 4"),
        ("<a/>x", "there are bytes after the end of the document at byte 4"),
        ("<a/>&amp;", "there are bytes after the end of the document at byte 4"),
        ("<a></b>", "expected the end tag of the innermost element at byte 3"),
        ("</a>", "expected a start tag before an end tag at byte 0"),
        ("<a/></a>", "expected a start tag before an end tag at byte 4"),
        ("<a><b></a></b>", "expected the end tag of the innermost element at byte 6"),
        ("<a>&nbsp;</a>", "expected a reference to a character or to a predefined entity at byte 3"),
        ("<a>&#0;</a>", "expected a reference to a character or to a predefined entity at byte 3"),
        ("<a>x & y</a>", "expected a reference that ends with `;`, or `&amp;` at byte 5"),
        ("<a b='&x;'/>", "expected a reference to a character or to a predefined entity at byte 6"),
        ("<a b='&'/>", "expected a reference to a character or to a predefined entity at byte 6"),
        ("<a b='1' b='2'/>", "expected each attribute once at byte 2"),
        ("<a b='1'c='2'/>", "expected white space before an attribute at byte 8"),
        ("<a b/>", "expected `=` after the name of an attribute at byte 4"),
        ("<a b=1/>", "expected a value in quotes at byte 5"),
        ("<a b='<'/>", "expected `&lt;` in a value at byte 6"),
        ("<a <b/>", "expected the name of an attribute at byte 3"),
        ("<1/>", "expected the name of an element at byte 0"),
        ("< a/>", "expected the name of an element at byte 0"),
        ("<a&b/>", "expected the name of an element at byte 0"),
        ("<a/ >", "expected the name of an element at byte 0"),
        ("<!x><a/>", "expected a comment, CDATA or a DOCTYPE at byte 0"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a DTD is not accepted at byte 0"),
        ("<!DOCTYPE a SYSTEM 'http://localhost/a.dtd'><a/>", "a DTD is not accepted at byte 0"),
        ("<a><?xml version='1.0'?></a>", "expected the XML declaration nowhere but at the start at byte 3"),
        ("<?xml version='1.0' encoding='windows-1251'?><a/>", "the body is declared to be \"windows-1251\", not UTF-8"),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn pages_are_not_data() {
    for body in [
        "<!DOCTYPE html><html><body/></html>",
        "\n<HTML></HTML>",
        "<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html/>",
        "<!-- gateway --><html xmlns='http://www.w3.org/1999/xhtml'/>",
    ] {
        assert!(shown(body).starts_with("the body is an HTML page"), "{body}: {}", shown(body));
    }
    assert_eq!(shown("<html-report/>"), r#"{"html-report": null}"#);
}

#[test]
fn two_attributes_of_one_name_are_found_among_many() {
    let many: String = (0..1000).map(|index| format!(" a{index}='{index}'")).collect();
    let document = format!("<r{many}/>");
    let document = parse(Format::Xml, document.as_bytes(), &Limits::DEFAULT).unwrap();
    let root = document.root().get("r").unwrap();
    assert_eq!((root.kind(), root.entries().count()), (Kind::Map, 1000));
    assert!(root.entries().enumerate().all(|(index, (key, node))| {
        key == format!("@a{index}") && node.as_str() == Some(index.to_string().as_str())
    }));
    assert_eq!(shown(&format!("<r{many} a500=''/>")), "expected each attribute once at byte 2");
}
