//! Every message that asks for money says so when no real money moves, and no other one does.

use time::Duration;

use super::*;
use crate::desk::{FeeFrom, PayWay, PaymentTrouble, VisitCard, VisitRef, VisitStanding, VisitTerms, Wanted};
use crate::machine::{Misunderstanding, Owed, PickFor, Wordless};

fn owed() -> Owed {
    let slot = a_slot().build();
    Owed {
        visit: VisitRef::from_uuid(Uuid::from_u128(5)),
        slot: slot.clone(),
        amount: slot.due_now,
        deadline: slot.starts_at - Duration::hours(1),
    }
}

const TROUBLES: [PaymentTrouble; 11] = [
    PaymentTrouble::WrongPin,
    PaymentTrouble::InsufficientFunds,
    PaymentTrouble::Cancelled,
    PaymentTrouble::Unreachable,
    PaymentTrouble::Limit,
    PaymentTrouble::TooSoonAgain,
    PaymentTrouble::Busy,
    PaymentTrouble::PinBlocked,
    PaymentTrouble::NumberRefused,
    PaymentTrouble::CardRefused,
    PaymentTrouble::OnOurSide,
];

/// By what a reply asks for money. A new reply must be decided on here.
fn asks(reply: &Reply) -> Option<PayWay> {
    match reply {
        Reply::PromptSent { .. }
        | Reply::AskPayer
        | Reply::AskOtherPayer
        | Reply::ResendNotYet { .. }
        | Reply::HeldPromptLater { .. }
        | Reply::PromptStillOut
        | Reply::PromptStillOpen
        | Reply::AskTip { .. }
        | Reply::TipPromptSent { .. }
        | Reply::TipWaits => Some(PayWay::Prompt),
        Reply::CardComing { .. } => Some(PayWay::Card),
        Reply::OfferComplement { pair: slot } | Reply::Propose { slot } => {
            slot.due_now.is_positive().then_some(PayWay::Prompt)
        }
        Reply::PaymentFailed { trouble, .. } => (!trouble.is_ours()).then_some(PayWay::Prompt),
        Reply::Welcome
        | Reply::Greeting
        | Reply::YouAreWelcome
        | Reply::AskService { .. }
        | Reply::AskWhen { .. }
        | Reply::AskReading { .. }
        | Reply::AskEach { .. }
        | Reply::AskForEach { .. }
        | Reply::PickSlot { .. }
        | Reply::NothingFree { .. }
        | Reply::Declined
        | Reply::TakeYourTime
        | Reply::PaymentChecking
        | Reply::ClaimChecking
        | Reply::PaymentArrived { .. }
        | Reply::NoTip
        | Reply::TipGiven
        | Reply::TipAtDesk
        | Reply::HoldGone { .. }
        | Reply::NothingDue
        | Reply::Visits { .. }
        | Reply::NothingBooked
        | Reply::PickVisit { .. }
        | Reply::ComplementGone
        | Reply::AskCancel { .. }
        | Reply::CancelOrMove { .. }
        | Reply::AskMoveWhen { .. }
        | Reply::ProposeMove { .. }
        | Reply::Moved { .. }
        | Reply::NothingToMoveTo { .. }
        | Reply::MoveTooLate { .. }
        | Reply::LateTooLong { .. }
        | Reply::Cancelled { .. }
        | Reply::OfferGone
        | Reply::OfferPassed
        | Reply::NotCancelled { .. }
        | Reply::LateNoted { .. }
        | Reply::GroupNeedsPerson { .. }
        | Reply::SecretPasted
        | Reply::EmergencyToPerson
        | Reply::Prices { .. }
        | Reply::Hours { .. }
        | Reply::Location
        | Reply::NoOffers
        | Reply::Offers { .. }
        | Reply::Team { .. }
        | Reply::StaffHasTime { .. }
        | Reply::StaffHasNoTime { .. }
        | Reply::DoNotKnow
        | Reply::WordsPlease(_)
        | Reply::NothingOpen
        | Reply::NotUnderstood(_)
        | Reply::PersonComes
        | Reply::MoneyToPerson
        | Reply::PersonAnswers
        | Reply::InvitationAsked { .. }
        | Reply::Joined
        | Reply::InvitationDeclined
        | Reply::OptedOut
        | Reply::OptedIn
        | Reply::Cards
        | Reply::MeantBooking
        | Reply::Known { .. } => None,
    }
}

