use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread;

use ratiba_access::limits::{Limit, Source};
use ratiba_access::test_support::limiter_contract;
use ratiba_kernel::test_support::{EPOCH, block_on};
use time::Duration;
use uuid::Uuid;

use super::*;

fn ask(number: u128) -> Ask {
    Ask {
        bucket: Bucket::Caller(Uuid::from_u128(number)),
        limit: Limit::new(100, 3_600, 100).unwrap(),
    }
}

fn source(number: u32) -> Source {
    Source::of(Some(Ipv4Addr::from_bits(number).into()))
}

fn is_admitted(limiter: &OwnLimiter, at: OffsetDateTime, ask: Ask) -> bool {
    let verdict = block_on(limiter.count(at, &[ask])).unwrap();
    matches!(verdict, Some(Verdict::Admitted(_)))
}

#[test]
fn the_limiter_of_one_process_keeps_the_promises_of_the_port() {
    block_on(limiter_contract(&OwnLimiter::default()));
}

#[test]
fn of_many_at_once_no_more_are_admitted_than_there_is_room_for() {
    let limiter = Arc::new(OwnLimiter::default());
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let limiter = limiter.clone();
            thread::spawn(move || (0..50).filter(|_| is_admitted(&limiter, EPOCH, ask(1))).count())
        })
        .collect();
    let admitted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(admitted, 100);
}

#[test]
fn any_number_of_addresses_takes_no_more_memory_and_frees_nobody_who_waits() {
    let limiter = OwnLimiter::keeping(1_000);
    let from = |number: u32| Ask {
        bucket: Bucket::Address(source(number)),
        limit: Limit::new(100, 3_600, 100).unwrap(),
    };
    for _ in 0..100 {
        assert!(is_admitted(&limiter, EPOCH, from(u32::MAX)));
    }
    for number in 0..20_000 {
        assert!(is_admitted(&limiter, EPOCH, from(number)));
        assert!(limiter.kept() <= 1_000);
    }
    assert!(!is_admitted(&limiter, EPOCH, from(u32::MAX)));
}

#[test]
fn whoever_is_pushed_out_comes_back_with_no_less_to_work_off() {
    let limiter = OwnLimiter::keeping(2);
    // Three take turns in a table for two, so that each is pushed out again and again.
    let mut admitted = [0; 3];
    for _ in 0..200 {
        for number in 0..3_u8 {
            admitted[usize::from(number)] += u32::from(is_admitted(&limiter, EPOCH, ask(number.into())));
        }
    }
    assert!(admitted.iter().all(|times| *times <= 100), "{admitted:?}");
    // They wait, and then each has room again.
    let later = EPOCH + Duration::hours(1);
    for number in 0..3 {
        assert!(is_admitted(&limiter, later, ask(number)), "{number}");
    }
}

#[test]
fn many_addresses_push_out_no_token_and_no_business() {
    let limiter = OwnLimiter::keeping(100);
    // What signing in costs here takes far longer to work off than what a token owes.
    let step = Limit::new(5, 3_600, 5).unwrap();
    assert!(is_admitted(&limiter, EPOCH, ask(7)));
    for number in 0..1_000_u32 {
        let bucket = Bucket::SignIn(source(number));
        is_admitted(&limiter, EPOCH, Ask { bucket, limit: step });
    }
    for left in (0..99).rev() {
        match block_on(limiter.count(EPOCH, &[ask(7)])).unwrap() {
            Some(Verdict::Admitted(standing)) => assert_eq!(standing.left, left),
            other => panic!("{other:?}"),
        }
    }
    assert!(!is_admitted(&limiter, EPOCH, ask(7)));
}

#[test]
fn a_clock_that_is_put_back_lets_nobody_wait_longer_than_was_said() {
    let limiter = OwnLimiter::default();
    for _ in 0..100 {
        assert!(is_admitted(&limiter, EPOCH, ask(1)));
    }
    let put_back = EPOCH - Duration::DAY;
    assert!(is_admitted(&limiter, put_back, ask(2)));
    let wait = match block_on(limiter.count(put_back, &[ask(1)])).unwrap() {
        Some(Verdict::TooFast { wait, .. }) => wait,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait, Duration::seconds(36));
    assert!(!is_admitted(
        &limiter,
        put_back + wait - Duration::MICROSECOND,
        ask(1)
    ));
    assert!(is_admitted(&limiter, put_back + wait, ask(1)));
    // What came in between is forgotten in its time, too.
    let later = put_back + Duration::hours(2);
    assert!(is_admitted(&limiter, later, ask(3)));
    assert_eq!(limiter.kept(), 1);
}

#[test]
fn instants_out_of_turn_do_not_hurry_time() {
    let limiter = OwnLimiter::default();
    let mut admitted = 0;
    // Of two that ask at once, the later is counted first, time and again for an hour.
    for second in 0..3_600 {
        let at = EPOCH + Duration::seconds(second);
        for at in [at + Duration::milliseconds(900), at] {
            admitted += u32::from(is_admitted(&limiter, at, ask(1)));
        }
    }
    assert!((199..=200).contains(&admitted), "{admitted}");
}

#[test]
fn what_is_empty_is_forgotten() {
    let limiter = OwnLimiter::default();
    for number in 0..100 {
        assert!(is_admitted(&limiter, EPOCH, ask(number)));
    }
    assert_eq!(limiter.kept(), 100);
    for step in 0..20 {
        assert!(is_admitted(
            &limiter,
            EPOCH + Duration::minutes(1) + Duration::seconds(step),
            ask(1_000)
        ));
    }
    assert_eq!(limiter.kept(), 1);
}
