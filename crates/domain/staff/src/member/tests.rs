use super::*;

#[test]
fn names_and_weights_have_bounds() {
    assert_eq!(StaffName::parse("  Amina  ").unwrap().as_str(), "Amina");
    assert_eq!(StaffName::parse("   "), Err(MemberRefused::Name));
    assert!(StaffName::parse(&"é".repeat(80)).is_ok());
    assert_eq!(StaffName::parse(&"é".repeat(81)), Err(MemberRefused::Name));
    assert_eq!(Weight::new(1_001), Err(MemberRefused::Weight));
}

#[test]
fn debug_shows_no_name() {
    let member = Member::starting(
        StaffId::from_uuid(uuid::Uuid::nil()),
        StaffName::parse("Amina").unwrap(),
    );
    assert!(!format!("{member:?}").contains("Amina"));
}
