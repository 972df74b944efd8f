//! What happens in a run, all of it decided by the seed before anything starts.

use serde_json::{Value, json};

use super::dice::Dice;

mod faults;

/// How long and how rough a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// How many customers come for a visit.
    pub visits: usize,
    /// In how many rounds all of it happens. A round takes half a second or more, and some of the business's time.
    pub rounds: u32,
    /// How often a worker is killed.
    pub kills: u32,
    /// How often the api is killed.
    pub api_kills: u32,
    /// How often PostgreSQL is restarted.
    pub restarts: u32,
}

impl Scale {
    /// A run that ends within a minute or a little more.
    pub const SHORT: Self = Self {
        visits: 60,
        rounds: 26,
        kills: 1,
        api_kills: 1,
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
            api_kills: (rounds / 25).max(1),
            restarts: (rounds / 40).max(1),
        }
    }
}

/// The demo's people have no time for more.
const VISITS_MOST: usize = 600;

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

/// How a tip is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tender {
    /// Into the drawer.
    Cash,
    /// By a prompt.
    Prompt,
    /// On a page for the card.
    Card,
}

/// With what a tip is asked for beside the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Along {
    /// A prompt on the phone.
    Prompt,
    /// A page for the card.
    Page,
}

/// How credit leaves the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Payout {
    /// Out of the drawer.
    Cash,
    /// By a way that nobody sees.
    Outside,
    /// By M-Pesa, which takes back a transaction of that amount.
    Reversal,
    /// It should never have been there.
    Withdrawn,
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
    /// Takes a tip of so many shillings.
    Tip(Tender, u32),
    /// Asks for the balance and a tip of so many shillings with one prompt or on one page.
    AskWithTip(Along, u32),
    /// Moves it to another time.
    Move {
        /// On whose behalf.
        by: &'static str,
    },
    /// Pays the customer's credit out, in percent.
    PayOut(Payout, u32),
    /// Withdraws the page for the card, if one is open.
    WithdrawPage,
    /// The card's owner has their bank take back what was paid by card.
    ChargeBack,
    /// The customer is there, and the service begins.
    Start,
    /// The service was rendered.
    Finish,
    /// The customer does not come; the desk says so as soon as it may.
    Absent,
}

/// What the desk does now and then, apart from any visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chore {
    /// Counts the drawer, closes it and opens it again.
    Count,
    /// Puts so many shillings into the drawer.
    PayIn(u32),
    /// Takes so many shillings out of it.
    PayOut(u32),
    /// Pays out of it what of tips is owed.
    PayTips,
    /// Moves so many shillings from M-Pesa to the bank.
    ToBank(u32),
    /// Brings in M-Pesa's statement, and decides on what it leaves open.
    Statement,
    /// Somebody who is no provider, or lost an address, sends a message to nobody.
    Stranger(Stranger),
}

/// What comes to an address of nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stranger {
    /// The callback of a prompt, about money that never moved.
    Forger,
    /// The callback of a prompt, about money that did move.
    Astray,
    /// The result of a reversal that nobody asked for.
    Result,
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
    /// It is for the day of the run, and not for one of the weeks after it.
    pub(super) today: bool,
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
    /// The api is killed and started again.
    KillApi {
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
    /// What the desk does beside its customers.
    pub(super) chores: Vec<Chore>,
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
    /// What the business keeps of a visit that is cancelled late or that nobody came to, in basis points.
    pub(super) fees: (u32, u32),
    /// Whether M-Pesa confirms prompts like payments by hand, too, and before or after their callbacks.
    pub(super) confirms: &'static str,
    /// What becomes of a second prompt on a phone.
    pub(super) second_prompt: &'static str,
    /// What M-Pesa keeps of each payment, in thousandths.
    pub(super) charge_per_mille: u64,
    /// The visits.
    pub(super) journeys: Vec<Journey>,
    /// The rounds.
    pub(super) rounds: Vec<Round>,
}

