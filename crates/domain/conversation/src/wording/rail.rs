//! What the rail tells: lists that fit into a message, visits, reasons.

use ratiba_kernel::Zone;
use time::OffsetDateTime;

use crate::cohort::NotInvited;
use crate::desk::{Canceller, DayState, DayVisit, Refusal, RuleFault};
use crate::knowledge::SNIPPETS_MOST;
use crate::outgoing::TEXT_CHARACTERS_MAX;
use crate::texts::{Placeholder, RailText, Tongue, Values, format_time, format_when};

/// Left free for what stands below a list.
const FOOT: usize = 200;

/// A head with lines below it; those that do not fit into one message are counted. Answers the text and how many lines are
/// in it.
#[must_use]
pub fn listing(head: &str, lines: &[String], most: usize, tongue: Tongue) -> (String, usize) {
    let mut text = head.to_owned();
    let mut length = head.chars().count();
    let mut shown = 0;
    for line in lines.iter().take(most) {
        length += line.chars().count() + 1;
        if length > TEXT_CHARACTERS_MAX - FOOT {
            break;
        }
        text.push('\n');
        text.push_str(line);
        shown += 1;
    }
    if shown < lines.len() {
        let more = Values::new().with(Placeholder::Bookings, (lines.len() - shown).to_string());
        text.push('\n');
        text.push_str(&RailText::AndMore.render(tongue, &more));
    }
    (text, shown)
}

/// A visit of a day, in a line.
#[must_use]
pub fn of_day(visit: &DayVisit, zone: &Zone, tongue: Tongue) -> String {
    line(visit, clock(visit.starts_at, zone, tongue), tongue)
}

/// A visit of any day, in a line.
#[must_use]
pub fn of_any_day(visit: &DayVisit, zone: &Zone, tongue: Tongue) -> String {
    line(visit, format_when(visit.starts_at, zone, tongue), tongue)
}

fn line(visit: &DayVisit, when: String, tongue: Tongue) -> String {
    let parts = [
        when,
        visit.services.clone(),
        visit.staff.clone(),
        customer(visit, tongue),
        state(visit.state).plain(tongue),
    ];
    parts.join(" · ")
}

/// Who comes.
#[must_use]
pub fn customer(visit: &DayVisit, tongue: Tongue) -> String {
    visit
        .customer
        .clone()
        .unwrap_or_else(|| RailText::NoName.plain(tongue))
}

/// A time of day: short where a list of them is read on the clock of hands.
fn clock(instant: OffsetDateTime, zone: &Zone, tongue: Tongue) -> String {
    let both = format_time(zone.local(instant).time(), tongue);
    match tongue {
        Tongue::English => both.split(" (").next().unwrap_or_default().to_owned(),
        Tongue::Swahili => both,
    }
}

const fn state(state: DayState) -> RailText {
    match state {
        DayState::Requested => RailText::StateRequested,
        DayState::Held => RailText::StateHeld,
        DayState::Confirmed => RailText::StateConfirmed,
        DayState::Arrived => RailText::StateArrived,
        DayState::UnderWay => RailText::StateUnderWay,
        DayState::Done => RailText::StateDone,
        DayState::NoShow => RailText::StateNoShow,
        DayState::Gone => RailText::StateGone,
    }
}

