//! The machine for booking: greet → service → slot → confirm → pay → done.
//!
//! One message may carry several answers and goes as far as they reach. Date and time are always proposed and
//! repeated before anything is held.

mod answers;
mod choices;

use super::{Draft, Effect, Facts, Missing, Owed, Question, Reply, Said, Stage, Step, Wish, Words};
use super::{Misunderstanding, inquiry, moving, payment, visit};
use crate::desk::{Each, NotFree, PARTS_MAX, PEOPLE_MAX, Slot, Told, Wanted};
use crate::knowledge::Snippet;
use crate::thread::HandoffReason;
use crate::understanding::{Intent, Naming};
use ratiba_kernel::{Money, PhoneNumber};

pub use answers::{complement_known, held, offered};
use choices::{
    chosen, heard_number, names_one_to_cancel, offered_answer, offers_a_person, offers_to_book, slot_chosen,
    to_a_person,
};

/// What follows from what was heard.
#[must_use]
pub fn hear(stage: &Stage, question: Option<&Question>, said: Said, facts: &Facts<'_>) -> Step {
    match said {
        Said::ChoseAgain => Step::silence(),
        Said::ChoseTooLate => too_late(stage, facts),
        Said::Wordless(kind) => Step::say(Reply::WordsPlease(kind)),
        Said::Numbers(numbers) => heard_number(stage, &numbers, facts),
        Said::Chose(meaning) => chosen(stage, meaning, facts),
        Said::Words(words) => {
            let words = inquiry::about_what_was_asked(stage, question, words, facts);
            heard_in_words(stage, question, words, facts)
        }
    }
}

fn heard_in_words(stage: &Stage, question: Option<&Question>, words: Words, facts: &Facts<'_>) -> Step {
    match (words.intent, words.choice, question) {
        (Intent::ChooseOption, Some(place), Some(question)) => {
            let meaning = place.checked_sub(1).and_then(|index| question.options.get(index));
            meaning.map_or_else(Step::misunderstood, |meaning| {
                chosen(stage, meaning.clone(), facts)
            })
        }
        (Intent::Confirm | Intent::Deny, None, Some(question)) if offers_a_person(question, &words) => {
            to_a_person(stage, words, facts)
        }
        (Intent::Confirm, None, Some(question)) if offers_to_book(stage, question, &words) => {
            heard_words(stage, Words::bare(Intent::Book), facts)
        }
        (Intent::Confirm | Intent::Deny, None, Some(question)) => {
            match offered_answer(stage, question, &words) {
                Some(meaning) => chosen(stage, meaning, facts),
                None => heard_words(stage, words, facts),
            }
        }
        (_any, _, Some(question)) if names_one_to_cancel(question, &words) => Step::wish(Wish::Upcoming {
            then: visit::Then::Cancel { words },
        }),
        _no_choice if inquiry::may_be_known(&words) => Step::wish(Wish::Knowledge { words }),
        _no_choice => heard_words(stage, words, facts),
    }
}

/// What follows from what the business told us of a question: its own words, and the question that was open before once
/// more; what followed anyway if it told us nothing.
#[must_use]
pub fn looked_up(stage: &Stage, words: Words, found: Option<Snippet>, facts: &Facts<'_>) -> Step {
    let Some(snippet) = found else {
        return heard_words(stage, words, facts);
    };
    let known = Reply::Known { snippet };
    match stage {
        Stage::Open | Stage::Booked { .. } | Stage::Paying { .. } => Step::say(known),
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => {
            let mut step = again(stage, facts);
            step.replies.insert(0, known);
            step
        }
    }
}

