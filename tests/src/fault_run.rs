//! The fault run: hundreds of payments through the real api, two real workers and a PostgreSQL of their own, while the
//! providers delay, repeat, reorder, lose and corrupt, api and workers are killed and the database is restarted. People
//! decide on what is given to a person. When nothing happens any more a checker compares what is left with the providers'
//! own books.
//!
//! All choices come from one seed, which a run prints. How threads and processes take turns is the machine's, so the
//! same seed is the same plan, and most often but not always the same run.

mod actors;
mod books;
mod checker;
mod chores;
mod dice;
mod every_step;
mod manager;
mod plan;
mod relay;
mod report;
mod rows;
mod stage;

use std::time::Duration;

pub use books::Snapshot;
pub use checker::{Finding, Law, check};
pub use every_step::{Steps, run_every_step};
pub use plan::Scale;
pub use report::Report;
pub use stage::Stage;

use actors::People;
use plan::{Blow, Chore, Plan, Round};

/// What kind of run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where all choices come from.
    pub seed: u64,
    /// How long and how rough.
    pub scale: Scale,
    /// A defect that is planted before anything happens, for tests of the checker.
    pub defect: Option<Defect>,
}

/// Something that makes the product unsound.
#[derive(Clone, Copy, Debug)]
pub enum Defect {
    /// SQL that the database's administrator runs.
    Sql(&'static str),
    /// Every push goes out twice.
    PushedTwice,
}

/// A run that is over; the programs are still there to look into.
pub struct Over {
    /// The programs.
    pub stage: Stage,
    /// What happened, and what was found.
    pub report: Report,
}

/// How long a round takes at least.
const ROUND: Duration = Duration::from_millis(500);
/// How long the last delayed delivery may take to leave.
const DELAYED_MOST: Duration = Duration::from_millis(3_500);
/// How often people go through everything that is left.
const DECISIONS_MOST: u32 = 6;
/// How often both sides are looked at until nothing is at work.
const LOOKS_MOST: u32 = 40;
/// How long the programs may take until nothing is due any more.
const QUIET_WITHIN: Duration = Duration::from_secs(120);

/// Runs it, and checks what is left.
///
/// # Errors
/// When the run itself fails: a program does not start or ends by itself, or somebody is never answered. What the
/// programs did wrong is in the report's findings.
pub async fn run(options: Options) -> anyhow::Result<Over> {
    let plan = Plan::of(options.seed, options.scale);
    let mut report = Report::of(options.seed, options.scale);
    let stage = Stage::set(&options.seed.to_string(), options.defect).await?;
    let mut people = People::gather(&stage, &plan).await?;
    people.open_drawer(&stage, "first").await?;
    let mut ticks = tokio::time::interval(ROUND);
    for (number, round) in (0..).zip(&plan.rounds) {
        ticks.tick().await;
        for (customer, fault) in &round.faults {
            arm(&stage, *customer, fault).await?;
        }
        let (acted, blown) = tokio::join!(
            people.act(&stage, &plan, number),
            blows(&stage, round, &mut report)
        );
        acted?;
        blown?;
        people.react(&stage).await?;
        people.pay_by_hand(&stage, &plan).await?;
        people.charge_back(&stage, &plan).await?;
        people.decide(&stage).await?;
        for (place, chore) in round.chores.iter().enumerate() {
            let key = format!("chore-{}-{number}-{place}", plan.seed);
            people.do_chore(&stage, *chore, &key).await?;
        }
        people.miss(&stage).await?;
        people.manage(&stage).await?;
        stage.advance(round.seconds).await?;
        stage.check()?;
    }
    stage.no_more_faults().await?;
    tokio::time::sleep(DELAYED_MOST).await;
    until_quiet(&stage, &mut people).await?;
    until_decided(&stage, &mut people).await?;
    finish(stage, people, report).await
}

/// Counts the drawer for the last time, and checks what is left.
async fn finish(stage: Stage, mut people: People, mut report: Report) -> anyhow::Result<Over> {
    people.close_drawer(&stage, "last").await?;
    let snapshot = snapshot(&stage).await?;
    report.struck(&stage.ask_simulator("/sim/faults").await?);
    report.close(&snapshot, people.tally, people.complaints);
    if !report.findings.is_empty() {
        stage.keep_rows()?;
        let books = stage.books().await?;
        std::fs::write(
            stage.logs.join("books.json"),
            serde_json::to_string_pretty(&books)?,
        )?;
    }
    Ok(Over { stage, report })
}

async fn arm(stage: &Stage, customer: Option<usize>, fault: &serde_json::Value) -> anyhow::Result<()> {
    let mut fault = fault.clone();
    if let Some(customer) = customer {
        fault["match"] = actors::phone(customer).into();
    }
    stage.tell_simulator("/sim/faults", &fault).await?;
    Ok(())
}

/// What happens to the programs in a round.
async fn blows(stage: &Stage, round: &Round, report: &mut Report) -> anyhow::Result<()> {
    for blow in &round.blows {
        match *blow {
            Blow::Kill { worker, after_ms } => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                stage.kill_worker(worker)?;
                report.kills += 1;
            }
            Blow::KillApi { after_ms } => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                stage.kill_api()?;
                report.api_kills += 1;
            }
            Blow::Restart { after_ms } => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                stage.restart_postgres().await?;
                report.restarts += 1;
            }
        }
    }
    Ok(())
}

