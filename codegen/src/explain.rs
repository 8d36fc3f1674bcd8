//! Long explanations of diagnostic codes: the rule, a snippet that breaks it, and the snippet corrected.
//!
//! Each code has a text file in `explain/`.

/// The explanation of a code such as `E0104`, in Markdown; `None` for an unknown code.
///
/// ```
/// assert!(hostkit_codegen::explain("E0104").is_some_and(|text| text.contains("Mended")));
/// assert!(hostkit_codegen::explain("E9999").is_none());
/// ```
pub fn explain(code: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, text)| *text)
}

/// Every code with an explanation.
pub fn explained() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(code, _)| *code)
}

const TEXTS: &[(&str, &str)] = &[
    ("E0001", include_str!("explain/E0001.md")),
    ("E0002", include_str!("explain/E0002.md")),
    ("E0003", include_str!("explain/E0003.md")),
    ("E0101", include_str!("explain/E0101.md")),
    ("E0102", include_str!("explain/E0102.md")),
    ("E0103", include_str!("explain/E0103.md")),
    ("E0104", include_str!("explain/E0104.md")),
    ("E0105", include_str!("explain/E0105.md")),
    ("E0106", include_str!("explain/E0106.md")),
    ("E0107", include_str!("explain/E0107.md")),
    ("E0108", include_str!("explain/E0108.md")),
    ("E0109", include_str!("explain/E0109.md")),
    ("E0201", include_str!("explain/E0201.md")),
    ("E0202", include_str!("explain/E0202.md")),
    ("E0203", include_str!("explain/E0203.md")),
    ("E0204", include_str!("explain/E0204.md")),
    ("E0205", include_str!("explain/E0205.md")),
    ("E0207", include_str!("explain/E0207.md")),
    ("E0208", include_str!("explain/E0208.md")),
    ("E0209", include_str!("explain/E0209.md")),
    ("E0210", include_str!("explain/E0210.md")),
    ("E0211", include_str!("explain/E0211.md")),
    ("E0212", include_str!("explain/E0212.md")),
    ("E0213", include_str!("explain/E0213.md")),
    ("E0214", include_str!("explain/E0214.md")),
    ("E0215", include_str!("explain/E0215.md")),
    ("E0216", include_str!("explain/E0216.md")),
    ("E0217", include_str!("explain/E0217.md")),
    ("E0218", include_str!("explain/E0218.md")),
    ("E0219", include_str!("explain/E0219.md")),
    ("E0220", include_str!("explain/E0220.md")),
    ("E0221", include_str!("explain/E0221.md")),
    ("E0222", include_str!("explain/E0222.md")),
    ("E0223", include_str!("explain/E0223.md")),
    ("E0224", include_str!("explain/E0224.md")),
    ("E0225", include_str!("explain/E0225.md")),
    ("E0226", include_str!("explain/E0226.md")),
    ("E0227", include_str!("explain/E0227.md")),
    ("E0228", include_str!("explain/E0228.md")),
    ("E0229", include_str!("explain/E0229.md")),
    ("E0230", include_str!("explain/E0230.md")),
    ("E0231", include_str!("explain/E0231.md")),
    ("E0232", include_str!("explain/E0232.md")),
    ("E0233", include_str!("explain/E0233.md")),
    ("E0234", include_str!("explain/E0234.md")),
    ("E0235", include_str!("explain/E0235.md")),
    ("E0236", include_str!("explain/E0236.md")),
    ("E0237", include_str!("explain/E0237.md")),
    ("E0239", include_str!("explain/E0239.md")),
    ("E0240", include_str!("explain/E0240.md")),
    ("E0241", include_str!("explain/E0241.md")),
    ("E0242", include_str!("explain/E0242.md")),
    ("E0243", include_str!("explain/E0243.md")),
    ("E0244", include_str!("explain/E0244.md")),
    ("E0245", include_str!("explain/E0245.md")),
    ("E0246", include_str!("explain/E0246.md")),
    ("E0247", include_str!("explain/E0247.md")),
    ("E0248", include_str!("explain/E0248.md")),
    ("E0249", include_str!("explain/E0249.md")),
    ("E0250", include_str!("explain/E0250.md")),
    ("E0251", include_str!("explain/E0251.md")),
    ("E0252", include_str!("explain/E0252.md")),
    ("E0253", include_str!("explain/E0253.md")),
    ("E0301", include_str!("explain/E0301.md")),
    ("E0302", include_str!("explain/E0302.md")),
    ("E0303", include_str!("explain/E0303.md")),
    ("E0304", include_str!("explain/E0304.md")),
    ("E0305", include_str!("explain/E0305.md")),
    ("E0306", include_str!("explain/E0306.md")),
];
