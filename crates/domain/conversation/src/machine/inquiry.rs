//! Questions that are answered on the way, without leaving what is under way.

use super::{Draft, Facts, Meaning, Missing, Question, Reply, Stage, Step, Wish, Words};
use crate::desk::{NotFree, Offer, PromotionCard, ServiceRef, StaffRef, Wanted};
use crate::understanding::Intent;

/// Whether what the business told us may answer this better than anything else that follows from it: something is asked
/// about that no other answer knows.
pub(super) fn may_be_known(words: &Words) -> bool {
    let asks = match words.intent {
        Intent::AskInfo => !words.asks_who,
        Intent::AskPrice => words.services.is_empty(),
        Intent::AskHours => words.wanted.is_none(),
        Intent::AskLocation | Intent::AskPromo => true,
        Intent::Availability | Intent::None => !words.describes_a_booking(),
        Intent::Book => !words.books && !words.describes_a_booking(),
        Intent::Reschedule
        | Intent::ChangeDate
        | Intent::ChangeService
        | Intent::Cancel
        | Intent::RunningLate
        | Intent::ShowBooking
        | Intent::PaymentClaim
        | Intent::PaymentResend
        | Intent::PayByCard
        | Intent::PaymentDispute
        | Intent::Refund
        | Intent::Human
        | Intent::OptIn
        | Intent::OptOut
        | Intent::Confirm
        | Intent::Deny
        | Intent::NotYet
        | Intent::ChooseOption
        | Intent::Greet
        | Intent::Thanks => false,
    };
    asks && !words.asked.is_nothing()
}

/// The words with the one service that our last answer was about and offered to book, where they want a booking and name
/// none: *how much is a pedicure?* – *tomorrow at noon then*.
pub(super) fn about_what_was_asked(
    stage: &Stage,
    question: Option<&Question>,
    mut words: Words,
    facts: &Facts<'_>,
) -> Words {
    let free = match stage {
        Stage::Open | Stage::Booked { .. } => true,
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => false,
    };
    let wants = match words.intent {
        Intent::Confirm => true,
        Intent::Book => words.books || words.describes_a_booking(),
        Intent::Availability | Intent::None => words.describes_a_booking(),
        Intent::Reschedule
        | Intent::ChangeDate
        | Intent::ChangeService
        | Intent::Cancel
        | Intent::RunningLate
        | Intent::ShowBooking
        | Intent::AskPrice
        | Intent::AskPromo
        | Intent::AskHours
        | Intent::AskLocation
        | Intent::AskInfo
        | Intent::PaymentClaim
        | Intent::PaymentResend
        | Intent::PayByCard
        | Intent::PaymentDispute
        | Intent::Refund
        | Intent::Human
        | Intent::OptIn
        | Intent::OptOut
        | Intent::Deny
        | Intent::NotYet
        | Intent::ChooseOption
        | Intent::Greet
        | Intent::Thanks => false,
    };
    if free
        && wants
        && !facts.stale
        && words.services.is_empty()
        && let Some([Meaning::Service(service)]) = question.map(|question| question.options.as_slice())
    {
        words.services = vec![*service];
        words.intent = Intent::Book;
    }
    words
}

/// What does it cost? Of what was named, else of what is being talked about, else of everything.
pub(crate) fn prices(stage: &Stage, words: &Words, facts: &Facts<'_>) -> Step {
    let mut services = [words.services.clone(), under_way(stage)]
        .into_iter()
        .find(|services| !services.is_empty())
        .unwrap_or_else(|| facts.menu.services.iter().map(|service| service.id).collect());
    services.retain(|service| facts.menu.service(*service).is_some());
    if services.is_empty() {
        return Step::say(Reply::DoNotKnow);
    }
    Step::say(Reply::Prices { services })
}

/// The services that are being talked about.
fn under_way(stage: &Stage) -> Vec<ServiceRef> {
    match stage {
        Stage::Gathering { draft, .. }
        | Stage::Choosing { draft, .. }
        | Stage::Confirming { draft, .. }
        | Stage::Adding { draft, .. }
        | Stage::AskingPayer { draft, .. } => draft.named(),
        Stage::Open
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => Vec::new(),
    }
}