/// Lets time pass until every chain has ended: queries and card pages within the hour, and what they missed in the
/// sweeps of two nights.
async fn until_quiet(stage: &Stage, people: &mut People) -> anyhow::Result<()> {
    quiet(stage).await?;
    for minutes in [
        2_u64, 2, 5, 5, 5, 10, 10, 20, 30, 30, 120, 240, 480, 300, 720, 720,
    ] {
        people.decide(stage).await?;
        people.miss(stage).await?;
        stage.advance(minutes * 60).await?;
        quiet(stage).await?;
        if minutes >= 120 {
            people.work_through(stage).await?;
        }
    }
    Ok(())
}

/// Lets people decide until nothing is left that they can decide on, and lets what follows from it end.
async fn until_decided(stage: &Stage, people: &mut People) -> anyhow::Result<()> {
    for _time in 0..DECISIONS_MOST {
        if !people.work_through(stage).await? {
            break;
        }
        people.decide(stage).await?;
        stage.advance(2 * 60 * 60).await?;
        quiet(stage).await?;
    }
    // The last line of the last statement: it covers all that moved.
    people.do_chore(stage, Chore::ToBank(1), "last").await?;
    people.work_through(stage).await?;
    quiet(stage).await
}

/// Waits until nothing is due. What never ends is found by the checker.
async fn quiet(stage: &Stage) -> anyhow::Result<()> {
    let until = tokio::time::Instant::now() + QUIET_WITHIN;
    let mut ticks = tokio::time::interval(Duration::from_millis(150));
    let mut still = 0;
    while still < 3 && tokio::time::Instant::now() < until {
        ticks.tick().await;
        stage.check()?;
        still = if stage.jobs_due()? == 0 { still + 1 } else { 0 };
    }
    Ok(())
}

/// Both sides as they are now.
///
/// # Errors
/// When one of them cannot be read.
pub async fn snapshot(stage: &Stage) -> anyhow::Result<Snapshot> {
    let mut ticks = tokio::time::interval(Duration::from_millis(150));
    let mut looks = 0;
    loop {
        ticks.tick().await;
        looks += 1;
        let books = stage.books().await?;
        let snapshot = Snapshot::take(&mut stage.database.connect_as_administrator(), &books)?;
        // The clock goes on, and a chore of the hour may be at work in this very moment. What is stuck is so later too.
        if snapshot.is_at_rest() || looks == LOOKS_MOST {
            return Ok(snapshot);
        }
    }
}