/// Each of these is done about once in so many rounds as a short run has, with at most so many shillings.
const CHORES: [Chore; 9] = [
    Chore::Count,
    Chore::PayIn(900),
    Chore::PayOut(400),
    Chore::PayTips,
    Chore::ToBank(300),
    Chore::Statement,
    Chore::Stranger(Stranger::Forger),
    Chore::Stranger(Stranger::Astray),
    Chore::Stranger(Stranger::Result),
];

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
        let fees = (dice.pick(&[0, 1_000]), dice.pick(&[0, 2_000, 10_000]));
        let confirms = dice.pick(&["never", "before", "after"]);
        let second_prompt = dice.pick(&["shown", "shown", "refused", "1001"]);
        let charge_per_mille = dice.pick(&[0, 5, 10]);
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
        for every in CHORES.into_iter().filter(|_| ends > 0) {
            for _ in 0..(ends / 25).max(1) {
                let at = ends / 3 + dice.below(ends - ends / 3);
                let chore = match every {
                    Chore::PayIn(most) => Chore::PayIn(shillings(&mut dice, most)),
                    Chore::PayOut(most) => Chore::PayOut(shillings(&mut dice, most)),
                    Chore::ToBank(most) => Chore::ToBank(shillings(&mut dice, most)),
                    Chore::Count | Chore::PayTips | Chore::Statement | Chore::Stranger(_) => every,
                };
                rounds[at].chores.push(chore);
            }
        }
        for _ in 0..scale.kills {
            let at = 2 + dice.below(ends.saturating_sub(4));
            let (worker, after_ms) = (dice.below(2), dice.between(0, 400));
            rounds[at].blows.push(Blow::Kill { worker, after_ms });
        }
        for _ in 0..scale.api_kills {
            let at = 2 + dice.below(ends.saturating_sub(4));
            let after_ms = dice.between(0, 400);
            rounds[at].blows.push(Blow::KillApi { after_ms });
        }
        for _ in 0..scale.restarts {
            let at = 3 + dice.below(ends.saturating_sub(5));
            let after_ms = dice.between(0, 300);
            rounds[at].blows.push(Blow::Restart { after_ms });
        }
        Self {
            seed,
            rules,
            fees,
            confirms,
            second_prompt,
            charge_per_mille,
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
    if dice.chance(20) {
        let by = dice.pick(&["customer", "business"]);
        later(dice, 2, Act::Move { by });
    }
    let at_once = ending(dice, &mut later);
    let today = rendering(dice, &mut later);
    if dice.chance(15) {
        let tender = dice.pick(&[Tender::Cash, Tender::Prompt, Tender::Card]);
        let amount = shillings(dice, 300);
        later(dice, 3, Act::Tip(tender, amount));
    }
    if at_once {
        // With the prompt out.
        acts.push((begins.saturating_add(1), Act::Cancel { by: "customer" }));
    }
    Journey {
        customer,
        choice: dice.roll(),
        reactions,
        acts,
        today,
    }
}

/// Whether the visit is rendered within the run, or nobody comes to it; true if so, and then it is for the same day.
fn rendering(dice: &mut Dice, later: &mut dyn FnMut(&mut Dice, u64, Act)) -> bool {
    match dice.between(0, 20) {
        0..=8 => {
            later(dice, 2, Act::Start);
            later(dice, 2, Act::Finish);
            match dice.between(0, 6) {
                0 => {}
                1 | 2 => {
                    let (along, amount) = along(dice);
                    later(dice, 1, Act::AskWithTip(along, amount));
                }
                _ => {
                    let rest = dice.pick(&[Way::Prompt, Way::Cash, Way::Cash, Way::Card]);
                    later(dice, 1, Act::Ask(rest, None));
                }
            }
            // Whoever did not pay at once is asked once more at the counter.
            if dice.chance(40) {
                later(dice, 2, Act::Ask(Way::Cash, None));
            }
            true
        }
        9 | 10 => {
            later(dice, 2, Act::Absent);
            true
        }
        _ => false,
    }
}

/// What becomes of a visit after it was booked and asked for; true if it is cancelled as soon as it was booked.
fn ending(dice: &mut Dice, later: &mut dyn FnMut(&mut Dice, u64, Act)) -> bool {
    match dice.between(0, 15) {
        0 => later(dice, 4, Act::Cancel { by: "customer" }),
        1 => later(dice, 4, Act::Cancel { by: "business" }),
        2 => return true,
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
        7 => {
            // Whoever has credit wants it.
            later(dice, 3, Act::Cancel { by: "business" });
            let payout = dice.pick(&[Payout::Cash, Payout::Outside, Payout::Reversal, Payout::Withdrawn]);
            let percent = dice.pick(&[100, 100, 50]);
            later(dice, 3, Act::PayOut(payout, percent));
        }
        8 => {
            later(dice, 2, Act::WithdrawPage);
            later(dice, 1, Act::Ask(Way::Prompt, None));
        }
        9 => {
            later(dice, 1, Act::Ask(Way::Card, None));
            later(dice, 4, Act::ChargeBack);
        }
        10 | 11 => {
            let (along, amount) = along(dice);
            later(dice, 3, Act::AskWithTip(along, amount));
        }
        _ => {}
    }
    false
}

/// What the balance is asked for with, and the tip beside it.
fn along(dice: &mut Dice) -> (Along, u32) {
    let along = dice.pick(&[Along::Prompt, Along::Page]);
    (along, shillings(dice, 300))
}

fn shillings(dice: &mut Dice, most: u32) -> u32 {
    u32::try_from(dice.between(1, u64::from(most))).unwrap_or(1)
}

fn round(dice: &mut Dice, journeys: &[Journey]) -> Round {
    Round {
        faults: faults::faults_of(dice, journeys),
        blows: Vec::new(),
        chores: Vec::new(),
        seconds: dice.between(8, 45),
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

#[cfg(test)]
mod tests;