/// One of each.
fn replies() -> Vec<Reply> {
    let (slot, owed) = (a_slot().build(), owed());
    let wanted = Some(Wanted::At(slot.starts_at));
    let card = VisitCard {
        id: owed.visit,
        customer: crate::customer::CustomerId::from_uuid(Uuid::from_u128(6)),
        slot: slot.clone(),
        standing: VisitStanding::Held,
        deadline: Some(owed.deadline),
        reference: "BK7Q2M".to_owned(),
        account: "BK7Q2M".to_owned(),
    };
    let terms = VisitTerms {
        fee: owed.amount,
        fee_from: FeeFrom::Paid,
        back: owed.amount,
        credit: Money::kes_minor(100),
        waits_until: owed.deadline,
    };
    let mut replies = vec![
        Reply::Welcome,
        Reply::Greeting,
        Reply::YouAreWelcome,
        Reply::AskService {
            among: vec![massage()],
            narrowed: false,
        },
        Reply::AskWhen {
            services: vec![massage()],
        },
        Reply::AskEach {
            people: 2,
            services: slot.services(),
        },
        Reply::AskForEach { people: 3 },
        Reply::AskReading {
            first: Wanted::At(slot.starts_at),
            second: Wanted::At(slot.ends_at),
        },
        Reply::Propose { slot: slot.clone() },
        Reply::OfferComplement { pair: slot.clone() },
        Reply::ComplementGone,
        Reply::Propose {
            slot: a_slot().due_now(0).build(),
        },
        Reply::PickSlot {
            reason: NotFree::Choose,
            wanted: wanted.clone(),
            slots: vec![slot.clone()],
        },
        Reply::NothingFree {
            reason: NotFree::Taken,
            wanted,
        },
        Reply::Declined,
        Reply::TakeYourTime,
        Reply::AskPayer,
        Reply::AskOtherPayer,
        Reply::PromptSent { owed: owed.clone() },
        Reply::CardComing { owed: owed.clone() },
        Reply::PromptStillOpen,
        Reply::AskTip { visit: owed.visit },
        Reply::TipPromptSent { amount: owed.amount },
        Reply::NoTip,
        Reply::TipGiven,
        Reply::TipWaits,
        Reply::TipAtDesk,
        Reply::Cards,
        Reply::PaymentChecking,
        Reply::ClaimChecking,
        Reply::ResendNotYet { minutes: 1 },
        Reply::HeldPromptLater {
            owed: owed.clone(),
            minutes: 1,
        },
        Reply::PromptStillOut,
        Reply::PaymentArrived {
            slot: slot.clone(),
            amount: owed.amount,
            receipt: None,
        },
        Reply::HoldGone {
            slot: slot.clone(),
            given_back: false,
        },
        Reply::HoldGone {
            slot: slot.clone(),
            given_back: true,
        },
        Reply::NothingDue,
        Reply::Visits {
            visits: vec![card.clone()],
        },
        Reply::NothingBooked,
        Reply::PickVisit {
            visits: vec![card],
            to: PickFor::Move,
        },
        Reply::AskCancel {
            slot: slot.clone(),
            terms,
        },
        Reply::CancelOrMove {
            visit: owed.visit,
            slot: slot.clone(),
            terms,
        },
        Reply::AskMoveWhen { slot: slot.clone() },
        Reply::ProposeMove { to: slot.clone() },
        Reply::Moved { slot: slot.clone() },
        Reply::NothingToMoveTo {
            reason: NotFree::Taken,
            wanted: None,
        },
        Reply::MoveTooLate {
            visit: owed.visit,
            slot: slot.clone(),
            until: owed.deadline,
        },
        Reply::LateTooLong {
            visit: owed.visit,
            minutes: 40,
            until: owed.deadline,
        },
        Reply::Cancelled { slot: slot.clone() },
        Reply::OfferGone,
        Reply::OfferPassed,
        Reply::NotCancelled { slot },
        Reply::LateNoted { minutes: None },
        Reply::GroupNeedsPerson { people: 4 },
        Reply::Prices {
            services: vec![massage()],
        },
        Reply::Hours { day: None },
        Reply::Location,
        Reply::NoOffers,
        Reply::DoNotKnow,
        Reply::WordsPlease(Wordless::Voice),
        Reply::NothingOpen,
        Reply::NotUnderstood(Misunderstanding::First),
        Reply::PersonComes,
        Reply::MoneyToPerson,
        Reply::PersonAnswers,
        Reply::InvitationAsked {
            invitation: crate::cohort::InvitationId::from_uuid(Uuid::from_u128(7)),
        },
        Reply::Joined,
        Reply::InvitationDeclined,
        Reply::SecretPasted,
        Reply::EmergencyToPerson,
        Reply::OptedOut,
        Reply::OptedIn,
    ];
    replies.extend(TROUBLES.map(|trouble| Reply::PaymentFailed {
        trouble,
        deadline: owed.deadline,
    }));
    replies
}

