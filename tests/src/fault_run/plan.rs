//! What happens in a run, all of it decided by the seed before anything starts.

use serde_json::{Value, json};

use super::dice::Dice;

/// How long and how rough a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// How many customers come for a visit.
    pub visits: usize,
    /// In how many rounds all of it happens. A round takes half a second or more, and some of the business's time.
    pub rounds: u32,
    /// How often a worker is killed.
    pub kills: u32,
    /// How often PostgreSQL is restarted.
    pub restarts: u32,
}

impl Scale {
    /// A run that ends within a minute or a little more.
    pub const SHORT: Self = Self {
        visits: 60,
        rounds: 26,
        kills: 1,
        restarts: 1,
    };

    /// A run of about so many minutes.
    pub fn of_minutes(minutes: u32) -> Self {
        let rounds = minutes.max(1).saturating_mul(55);
        Self {
            visits: usize::try_from(rounds)
                .unwrap_or(usize::MAX)
                .saturating_mul(2)
                .min(VISITS_MOST),
            rounds,
            kills: rounds / 12,
            restarts: (rounds / 40).max(1),
        }
    }
}

/// The demo's people have no time for more.
const VISITS_MOST: usize = 400;

/// How a customer is asked for money, or pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// A prompt on the phone.
    Prompt,
    /// A page for the card.
    Card,
    /// At the counter.
    Cash,
    /// Out of what the business owes them.
    Credit,
}

/// What a customer does with what is asked of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reaction {
    /// Pays.
    Pay,
    /// Another amount moves than was asked: so many shillings more or less.
    PayAnother(i64),
    /// Refuses with this result, or fails at the card page.
    Refuse(&'static str),
    /// Does nothing.
    Ignore,
}

/// How money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Back {
    /// All of a transaction, by M-Pesa.
    Reversal,
    /// All of a card's payment, by PesaPal.
    Card,
    /// A part of it or all, as credit.
    Credit,
    /// Out of the drawer.
    Cash,
    /// By a way that nobody sees.
    Outside,
}

/// One thing that the desk does for a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Books it, to be paid for in this way.
    Book(Way),
    /// Asks for what is owed, in shillings if not all of it.
    Ask(Way, Option<u32>),
    /// Cancels it.
    Cancel {
        /// On whose behalf.
        by: &'static str,
    },
    /// The customer pays to the paybill by hand, and types the reference, or something else.
    ByHand {
        /// Something else.
        wrong: bool,
    },
    /// Gives back what was paid, in percent.
    Refund(Back, u32),
}

/// A customer's visit, from the booking to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journey {
    /// Which customer. Some come twice, and may have credit then.
    pub(super) customer: usize,
    /// Which service and time, as numbers to choose by.
    pub(super) choice: u64,
    /// What the customer does, in this order; pays when asked more often.
    pub(super) reactions: Vec<Reaction>,
    /// What the desk does, and in which round.
    pub(super) acts: Vec<(u32, Act)>,
}

/// What happens to the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// This worker is killed and another one started, so many milliseconds into the round.
    Kill {
        /// Which.
        worker: usize,
        /// When.
        after_ms: u64,
    },
    /// PostgreSQL ends at once and starts again.
    Restart {
        /// When.
        after_ms: u64,
    },
}

/// One round of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Round {
    /// Faults for the simulator, by the index of the customer whom they strike, if one.
    pub(super) faults: Vec<(Option<usize>, Value)>,
    /// What happens to the programs.
    pub(super) blows: Vec<Blow>,
    /// How far the business's clock moves when the round is over, in seconds.
    pub(super) seconds: u64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Where it comes from.
    pub(super) seed: u64,
    /// The rules of the business for money that goes back.
    pub(super) rules: Value,
    /// Whether M-Pesa confirms prompts like payments by hand, too, and before or after their callbacks.
    pub(super) confirms: &'static str,
    /// The visits.
    pub(super) journeys: Vec<Journey>,
    /// The rounds.
    pub(super) rounds: Vec<Round>,
}

/// Refusals that customers and the provider come up with.
const RESULTS: [&str; 7] = ["1032", "2001", "1", "1037", "1025", "17", "11"];

