//! The part of the dialogue that is about visits that exist: shown, cancelled after a yes, announced as late. How one
//! is moved is in [`super::moving`].

use ratiba_kernel::PhoneNumber;
use time::Duration;

use super::{Draft, Effect, Facts, Owed, PickFor, Reply, Stage, Step, Wish, Words, booking, moving};
use crate::desk::{AcceptAnswer, CancelAnswer, Slot, VisitCard, VisitRef, VisitStanding, VisitTerms, Wanted};
use crate::thread::HandoffReason;
use crate::understanding::Intent;

/// A visit that begins within this time may be what somebody is late for, also past midnight.
const NEAR: Duration = Duration::hours(3);

/// Why we ask what a customer has booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// To tell them.
    Show,
    /// To cancel one of them.
    Cancel {
        /// What was said: the service, day or time named is that of the one that is meant.
        words: Words,
    },
    /// To cancel this one.
    CancelThis {
        /// Which.
        visit: VisitRef,
    },
    /// To hear that the customer comes to this one.
    Coming {
        /// Which.
        visit: VisitRef,
    },
    /// To take the time that is kept for the customer's word.
    Accept {
        /// Which.
        visit: VisitRef,
    },
    /// To give it back.
    Pass {
        /// Which.
        visit: VisitRef,
    },
    /// To move one of them.
    Move {
        /// What was said: the service named is that of the one that is meant, the day, the time and the person are the
        /// new ones.
        words: Words,
        /// By what the one that is meant was named, once it was asked for: service, person, day or time.
        of: Option<Box<Words>>,
    },
    /// To move this one.
    MoveThis {
        /// Which.
        visit: VisitRef,
        /// What was said of the new time.
        words: Words,
    },
    /// To have another service in place of one of them.
    ChangeService,
    /// To tell the team that the customer comes late to the next one.
    Late {
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
}

/// Why we ask what the rules say of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTerms {
    /// It may be cancelled.
    Cancel {
        /// Whether the customer only said that they cannot come: another time is offered first.
        unsure: bool,
    },
    /// The customer comes late.
    Late {
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
}

/// What follows from what the customer has booked. `visits` are that customer's own, in any order.
#[must_use]
pub fn upcoming(stage: &Stage, then: Then, visits: Vec<VisitCard>, facts: &Facts<'_>) -> Step {
    let mut ahead: Vec<VisitCard> = visits
        .into_iter()
        .filter(|card| match card.standing {
            VisitStanding::Held | VisitStanding::Confirmed => true,
            VisitStanding::Rendered | VisitStanding::Gone => false,
        })
        .collect();
    ahead.sort_by_key(|card| (card.slot.starts_at, card.id));
    if ahead.is_empty() {
        let gone = matches!(then, Then::Accept { .. } | Then::Pass { .. });
        return Step::say(if gone {
            Reply::OfferGone
        } else {
            Reply::NothingBooked
        });
    }
    match then {
        Then::Show => Step::say(Reply::Visits { visits: ahead }),
        Then::Late { minutes } => late(&ahead, minutes, facts),
        Then::ChangeService => Step::call_person(HandoffReason::BeyondMachine),
        Then::Move { words, of } => move_one(ahead, stage, (&words, of.as_deref()), facts),
        Then::CancelThis { visit } => this_one(&ahead, visit, |card| ask_terms(card, false)),
        Then::MoveThis { visit, words } => {
            this_one(&ahead, visit, |card| moving::begin(card, stage, &words, facts))
        }
        Then::Accept { visit } => offered(&ahead, visit, |card| {
            Step::wish(Wish::Accept {
                visit: card.id,
                slot: card.slot.clone(),
            })
        }),
        Then::Pass { visit } => offered(&ahead, visit, |card| Step::wish(Wish::Pass { visit: card.id })),
        Then::Coming { visit } => this_one(&ahead, visit, |_card| Step::say(Reply::YouAreWelcome)),
        Then::Cancel { words } => match named(&ahead, &words, facts).as_slice() {
            // Who said that they cannot come is offered another time; an uncertain hour is only a way to name it.
            [one] => ask_terms(one, words.uncertain && words.intent == Intent::Cancel),
            _several => Step::say(Reply::PickVisit {
                visits: ahead,
                to: PickFor::Cancel,
            }),
        },
    }
}

/// Those that this is true of; all of them if it is true of none.
fn narrowed(cards: Vec<&VisitCard>, fits: impl Fn(&VisitCard) -> bool) -> Vec<&VisitCard> {
    let fitting: Vec<&VisitCard> = cards.iter().copied().filter(|card| fits(card)).collect();
    if fitting.is_empty() { cards } else { fitting }
}

/// Those of the service that was named.
fn of_service<'a>(cards: Vec<&'a VisitCard>, words: &Words) -> Vec<&'a VisitCard> {
    narrowed(cards, |card| words.services.contains(&card.slot.service))
}