#[test]
fn in_a_trial_every_message_that_asks_for_money_says_so_and_no_other() {
    let (menu, profile) = (a_menu(), a_profile());
    for (cards, prompt_trial, card_trial) in [
        (true, true, true),
        (true, true, false),
        (true, false, true),
        (false, true, false),
        (true, false, false),
    ] {
        let ways = PayWays {
            cards,
            prompt_trial,
            card_trial,
        };
        for tongue in [Tongue::English, Tongue::Swahili] {
            let voice = Voice {
                tongue,
                menu: &menu,
                profile: &profile,
                ways,
            };
            let notice = crate::texts::render(crate::texts::TextKey::SandboxNotice, tongue, &Values::new());
            for reply in replies() {
                let said = phrase(&reply, &voice);
                assert_eq!(said.asks, asks(&reply), "{reply:?}");
                let trial = said.asks.is_some_and(|way| ways.is_trial(way));
                let sent = said.with_trial_notice(&voice);
                assert_eq!(sent.body.ends_with(&notice), trial, "{reply:?}: {}", sent.body);
                assert!(
                    present(
                        &sent,
                        Channel::Whatsapp.capabilities(),
                        MessageId::from_uuid(Uuid::nil())
                    )
                    .is_ok()
                );
            }
        }
    }
}

#[test]
fn the_notice_stays_where_the_words_are_cut() {
    let (menu, profile) = (a_menu(), a_profile());
    let voice = Voice {
        tongue: Tongue::English,
        menu: &menu,
        profile: &profile,
        ways: PayWays {
            prompt_trial: true,
            ..PayWays::default()
        },
    };
    let long = Phrase::plain("x".repeat(3_000)).asking(PayWay::Prompt);
    let sent = long.with_trial_notice(&voice);
    assert!(
        sent.body.chars().count() <= 1_024 && sent.body.contains("no real money"),
        "{}",
        sent.body
    );
    let joined = Phrase::join(vec![
        Phrase::plain("Pay").asking(PayWay::Prompt),
        Phrase::plain("And one thing more"),
    ])
    .unwrap();
    assert_eq!(joined.asks, Some(PayWay::Prompt), "several thoughts ask as one");
}

#[test]
fn every_failure_leads_on_with_or_without_cards() {
    let (menu, profile) = (a_menu(), a_profile());
    for cards in [true, false] {
        for tongue in [Tongue::English, Tongue::Swahili] {
            let voice = Voice {
                tongue,
                menu: &menu,
                profile: &profile,
                ways: PayWays {
                    cards,
                    ..PayWays::default()
                },
            };
            for trouble in TROUBLES {
                let reply = Reply::PaymentFailed {
                    trouble,
                    deadline: owed().deadline,
                };
                let said = phrase(&reply, &voice);
                let meanings: Vec<&Meaning> = said.choices.iter().map(|choice| &choice.meaning).collect();
                if trouble.is_ours() {
                    assert!(meanings.is_empty(), "a person is called with these words");
                    continue;
                }
                assert_eq!(meanings.last(), Some(&&Meaning::Person), "{trouble:?}");
                assert!(meanings.len() <= 3, "they fit on buttons");
                assert!(cards || !meanings.contains(&&Meaning::Card), "{trouble:?}");
                let other_number = match trouble {
                    PaymentTrouble::InsufficientFunds
                    | PaymentTrouble::Limit
                    | PaymentTrouble::PinBlocked
                    | PaymentTrouble::NumberRefused
                    | PaymentTrouble::WrongPin
                    | PaymentTrouble::Cancelled
                    | PaymentTrouble::Unreachable => true,
                    PaymentTrouble::TooSoonAgain | PaymentTrouble::Busy | PaymentTrouble::CardRefused => {
                        !cards
                    }
                    PaymentTrouble::OnOurSide => false,
                };
                assert_eq!(
                    meanings.contains(&&Meaning::OtherNumber),
                    other_number,
                    "{trouble:?}"
                );
            }
        }
    }
    let said = |trouble, tongue| {
        words(
            &Reply::PaymentFailed {
                trouble,
                deadline: owed().deadline,
            },
            tongue,
        )
        .body
    };
    assert!(said(PaymentTrouble::Unreachable, Tongue::English).contains("*234#"));
    assert!(said(PaymentTrouble::InsufficientFunds, Tongue::Swahili).contains("namba nyingine ya M-Pesa"));
    assert!(said(PaymentTrouble::InsufficientFunds, Tongue::English).contains("cash"));
}
