//! `cargo xtask dev`: the whole system on loopback, until Ctrl-C.

use anyhow::bail;

use crate::interrupt;
use crate::stack::{Stack, StackOptions};

/// Starts everything, says where it is, and stays.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions {
        name: "dev",
        api_port: Some(8010),
        simulator_port: Some(8020),
        clock_start: "2026-05-12T08:00:00+03:00",
    })?;
    println!(
        "\n  the phones, the prompt and the clock   {}",
        stack.addresses.simulator("/")
    );
    println!(
        "  the api                                {}",
        stack.addresses.api("/")
    );
    println!(
        "  the api's metrics                      {}",
        stack.addresses.api_metrics()
    );
    println!(
        "  the worker's health and metrics        {}",
        stack.addresses.worker("/metrics")
    );
    if let Some(token) = stack.tenant["tokens"]["owner"].as_str() {
        println!("  a token of the owner                   {token}");
    }
    println!("\nWrite as the customer on the page. Ctrl-C stops everything.");
    let ended = loop {
        if interrupt::rest().is_err() {
            break Ok(());
        }
        if let Err(error) = stack.check() {
            stack.show_logs();
            break Err(error);
        }
    };
    println!("\nstopping");
    match (ended, stack.stop()) {
        (Ok(()), stopped) => stopped,
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(left)) => bail!("{error:#}; and then: {left:#}"),
    }
}
