//! `cargo xtask dev`: the whole system on loopback, until Ctrl-C.

use anyhow::bail;

use crate::console;
use crate::interrupt;
use crate::stack::{Pace, Page, Stack, StackOptions};

/// What can be tried beside the chat: an operator's program, money by hand, and messages that belong to nobody.
fn tell_more(stack: &Stack) -> anyhow::Result<()> {
    let tenant = stack.tenant["tenant"].as_str().unwrap_or_default();
    let therapist = stack.tenant["staff"][0]["id"].as_str().unwrap_or_default();
    println!(
        "\nAs an operator, with `{}`:",
        stack.admin_command()?.replace("ratiba-admin", "ratiba-admin …")
    );
    println!("  ratiba-admin token {tenant} therapist dev 7 {therapist}");
    println!("  ratiba-admin by-hand address {tenant}");
    println!("    and `registerurl` with what it answers (docs/runbooks); then somebody pays by hand:");
    println!(
        "    curl -d '{{\"phone\":\"254712345678\",\"amount\":500,\"account_reference\":\"JINA\"}}' -H 'content-type: application/json' {}",
        stack.addresses.simulator("/sim/mpesa/pay-by-hand")
    );
    println!("  ratiba-admin unrouted");
    println!(
        "    after curl -d '{{}}' {}",
        stack
            .addresses
            .api(&format!("/webhooks/daraja/stk/{}", "0".repeat(64)))
    );
    Ok(())
}

/// Starts everything, says where it is, and stays.
pub(crate) fn run() -> anyhow::Result<()> {
    let console = console::prepare();
    let mut stack = Stack::start(&StackOptions {
        name: "dev",
        api_port: Some(8010),
        simulator_port: Some(8020),
        console: match console {
            Ok(()) => Page::At(console::PORT),
            Err(_) => Page::Nowhere,
        },
        pace: Pace::Usual,
        clock_start: "2026-05-12T08:00:00+03:00",
    })?;
    let console = match console {
        Ok(()) => stack.serve_console()?,
        Err(reason) => console::excuse(&reason)?,
    };
    println!("\n  the console, as one of the demo's people {console}");
    println!(
        "  the phones, the prompt and the clock   {}",
        stack.addresses.simulator("/")
    );
    println!(
        "  the api, as a page                     {}",
        stack.addresses.api("/api/v1/docs")
    );
    println!(
        "  the api's metrics                      {}",
        stack.addresses.api_metrics()
    );
    println!(
        "  the worker's health and metrics        {}",
        stack.addresses.worker("/metrics")
    );
    for role in ["owner", "manager", "receptionist"] {
        if let Some(token) = stack.tenant["tokens"][role].as_str() {
            println!("  a token of the {role:<24}{token}");
        }
    }
    println!("\nWrite as the customer on the page. Ctrl-C stops everything.");
    tell_more(&stack)?;
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
