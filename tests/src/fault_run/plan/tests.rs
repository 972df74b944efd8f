use std::collections::BTreeSet;

use super::*;

#[test]
fn a_seed_is_a_run_and_another_seed_another() {
    assert_eq!(Plan::of(7, Scale::SHORT), Plan::of(7, Scale::SHORT));
    assert_ne!(Plan::of(7, Scale::SHORT), Plan::of(8, Scale::SHORT));
}

#[test]
fn a_long_run_does_everything_that_there_is_to_do() {
    let plan = Plan::of(1, Scale::of_minutes(5));
    let all = plan.journeys.iter().flat_map(|journey| &journey.acts);
    let acts: BTreeSet<String> = all
        .map(|(_, act)| match act {
            Act::Book(way) => format!("book {way:?}"),
            Act::Ask(way, part) => format!("ask {way:?} {}", part.is_some()),
            Act::Cancel { by } => format!("cancel {by}"),
            Act::ByHand { wrong } => format!("by hand {wrong}"),
            Act::Refund(back, percent) => format!("refund {back:?} {percent}"),
            Act::Tip(tender, _) => format!("tip {tender:?}"),
            Act::AskWithTip(along, _) => format!("ask with a tip {along:?}"),
            Act::Move { by } => format!("move {by}"),
            Act::PayOut(payout, _) => format!("pay out {payout:?}"),
            Act::WithdrawPage => "withdraw a page".to_owned(),
            Act::ChargeBack => "charge back".to_owned(),
            Act::Start => "start".to_owned(),
            Act::Finish => "finish".to_owned(),
            Act::Absent => "absent".to_owned(),
        })
        .collect();
    for way in [Way::Prompt, Way::Card, Way::Cash, Way::Credit] {
        assert!(acts.contains(&format!("book {way:?}")), "{way:?}: {acts:?}");
        assert!(acts.contains(&format!("ask {way:?} false")), "{way:?}: {acts:?}");
    }
    for back in [
        Back::Reversal,
        Back::Card,
        Back::Credit,
        Back::Cash,
        Back::Outside,
    ] {
        assert!(
            acts.contains(&format!("refund {back:?} 100")),
            "{back:?}: {acts:?}"
        );
    }
    for other in [
        "tip Cash",
        "tip Prompt",
        "tip Card",
        "ask with a tip Prompt",
        "ask with a tip Page",
        "move customer",
        "move business",
        "pay out Cash",
        "pay out Outside",
        "pay out Reversal",
        "pay out Withdrawn",
        "withdraw a page",
        "charge back",
        "start",
        "finish",
        "absent",
    ] {
        assert!(acts.contains(other), "{other}: {acts:?}");
    }
    assert!(acts.contains("by hand false") && acts.contains("by hand true"));
    assert!(acts.contains("cancel customer") && acts.contains("cancel business"));
    let reactions: BTreeSet<Reaction> = plan
        .journeys
        .iter()
        .flat_map(|journey| journey.reactions.clone())
        .collect();
    assert!(reactions.len() >= RESULTS.len() + 4, "{reactions:?}");
    let targets: BTreeSet<String> = plan
        .rounds
        .iter()
        .flat_map(|round| &round.faults)
        .map(|(_, fault)| fault["target"].to_string())
        .collect();
    let possible: BTreeSet<&str> = faults::FAULTS.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets.len(), possible.len(), "{targets:?}");
    let blows = || plan.rounds.iter().flat_map(|round| &round.blows);
    assert!(blows().count() > 20);
    let of_api = blows().filter(|blow| matches!(blow, Blow::KillApi { .. }));
    assert!(of_api.count() >= 5);
    let chores = plan.rounds.iter().flat_map(|round| &round.chores);
    let kinds: BTreeSet<String> = chores
        .map(|chore| {
            let shown = format!("{chore:?}");
            shown.chars().filter(|letter| !letter.is_ascii_digit()).collect()
        })
        .collect();
    assert_eq!(kinds.len(), CHORES.len(), "{kinds:?}");
    assert!(plan.journeys.len() >= 400, "hundreds come");
}
