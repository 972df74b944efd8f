use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

fn app() -> TokenHash {
    TokenHash::of("app")
}

/// A breaker that closed now.
fn closed() -> Breaker {
    let breaker = Breaker::default();
    for call in 1..=TROUBLES_MAX {
        assert!(breaker.admits(app(), NOW));
        let turn = breaker.heard(app(), true, NOW);
        assert_eq!(turn.is_some(), call == TROUBLES_MAX, "{turn:?}");
    }
    breaker
}

#[test]
fn troubles_in_a_row_close_it_and_one_answer_in_between_does_not() {
    assert!(!closed().admits(app(), NOW));
    let breaker = Breaker::default();
    for call in 0..100 {
        assert!(breaker.admits(app(), NOW), "{call}");
        breaker.heard(app(), call % TROUBLES_MAX != 0, NOW);
    }
}

#[test]
fn another_account_is_not_stopped() {
    assert!(closed().admits(TokenHash::of("another"), NOW));
}

#[test]
fn it_tells_for_how_many_accounts_and_how_long_nobody_calls() {
    let breaker = closed();
    assert_eq!(
        (breaker.left_alone(NOW), breaker.pause_left(app(), NOW)),
        (1, Some(FIRST_PAUSE))
    );
    let then = NOW + FIRST_PAUSE;
    assert_eq!(
        (breaker.left_alone(then), breaker.pause_left(app(), then)),
        (0, None)
    );
    assert_eq!(breaker.pause_left(TokenHash::of("another"), NOW), None);
}

#[test]
fn after_the_pause_one_call_tries_and_its_end_decides() {
    let breaker = closed();
    assert!(!breaker.admits(app(), NOW + FIRST_PAUSE - Duration::seconds(1)));
    let then = NOW + FIRST_PAUSE;
    assert!(breaker.admits(app(), then));
    assert!(!breaker.admits(app(), then), "one at a time");
    breaker.heard(app(), true, then);
    assert!(
        !breaker.admits(app(), then + FIRST_PAUSE),
        "the next pause is longer"
    );
    let later = then + FIRST_PAUSE * 2;
    assert!(breaker.admits(app(), later));
    assert_eq!(breaker.heard(app(), false, later), Some(Turn::AnswersAgain));
    assert_eq!(breaker.heard(app(), false, later), None, "told once");
    for _ in 0..10 {
        assert!(breaker.admits(app(), later), "all again");
    }
}

#[test]
fn a_call_to_try_that_nobody_heard_of_makes_way_for_another() {
    let breaker = closed();
    let then = NOW + FIRST_PAUSE;
    assert!(breaker.admits(app(), then));
    assert!(!breaker.admits(app(), then + PROBE_LOST_AFTER - Duration::seconds(1)));
    assert!(breaker.admits(app(), then + PROBE_LOST_AFTER));
}

#[test]
fn pauses_grow_to_a_bound_and_are_spread() {
    let spread = NOW + Duration::milliseconds(999);
    for more in 0..100 {
        let (least, most) = (pause_after(more, NOW), pause_after(more, spread));
        assert!(least >= FIRST_PAUSE && least <= LONGEST_PAUSE, "{more}: {least}");
        assert!(most > least && most <= least * 5 / 4, "{more}: {most}");
        assert!(pause_after(more + 1, NOW) >= least);
    }
}

#[test]
fn calls_that_were_on_their_way_when_it_closed_prolong_nothing() {
    let breaker = closed();
    for second in 1..8 {
        breaker.heard(app(), true, NOW + Duration::seconds(second));
    }
    assert!(breaker.admits(app(), NOW + FIRST_PAUSE));
}

#[test]
fn calls_that_were_on_their_way_when_it_closed_make_no_pause_longer() {
    let breaker = closed();
    let then = NOW + FIRST_PAUSE;
    for at in [NOW, NOW + FIRST_PAUSE / 2, then] {
        assert_eq!(breaker.heard(app(), true, at), None);
    }
    assert!(breaker.admits(app(), then), "one may try");
    let Some(Turn::LeftAlone { pause, .. }) = breaker.heard(app(), true, then) else {
        panic!("it came to nothing");
    };
    assert_eq!(pause, FIRST_PAUSE * 2);
}
