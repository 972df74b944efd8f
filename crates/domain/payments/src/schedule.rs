//! When a silent attempt is asked about, and when the asking ends and a person takes over.

use time::{Duration, OffsetDateTime};

/// How long after the submission each query runs.
pub const QUERY_AFTER: [Duration; 6] = [
    Duration::seconds(60),
    Duration::seconds(90),
    Duration::seconds(150),
    Duration::minutes(5),
    Duration::minutes(15),
    Duration::hours(1),
];

/// The least time between two queries, also when a worker was away and several are overdue.
pub const QUERY_SPACING: Duration = Duration::seconds(30);

/// From this age on a query's failure may close an attempt; before it the callback may still be coming.
pub const QUERY_MAY_CLOSE_AFTER: Duration = Duration::seconds(90);

/// How long a prompt can be on a screen, with a margin. After it, "still in process" is no news, and money that moved later
/// is not its own.
pub const PROMPT_LIFE: Duration = Duration::seconds(120);

/// The least time between two pushes for one payment, and between two to one number.
pub const RESEND_AFTER: Duration = Duration::seconds(60);

/// A request that could not be submitted for so long is not submitted any more: the customer does not
/// expect the prompt, and the time is no longer held.
pub const PUSH_WITHIN: Duration = Duration::minutes(4);

/// How long a callback finds its attempt by its token.
pub const ROUTE_LIFE: Duration = Duration::days(90);

/// When the first query runs.
#[must_use]
pub fn first_query_at(pushed_at: OffsetDateTime) -> OffsetDateTime {
    pushed_at + QUERY_AFTER[0]
}

/// Which query follows `step` and when; `None` after the last.
#[must_use]
pub fn query_after(step: u8, pushed_at: OffsetDateTime, now: OffsetDateTime) -> Option<(u8, OffsetDateTime)> {
    let next = step.checked_add(1)?;
    let after = QUERY_AFTER.get(usize::from(next))?;
    Some((next, (pushed_at + *after).max(now + QUERY_SPACING)))
}

/// How long after the request it is asked what became of a refund whose result does not come; the last is no question
/// any more, but a person's turn, when the answer to the one before has had its time.
pub const REFUND_ASK_AFTER: [Duration; 4] = [
    Duration::seconds(60),
    Duration::minutes(5),
    Duration::hours(1),
    Duration::minutes(62),
];

/// The pauses after which a refund is sent again that certainly was not: a day in all. Then a person has it.
pub const REFUND_SEND_AGAIN_AFTER: [Duration; 8] = [
    Duration::minutes(1),
    Duration::minutes(5),
    Duration::minutes(15),
    Duration::hours(1),
    Duration::hours(2),
    Duration::hours(4),
    Duration::hours(8),
    Duration::minutes(519),
];

/// The pause after the try of that number, from 1; `None` after the last.
#[must_use]
pub fn send_again_after(tried: u8) -> Option<Duration> {
    let pause = usize::from(tried).checked_sub(1)?;
    REFUND_SEND_AGAIN_AFTER.get(pause).copied()
}