impl Plan {
    /// The plan of a seed.
    pub(super) fn of(seed: u64, scale: Scale) -> Self {
        let mut dice = Dice::new(seed);
        let rules = json!({
            "given_back": if dice.chance(50) { "origin" } else { "credit" },
            "credit_first": dice.chance(30),
        });
        let confirms = dice.pick(&["never", "before", "after"]);
        // Who comes late in the run still has rounds to pay in.
        let arrivals = u64::from(scale.rounds.saturating_sub(8).max(1));
        let mut journeys: Vec<Journey> = Vec::new();
        for index in 0..scale.visits {
            let again = index > 8 && dice.chance(12);
            let customer = if again {
                journeys[dice.below(index)].customer
            } else {
                index
            };
            let begins = u32::try_from(dice.between(0, arrivals)).unwrap_or_default();
            journeys.push(journey(&mut dice, customer, begins, again));
        }
        let mut rounds: Vec<Round> = (0..scale.rounds).map(|_| round(&mut dice, &journeys)).collect();
        let ends = rounds.len();
        for _ in 0..scale.kills {
            let at = 2 + dice.below(ends.saturating_sub(4));
            let (worker, after_ms) = (dice.below(2), dice.between(0, 400));
            rounds[at].blows.push(Blow::Kill { worker, after_ms });
        }
        for _ in 0..scale.restarts {
            let at = 3 + dice.below(ends.saturating_sub(5));
            let after_ms = dice.between(0, 300);
            rounds[at].blows.push(Blow::Restart { after_ms });
        }
        Self {
            seed,
            rules,
            confirms,
            journeys,
            rounds,
        }
    }
}

fn journey(dice: &mut Dice, customer: usize, begins: u32, again: bool) -> Journey {
    let way = match dice.between(0, 10) {
        0..=5 => Way::Prompt,
        6 | 7 => Way::Card,
        8 => Way::Cash,
        _ if again => Way::Credit,
        _ => Way::Prompt,
    };
    let mut at = begins;
    let mut acts = vec![(at, Act::Book(way))];
    let mut later = |dice: &mut Dice, most: u64, act: Act| {
        at = at.saturating_add(u32::try_from(1 + dice.between(0, most)).unwrap_or(1));
        acts.push((at, act));
    };
    let part = dice
        .chance(15)
        .then(|| u32::try_from(dice.between(1, 200)).unwrap_or(1));
    later(dice, 1, Act::Ask(way, part));
    let mut reactions = Vec::new();
    for _ in 0..3 {
        reactions.push(reaction(dice));
    }
    if way == Way::Prompt && dice.chance(20) {
        let wrong = dice.chance(25);
        later(dice, 2, Act::ByHand { wrong });
    }
    // Whoever did not pay is asked again, and so is whoever only seems not to have paid.
    if reactions[0] != Reaction::Pay || dice.chance(30) {
        let again = if dice.chance(80) { way } else { Way::Prompt };
        later(dice, 3, Act::Ask(again, None));
    }
    match dice.between(0, 10) {
        0 => later(dice, 4, Act::Cancel { by: "customer" }),
        1 => later(dice, 4, Act::Cancel { by: "business" }),
        // With the prompt out.
        2 => acts.push((begins + 1, Act::Cancel { by: "customer" })),
        3 | 4 => {
            let back = dice.pick(&[
                Back::Reversal,
                Back::Card,
                Back::Credit,
                Back::Cash,
                Back::Outside,
            ]);
            let percent = dice.pick(&[100, 100, 40]);
            later(dice, 4, Act::Refund(back, percent));
            if dice.chance(50) {
                later(dice, 1, Act::Refund(Back::Reversal, 100));
            }
        }
        5 | 6 => {
            let rest = dice.pick(&[Way::Prompt, Way::Card, Way::Cash, Way::Credit]);
            later(dice, 3, Act::Ask(rest, None));
        }
        _ => {}
    }
    Journey {
        customer,
        choice: dice.roll(),
        reactions,
        acts,
    }
}

fn reaction(dice: &mut Dice) -> Reaction {
    match dice.between(0, 100) {
        0..=64 => Reaction::Pay,
        65..=69 => Reaction::PayAnother(if dice.chance(50) { 1 } else { -1 }),
        70..=84 => Reaction::Refuse(dice.pick(&RESULTS)),
        _ => Reaction::Ignore,
    }
}