/// Those that the words name, by service, person, day or time. What fits none of them names none.
fn named<'a>(ahead: &'a [VisitCard], words: &Words, facts: &Facts<'_>) -> Vec<&'a VisitCard> {
    let meant = of_service(ahead.iter().collect(), words);
    let meant = narrowed(meant, |card| {
        words.staff.is_some() && card.slot.staff == words.staff
    });
    let readings = [&words.wanted, &words.other_reading];
    let falls = |card: &VisitCard, on: fn(&VisitCard, &Wanted, &Facts<'_>) -> bool| {
        readings
            .into_iter()
            .flatten()
            .any(|wanted| on(card, wanted, facts))
    };
    if meant.iter().any(|card| falls(card, falls_on)) {
        return narrowed(meant, |card| falls(card, falls_on));
    }
    narrowed(meant, |card| falls(card, begins_at_that_hour))
}

/// The one that the dialogue has just been about, where several could be meant; else we ask which one.
fn move_one(
    ahead: Vec<VisitCard>,
    stage: &Stage,
    (words, of): (&Words, Option<&Words>),
    facts: &Facts<'_>,
) -> Step {
    let meant = match of {
        Some(of) => named(&ahead, of, facts),
        None => of_service(ahead.iter().collect(), words),
    };
    let talked_about = stage
        .visit()
        .and_then(|visit| meant.iter().find(|card| card.id == visit));
    match (meant.as_slice(), talked_about) {
        ([one], _) | (_, Some(one)) => moving::begin(one, stage, words, facts),
        (_several, None) => {
            let draft = Draft::default().with(words, facts);
            Step::say(Reply::PickVisit {
                visits: ahead,
                to: PickFor::Move,
            })
            .at(Stage::MovingWhich {
                draft,
                back: stage.clone().under_way(),
            })
        }
    }
}

/// Nobody is late for what is not near: it is shown instead.
fn late(ahead: &[VisitCard], minutes: Option<u32>, facts: &Facts<'_>) -> Step {
    let zone = &facts.menu.zone;
    let near = ahead.iter().find(|card| {
        let starts_at = card.slot.starts_at;
        zone.date(starts_at) == zone.date(facts.now) || starts_at - facts.now <= NEAR
    });
    match near {
        Some(card) => Step::wish(Wish::Terms {
            visit: card.id,
            slot: card.slot.clone(),
            then: OnTerms::Late { minutes },
        }),
        None => Step::say(Reply::Visits {
            visits: ahead.to_vec(),
        }),
    }
}

fn ask_terms(card: &VisitCard, unsure: bool) -> Step {
    Step::wish(Wish::Terms {
        visit: card.id,
        slot: card.slot.clone(),
        then: OnTerms::Cancel { unsure },
    })
}

/// What follows from what the rules say of a visit; `None` if nothing of it is left to be cancelled.
#[must_use]
pub fn terms_known(
    stage: &Stage,
    (visit, slot): (VisitRef, Slot),
    then: OnTerms,
    terms: Option<VisitTerms>,
) -> Step {
    match (then, terms) {
        (OnTerms::Cancel { unsure: true }, Some(terms)) => {
            Step::say(Reply::CancelOrMove { visit, slot, terms })
        }
        (OnTerms::Cancel { unsure: false }, Some(terms)) => ask_cancel((visit, slot), terms, stage.clone()),
        (OnTerms::Cancel { .. }, None) => match stage.clone().under_way().as_ref() {
            Stage::Paying { owed, .. } if owed.visit == visit => Step::wish(Wish::LookUpPayment {
                owed: owed.clone(),
                claimed: false,
            }),
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. }
            | Stage::Moving { .. } => Step::say(Reply::NothingBooked).at(Stage::Open),
        },
        (OnTerms::Late { minutes }, terms) => {
            let comes_at = minutes.map(|minutes| slot.starts_at + Duration::minutes(i64::from(minutes)));
            let too_late = terms
                .filter(|terms| comes_at.is_some_and(|comes_at| comes_at > terms.waits_until))
                .map(|terms| terms.waits_until);
            let reply = match (minutes, too_late) {
                (Some(minutes), Some(until)) => Reply::LateTooLong {
                    visit,
                    minutes,
                    until,
                },
                (minutes, _) => Reply::LateNoted { minutes },
            };
            Step::say(reply).with(Effect::RunsLate { visit, minutes })
        }
    }
}

/// What a button names came from a phone: it counts only if the visit is among the customer's own.
fn this_one(own: &[VisitCard], visit: VisitRef, step: impl FnOnce(&VisitCard) -> Step) -> Step {
    own.iter()
        .find(|card| card.id == visit)
        .map_or_else(|| Step::say(Reply::NothingBooked), step)
}

