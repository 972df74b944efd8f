use super::*;

#[test]
fn who_froze_it_reads_back_what_it_shows() {
    for by in [
        FrozenBy::System,
        FrozenBy::Person(crate::test_support::staff(1).to_string().parse().unwrap()),
    ] {
        assert_eq!(by.to_string().parse(), Ok(by));
    }
    for text in ["", "System", "person:", "person:amina"] {
        assert_eq!(text.parse::<FrozenBy>(), Err(NotAReviewer));
    }
}