fn round(dice: &mut Dice, journeys: &[Journey]) -> Round {
    let many = dice.between(1, 5);
    let faults = (0..many).map(|_| {
        let (target, kinds) = dice.pick(&FAULTS);
        let mut fault: Value = serde_json::from_str(dice.pick(kinds)).unwrap_or_default();
        fault["target"] = json!(target);
        // A callback that tells of another amount than was asked is the only one that does, so it has to arrive.
        let struck = target == "daraja.callback";
        let victim = struck.then(|| journeys[dice.below(journeys.len())].customer);
        (
            victim.filter(|customer| !pays_another(journeys, *customer)),
            fault,
            struck,
        )
    });
    let faults: Vec<_> = faults.collect();
    Round {
        faults: faults
            .into_iter()
            .filter(|(victim, _, struck)| !struck || victim.is_some())
            .map(|(victim, fault, _)| (victim, fault))
            .collect(),
        blows: Vec::new(),
        seconds: dice.between(8, 45),
    }
}

/// Whether another amount than was asked may move for this customer at some time.
fn pays_another(journeys: &[Journey], customer: usize) -> bool {
    let another = |reaction: &Reaction| match reaction {
        Reaction::PayAnother(_) => true,
        Reaction::Pay | Reaction::Refuse(_) | Reaction::Ignore => false,
    };
    let mut theirs = journeys.iter().filter(|journey| journey.customer == customer);
    theirs.any(|journey| journey.reactions.iter().any(another))
}

const ANSWERS: [&str; 11] = [
    r#"{"kind":"delay","ms":700}"#,
    r#"{"kind":"delay","ms":2500}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"corrupt"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"html403"}"#,
    r#"{"kind":"html5xx"}"#,
    r#"{"kind":"empty5xx"}"#,
    r#"{"kind":"too_many"}"#,
    r#"{"kind":"shape","variant":"numbers"}"#,
];
const DELIVERIES: [&str; 8] = [
    r#"{"kind":"delay","ms":900}"#,
    r#"{"kind":"delay","ms":3000}"#,
    r#"{"kind":"repeat","times":3}"#,
    r#"{"kind":"repeat","times":9}"#,
    r#"{"kind":"reorder"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"corrupt"}"#,
];
const CALLBACKS: [&str; 12] = [
    DELIVERIES[0],
    DELIVERIES[1],
    DELIVERIES[2],
    DELIVERIES[4],
    DELIVERIES[5],
    DELIVERIES[6],
    DELIVERIES[7],
    r#"{"kind":"shape","variant":"numbers"}"#,
    r#"{"kind":"shape","variant":"no_phone"}"#,
    r#"{"kind":"shape","variant":"masked_phone"}"#,
    r#"{"kind":"shape","variant":"shuffled"}"#,
    r#"{"kind":"shape","variant":"balance_text"}"#,
];
/// Nobody says a second time what a lost confirmation said.
const CONFIRMATIONS: [&str; 4] = [DELIVERIES[0], DELIVERIES[1], DELIVERIES[2], DELIVERIES[3]];
const QUERIES: [&str; 6] = [
    r#"{"kind":"lose"}"#,
    r#"{"kind":"corrupt"}"#,
    r#"{"kind":"code","code":"500.001.1001"}"#,
    r#"{"kind":"code","code":"4999"}"#,
    r#"{"kind":"shape","variant":"empty_message"}"#,
    r#"{"kind":"html403"}"#,
];
const CANCELS: [&str; 4] = [
    r#"{"kind":"shape","variant":"paid_meanwhile"}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"html5xx"}"#,
];

/// Where faults strike, and which. None of them makes a provider lie about money: against that there is no defence.
const FAULTS: [(&str, &[&str]); 18] = [
    ("daraja.push", &ANSWERS),
    ("daraja.push", &ANSWERS),
    ("daraja.push", &ANSWERS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.query", &QUERIES),
    ("daraja.query", &QUERIES),
    ("daraja.token", &ANSWERS),
    ("daraja.reversal", &ANSWERS),
    ("daraja.result", &DELIVERIES),
    ("pesapal.submit", &ANSWERS),
    ("pesapal.status", &ANSWERS),
    ("pesapal.cancel", &CANCELS),
    ("pesapal.refund", &ANSWERS),
    ("daraja.confirmation", &CONFIRMATIONS),
    ("pesapal.ipn", &DELIVERIES),
];

#[cfg(test)]
mod tests;
