//! Text in windows-1251, for errors only: no document is read in it.

/// Decodes the letters of windows-1251; other non-ASCII characters become replacement characters.
pub fn windows_1251(bytes: &[u8]) -> String {
    let letter = |byte: u8| match byte {
        0..=0x7F => char::from(byte),
        0xA8 => 'Ё',
        0xB8 => 'ё',
        0xA0 => ' ',
        0xAB => '«',
        0xBB => '»',
        0x96 | 0x97 => '–',
        0xC0..=0xFF => char::from_u32(0x410 + u32::from(byte) - 0xC0).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    };
    bytes.iter().map(|byte| letter(*byte)).collect()
}
