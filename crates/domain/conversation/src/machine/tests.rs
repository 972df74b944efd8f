use proptest::prelude::*;
use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::*;
use crate::desk::{AskAnswer, CancelAnswer, HoldAnswer, NotFree, Offer, PaymentStanding, ResendAnswer};
use crate::test_support::builders::{a_menu, a_phone, a_slot, massage};

fn facts(menu: &Menu) -> Facts<'_> {
    Facts {
        now: EPOCH,
        menu,
        language: Language::Swahili,
        payer: Some(a_phone(123)),
        cross_sold: true,
        stale: false,
    }
}

fn visit() -> VisitRef {
    VisitRef::from_uuid(uuid::Uuid::from_u128(1))
}

fn owed() -> Owed {
    Owed {
        visit: visit(),
        slot: a_slot().build(),
        amount: Money::kes_minor(100_000),
        deadline: EPOCH + Duration::minutes(5),
    }
}

fn every_stage() -> Vec<Stage> {
    let (draft, slot) = (Draft::default().with_service(massage()), a_slot().build());
    let paying = Stage::Paying {
        owed: owed(),
        payer_wanted: false,
    };
    vec![
        Stage::Open,
        Stage::Gathering {
            draft: draft.clone(),
            missing: Missing::When,
        },
        Stage::Choosing {
            draft: draft.clone(),
            slots: vec![slot.clone()],
        },
        Stage::Confirming {
            draft: draft.clone(),
            slot: slot.clone(),
        },
        Stage::Adding {
            draft: draft.clone(),
            slot: slot.clone(),
            pair: slot.clone(),
        },
        Stage::AskingPayer {
            draft,
            slot: slot.clone(),
        },
        paying.clone(),
        Stage::Paying {
            owed: owed(),
            payer_wanted: true,
        },
        Stage::Booked {
            visit: visit(),
            slot: slot.clone(),
        },
        Stage::Cancelling {
            visit: visit(),
            slot: slot.clone(),
            told: Some(Money::kes_minor(0)),
            told_back: Some(Money::kes_minor(105_000)),
            instead: None,
            back: Box::new(paying.clone()),
        },
        Stage::MovingWhich {
            draft: Draft::default(),
            back: Box::new(Stage::Open),
        },
        moving(moving::Point::Asking, paying.clone()),
        moving(
            moving::Point::Choosing {
                slots: vec![slot.clone()],
            },
            Stage::Open,
        ),
        moving(moving::Point::Confirming { to: slot }, paying),
    ]
}

fn moving(point: moving::Point, back: Stage) -> Stage {
    let slot = a_slot().build();
    Stage::Moving {
        moving: Box::new(Moving {
            visit: visit(),
            slot: slot.clone(),
            draft: Draft::moving(&slot),
            point,
        }),
        back: Box::new(back),
    }
}

fn every_said() -> Vec<Said> {
    let meanings = [
        Meaning::Yes,
        Meaning::No,
        Meaning::OtherTime,
        Meaning::Service(massage()),
        Meaning::Slot(0),
        Meaning::Slot(9),
        Meaning::Reading(Wanted::At(EPOCH)),
        Meaning::Resend,
        Meaning::OtherNumber,
        Meaning::Card,
        Meaning::Coming(visit()),
        Meaning::Move(visit()),
        Meaning::CancelVisit(visit()),
        Meaning::Invitation {
            invitation: crate::cohort::InvitationId::from_uuid(uuid::Uuid::from_u128(7)),
            joins: true,
        },
        Meaning::Person,
        Meaning::Book,
        Meaning::Prices,
    ];
    let chosen = meanings.into_iter().map(Said::Chose);
    let words = Intent::ALL
        .into_iter()
        .map(|intent| Said::Words(Words::bare(intent)));
    let others = [
        Said::ChoseAgain,
        Said::ChoseTooLate,
        Said::Wordless(Wordless::Picture),
        Said::Numbers(vec![a_phone(321)]),
    ];
    chosen.chain(words).chain(others).collect()
}

/// Whether a step holds a slot, asks for money or cancels.
fn acts(step: &Step) -> bool {
    matches!(
        step.wish,
        Some(
            Wish::Hold { .. }
                | Wish::AskMoney { .. }
                | Wish::Resend { .. }
                | Wish::Cancel { .. }
                | Wish::Move { .. }
        )
    )
}

