use super::*;

#[test]
fn who_froze_it_reads_back_what_it_shows() {
    for by in [
        FrozenBy::System,
        FrozenBy::Person(crate::test_support::staff(1).to_string().parse().unwrap()),
        FrozenBy::Admin(PhoneNumber::parse("+254700000001").unwrap()),
    ] {
        assert_eq!(by.to_string().parse(), Ok(by));
    }
    for text in ["", "System", "person:", "person:amina", "admin:", "admin:amina"] {
        assert_eq!(text.parse::<FrozenBy>(), Err(NotAReviewer));
    }
}
