//! Documents of another kind, which come in place of an answer when something on the way is not the API.

/// The name and the bytes.
pub const IMPOSTORS: &[(&str, &str)] = &[
    (
        "a login page",
        "<!DOCTYPE html>\n<html><head><title>Вход</title></head><body><form method=\"post\"><input name=\"login\"><input type=\"password\"></form></body></html>\n",
    ),
    (
        "a login page that is well-formed",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>Log in</title></head><body><p>Log in</p></body></html>",
    ),
    (
        "maintenance",
        "<html><head><title>Технические работы</title></head><body><h1>Мы скоро вернёмся</h1></body></html>",
    ),
    (
        "a challenge page",
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body class=\"no-js\"><script>window._cf_chl_opt={cvId:'3'};</script></body></html>",
    ),
    (
        "the portal of a network",
        "<html><head><meta http-equiv=\"refresh\" content=\"0; url=http://portal.example/\"></head><body>Please sign in.</body></html>",
    ),
    (
        "an error page",
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body>\r\n</html>\r\n",
    ),
    (
        "a fatal error of PHP",
        "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /srv/api/db.php:17\n",
    ),
    (
        "a warning of PHP",
        "<br />\n<b>Warning</b>:  Undefined array key \"id\" in <b>/srv/api/index.php</b> on line <b>42</b><br />\n",
    ),
    ("nothing", ""),
    ("blanks", " \r\n\t\r\n"),
    ("a byte order mark", "\u{feff}"),
    ("null", "null"),
    ("false", "false"),
    ("true", "true"),
    ("zero", "0"),
    ("an empty text", "\"\""),
    ("an empty list", "[]"),
    ("an empty object", "{}"),
    ("a list of nothing", "[null]"),
    ("a list of empty objects", "[{},{}]"),
    ("the word OK", "OK"),
    ("the word OK in quotes", "\"OK\""),
    ("PHP's null", "N;"),
    ("PHP's false", "b:0;"),
    ("PHP's empty array", "a:0:{}"),
    ("PHP's empty text", "s:0:\"\";"),
    ("PHP's object", "O:8:\"stdClass\":0:{}"),
    ("print_r of nothing", "Array\n(\n)\n"),
    ("an empty root", "<root/>"),
    ("an empty element", "<response></response>"),
    ("an XML declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
    ("a comment", "<!-- nothing here -->"),
    ("another service, JSON", "{\"weather\":{\"city\":\"Kyiv\",\"degrees\":21},\"forecast\":[{\"day\":1}]}"),
    ("another service, XML", "<weather><city>Kyiv</city><degrees>21</degrees></weather>"),
    ("another service, PHP", "a:1:{s:7:\"weather\";a:1:{s:4:\"city\";s:4:\"Kyiv\";}}"),
    (
        "another service, print_r",
        "Array\n(\n    [weather] => Array\n        (\n            [city] => Kyiv\n        )\n\n)\n",
    ),
    ("an error of another service", "{\"error\":{\"code\":500,\"message\":\"internal\"}}"),
    ("a form", "status=ok&id=1"),
    ("a function call", "callback({\"status\":\"ok\",\"data\":[]});"),
    ("noise", "\u{1}\u{2}\u{7f}\u{fffd}"),
];
