//! `cargo xtask demo`: the main job, from a WhatsApp message to a frozen commission, played and checked.

mod story;

use std::time::Duration;

use crate::interrupt;
use crate::machine;
use crate::stack::{Pace, Page, Stack, StackOptions};

/// Plays the story; succeeds only if all of it happened and nothing is left behind.
pub(crate) fn run() -> anyhow::Result<()> {
    let building = machine::now();
    let mut stack = Stack::start(&StackOptions {
        name: "demo",
        api_port: None,
        simulator_port: None,
        console: Page::Nowhere,
        pace: Pace::Usual,
        clock_start: story::BEGINS_AT,
    })?;
    let (began, built) = (machine::now(), building.elapsed().as_secs());
    let told = story::play(&mut stack, &Telling { began });
    if interrupt::is_raised() {
        stack.stop()?;
        return Err(interrupt::Interrupted.into());
    }
    if let Err(error) = &told {
        println!("\nit did not happen: {error:#}");
        stack.show_logs();
        // The logs stay for whoever wants to know more.
        drop(stack);
        anyhow::bail!("the demo failed");
    }
    stack.stop()?;
    println!(
        "\nall of it happened, in {} s after {built} s of building and starting; no process, no port and no file is left",
        began.elapsed().as_secs()
    );
    Ok(())
}

/// Business time when the story begins.
pub(crate) const BEGINS_AT: &str = story::BEGINS_AT;

/// Plays the story in a stack that began at [`BEGINS_AT`]: whoever needs a business in which something happened has one
/// then. It is the first hours of June.
pub(crate) fn play(stack: &mut Stack) -> anyhow::Result<()> {
    let began = machine::now();
    story::play(stack, &Telling { began })
}

/// Prints the steps as they happen.
struct Telling {
    began: std::time::Instant,
}

impl Telling {
    /// A step begins.
    fn step(&self, title: &str) {
        let elapsed = self.began.elapsed();
        println!(
            "\n[{:>3}.{} s] {title}",
            elapsed.as_secs(),
            elapsed.subsec_millis() / 100
        );
    }

    /// Something that can be seen happened within the step.
    fn seen(&self, what: &str) {
        for line in what.lines() {
            println!("          {line}");
        }
    }
}

/// How long anything in the story may take before it is taken for lost.
const PATIENCE: Duration = Duration::from_secs(30);
