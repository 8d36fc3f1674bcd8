//! The documents that replace the right one, and how the large ones are made.

pub(super) const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"ru\">\n<head><meta charset=\"utf-8\"><title>Вход</title></head>\n\
<body><form method=\"post\" action=\"/login\"><input name=\"login\"><input name=\"password\" type=\"password\">\
<button>Войти</button></form></body>\n</html>\n";

pub(super) const MAINTENANCE: &str = "<html><head><title>Технические работы</title></head><body>\
<h1>Ведутся технические работы</h1><p>Мы скоро вернёмся.</p></body></html>\n";

pub(super) const CHALLENGE: &str = "<!DOCTYPE html><html><head><title>Just a moment...</title>\
<meta http-equiv=\"refresh\" content=\"360\"></head><body class=\"no-js\"><div id=\"cf-chl-widget\"></div>\
<script>window._cf_chl_opt={cvId:'3'};</script></body></html>\n";

pub(super) const PORTAL: &str = "<html><head><meta http-equiv=\"refresh\" content=\"0; url=http://portal.example/\">\
</head><body>Please sign in to the network.</body></html>\n";

pub(super) const XHTML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\
<head><title>Error</title></head><body><p>Error</p></body></html>\n";

pub(super) const PHP_WARNING: &str =
    "<br />\n<b>Warning</b>:  Undefined array key \"id\" in <b>/srv/api/index.php</b> on line <b>42</b><br />\n";

pub(super) const PHP_FATAL: &str = "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused \
in /srv/api/db.php:17\nStack trace:\n#0 {main}\n  thrown in /srv/api/db.php on line 17\n";

pub(super) const LAUGHS: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY a \"lol\">\n\
<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\n<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\n\
<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\n<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">\n\
<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\n<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">\n\
<!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">\n]>\n<server><name>&h;</name></server>\n";

pub(super) const OUTER_ENTITY: &str = "<?xml version=\"1.0\"?>\n\
<!DOCTYPE x [<!ENTITY file SYSTEM \"file:///etc/hostname\">]>\n<server><name>&file;</name></server>\n";

pub(super) const OTHER_JSON: &str = "{\"weather\":{\"city\":\"Kyiv\",\"degrees\":21},\"forecast\":[{\"day\":1}]}";
pub(super) const OTHER_XML: &str = "<weather><city>Kyiv</city><degrees>21</degrees></weather>";
pub(super) const OTHER_PHP: &str = "a:1:{s:7:\"weather\";a:1:{s:4:\"city\";s:4:\"Kyiv\";}}";
pub(super) const OTHER_PRINT_R: &str =
    "Array\n(\n    [weather] => Array\n        (\n            [city] => Kyiv\n        )\n\n)\n";

/// A length that naive PHP readers allocate.
pub(super) const PHP_LONG: &str = "s:99999999999999:\"";
/// A serialized object, which makes naive PHP readers create any class that they know.
pub(super) const PHP_OBJECT: &str = "O:8:\"stdClass\":1:{s:6:\"status\";s:7:\"SUCCESS\";}";

/// A list in a list in a list, a hundred thousand deep.
pub(super) fn deep() -> Vec<u8> {
    [vec![b'['; 100_000], vec![b']'; 100_000]].concat()
}

/// Elements in elements, twenty thousand deep.
pub(super) fn deep_xml() -> Vec<u8> {
    ["<a>".repeat(20_000), "</a>".repeat(20_000)].concat().into_bytes()
}

/// Half a million empty objects: little to send, much to hold.
pub(super) fn many_objects() -> Vec<u8> {
    let mut body = b"[".to_vec();
    body.extend_from_slice("{},".repeat(500_000).as_bytes());
    body.extend_from_slice(b"{}]");
    body
}

/// Pseudorandom bytes, the same on every call.
pub(super) fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..4096).map(|_| next()).collect()
}