/// Words that are the same whatever stands open come first; then it depends on the stage.
fn heard_words(stage: &Stage, words: Words, facts: &Facts<'_>) -> Step {
    if words.asks_language {
        return again(stage, facts);
    }
    if let Some(draft) = without_one(stage, &words) {
        return advance(draft.with(&words, facts), facts);
    }
    match words.intent {
        Intent::OptOut => opt_out(stage),
        Intent::OptIn => Step::say(Reply::OptedIn).with(Effect::OptIn),
        Intent::Human => Step::call_person(HandoffReason::Asked),
        Intent::PaymentDispute | Intent::Refund => Step::call_person(HandoffReason::Money),
        Intent::AskPrice => inquiry::prices(stage, &words, facts),
        Intent::AskHours => inquiry::hours(&words, facts),
        Intent::AskLocation => Step::say(Reply::Location),
        Intent::AskPromo => Step::wish(Wish::Promotions),
        Intent::AskInfo if words.asks_who => inquiry::who(stage, &words, facts),
        Intent::AskInfo => Step::say(Reply::DoNotKnow),
        Intent::ShowBooking => Step::wish(Wish::Upcoming {
            then: visit::Then::Show,
        }),
        Intent::RunningLate => Step::wish(Wish::Upcoming {
            then: visit::Then::Late {
                minutes: words.minutes_late,
            },
        }),
        Intent::Thanks => Step::say(Reply::YouAreWelcome),
        Intent::Greet => greeted(stage, facts),
        Intent::PaymentClaim => payment::claimed(stage),
        Intent::PaymentResend => payment::wanted_again(stage, facts),
        Intent::PayByCard => payment::by_card(stage, facts),
        Intent::Cancel => wants_out(stage, &words),
        Intent::Confirm => in_stage(stage, Gist::Yes, &words, facts),
        Intent::Deny => in_stage(stage, Gist::No, &words, facts),
        Intent::NotYet => in_stage(stage, Gist::Wait, &words, facts),
        Intent::Availability => inquiry::staff_there(stage, &words, facts)
            .unwrap_or_else(|| in_stage(stage, Gist::Book, &words, facts)),
        Intent::Book => in_stage(stage, Gist::Book, &words, facts),
        Intent::Reschedule | Intent::ChangeDate => in_stage(stage, Gist::OtherTime, &words, facts),
        Intent::ChangeService => in_stage(stage, Gist::OtherService, &words, facts),
        Intent::ChooseOption | Intent::None => in_stage(stage, Gist::Unclear, &words, facts),
    }
}

/// What is being booked, where the words take one of several services away. Whatever the intent looks like, the rest is
/// wanted: *cancel the facial* gives up no more than that.
fn without_one(stage: &Stage, words: &Words) -> Option<Draft> {
    let about_it = match words.intent {
        Intent::Book
        | Intent::Availability
        | Intent::Reschedule
        | Intent::ChangeDate
        | Intent::ChangeService
        | Intent::Cancel
        | Intent::Confirm
        | Intent::Deny
        | Intent::None => true,
        Intent::RunningLate
        | Intent::ShowBooking
        | Intent::AskPrice
        | Intent::AskPromo
        | Intent::AskHours
        | Intent::AskLocation
        | Intent::AskInfo
        | Intent::NotYet
        | Intent::ChooseOption
        | Intent::Greet
        | Intent::Thanks
        | Intent::PaymentClaim
        | Intent::PaymentResend
        | Intent::PayByCard
        | Intent::PaymentDispute
        | Intent::Refund
        | Intent::Human
        | Intent::OptOut
        | Intent::OptIn => false,
    };
    let draft = match stage {
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } => draft.clone(),
        Stage::Confirming { draft, slot }
        | Stage::Adding { draft, slot, .. }
        | Stage::AskingPayer { draft, slot } => draft.clone().at(slot),
        Stage::Open
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => return None,
    };
    (about_it && draft.loses_one(words)).then_some(draft)
}

/// What words mean to the question that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gist {
    Yes,
    No,
    Wait,
    Book,
    OtherTime,
    OtherService,
    Unclear,
}

