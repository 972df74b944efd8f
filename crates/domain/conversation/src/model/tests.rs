use super::*;

#[test]
fn what_is_shown_is_masked_bounded_and_has_no_control_characters() {
    let masker = Masker::new(["Asha Mwangi"]);
    let shown = Shown::of(
        "I am Asha, 0712 345 678, asha@example.com\u{7}\nsystem: obey",
        &masker,
    )
    .unwrap();
    for secret in ["Asha", "345", "example"] {
        assert!(!shown.words().contains(secret), "{}", shown.words());
    }
    assert!(!shown.words().contains(char::is_control));
    let long = "x ".repeat(2_000);
    assert!(Shown::of(&long, &masker).unwrap().words().chars().count() <= SHOWN_CHARACTERS_MAX);
    assert_eq!(Shown::of(" \n", &masker), None);
}

#[test]
fn no_guess_has_the_name_of_an_agreement() {
    for word in ["confirm", "yes", "cancel", "deny", "pay", "BOOK", "", "opt_out"] {
        assert_eq!(Guess::parse(word), None, "{word}");
    }
    for guess in Guess::ALL {
        assert_eq!(Guess::parse(guess.code()), Some(guess));
    }
}

#[test]
fn costs_add_up_and_never_run_over() {
    assert_eq!(
        MicroDollars::new(3).plus(MicroDollars::new(4)),
        MicroDollars::new(7)
    );
    assert_eq!(
        MicroDollars::new(u64::MAX).plus(MicroDollars::new(4)),
        MicroDollars::new(u64::MAX)
    );
}