/// Who renders it? What was named, else what is being talked about, else anything. Nobody is made up.
pub(super) fn who(stage: &Stage, words: &Words, facts: &Facts<'_>) -> Step {
    let named = [words.services.clone(), under_way(stage)]
        .into_iter()
        .find(|services| !services.is_empty())
        .unwrap_or_default();
    let renders = |staff: StaffRef| {
        let mut cards = facts.menu.services.iter();
        cards.any(|card| card.staff.contains(&staff) && (named.is_empty() || named.contains(&card.id)))
    };
    let staff: Vec<StaffRef> = facts
        .menu
        .staff
        .iter()
        .map(|member| member.id)
        .filter(|id| renders(*id))
        .collect();
    if staff.is_empty() {
        return Step::say(Reply::DoNotKnow);
    }
    let service = match named.as_slice() {
        [only] => Some(*only),
        _none_or_several => None,
    };
    Step::say(Reply::Team { service, staff })
}

/// Is this person there then? Looked up with the shortest service that they render; `None` if that is not the question.
pub(super) fn staff_there(stage: &Stage, words: &Words, facts: &Facts<'_>) -> Option<Step> {
    match stage {
        Stage::Open | Stage::Booked { .. } => {}
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => return None,
    }
    let staff = words
        .staff
        .filter(|_| words.services.is_empty() && words.wanted.is_some())?;
    let rendered = facts
        .menu
        .services
        .iter()
        .filter(|card| card.staff.contains(&staff));
    let shortest = rendered.min_by_key(|card| card.minutes)?.id;
    let draft = Draft::default()
        .with(words, facts)
        .on_a_day(facts.now, &facts.menu.zone)
        .with_service(shortest);
    Some(Step::wish(Wish::LookForStaff { draft, staff }))
}

/// What follows from whether that person has time: it is told, and what is wanted of them is asked.
#[must_use]
pub fn staff_looked_up(draft: Draft, staff: StaffRef, offer: &Offer, facts: &Facts<'_>) -> Step {
    let Some(wanted) = draft.wanted.clone() else {
        return Step::misunderstood();
    };
    let free = match offer {
        Offer::Free(_) => true,
        Offer::Alternatives {
            reason: NotFree::Choose,
            slots,
        } => !slots.is_empty(),
        Offer::Alternatives { .. } => false,
    };
    let renders = facts
        .menu
        .services
        .iter()
        .filter(|card| card.staff.contains(&staff));
    let services: Vec<ServiceRef> = renders.map(|card| card.id).collect();
    let ask = Reply::AskService {
        among: services.clone(),
        narrowed: false,
    };
    let draft = Draft { services, ..draft };
    let (told, draft) = if free {
        (Reply::StaffHasTime { staff, wanted }, draft)
    } else {
        (Reply::StaffHasNoTime { staff, wanted }, draft.for_another_time())
    };
    let mut step = Step::say(told).at(Stage::Gathering {
        draft,
        missing: Missing::Service,
    });
    step.replies.push(ask);
    step
}

/// What follows from the promotions that run.
#[must_use]
pub fn promotions_known(promotions: Vec<PromotionCard>) -> Step {
    Step::say(if promotions.is_empty() {
        Reply::NoOffers
    } else {
        Reply::Offers { promotions }
    })
}

/// When is it open? On the day that was named, else in the week.
pub(crate) fn hours(words: &Words, facts: &Facts<'_>) -> Step {
    let zone = &facts.menu.zone;
    let day = match &words.wanted {
        Some(Wanted::At(instant)) => Some(zone.date(*instant)),
        Some(Wanted::Among(ranges)) => match ranges.as_slice() {
            [one] => Some(zone.date(one.start())),
            _none_or_several => None,
        },
        Some(Wanted::TimeOfDay(_)) | None => None,
    };
    Step::say(Reply::Hours { day })
}