/// As [`this_one`], for a time that was kept for the customer's word.
fn offered(own: &[VisitCard], visit: VisitRef, step: impl FnOnce(&VisitCard) -> Step) -> Step {
    own.iter()
        .find(|card| card.id == visit)
        .map_or_else(|| Step::say(Reply::OfferGone), step)
}

/// What follows from taking the time that was kept. Where money is asked it is the same as for any hold; a
/// visit that owes nothing is told by its confirmation.
#[must_use]
pub fn accepted(visit: VisitRef, payer: Option<PhoneNumber>, answer: AcceptAnswer) -> Step {
    match answer {
        AcceptAnswer::Gone => Step::say(Reply::OfferGone),
        AcceptAnswer::Confirmed { slot } => Step::told_by_news().at(Stage::Booked { visit, slot }),
        AcceptAnswer::Held { slot, deadline } => {
            let owed = Owed {
                visit,
                slot: slot.clone(),
                amount: slot.due_now,
                deadline,
            };
            match payer {
                Some(payer) => Step::wish(Wish::AskMoney {
                    owed: owed.clone(),
                    payer,
                })
                .at(Stage::Paying {
                    owed,
                    payer_wanted: false,
                }),
                None => Step::say(Reply::AskPayer).at(Stage::Paying {
                    owed,
                    payer_wanted: true,
                }),
            }
        }
    }
}

/// What follows from giving it back.
#[must_use]
pub fn passed() -> Step {
    Step::say(Reply::OfferPassed)
}

/// Whether it begins at the hour that was named without a day; such an hour was put on the next day that has it.
fn begins_at_that_hour(card: &VisitCard, on: &Wanted, facts: &Facts<'_>) -> bool {
    let zone = &facts.menu.zone;
    match on {
        Wanted::At(instant) => {
            let next = *instant - facts.now < Duration::DAY;
            next && zone.local(card.slot.starts_at).time() == zone.local(*instant).time()
        }
        Wanted::Among(_) => false,
        Wanted::TimeOfDay(time) => zone.local(card.slot.starts_at).time() == *time,
    }
}

fn falls_on(card: &VisitCard, on: &Wanted, facts: &Facts<'_>) -> bool {
    match on {
        Wanted::At(instant) => card.slot.starts_at == *instant,
        Wanted::Among(ranges) => ranges.iter().any(|range| range.holds(card.slot.starts_at)),
        Wanted::TimeOfDay(time) => facts.menu.zone.local(card.slot.starts_at).time() == *time,
    }
}

/// Really cancel, for what it costs? After a no the dialogue goes on where it was.
#[must_use]
pub fn ask_cancel((visit, slot): (VisitRef, Slot), terms: VisitTerms, stage: Stage) -> Step {
    // What is to be booked in the place of another visit is not booked in the place of this one.
    let instead = match &stage {
        Stage::Cancelling {
            visit: same, instead, ..
        } if *same == visit => instead.clone(),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => None,
    };
    Step::say(Reply::AskCancel {
        slot: slot.clone(),
        terms,
    })
    .at(Stage::Cancelling {
        visit,
        slot,
        told: Some(terms.fee),
        told_back: Some(terms.back).filter(|back| back.is_positive()),
        instead,
        back: stage.under_way(),
    })
}

/// Another service in place of one that is held and waits for its money: the hold must be given up first, which needs a
/// yes of its own.
#[must_use]
pub fn instead_of(owed: Owed, draft: Draft, stage: &Stage) -> Step {
    Step::wish(Wish::Terms {
        visit: owed.visit,
        slot: owed.slot.clone(),
        then: OnTerms::Cancel { unsure: false },
    })
    .at(Stage::Cancelling {
        visit: owed.visit,
        slot: owed.slot,
        told: None,
        told_back: None,
        instead: Some(Box::new(draft)),
        back: stage.clone().under_way(),
    })
}

/// What follows from the order to cancel.
#[must_use]
pub fn cancelled(
    stage: &Stage,
    (visit, slot): (VisitRef, Slot),
    answer: CancelAnswer,
    facts: &Facts<'_>,
) -> Step {
    match answer {
        CancelAnswer::Cancelled => {
            let done = Reply::Cancelled { slot };
            if let Stage::Cancelling {
                instead: Some(draft), ..
            } = stage
            {
                let mut step = booking::advance(draft.as_ref().clone(), facts);
                step.replies.insert(0, done);
                let next = step.stage.take();
                return step.at(next.unwrap_or(Stage::Open));
            }
            Step::say(done).at(Stage::Open)
        }
        CancelAnswer::CostsMore(terms) => ask_cancel((visit, slot), terms, stage.clone()),
        CancelAnswer::NotPossible => Step::call_person(HandoffReason::BeyondMachine).at(Stage::Open),
    }
}