#[test]
fn what_is_to_be_booked_in_the_place_of_one_visit_is_not_booked_in_the_place_of_another() {
    let slot = a_slot().build();
    let nothing = Money::kes_minor(0);
    let terms = crate::desk::VisitTerms {
        fee: nothing,
        fee_from: crate::desk::FeeFrom::Paid,
        back: nothing,
        credit: nothing,
        waits_until: slot.starts_at,
    };
    let asked = visit::instead_of(owed(), Draft::default(), &Stage::Open);
    let stage = asked.stage.unwrap();
    let other = VisitRef::from_uuid(uuid::Uuid::from_u128(99));
    for (asked_about, kept) in [(owed().visit, true), (other, false)] {
        let step = visit::ask_cancel((asked_about, slot.clone()), terms, stage.clone());
        let Some(Stage::Cancelling { instead, .. }) = step.stage else {
            panic!("it is asked about")
        };
        assert_eq!(instead.is_some(), kept);
    }
}

#[test]
fn a_slot_is_held_only_on_a_yes_to_it_or_a_number_for_it() {
    let menu = a_menu();
    for stage in every_stage() {
        for said in every_said() {
            let step = booking::hear(&stage, None, said.clone(), &facts(&menu));
            let Some(Wish::Hold { slot, .. }) = &step.wish else {
                continue;
            };
            assert_eq!(slot.clone(), a_slot().build());
            let yes = said == Said::Chose(Meaning::Yes) || said == Said::Words(Words::bare(Intent::Confirm));
            let number = stage.name() == "asking_payer" && matches!(said, Said::Numbers(_));
            // Whoever wants nothing more has said yes to what is held.
            let yes = yes
                || stage.name() == "adding"
                    && (said == Said::Chose(Meaning::No) || said == Said::Words(Words::bare(Intent::Deny)));
            assert!(
                matches!(stage.name(), "confirming" | "adding" | "asking_payer"),
                "held from {}",
                stage.name()
            );
            assert!(yes || number, "{said:?}");
        }
    }
}

#[test]
fn what_comes_late_never_acts() {
    let menu = a_menu();
    let late = Facts {
        stale: true,
        ..facts(&menu)
    };
    for stage in every_stage() {
        for said in every_said() {
            let step = booking::hear(&stage, None, said.clone(), &late);
            assert!(!acts(&step), "{} by {said:?}: {step:?}", stage.name());
        }
    }
}

#[test]
fn every_message_is_answered_except_a_double_tap() {
    let menu = a_menu();
    for stage in every_stage() {
        for question in every_question() {
            for said in every_said() {
                let step = booking::hear(&stage, question.as_ref(), said.clone(), &facts(&menu));
                assert_eq!(
                    step.answers(),
                    said != Said::ChoseAgain,
                    "{} by {said:?}",
                    stage.name()
                );
            }
        }
        for count in 1..=5 {
            let step = booking::not_understood(&stage, count, &facts(&menu));
            assert!(!step.replies.is_empty(), "{} for the {count}. time", stage.name());
        }
    }
}

#[test]
fn every_answer_of_a_desk_is_told() {
    let menu = a_menu();
    let facts = facts(&menu);
    let slot = a_slot().build();
    let draft = Draft::default()
        .with_service(massage())
        .with_time(Wanted::At(slot.starts_at));
    let reasons = [
        NotFree::Choose,
        NotFree::Taken,
        NotFree::Closed,
        NotFree::Past,
        NotFree::NotOffered,
    ];
    let mut steps = Vec::new();
    for reason in reasons {
        for slots in [vec![], vec![slot.clone()], vec![slot.clone(), slot.clone()]] {
            steps.push(booking::offered(
                draft.clone(),
                Offer::Alternatives { reason, slots },
            ));
        }
    }
    let (amount, receipt) = (owed().amount, None);
    for answer in [
        AskAnswer::BadPayer,
        AskAnswer::HoldGone,
        AskAnswer::Settled {
            amount,
            receipt: receipt.clone(),
        },
        AskAnswer::Checking,
        AskAnswer::NotYet { minutes: 1 },
        AskAnswer::NotPossible,
    ] {
        steps.push(payment::asked(owed(), answer));
    }
    for answer in [
        ResendAnswer::Asked,
        ResendAnswer::StillOut,
        ResendAnswer::Checking,
        ResendAnswer::NotYet { minutes: 1 },
        ResendAnswer::Settled { amount, receipt },
        ResendAnswer::BadPayer,
        ResendAnswer::NeverAsked,
        ResendAnswer::NothingDue,
    ] {
        steps.push(payment::resent(owed(), answer));
    }
    for standing in [
        PaymentStanding::NothingAsked,
        PaymentStanding::Prompting,
        PaymentStanding::Checking,
        PaymentStanding::GivenBack,
    ] {
        for claimed in [true, false] {
            steps.push(payment::looked_up(owed(), claimed, standing.clone(), &facts));
        }
    }
    for deadline in [None, Some(owed().deadline)] {
        let answer = HoldAnswer::Held {
            visit: visit(),
            slot: slot.clone(),
            deadline,
            due_now: if deadline.is_some() {
                amount
            } else {
                Money::kes_minor(0)
            },
        };
        steps.push(booking::held(draft.clone(), &slot, None, answer));
    }
    steps.push(booking::held(
        draft,
        &slot,
        None,
        HoldAnswer::Taken { alternatives: vec![] },
    ));
    steps.push(inquiry::promotions_known(vec![]));
    for step in steps {
        assert!(step.answers(), "{step:?}");
    }
}