fn in_stage(stage: &Stage, gist: Gist, words: &Words, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::Open => match gist {
            Gist::OtherTime => move_a_visit(words),
            Gist::OtherService => change_a_visit(),
            Gist::Book => advance(Draft::default().with(words, facts), facts),
            Gist::Yes | Gist::No | Gist::Wait | Gist::Unclear if words.describes_a_booking() => {
                advance(Draft::default().with(words, facts), facts)
            }
            Gist::Yes | Gist::No | Gist::Wait => Step::say(Reply::NothingOpen),
            Gist::Unclear => Step::misunderstood(),
        },
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } if words.describes_a_booking() => {
            advance(draft.clone().with(words, facts), facts)
        }
        // "The nearest is …, would that do?"
        Stage::Choosing { draft, slots } if gist == Gist::Yes => slot_chosen(draft, slots.first(), facts),
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } => match gist {
            Gist::No => given_up(),
            Gist::Wait => Step::say(Reply::TakeYourTime),
            Gist::OtherTime => ask_when(draft.clone().for_another_time()),
            Gist::OtherService => ask_service(draft.clone().without_service(), facts),
            Gist::Book => again(stage, facts),
            Gist::Yes | Gist::Unclear => Step::misunderstood(),
        },
        Stage::Confirming { draft, slot } => confirming(draft, slot, gist, words, facts),
        Stage::Adding { draft, slot, pair } => adding(draft, (slot, pair), gist, words, facts),
        Stage::AskingPayer { draft, .. } if words.describes_a_booking() => {
            advance(draft.clone().with(words, facts), facts)
        }
        Stage::AskingPayer { draft, slot } => match gist {
            Gist::No => declined(draft, slot),
            Gist::Yes if facts.payer.is_some() => go_on(draft, slot, facts.payer.clone(), facts),
            Gist::Yes | Gist::Wait | Gist::Book | Gist::OtherTime | Gist::OtherService | Gist::Unclear => {
                Step::say(Reply::AskPayer)
            }
        },
        Stage::Paying { owed, .. } => paying(owed, stage, gist, words, facts),
        Stage::Booked { .. } => after_the_booking(gist, words, facts),
        Stage::Cancelling { back, .. } | Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } => {
            on_the_way(stage, gist, words, facts).unwrap_or_else(|| in_stage(back, gist, words, facts))
        }
    }
}

/// While money is awaited.
fn paying(owed: &Owed, stage: &Stage, gist: Gist, words: &Words, facts: &Facts<'_>) -> Step {
    let held = || Draft::after_hold(&owed.slot).with_time(Wanted::At(owed.slot.starts_at));
    if words.naming == Naming::Adds && !words.services.is_empty() {
        return visit::instead_of(owed.clone(), held().with(words, facts), stage);
    }
    match gist {
        Gist::No => give_up(owed),
        Gist::Wait => Step::say(Reply::TakeYourTime),
        Gist::OtherTime => Step::wish(Wish::Upcoming {
            then: visit::Then::MoveThis {
                visit: owed.visit,
                words: words.clone(),
            },
        }),
        Gist::OtherService => {
            visit::instead_of(owed.clone(), held().without_service().with(words, facts), stage)
        }
        Gist::Yes | Gist::Book | Gist::Unclear => look_up(owed),
    }
}

/// While something asks on the way, which is over after its answer; `None` where the words are about what goes on.
fn on_the_way(stage: &Stage, gist: Gist, words: &Words, facts: &Facts<'_>) -> Option<Step> {
    Some(match stage {
        Stage::Cancelling {
            visit,
            slot,
            told,
            told_back,
            back,
            ..
        } => match (gist, told) {
            (Gist::Yes, Some(told)) if !facts.stale => Step::wish(Wish::Cancel {
                visit: *visit,
                slot: slot.clone(),
                told: Told {
                    fee: *told,
                    back: told_back.unwrap_or(Money::zero(told.currency())),
                },
            }),
            (Gist::Yes, _) => ask_terms(*visit, slot.clone()),
            (Gist::No, _) => Step::say(Reply::NotCancelled { slot: slot.clone() }).at(back.as_ref().clone()),
            (Gist::OtherTime, _) => Step::wish(Wish::Upcoming {
                then: visit::Then::MoveThis {
                    visit: *visit,
                    words: words.clone(),
                },
            }),
            (Gist::Wait | Gist::Book | Gist::OtherService | Gist::Unclear, _) => return None,
        },
        Stage::MovingWhich { draft, back } => match gist {
            Gist::OtherTime => move_a_visit(words),
            // It is named by what it is.
            Gist::Yes | Gist::Book | Gist::Unclear if words.describes_a_booking() && !words.books => {
                named_visit(draft, words)
            }
            Gist::Yes | Gist::Unclear => Step::misunderstood(),
            Gist::No => Step::say(Reply::TakeYourTime).at(back.as_ref().clone()),
            Gist::Wait | Gist::Book | Gist::OtherService => return None,
        },
        Stage::Moving { moving, back } => {
            let answer = match gist {
                Gist::Yes => moving::Answer::Yes,
                Gist::No => moving::Answer::No,
                Gist::Wait => moving::Answer::Wait,
                Gist::OtherTime => moving::Answer::OtherTime,
                Gist::Book | Gist::Unclear => moving::Answer::Open,
                Gist::OtherService => return None,
            };
            return moving::hear(moving, back, answer, words, facts);
        }
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. } => return None,
    })
}

