//! The emitters: each makes files from the model, independently of the others.

pub(crate) mod coverage;
pub(crate) mod lists;
pub(crate) mod openapi;
pub(crate) mod outline;
pub(crate) mod reference;
pub(crate) mod rust;

/// What the documents say about a shape of texts.
pub(crate) struct ShapeTexts {
    pub(crate) english: String,
    pub(crate) russian: String,
    /// The pattern of a JSON Schema.
    pub(crate) pattern: String,
}

/// The texts of a shape, by its word in the spec language, or its pattern.
pub(crate) fn shape_texts(shape: &str) -> ShapeTexts {
    let (english, russian, pattern) = match shape {
        "domain" => ("a domain name", "доменное имя", r"^[^.\s]+(\.[^.\s]+)+\.?$"),
        "link" => {
            ("a link of http, https, ftp or ftps", "ссылка http, https, ftp или ftps", "^(https?|ftps?)://[^ ]+$")
        }
        "ipv4" => ("an IPv4 address", "адрес IPv4", r"^[0-9]+(\.[0-9]+){3}$"),
        "ipv6" => ("an IPv6 address", "адрес IPv6", "^[0-9a-fA-F:.]+$"),
        pattern => {
            let code = ["`", pattern, "`"].concat();
            let (english, russian) = (["of the form ", &code].concat(), ["вида ", &code].concat());
            return ShapeTexts { english, russian, pattern: pattern.to_owned() };
        }
    };
    ShapeTexts { english: english.to_owned(), russian: russian.to_owned(), pattern: pattern.to_owned() }
}
