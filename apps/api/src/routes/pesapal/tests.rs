use super::*;

fn business(name: &str, number: &str) -> Business {
    Business {
        name: Some(name.to_owned()),
        number: Some(number.to_owned()),
    }
}

#[test]
fn the_page_leads_back_into_the_chat_and_runs_nothing() {
    let full = page(&business("Karibu Spa", "254700000999"), true);
    assert_eq!(
        full.matches("https://wa.me/254700000999").count(),
        2,
        "in both languages"
    );
    assert_eq!(full.matches("Karibu Spa").count(), 2, "as its title, and on it");
    assert!(full.contains("Trial") && full.contains("Majaribio"));
    let bare = page(&Business::default(), false);
    assert!(!bare.contains("wa.me") && !bare.contains("Trial") && !bare.contains("Majaribio"));
    let forged = business(
        "</title><script>alert('1')</script> & Co {{name}}",
        "1\"><script>",
    );
    for shown in [full, bare, page(&forged, false)] {
        assert!(!shown.contains("<script") && !shown.contains("onload"), "{shown}");
        assert!(!shown.contains("{{"), "{shown}");
        assert!(shown.contains("Thank you") && shown.contains("Asante"));
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of_three = |three: &[u8]| {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        let letters = (0..4).map(|place| {
            let six = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap();
            char::from(LETTERS[six])
        });
        let padding = 3 - three.len();
        letters
            .take(4 - padding)
            .chain(std::iter::repeat_n('=', padding))
            .collect::<String>()
    };
    bytes.chunks(3).map(of_three).collect()
}

/// The browser leaves a style out whose digest is another.
#[test]
fn the_policy_allows_the_pages_own_style_and_no_other() {
    let (_, behind) = BACK.split_once("<style>").unwrap();
    let (style, _) = behind.split_once("</style>").unwrap();
    let digest = base64(ratiba_kernel::TokenHash::of(style).as_bytes());
    assert!(
        BACK_POLICY.contains(&format!("'sha256-{digest}'")),
        "it is {digest}"
    );
    assert!(!BACK.contains("style=") && !BACK_POLICY.contains("unsafe"));
}