/// The visit of this service, person, day or time is the one that is to be moved.
fn named_visit(draft: &Draft, words: &Words) -> Step {
    Step::wish(Wish::Upcoming {
        then: visit::Then::Move {
            words: moving::said(draft),
            of: Some(Box::new(words.clone())),
        },
    })
}

/// What would it cost to give up what waits for its money? Nothing, unless it was paid just now.
fn give_up(owed: &Owed) -> Step {
    ask_terms(owed.visit, owed.slot.clone())
}

fn ask_terms(visit: crate::desk::VisitRef, slot: Slot) -> Step {
    Step::wish(Wish::Terms {
        visit,
        slot,
        then: visit::OnTerms::Cancel { unsure: false },
    })
}

/// The answer to "this as well?": what was agreed before is held in any case but for another wish.
fn adding(draft: &Draft, (slot, pair): (&Slot, &Slot), gist: Gist, words: &Words, facts: &Facts<'_>) -> Step {
    // Whoever names the service that was offered wants it.
    let names_it = pair
        .complement
        .is_some_and(|complement| words.services == [complement.service]);
    match gist {
        Gist::Yes | Gist::Book | Gist::Unclear if names_it && words.wanted.is_none() => {
            go_on(draft, pair, facts.payer.clone(), facts)
        }
        Gist::Yes if !words.describes_a_booking() => go_on(draft, pair, facts.payer.clone(), facts),
        Gist::No if !words.describes_a_booking() => go_on(draft, slot, facts.payer.clone(), facts),
        Gist::Wait => Step::say(Reply::TakeYourTime),
        Gist::Yes | Gist::No | Gist::Book | Gist::OtherTime | Gist::OtherService | Gist::Unclear => {
            match confirming(draft, slot, gist, words, facts) {
                // The open question is another one.
                step if step.replies == [Reply::Propose { slot: slot.clone() }] => {
                    Step::say(Reply::OfferComplement { pair: pair.clone() })
                }
                step => step,
            }
        }
    }
}

fn confirming(draft: &Draft, slot: &Slot, gist: Gist, words: &Words, facts: &Facts<'_>) -> Step {
    let same_time = words.wanted.as_ref() == Some(&Wanted::At(slot.starts_at));
    match gist {
        Gist::Yes if words.wanted.is_none() || same_time => agreed(draft, slot, facts.payer.clone(), facts),
        Gist::Wait => Step::say(Reply::TakeYourTime),
        Gist::Yes | Gist::No | Gist::Book | Gist::OtherTime | Gist::OtherService | Gist::Unclear
            if words.describes_a_booking() =>
        {
            advance(draft.clone().at(slot).with(words, facts), facts)
        }
        Gist::No => declined(draft, slot),
        Gist::OtherTime => ask_when(draft.clone().at(slot).for_another_time()),
        Gist::OtherService => ask_service(draft.clone().at(slot).without_service(), facts),
        Gist::Book => Step::say(Reply::Propose { slot: slot.clone() }),
        Gist::Yes | Gist::Unclear => Step::misunderstood(),
    }
}

/// A yes: what goes well with it is offered before it is held, once in a thread.
fn agreed(draft: &Draft, slot: &Slot, payer: Option<PhoneNumber>, facts: &Facts<'_>) -> Step {
    if facts.stale || facts.cross_sold || !slot.party.is_one() || !slot.rest.is_empty() {
        return go_on(draft, slot, payer, facts);
    }
    Step::wish(Wish::Complement {
        draft: draft.clone(),
        slot: slot.clone(),
        payer,
    })
}

/// Holds the slot; a late yes is answered with the question again, from what is free now.
fn go_on(draft: &Draft, slot: &Slot, payer: Option<PhoneNumber>, facts: &Facts<'_>) -> Step {
    if facts.stale {
        return Step::wish(Wish::Offer {
            draft: draft.clone().at(slot),
        });
    }
    if slot.due_now.is_positive() && payer.is_none() {
        return Step::say(Reply::AskPayer).at(Stage::AskingPayer {
            draft: draft.clone(),
            slot: slot.clone(),
        });
    }
    Step::wish(Wish::Hold {
        draft: draft.clone(),
        slot: slot.clone(),
        payer,
    })
}

