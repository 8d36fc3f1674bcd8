//! Faults that answer 200 with a document of another kind, after the call was carried out.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::definition::{Fault, Group, Point, Strike};
use super::impostor as page;
use super::spoil::Spoil;

const fn fault(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    Fault::new(Group::Content, id, Point::AfterCommit, Strike::Replace(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("html-instead", |_| html(page::LOGIN_PAGE), "A login page."),
    fault("html-maintenance", |_| html(page::MAINTENANCE), "A page that announces maintenance."),
    fault("html-challenge", |_| html(page::CHALLENGE), "A page that wants to see a browser."),
    fault("html-portal", |_| html(page::PORTAL), "The sign-in page of a network."),
    fault("html-labelled-as-data", |s| body(s, page::LOGIN_PAGE), "A login page under the content type of the API."),
    fault("xhtml-instead", |_| typed("application/xhtml+xml", page::XHTML), "A page that is well-formed XML."),
    fault("php-warning-before", |s| around(s, page::PHP_WARNING, ""), "A warning of PHP stands before the document."),
    fault("php-warning-after", |s| around(s, "", page::PHP_WARNING), "A warning of PHP stands after the document."),
    fault("php-fatal", |s| body(s, page::PHP_FATAL), "An error of PHP instead of the document."),
    fault("empty-200", |s| body(s, ""), "No document at all."),
    fault("blank-200", |s| body(s, " \r\n\t\r\n"), "Nothing but blanks."),
    fault("null", |s| body(s, "null"), "`null`."),
    fault("false", |s| body(s, "false"), "`false`."),
    fault("zero", |s| body(s, "0"), "`0`."),
    fault("empty-string", |s| body(s, "\"\""), "An empty text."),
    fault("empty-object", |s| body(s, "{}"), "An empty object."),
    fault("empty-list", |s| body(s, "[]"), "An empty list."),
    fault("word", |s| body(s, "OK"), "The word `OK`."),
    fault("php-null", |s| body(s, "N;"), "PHP's null."),
    fault("php-empty", |s| body(s, "a:0:{}"), "PHP's empty array."),
    fault("php-long", |s| body(s, page::PHP_LONG), "A text of PHP that claims to be a hundred terabytes."),
    fault("php-object", |s| body(s, page::PHP_OBJECT), "An object of PHP."),
    fault("empty-root", |s| body(s, "<root/>"), "An empty XML element."),
    fault(
        "xml-declaration",
        |s| body(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        "An XML declaration and nothing after it.",
    ),
    fault("other-json", |s| body(s, page::OTHER_JSON), "The answer of another service, in JSON."),
    fault("other-xml", |s| body(s, page::OTHER_XML), "The answer of another service, in XML."),
    fault("other-php", |s| body(s, page::OTHER_PHP), "The answer of another service, in PHP's format."),
    fault("other-print-r", |s| body(s, page::OTHER_PRINT_R), "The answer of another service, as PHP prints it."),
    fault("form-instead", |s| body(s, "status=ok&id=1"), "A form."),
    fault("jsonp", |s| around(s, "callback(", ");"), "The document as an argument of a function."),
    fault("in-html", |s| around(s, "<html><body><pre>", "</pre></body></html>"), "The document inside a page."),
    fault("twice", twice, "The document, twice."),
    fault("garbage-after", |s| around(s, "", "\n}]--garbage--"), "Garbage stands after the document."),
    fault("garbage-before", |s| around(s, "debug: 1\n", ""), "A line of debugging stands before the document."),
    fault("half-document", half, "Half the document, with a length that fits."),
    fault("deep-json", |s| bytes(s, page::deep()), "Lists in lists, a hundred thousand deep."),
    fault("deep-xml", |s| bytes(s, page::deep_xml()), "Elements in elements, twenty thousand deep."),
    fault("many-objects", |s| bytes(s, page::many_objects()), "Half a million empty objects."),
    fault("billion-laughs", |s| body(s, page::LAUGHS), "XML whose entities swell when they are expanded."),
    fault("outer-entity", |s| body(s, page::OUTER_ENTITY), "XML with an entity that is a file."),
    fault("noise", |s| bytes(s, page::noise()), "Bytes of no format."),
];

fn ok(mut answer: Response<Vec<u8>>, body: Vec<u8>) -> Response<Vec<u8>> {
    *answer.status_mut() = StatusCode::OK;
    *answer.body_mut() = body;
    answer
}

fn bytes(spoil: &Spoil<'_>, body: Vec<u8>) -> Response<Vec<u8>> {
    ok(spoil.answer.clone(), body)
}

fn body(spoil: &Spoil<'_>, text: &str) -> Response<Vec<u8>> {
    bytes(spoil, text.as_bytes().to_vec())
}

fn typed(content_type: &'static str, text: &str) -> Response<Vec<u8>> {
    let mut answer = ok(Response::new(Vec::new()), text.as_bytes().to_vec());
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn html(text: &str) -> Response<Vec<u8>> {
    typed("text/html; charset=UTF-8", text)
}

fn around(spoil: &Spoil<'_>, before: &str, after: &str) -> Response<Vec<u8>> {
    bytes(spoil, [before.as_bytes(), spoil.answer.body(), after.as_bytes()].concat())
}

fn twice(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    bytes(spoil, spoil.answer.body().repeat(2))
}

fn half(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    let body = spoil.answer.body();
    bytes(spoil, body.get(..body.len() / 2).unwrap_or_default().to_vec())
}
