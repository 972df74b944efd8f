use super::*;

#[test]
fn a_token_is_read_back_from_what_was_shown() {
    let token = PresentedToken::from_bytes([7; 32]);
    assert_eq!(PresentedToken::parse(token.reveal()), Ok(token));
}

#[test]
fn other_texts_are_no_tokens() {
    let upper = format!("rtb_{}", "A".repeat(64));
    for text in ["", "rtb_", "rtb_12", "xyz_0000", upper.as_str()] {
        assert_eq!(PresentedToken::parse(text), Err(NotAToken), "{text}");
    }
}

#[test]
fn debug_says_nothing_of_the_secret() {
    let token = PresentedToken::from_bytes([0xab; 32]);
    assert!(!format!("{token:?}").contains("abab"));
}