#[test]
fn a_third_misunderstanding_offers_a_person_and_calls_nobody() {
    let menu = a_menu();
    for stage in every_stage() {
        let step = booking::not_understood(&stage, 3, &facts(&menu));
        assert_eq!(step.replies, [Reply::NotUnderstood(Misunderstanding::Third)]);
        assert_eq!(step.effects, []);
        let offer = asking(vec![Meaning::Person]);
        let yes = Said::Words(Words::bare(Intent::Confirm));
        let step = booking::hear(&stage, Some(&offer), yes, &facts(&menu));
        assert_eq!(
            step.effects,
            [Effect::CallPerson(HandoffReason::Asked)],
            "{}",
            stage.name()
        );
        assert_eq!(step.wish, None, "a yes to a person is no yes to anything else");
        let no = Said::Words(Words::bare(Intent::Deny));
        let step = booking::hear(&stage, Some(&offer), no, &facts(&menu));
        assert!(!acts(&step) && !step.effects.contains(&Effect::CallPerson(HandoffReason::Asked)));
    }
}

#[test]
fn a_bare_cancel_while_money_is_awaited_asks_about_what_waits_for_it() {
    let menu = a_menu();
    let paying = Stage::Paying {
        owed: owed(),
        payer_wanted: false,
    };
    let cancel = Said::Words(Words::bare(Intent::Cancel));
    let step = booking::hear(&paying, None, cancel, &facts(&menu));
    let Some(Wish::Terms { visit, .. }) = step.wish else {
        panic!("{step:?}");
    };
    assert_eq!(visit, owed().visit);
}

fn asking(options: Vec<Meaning>) -> Question {
    Question {
        message: crate::outgoing::MessageId::from_uuid(uuid::Uuid::from_u128(7)),
        asked_at: EPOCH,
        options,
    }
}

fn every_question() -> Vec<Option<Question>> {
    let other = VisitRef::from_uuid(uuid::Uuid::from_u128(2));
    let options = [
        vec![Meaning::Yes, Meaning::No],
        vec![Meaning::Book, Meaning::Prices, Meaning::Person],
        vec![Meaning::Person],
        vec![Meaning::CancelVisit(visit()), Meaning::CancelVisit(other)],
        vec![Meaning::Move(visit()), Meaning::Move(other)],
        vec![Meaning::Accept(visit()), Meaning::Pass(visit())],
    ];
    std::iter::once(None)
        .chain(options.map(asking).map(Some))
        .collect()
}

#[test]
fn a_visit_is_cancelled_or_moved_only_on_a_yes_to_that_question() {
    let menu = a_menu();
    for stage in every_stage() {
        for said in every_said() {
            let step = booking::hear(&stage, None, said.clone(), &facts(&menu));
            if let Some(Wish::Cancel { .. } | Wish::Move { .. }) = step.wish {
                let confirms = matches!(&stage, Stage::Moving { moving, .. } if matches!(moving.point, moving::Point::Confirming { .. }));
                assert!(stage.name() == "cancelling" || confirms, "{}", stage.name());
                assert!(
                    said == Said::Chose(Meaning::Yes) || said == Said::Words(Words::bare(Intent::Confirm))
                );
            }
        }
    }
}

#[test]
fn a_free_slot_is_proposed_and_a_lone_alternative_as_well() {
    let slot = a_slot().build();
    let draft = Draft::default().with_service(massage());
    for offer in [
        Offer::Free(slot.clone()),
        Offer::Alternatives {
            reason: NotFree::Choose,
            slots: vec![slot.clone()],
        },
    ] {
        let step = booking::offered(draft.clone(), offer);
        assert_eq!(step.replies, [Reply::Propose { slot: slot.clone() }]);
    }
}

