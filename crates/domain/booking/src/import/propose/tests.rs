use super::{FAMILIES, category, category_named, description, minutes, swahili_name};
use crate::catalogue::{Minutes, ServiceCategory};

fn word(text: &str) -> ServiceCategory {
    ServiceCategory::parse(text).unwrap()
}

#[test]
fn every_family_is_a_category() {
    for family in &FAMILIES {
        assert!(
            ServiceCategory::parse(family.category).is_ok(),
            "{}",
            family.category
        );
        assert!(
            family
                .words
                .iter()
                .chain(family.heads)
                .all(|word| *word == word.to_lowercase())
        );
    }
}

#[test]
fn a_category_is_likely_by_the_name() {
    for (name, wanted) in [
        ("Swedish massage", "massage"),
        ("Masaji ya mgongo", "massage"),
        ("Gel manicure", "nails"),
        ("Full leg wax", "waxing"),
        ("Knotless braids", "braids"),
        ("Queen for a day", "other"),
    ] {
        assert_eq!(category(name), Some(word(wanted)), "{name}");
    }
    assert_eq!(minutes("Knotless braids", &word("other")), Minutes::new(180));
    assert_eq!(minutes("Queen for a day", &word("other")), Minutes::new(60));
}

#[test]
fn a_named_category_is_one_that_exists_if_it_can_be() {
    let known = [word("massages"), word("nail-art")];
    assert_eq!(category_named("Massage", &known), Some(word("massages")));
    assert_eq!(category_named("NAIL ART ✨", &known), Some(word("nail-art")));
    assert_eq!(category_named("Facials", &known), Some(word("facial")));
    assert_eq!(
        category_named("Signature Rituals", &known),
        Some(word("signature-rituals"))
    );
    assert_eq!(category_named("🌸", &known), None);
}

#[test]
fn a_swahili_name_is_proposed_only_where_it_is_known() {
    assert_eq!(swahili_name("Back Massage").as_deref(), Some("Masaji ya mgongo"));
    assert_eq!(
        swahili_name("Swedish massage 60").as_deref(),
        Some("Masaji ya Kiswidi 60")
    );
    assert_eq!(
        swahili_name("Masaji ya miguu").as_deref(),
        Some("Masaji ya miguu")
    );
    assert_eq!(swahili_name("Queen for a day"), None);
    assert_eq!(description("Facial", Minutes::new(90)), "Facial, 1 h 30 min.");
}
