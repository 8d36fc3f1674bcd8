//! Leniency in decoding an API's answers: settings of `service.toml` that the accessors consult.

/// The tolerated deviations of one API's answers. Everything that is not enabled is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leniency {
    /// A list of one may come as the item itself.
    pub one_as_list: bool,
    /// A list may come as a map; its values are the items.
    pub map_as_list: bool,
    /// A list or map may come as `null` or as empty text.
    pub null_as_empty: bool,
    /// A map may come as `[]` when it is empty.
    pub list_as_empty_map: bool,
    /// A number may come as text, and text as a number.
    pub loose_scalars: bool,
    /// `""` means that there is no value.
    pub empty_text_is_absent: bool,
    /// A truth value may come as `0`, `1`, `"0"`, `"1"`, `""` or `null`.
    pub loose_flags: bool,
    /// The forms of date-times, in `strptime` notation, tried in order.
    pub date_times: &'static [&'static str],
    /// The forms of dates.
    pub dates: &'static [&'static str],
    /// Texts that stand for "no date".
    pub zero_dates: &'static [&'static str],
    /// Keys of the envelope that are no fields of the data.
    pub envelope: &'static [&'static str],
}

impl Leniency {
    /// Nothing is lenient; date-times are `2012-01-24 04:00:02`.
    pub const STRICT: Self = Self {
        one_as_list: false,
        map_as_list: false,
        null_as_empty: false,
        list_as_empty_map: false,
        loose_scalars: false,
        empty_text_is_absent: false,
        loose_flags: false,
        date_times: &["%Y-%m-%d %H:%M:%S"],
        dates: &["%Y-%m-%d"],
        zero_dates: &[],
        envelope: &[],
    };
}