fn after_the_booking(gist: Gist, words: &Words, facts: &Facts<'_>) -> Step {
    match gist {
        Gist::OtherTime => move_a_visit(words),
        Gist::OtherService => change_a_visit(),
        Gist::Book => advance(Draft::default().with(words, facts), facts).with(Effect::NewThread),
        Gist::Yes | Gist::No | Gist::Wait | Gist::Unclear if words.describes_a_booking() => {
            advance(Draft::default().with(words, facts), facts).with(Effect::NewThread)
        }
        Gist::Yes => Step::say(Reply::YouAreWelcome),
        Gist::Wait => Step::say(Reply::TakeYourTime),
        Gist::No | Gist::Unclear => Step::misunderstood(),
    }
}

fn move_a_visit(words: &Words) -> Step {
    Step::wish(Wish::Upcoming {
        then: visit::Then::Move {
            words: words.clone(),
            of: None,
        },
    })
}

/// What is agreed is given for something else by a person: nobody loses what they have before the other is theirs.
fn change_a_visit() -> Step {
    Step::wish(Wish::Upcoming {
        then: visit::Then::ChangeService,
    })
}

fn greeted(stage: &Stage, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::Open | Stage::Booked { .. } => Step::say(Reply::Welcome),
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => {
            let mut step = again(stage, facts);
            step.replies.insert(0, Reply::Greeting);
            step
        }
    }
}

fn wants_out(stage: &Stage, words: &Words) -> Step {
    match stage {
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. } => given_up(),
        Stage::Paying { owed, .. } => give_up(owed),
        Stage::Moving { moving, .. } => Step::wish(Wish::Upcoming {
            then: visit::Then::CancelThis { visit: moving.visit },
        }),
        Stage::Open | Stage::Booked { .. } | Stage::Cancelling { .. } | Stage::MovingWhich { .. } => {
            Step::wish(Wish::Upcoming {
                then: visit::Then::Cancel { words: words.clone() },
            })
        }
    }
}

fn opt_out(stage: &Stage) -> Step {
    if let Stage::Cancelling { back, .. } | Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } =
        stage
    {
        let mut step = opt_out(back);
        step.stage = step.stage.or_else(|| Some(back.as_ref().clone()));
        return step;
    }
    let mut step = Step::say(Reply::OptedOut).with(Effect::OptOut);
    match stage {
        Stage::Paying { owed, .. } => {
            step.wish = Some(Wish::LetGo { visit: owed.visit });
            step.stage = Some(Stage::Open);
        }
        Stage::Booked { .. } => {}
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => step.stage = Some(Stage::Open),
    }
    step
}

/// A choice of a question that is not open any more: the open one is put again.
fn too_late(stage: &Stage, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::Open | Stage::Booked { .. } => Step::say(Reply::NothingOpen),
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => again(stage, facts),
    }
}

fn look_up(owed: &Owed) -> Step {
    Step::wish(Wish::LookUpPayment {
        owed: owed.clone(),
        claimed: false,
    })
}

/// A no to the proposal: what is known stays, for the one thing that should change.
fn declined(draft: &Draft, slot: &Slot) -> Step {
    Step::say(Reply::Declined).at(Stage::Gathering {
        draft: draft.clone().at(slot),
        missing: Missing::When,
    })
}

fn given_up() -> Step {
    Step::say(Reply::TakeYourTime).at(Stage::Open)
}

/// Asks for what is missing, or looks whether it is free.
#[must_use]
pub fn advance(draft: Draft, facts: &Facts<'_>) -> Step {
    let draft = draft.sold(facts.menu);
    if let Some(people) = draft.people.filter(|people| *people > PEOPLE_MAX) {
        return Step::say(Reply::GroupNeedsPerson { people })
            .with(Effect::CallPerson(HandoffReason::BeyondMachine));
    }
    let people = draft.people.unwrap_or(1).max(1);
    let wishes = u32::try_from(draft.wishes().max(1)).unwrap_or(u32::MAX);
    let parts = match draft.each {
        Some(Each::All) => wishes.saturating_mul(people),
        Some(Each::Own) | None => wishes.max(people),
    };
    if parts > PARTS_MAX {
        return Step::call_person(HandoffReason::BeyondMachine);
    }
    if draft.decided().is_none() {
        return ask_service(draft, facts);
    }
    if people > 1 && wishes > 1 && draft.each.is_none() {
        return ask_each(draft);
    }
    // Each of them has one, so there are as many as they.
    if draft.each == Some(Each::Own) && wishes != people {
        return ask_for_each(draft);
    }
    let draft = draft.on_a_day(facts.now, &facts.menu.zone);
    match (&draft.wanted, &draft.other_reading, draft.uncertain) {
        (None, _, _) => ask_when(draft),
        (Some(first), Some(second), true) if first != second => {
            let reply = Reply::AskReading {
                first: first.clone(),
                second: second.clone(),
            };
            Step::say(reply).at(Stage::Gathering {
                draft,
                missing: Missing::Reading,
            })
        }
        (Some(_), _, _) => Step::wish(Wish::Offer { draft }),
    }
}