/// Why something is not done, as a part of a sentence.
#[must_use]
pub fn reason(refusal: &Refusal, zone: &Zone, tongue: Tongue) -> String {
    let text = match refusal {
        Refusal::Gone => RailText::WhyGone,
        Refusal::CancelledAlready {
            by: Canceller::Customer,
            ..
        } => RailText::WhyCancelledByCustomer,
        Refusal::CancelledAlready {
            by: Canceller::Business,
            ..
        } => RailText::WhyCancelledByBusiness,
        Refusal::Costs { .. } => RailText::WhyCosts,
        Refusal::Changed => RailText::WhyChanged,
        Refusal::NotFree { near } if near.is_empty() => RailText::WhyNotFree,
        Refusal::NotFree { .. } => RailText::WhyNotFreeNear,
        Refusal::Past => RailText::WhyPast,
        Refusal::InTheWay { .. } => RailText::WhyInTheWay,
        Refusal::Blocked => RailText::WhyBlocked,
        Refusal::NameTaken => RailText::WhyNameTaken,
        Refusal::Faulty(_) => RailText::WhyFaulty,
        Refusal::NotOffered => RailText::WhyNotOffered,
        Refusal::Same => RailText::WhySame,
        Refusal::TooManyFaqs => RailText::WhyTooManyFaqs,
        Refusal::NotInvited(NotInvited::Full { .. }) => RailText::WhyFull,
        Refusal::NotInvited(NotInvited::NotKenyan) => RailText::WhyNotKenyan,
        Refusal::NotInvited(NotInvited::OptedOut) => RailText::WhyOptedOut,
        Refusal::NotInvited(NotInvited::Declined) => RailText::WhyDeclined,
        Refusal::NotInvited(NotInvited::TemplateNotApproved) => RailText::WhyTemplate,
        Refusal::Disputed => RailText::WhyDisputed,
        Refusal::NotTheirs => RailText::WhyNotTheirs,
        Refusal::ClosedAlready => RailText::WhyClosedAlready,
    };
    let values = match refusal {
        Refusal::NotFree { near } => {
            let near: Vec<String> = near
                .iter()
                .take(3)
                .map(|at| format_when(*at, zone, tongue))
                .collect();
            Values::new().with(Placeholder::List, near.join("; "))
        }
        Refusal::CancelledAlready { at, .. } => {
            Values::new().with(Placeholder::When, format_when(*at, zone, tongue))
        }
        Refusal::Costs { price } => Values::new().with(Placeholder::Price, price.to_string()),
        Refusal::InTheWay { visits } => Values::new().with(Placeholder::Bookings, visits.to_string()),
        Refusal::Faulty(faults) => {
            let told: Vec<String> = faults.iter().map(|fault| fault_of(fault, tongue)).collect();
            Values::new().with(Placeholder::Reason, told.join("; "))
        }
        Refusal::TooManyFaqs => Values::new().with(Placeholder::First, SNIPPETS_MOST.to_string()),
        Refusal::NotInvited(NotInvited::Full { places }) => {
            Values::new().with(Placeholder::First, places.to_string())
        }
        Refusal::NotInvited(
            NotInvited::NotKenyan
            | NotInvited::OptedOut
            | NotInvited::Declined
            | NotInvited::TemplateNotApproved,
        )
        | Refusal::Gone
        | Refusal::Changed
        | Refusal::Past
        | Refusal::Blocked
        | Refusal::NameTaken
        | Refusal::NotOffered
        | Refusal::Disputed
        | Refusal::NotTheirs
        | Refusal::ClosedAlready
        | Refusal::Same => Values::new(),
    };
    text.render(tongue, &values)
}

/// What the rules do not allow, as a part of a sentence.
fn fault_of(fault: &RuleFault, tongue: Tongue) -> String {
    let first = |value: String| Values::new().with(Placeholder::First, value);
    let (text, values) = match fault {
        RuleFault::Name => (RailText::FaultName, Values::new()),
        RuleFault::Word => (RailText::FaultWord, Values::new()),
        RuleFault::NoPrice => (RailText::FaultNoPrice, Values::new()),
        RuleFault::Cents => (RailText::FaultCents, Values::new()),
        RuleFault::DepositAbovePrice => (RailText::FaultDeposit, Values::new()),
        RuleFault::Range { least, most } => (
            RailText::FaultRange,
            first(least.to_string()).with(Placeholder::Second, most.to_string()),
        ),
        RuleFault::Past => (RailText::FaultPast, Values::new()),
        RuleFault::Days(most) => (RailText::FaultDays, first(most.to_string())),
        RuleFault::NotThere => (RailText::FaultNotThere, Values::new()),
        RuleFault::TooMany(most) => (RailText::FaultTooMany, first(most.to_string())),
        RuleFault::SeveralStaff => (RailText::FaultSeveralStaff, Values::new()),
        RuleFault::Elsewhere => (RailText::FaultElsewhere, Values::new()),
    };
    text.render(tongue, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_rules_do_not_allow_is_told_in_the_language_of_whoever_asks() {
        let faults = [
            RuleFault::Name,
            RuleFault::Word,
            RuleFault::NoPrice,
            RuleFault::Cents,
            RuleFault::DepositAbovePrice,
            RuleFault::Range { least: 1, most: 480 },
            RuleFault::Past,
            RuleFault::Days(31),
            RuleFault::NotThere,
            RuleFault::TooMany(200),
            RuleFault::SeveralStaff,
            RuleFault::Elsewhere,
        ];
        let zone = Zone::parse("Africa/Nairobi").unwrap();
        for fault in faults {
            let told = |tongue| reason(&Refusal::Faulty(vec![fault.clone()]), &zone, tongue);
            let (english, swahili) = (told(Tongue::English), told(Tongue::Swahili));
            assert!(
                english.starts_with("the business's rules do not allow it ("),
                "{english}"
            );
            assert!(
                swahili.starts_with("kanuni za biashara haziruhusu ("),
                "{swahili}"
            );
            let inside = |text: &str| text.split_once('(').map(|(_, inside)| inside.to_owned());
            assert_ne!(inside(&english), inside(&swahili));
            assert!(
                !swahili.contains('{') && !english.contains('{'),
                "{swahili} {english}"
            );
        }
    }
}
