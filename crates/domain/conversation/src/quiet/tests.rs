use ratiba_kernel::Zone;
use time::macros::datetime;

use super::not_before;
use crate::outgoing::Purpose;

#[test]
fn a_digest_in_the_night_waits_for_seven_and_an_answer_does_not() {
    let zone = Zone::parse("Africa/Nairobi").unwrap();
    let late = datetime!(2026-05-12 21:30 +3);
    assert_eq!(
        not_before(Purpose::Digest, late, &zone),
        datetime!(2026-05-13 07:00 +3)
    );
    assert_eq!(not_before(Purpose::Answer, late, &zone), late);
    let early = datetime!(2026-05-13 06:59 +3);
    assert_eq!(
        not_before(Purpose::Reminder, early, &zone),
        datetime!(2026-05-13 07:00 +3)
    );
    let seven = datetime!(2026-05-13 07:00 +3);
    assert_eq!(not_before(Purpose::Reminder, seven, &zone), seven);
}