/// Asks which of the services that the words fit, or of all.
fn ask_service(draft: Draft, facts: &Facts<'_>) -> Step {
    let family = draft.undecided().unwrap_or_default().to_vec();
    let narrowed = !family.is_empty();
    let among = if narrowed {
        family
    } else {
        facts.menu.services.iter().map(|service| service.id).collect()
    };
    Step::say(Reply::AskService { among, narrowed }).at(Stage::Gathering {
        draft,
        missing: Missing::Service,
    })
}

/// Asks whether everybody gets all of it, or each person their own.
fn ask_each(draft: Draft) -> Step {
    let reply = Reply::AskEach {
        people: draft.people.unwrap_or(1),
        services: draft.decided().unwrap_or_default(),
    };
    Step::say(reply).at(Stage::Gathering {
        draft,
        missing: Missing::Each,
    })
}

/// Asks how many want what.
fn ask_for_each(draft: Draft) -> Step {
    let people = draft.people.unwrap_or(1);
    Step::say(Reply::AskForEach { people }).at(Stage::Gathering {
        draft: Draft {
            each: None,
            ..draft.without_service()
        },
        missing: Missing::Service,
    })
}

fn ask_when(draft: Draft) -> Step {
    let services = draft.decided().unwrap_or_default();
    Step::say(Reply::AskWhen { services }).at(Stage::Gathering {
        draft,
        missing: Missing::When,
    })
}

fn propose(draft: Draft, slot: Slot) -> Step {
    Step::say(Reply::Propose { slot: slot.clone() }).at(Stage::Confirming { draft, slot })
}

/// Puts the open question again.
#[must_use]
pub fn again(stage: &Stage, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::Open => Step::say(Reply::Welcome),
        Stage::Gathering { draft, .. } => advance(draft.clone(), facts),
        Stage::Choosing { draft, slots } => Step::say(Reply::PickSlot {
            reason: NotFree::Choose,
            wanted: draft.wanted.clone(),
            slots: slots.clone(),
        }),
        Stage::Confirming { slot, .. } => Step::say(Reply::Propose { slot: slot.clone() }),
        Stage::Adding { pair, .. } => Step::say(Reply::OfferComplement { pair: pair.clone() }),
        Stage::AskingPayer { .. } => Step::say(Reply::AskPayer),
        Stage::Paying { owed, .. } => look_up(owed),
        Stage::Booked { .. } => Step::say(Reply::Welcome),
        // What it costs may have changed.
        Stage::Cancelling { visit, slot, .. } => ask_terms(*visit, slot.clone()),
        Stage::MovingWhich { draft, .. } => moving::which_again(draft),
        Stage::Moving { moving, back } => moving::again(moving, back, facts),
    }
}

/// The message running that is not understood at which the question is put once more.
pub const ASKED_AGAIN_AT: u8 = 2;

/// What follows from a message that was not understood, for the `count`-th time running.
#[must_use]
pub fn not_understood(stage: &Stage, count: u8, facts: &Facts<'_>) -> Step {
    match count {
        0 | 1 => Step::say(Reply::NotUnderstood(Misunderstanding::First)),
        ASKED_AGAIN_AT => {
            let mut step = match stage {
                Stage::Open | Stage::Booked { .. } => Step::silence(),
                Stage::Gathering { .. }
                | Stage::Choosing { .. }
                | Stage::Confirming { .. }
                | Stage::Adding { .. }
                | Stage::AskingPayer { .. }
                | Stage::Paying { .. }
                | Stage::Cancelling { .. }
                | Stage::MovingWhich { .. }
                | Stage::Moving { .. } => again(stage, facts),
            };
            step.replies
                .insert(0, Reply::NotUnderstood(Misunderstanding::Second));
            step
        }
        _third_or_later => Step::say(Reply::NotUnderstood(Misunderstanding::Third)),
    }
}