/// Which question follows `step` and when; `None` after the last.
#[must_use]
pub fn refund_ask_after(
    step: u8,
    sent_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<(u8, OffsetDateTime)> {
    let next = step.checked_add(1)?;
    let after = REFUND_ASK_AFTER.get(usize::from(next))?;
    Some((next, (sent_at + *after).max(now + QUERY_SPACING)))
}
/// How long after its opening an order is looked at. Afterwards once a day.
pub const CARD_LOOKS_AFTER: [Duration; 7] = [
    Duration::minutes(2),
    Duration::minutes(5),
    Duration::minutes(15),
    Duration::hours(1),
    Duration::hours(2),
    Duration::hours(4),
    Duration::hours(8),
];

/// From this look to the last one within a day only orders in doubt are looked at: they stand in the way of every other
/// payment of their visit.
const CARD_FIRST_LOOK_IN_DOUBT: u8 = 4;

/// The daily looks: as long as a card's owner may charge the money back.
pub const CARD_DAILY_LOOKS: u8 = 120;

/// A customer who has not paid on the page after this time is reminded of it, once.
pub const CARD_NUDGE_AFTER: Duration = Duration::minutes(8);

/// How long after it was asked for a refund by card is looked after within the first day. Afterwards once a day.
pub const CARD_REFUND_LOOKS_AFTER: [Duration; 2] = [Duration::hours(1), Duration::hours(6)];

/// The daily looks after a refund by card: so long a person may take to approve it. Then one of ours finds out.
pub const CARD_REFUND_DAILY_LOOKS: u8 = 14;

/// When a refund by card is looked after for the `step`th time, from 0; `None` after the last time.
#[must_use]
pub fn card_refund_look_at(step: u8, sent_at: OffsetDateTime, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let after = match CARD_REFUND_LOOKS_AFTER.get(usize::from(step)) {
        Some(after) => *after,
        None => {
            let first_daily = u8::try_from(CARD_REFUND_LOOKS_AFTER.len()).ok()?;
            let day = step.checked_sub(first_daily)?.checked_add(1)?;
            (day <= CARD_REFUND_DAILY_LOOKS).then(|| Duration::days(i64::from(day)))?
        }
    };
    Some((sent_at + after).max(now + QUERY_SPACING))
}

/// An order that is not paid after this time is cancelled.
pub const CARD_ABANDON_AFTER: Duration = Duration::minutes(30);

/// From so long after its opening on a person may end an order that is in doubt, by what the provider's own pages show: the
/// looks go on, but the desk does not wait for them until the next day.
pub const CARD_DOUBT_FOR_A_PERSON_AFTER: Duration = Duration::hours(1);

/// How long a notice finds its attempt.
pub const CARD_ROUTE_LIFE: Duration = Duration::days(400);

/// When an order is looked at for the `step`th time, from 0; `None` after the last time.
#[must_use]
pub fn card_look_at(step: u8, opened_at: OffsetDateTime) -> Option<OffsetDateTime> {
    if let Some(after) = CARD_LOOKS_AFTER.get(usize::from(step)) {
        return Some(opened_at + *after);
    }
    let first_daily = u8::try_from(CARD_LOOKS_AFTER.len()).ok()?;
    let day = step.checked_sub(first_daily)?.checked_add(1)?;
    (day <= CARD_DAILY_LOOKS).then(|| opened_at + Duration::days(i64::from(day)))
}

/// The last look at an order in doubt: a day after its opening. Then a person has it.
pub const CARD_LAST_LOOK_IN_DOUBT: u8 = 7;

/// The first look from `step` on that is still to be made, and when; `None` after the last. Of several that are overdue
/// the last one is made alone, since it tells what they would have told.
#[must_use]
pub fn card_look_from(
    step: u8,
    in_doubt: bool,
    opened_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<(u8, OffsetDateTime)> {
    let wanted = |step: u8| in_doubt || !(CARD_FIRST_LOOK_IN_DOUBT..CARD_LAST_LOOK_IN_DOUBT).contains(&step);
    let mut looks = (step..=u8::MAX)
        .filter(|step| wanted(*step))
        .map_while(|step| card_look_at(step, opened_at).map(|at| (step, at)))
        .peekable();
    let mut next = looks.next()?;
    while let Some(later) = looks.next_if(|(_, at)| *at <= now) {
        next = later;
    }
    let (step, at) = next;
    Some((step, if at > now { at } else { now + QUERY_SPACING }))
}

/// The provider's clock and ours may differ by this much.
pub const CLOCKS_DIFFER: Duration = Duration::seconds(30);

/// How long after it came a confirmation of money by hand is looked at again, while a prompt of the same payment is out or
/// in doubt: it may be that prompt's own money. After the last time a person has it.
pub const CONFIRMATION_TRIES_AFTER: [Duration; 6] = [
    Duration::seconds(20),
    Duration::seconds(60),
    Duration::seconds(150),
    Duration::minutes(6),
    Duration::minutes(16),
    Duration::minutes(65),
];

/// When a confirmation that was looked at for the `step`th time, from 0, is looked at again; `None` after the last time.
#[must_use]
pub fn confirmation_try_after(
    step: u8,
    received_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<(u8, OffsetDateTime)> {
    let after = CONFIRMATION_TRIES_AFTER.get(usize::from(step))?;
    Some((
        step.checked_add(1)?,
        (received_at + *after).max(now + Duration::seconds(5)),
    ))
}
