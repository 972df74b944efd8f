//! Programs are killed at every step of a payment, by plan: for each kind of payment, worker and api are killed before and
//! after each step that they have the database keep meanwhile. What lies between two steps, such as a question to a provider,
//! was done before the second one and not yet after the first, so that each order of the two is met.
//!
//! As in a run of the seed, people do what is theirs, and the same checker looks at what is left.

use std::fmt;
use std::time::Duration;

use ratiba_payments::schedule::PROMPT_LIFE;
use serde_json::json;
use tokio::time::Instant;

use super::actors::{self, People};
use super::dice::Dice;
use super::plan::{Act, Back, Journey, Plan, Reaction, Scale, Way};
use super::report::Report;
use super::stage::{Moment, Stage, Strike, Victim};
use super::{Over, finish, until_decided};

/// How many of the steps are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// All of them.
    All,
    /// So many of each path and program, spread over it.
    Some(u32),
}

/// The ways to a payment's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    /// A prompt goes out and is paid.
    Prompt,
    /// Its callback comes after it was queried.
    Late,
    /// A page for the card.
    Card,
    /// Money that the customer sends by hand.
    ByHand,
    /// What was paid is taken back by M-Pesa.
    Reversal,
}

const PATHS: [Path; 5] = [Path::Prompt, Path::Late, Path::Card, Path::ByHand, Path::Reversal];

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prompt => "a prompt",
            Self::Late => "a late callback",
            Self::Card => "a card",
            Self::ByHand => "by hand",
            Self::Reversal => "a reversal",
        })
    }
}

impl Path {
    /// What is booked, what is done before anything is killed, and what meanwhile.
    fn acts(self) -> (Way, Option<Act>, Option<Act>) {
        let (prompt, card) = (Act::Ask(Way::Prompt, None), Act::Ask(Way::Card, None));
        match self {
            Self::Prompt => (Way::Prompt, None, Some(prompt)),
            Self::Late => (Way::Prompt, Some(prompt), None),
            Self::Card => (Way::Card, None, Some(card)),
            Self::ByHand => (Way::Prompt, Some(prompt), Some(Act::ByHand { wrong: false })),
            Self::Reversal => (Way::Prompt, Some(prompt), Some(Act::Refund(Back::Reversal, 100))),
        }
    }

    /// What the customer does with the first prompt.
    fn reaction(self) -> Reaction {
        match self {
            Self::ByHand => Reaction::Refuse("1032"),
            Self::Prompt | Self::Late | Self::Card | Self::Reversal => Reaction::Pay,
        }
    }
}

/// How late the callback of [`Path::Late`] is, by the machine's clock, and how far the business's moves meanwhile.
const LATE: Duration = Duration::from_millis(900);
const UNTIL_QUERIED_S: u64 = 70;
/// Within what time M-Pesa tells what came of something.
const TOLD_WITHIN: Duration = Duration::from_millis(300);
/// How many times are tried until one is free.
const BOOKINGS_MOST: u32 = 8;
/// How long something may take until nothing is due any more. What never ends is found by the checker.
const REST_MOST: Duration = Duration::from_secs(40);
/// How long a step may take.
const ANSWERED_WITHIN: Duration = Duration::from_millis(100);
/// More steps than any path has: then something goes round in circles.
const STEPS_MOST: u32 = 1_000;