#[test]
fn a_hold_asks_the_payer_and_without_one_asks_for_a_number() {
    let (draft, slot) = (Draft::default(), a_slot().build());
    let answer = || HoldAnswer::Held {
        visit: visit(),
        slot: slot.clone(),
        deadline: Some(owed().deadline),
        due_now: owed().amount,
    };
    let step = booking::held(draft.clone(), &slot, Some(a_phone(1)), answer());
    assert_eq!(
        step.wish,
        Some(Wish::AskMoney {
            owed: owed(),
            payer: a_phone(1)
        })
    );
    let step = booking::held(draft, &slot, None, answer());
    assert_eq!(
        step.stage,
        Some(Stage::Paying {
            owed: owed(),
            payer_wanted: true
        })
    );
}

#[test]
fn a_hold_is_not_called_gone_while_the_money_may_still_come() {
    let menu = a_menu();
    let after = Facts {
        now: owed().deadline,
        ..facts(&menu)
    };
    for standing in [PaymentStanding::Checking, PaymentStanding::Prompting] {
        let checking = if standing == PaymentStanding::Checking {
            Reply::PaymentChecking
        } else {
            Reply::PromptStillOut
        };
        let step = payment::looked_up(owed(), false, standing, &after);
        assert_eq!(step.replies, [checking]);
    }
    let gone = Some(Stage::after_hold(&owed().slot));
    let step = payment::looked_up(owed(), false, PaymentStanding::NothingAsked, &after);
    assert_eq!(step.stage, gone);
    let step = payment::resent(owed(), ResendAnswer::NothingDue);
    assert_eq!(step.stage, gone);
}

#[test]
fn a_visit_that_is_paid_already_is_not_called_gone() {
    let settled = AskAnswer::Settled {
        amount: owed().amount,
        receipt: None,
    };
    let step = payment::asked(owed(), settled);
    assert_eq!(step.stage.map(|stage| stage.name()), Some("booked"));
    let step = payment::asked(owed(), AskAnswer::HoldGone);
    assert_eq!(
        step.replies,
        [Reply::HoldGone {
            slot: owed().slot,
            given_back: false
        }]
    );
    assert_eq!(step.stage, Some(Stage::after_hold(&owed().slot)));
}

#[test]
fn what_cannot_be_cancelled_in_the_chat_goes_to_a_person() {
    let menu = a_menu();
    let step = visit::cancelled(
        &Stage::Open,
        (visit(), a_slot().build()),
        CancelAnswer::NotPossible,
        &facts(&menu),
    );
    assert_eq!(step.effects, [Effect::CallPerson(HandoffReason::BeyondMachine)]);
}

proptest! {
    /// No order of messages makes the machine act without the yes that belongs to it: the stage before a hold or a
    /// cancellation always is the one that asked.
    #[test]
    fn no_sequence_acts_without_having_asked(choices in prop::collection::vec(0usize..1000, 0..40)) {
        let menu = a_menu();
        let said = every_said();
        let mut stage = Stage::Open;
        for choice in choices {
            let step = booking::hear(&stage, None, said[choice % said.len()].clone(), &facts(&menu));
            match &step.wish {
                Some(Wish::Hold { .. }) => prop_assert!(matches!(stage.name(), "confirming" | "adding" | "asking_payer")),
                Some(Wish::Cancel { .. }) => prop_assert_eq!(stage.name(), "cancelling"),
                Some(Wish::AskMoney { .. } | Wish::Resend { .. } | Wish::AskCard { .. }) => prop_assert_eq!(stage.name(), "paying"),
                Some(Wish::Accept { .. } | Wish::Pass { .. }) => {
                    prop_assert!(false, "an offered time is looked up before it is taken");
                }
                Some(Wish::Tip { .. }) => prop_assert!(false, "nobody chose a tip"),
                Some(Wish::Move { .. }) => prop_assert!(false, "nobody was asked which visit"),
                Some(
                    Wish::Offer { .. }
                    | Wish::LookForStaff { .. }
                    | Wish::Promotions
                    | Wish::Knowledge { .. }
                    | Wish::Complement { .. }
                    | Wish::OfferMove { .. }
                    | Wish::Terms { .. }
                    | Wish::LookUpPayment { .. }
                    | Wish::Upcoming { .. }
                    | Wish::LetGo { .. },
                )
                | None => {}
            }
            if let Some(Wish::Offer { draft }) = step.wish {
                let next = booking::offered(draft, Offer::Free(a_slot().build()));
                stage = next.stage.unwrap_or(stage);
            } else {
                stage = step.stage.unwrap_or(stage);
            }
        }
    }
}
