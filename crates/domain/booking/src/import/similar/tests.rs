use proptest::prelude::*;

use super::{Likeness, Name, distance};

fn likeness(one: &str, other: &str) -> Option<Likeness> {
    Name::new(one).likeness(&Name::new(other))
}

/// The textbook's recursion, slow and plain.
fn by_the_book(one: &[char], other: &[char]) -> usize {
    match (one, other) {
        ([], rest) | (rest, []) => rest.len(),
        ([a, one @ ..], [b, other @ ..]) if a == b => by_the_book(one, other),
        ([_, less_one @ ..], [_, less_other @ ..]) => {
            1 + by_the_book(less_one, other)
                .min(by_the_book(one, less_other))
                .min(by_the_book(less_one, less_other))
        }
    }
}

proptest! {
    #[test]
    fn the_distance_is_the_textbooks(one in "[abc]{0,6}", other in "[abc]{0,6}", most in 0usize..7) {
        let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        let exact = by_the_book(&one, &other);
        prop_assert_eq!(distance(&one, &other, most), (exact <= most).then_some(exact));
    }

    #[test]
    fn likeness_knows_no_direction(one in "[a-d ]{0,8}", other in "[a-d ]{0,8}") {
        prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
    }
}

#[test]
fn two_edits_are_alike_and_three_are_not() {
    assert_eq!(
        likeness("Swedish massage", "swedish  MASSAGE"),
        Some(Likeness::Same)
    );
    assert_eq!(
        likeness("Swedish massage", "Swedish masage"),
        Some(Likeness::Near(1))
    );
    assert_eq!(
        likeness("Swedish massage", "Swedsh masage"),
        Some(Likeness::Near(2))
    );
    assert_eq!(likeness("Swedish massage", "Swdsh masage"), None);
    assert_eq!(
        likeness("Hotstone massage", "Hot stone massage"),
        Some(Likeness::Near(1))
    );
}

#[test]
fn a_long_name_may_differ_by_a_tenth_exactly() {
    let long = "aromatherapy and reflexology mix"; // 32 letters: three edits are 0.90625
    assert_eq!(
        likeness(long, "aromatherapi and reflexologi mixx"),
        Some(Likeness::Near(3))
    );
    let exact = "aromatherapy with reflexologyx"; // 30 letters: three edits are exactly 0.9
    assert_eq!(exact.chars().count(), 30);
    assert_eq!(
        likeness(exact, "aromatherapi with reflexologiz"),
        Some(Likeness::Near(3))
    );
    let short = "aromatherapy with reflexology"; // 29 letters: three edits are below 0.9
    assert_eq!(
        likeness(short, "aromatherapi with reflexologi"),
        Some(Likeness::Near(2))
    );
    assert_eq!(likeness(short, "aromatherapi with reflexolowi"), None);
}

#[test]
fn another_number_or_another_word_is_no_slip_of_the_pen() {
    assert_eq!(likeness("Massage 60", "Massage 90"), None);
    assert_eq!(likeness("Leg wax", "Lip wax"), None);
    assert_eq!(likeness("Back massage", "Neck massage"), None);
    assert_eq!(likeness("Wax", "Wig"), None);
    assert_eq!(likeness("Gel", "Gels"), Some(Likeness::Near(1)));
    assert_eq!(likeness("", "ab"), None);
}
