use super::*;

#[test]
fn the_page_leads_back_into_the_chat_and_runs_nothing() {
    let full = page(Some("254700000999"), true);
    assert_eq!(
        full.matches("https://wa.me/254700000999").count(),
        2,
        "in both languages"
    );
    assert!(full.contains("Trial") && full.contains("Majaribio"));
    let bare = page(None, false);
    assert!(!bare.contains("wa.me") && !bare.contains("Trial") && !bare.contains("Majaribio"));
    for shown in [full, bare, page(Some("1\"><script>"), false)] {
        assert!(!shown.contains("<script") && !shown.contains("{{"), "{shown}");
        assert!(shown.contains("Thank you") && shown.contains("Asante"));
    }
}