/// Kills at each of the steps, and checks what is left; `tell` hears how far it is.
///
/// # Errors
/// As of a run of a seed.
pub async fn run_every_step(seed: u64, steps: Steps, tell: fn(&str)) -> anyhow::Result<Over> {
    let scale = Scale {
        visits: 0,
        rounds: 0,
        kills: 0,
        api_kills: 0,
        restarts: 0,
    };
    let stage = Stage::set_with_taps(&format!("{seed}-every-step")).await?;
    let plan = Plan::of(seed, scale);
    let people = People::gather(&stage, &plan).await?;
    let mut matrix = Matrix {
        report: Report::of(seed, scale),
        dice: Dice::new(seed),
        stage,
        plan,
        people,
        tell,
    };
    matrix.people.open_drawer(&matrix.stage, "first").await?;
    // What is done once, such as getting a token, is done and does not count.
    matrix.step(Path::Prompt, None).await?;
    matrix.step(Path::Card, None).await?;
    for path in PATHS {
        matrix.walk(path, steps).await?;
    }
    let Matrix {
        stage,
        mut people,
        mut report,
        plan,
        ..
    } = matrix;
    report.visits = plan.journeys.len();
    for minutes in [2_u64, 5, 10, 30, 60, 240, 720, 720] {
        stage.advance(minutes * 60).await?;
        rest(&stage, &mut people, &plan, Duration::ZERO).await?;
    }
    until_decided(&stage, &mut people).await?;
    finish(stage, people, report).await
}

struct Matrix {
    stage: Stage,
    plan: Plan,
    people: People,
    dice: Dice,
    report: Report,
    tell: fn(&str),
}

