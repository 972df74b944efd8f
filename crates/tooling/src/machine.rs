//! The machine under the chores: its environment, its time, its chance, its processes.
//!
//! Everything that the lints keep out of the product is used here, once, so that the rest of the chores
//! reads like the rest of the house.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;

/// A variable of the environment, unless it is unset, empty or not UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "chores are steered by the environment, not by settings"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The names of all variables, for programs that must not see some of them.
pub fn variable_names() -> Vec<String> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .collect()
}

/// Now, for measuring how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "the patience of a chore is no business time"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// The date and time of the machine's clock: for a benchmark whose api runs by that clock too, and for whoever tries
/// a message without saying when.
#[expect(
    clippy::disallowed_methods,
    reason = "no business hangs on it: a benchmark lies around its programs' present, a tried message is read now"
)]
pub fn wall_clock() -> time::OffsetDateTime {
    time::OffsetDateTime::now_utc()
}

/// Unguessable lower-case hexadecimal digits, two for each byte.
///
/// # Errors
/// When the machine has no randomness.
#[expect(
    clippy::disallowed_methods,
    reason = "passwords of throw-away servers are no identity of the product"
)]
pub fn random_hex(bytes: usize) -> anyhow::Result<String> {
    let mut buffer = vec![0_u8; bytes];
    getrandom::fill(&mut buffer).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(hex::encode(buffer))
}

/// Where a program of this name is on the PATH.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

/// A port of loopback that nobody listens on at this moment. Somebody else may take it a moment later.
///
/// # Errors
/// When there is none.
pub fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no free port on loopback")?;
    Ok(listener.local_addr()?.port())
}

/// Whether a port of loopback could be listened on.
pub fn port_is_free(port: u16) -> bool {
    std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()
}
