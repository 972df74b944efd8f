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
    let possible: BTreeSet<&str> = FAULTS.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets.len(), possible.len(), "{targets:?}");
    let blows = plan.rounds.iter().flat_map(|round| &round.blows).count();
    assert!(blows > 20);
}

#[test]
fn what_only_a_callback_can_tell_is_never_lost_on_purpose() {
    for seed in 0..20 {
        let plan = Plan::of(seed, Scale::of_minutes(1));
        for (victim, fault) in plan.rounds.iter().flat_map(|round| &round.faults) {
            if fault["target"] == "daraja.callback" {
                let victim = victim.unwrap();
                let mut theirs = plan.journeys.iter().filter(|journey| journey.customer == victim);
                let pays_another = |journey: &Journey| {
                    let other =
                        |reaction: &Reaction| *reaction > Reaction::Pay && *reaction < Reaction::Refuse("");
                    journey.reactions.iter().any(other)
                };
                assert!(!theirs.any(pays_another), "{fault}");
            }
        }
    }
}