impl Matrix {
    /// All steps of a path that are tried.
    async fn walk(&mut self, path: Path, steps: Steps) -> anyhow::Result<()> {
        // Nobody dies the first time, and the steps are counted.
        let counted = self.step(path, None).await?;
        for (victim, counted) in [(Victim::Worker, counted.0), (Victim::Api, counted.1)] {
            self.people
                .tally
                .insert(format!("{path}: steps of the {victim}"), u64::from(counted));
            match steps {
                Steps::All => {
                    (self.tell)(&format!("{path}: the {victim} takes about {counted} steps"));
                    self.at_each(path, victim).await?;
                }
                Steps::Some(many) => {
                    // What comes last is often about something else, and may not come.
                    let counted = counted - counted / 3;
                    let many = many.clamp(1, counted.max(1));
                    for nth in 0..many {
                        let more = self.dice.between(0, u64::from(counted / many));
                        let step = 1 + nth * (counted / many) + u32::try_from(more)?;
                        let moment = self.dice.pick(&[Moment::Before, Moment::After]);
                        self.step(path, Some((victim, Strike { step, moment }))).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// At each step, until there are no more of them.
    async fn at_each(&mut self, path: Path, victim: Victim) -> anyhow::Result<()> {
        for step in 1..STEPS_MOST {
            let kills = self.report.kills + self.report.api_kills;
            for moment in [Moment::Before, Moment::After] {
                self.step(path, Some((victim, Strike { step, moment }))).await?;
            }
            if self.report.kills + self.report.api_kills == kills {
                break;
            }
        }
        Ok(())
    }

    /// A visit that is paid in this way, during which a program dies. How many steps worker and api took.
    async fn step(&mut self, path: Path, strike: Option<(Victim, Strike)>) -> anyhow::Result<(u32, u32)> {
        let first = self.book(path).await?;
        let Self {
            stage,
            plan,
            people,
            report,
            ..
        } = self;
        for victim in [Victim::Worker, Victim::Api] {
            let its = strike
                .filter(|(whose, _)| *whose == victim)
                .map(|(_, strike)| strike);
            stage.tap(victim)?.arm(its);
        }
        let way = async {
            people.act(stage, plan, first + 2).await?;
            let at_least = match path {
                Path::Late => {
                    stage.advance(UNTIL_QUERIED_S).await?;
                    LATE + LATE / 2
                }
                Path::ByHand | Path::Reversal => TOLD_WITHIN,
                Path::Prompt | Path::Card => Duration::ZERO,
            };
            rest(stage, people, plan, at_least).await
        };
        let victim = strike.map(|(victim, _)| victim);
        let mut struck = until_killed(stage, way, victim).await?;
        let counted = (
            stage.tap(Victim::Worker)?.disarm(),
            stage.tap(Victim::Api)?.disarm(),
        );
        if let Some(victim) = victim.filter(|_| !struck)
            && stage.tap(victim)?.is_stopped()
        {
            // It was about something that nobody waited for.
            tokio::time::sleep(ANSWERED_WITHIN).await;
            stage.kill_at_tap(victim)?;
            struck = true;
            rest(stage, people, plan, Duration::ZERO).await?;
        }
        match strike {
            Some((Victim::Worker, _)) if struck => report.kills += 1,
            Some((Victim::Api, _)) if struck => report.api_kills += 1,
            Some(_) | None => {}
        }
        if let Some((victim, strike)) = strike {
            let what = format!("{path}: kill the {victim}, {:?}", strike.moment);
            people.count(&what, if struck { "done" } else { "over before" });
        }
        Ok(counted)
    }

    /// Another customer's visit, up to where the path begins; the number of its first round.
    async fn book(&mut self, path: Path) -> anyhow::Result<u32> {
        let (way, before, meanwhile) = path.acts();
        let (mut customer, mut first) = (0, 0);
        for tried in 0..BOOKINGS_MOST {
            if tried > 0 {
                // Hundreds of visits fill the weeks that were looked at first.
                self.people.look_again(&self.stage).await?;
            }
            customer = self.plan.journeys.len();
            first = u32::try_from(customer)? * 4;
            let mut acts = vec![(first, Act::Book(way))];
            acts.extend(before.map(|act| (first + 1, act)));
            acts.extend(meanwhile.map(|act| (first + 2, act)));
            self.plan.journeys.push(Journey {
                customer,
                choice: self.dice.roll(),
                reactions: vec![path.reaction()],
                acts,
                today: false,
            });
            self.people.expect_one_more();
            self.people.act(&self.stage, &self.plan, first).await?;
            if self.people.has_visit(customer) {
                break;
            }
        }
        anyhow::ensure!(self.people.has_visit(customer), "nobody has time any more");
        let Self {
            stage, plan, people, ..
        } = self;
        rest(stage, people, plan, Duration::ZERO).await?;
        if path == Path::Late {
            let late = u64::try_from(LATE.as_millis())?;
            let fault = json!({
                "target": "daraja.callback", "kind": "delay", "ms": late, "match": actors::phone(customer),
            });
            stage.tell_simulator("/sim/faults", &fault).await?;
        }
        people.act(stage, plan, first + 1).await?;
        rest(stage, people, plan, Duration::ZERO).await?;
        if path == Path::ByHand {
            // Nobody sends money by hand while it could still be the prompt's.
            let later = u64::try_from(PROMPT_LIFE.whole_seconds())? * 2 + 1;
            stage.advance(later).await?;
            rest(stage, people, plan, Duration::ZERO).await?;
        }
        Ok(first)
    }
}

/// Goes the way to its end, and kills the program as soon as its tap has stopped it; true if it was killed.
async fn until_killed(
    stage: &Stage,
    way: impl Future<Output = anyhow::Result<()>>,
    victim: Option<Victim>,
) -> anyhow::Result<bool> {
    let mut way = std::pin::pin!(way);
    let mut ticks = tokio::time::interval(Duration::from_millis(2));
    let mut killed = false;
    loop {
        tokio::select! {
            done = &mut way => return done.map(|()| killed),
            _ = ticks.tick() => {
                if let Some(victim) = victim.filter(|_| !killed)
                    && stage.tap(victim)?.has_struck()
                {
                    stage.kill_at_tap(victim)?;
                    killed = true;
                }
            }
        }
    }
}

/// Lets people react until nothing is due any more, for so long at least.
async fn rest(stage: &Stage, people: &mut People, plan: &Plan, at_least: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let mut still = 0;
    while (still < 3 || begun.elapsed() < at_least) && begun.elapsed() < REST_MOST {
        ticks.tick().await;
        stage.check()?;
        people.react(stage).await?;
        people.pay_by_hand(stage, plan).await?;
        still = if stage.jobs_due()? == 0 { still + 1 } else { 0 };
    }
    Ok(())
}
