use ratiba_kernel::Outage;

use super::*;

#[test]
fn what_is_on_no_record_is_not_looked_for_again_and_an_outage_is() {
    assert!(matches!(
        judged(PushAttemptError::NoSuchAttempt),
        JobError::Hopeless(_)
    ));
    assert!(matches!(
        judged(QueryAttemptError::NoSuchAttempt),
        JobError::Hopeless(_)
    ));
    assert!(matches!(
        judged(ApplyCallbackError::NoSuchCallback),
        JobError::Hopeless(_)
    ));
    assert!(matches!(judged(CardError::NoSuchNotice), JobError::Hopeless(_)));
    let outage = || Outage::new("the database is away");
    assert!(matches!(
        judged(PushAttemptError::Unavailable(outage())),
        JobError::Again(_)
    ));
    assert!(matches!(
        judged(CardError::Unavailable(outage())),
        JobError::Again(_)
    ));
    assert!(matches!(judged(CardError::StillOpening), JobError::Again(_)));
}
