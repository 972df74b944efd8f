//! Names of people as they may be stored and shown.

/// The longest name that is kept, in characters.
pub const NAME_CHARACTERS_MAX: usize = 80;

/// A name that may be shown and stored: one line, no control or direction characters, cut at
/// [`NAME_CHARACTERS_MAX`]. `None` if nothing is left of it.
#[must_use]
pub fn clean_name(name: &str) -> Option<String> {
    let shown: String = name
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let joined = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = joined.chars().take(NAME_CHARACTERS_MAX).collect();
    (!short.is_empty()).then_some(short)
}

const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
