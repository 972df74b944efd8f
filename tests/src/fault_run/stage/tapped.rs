//! Killing a program at a chosen step: the taps before both of them.

use std::net::{SocketAddr, ToSocketAddrs as _};

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use ratiba_test_database::TestDatabase;

use super::tap::Tap;
use super::{Stage, held};

impl Stage {
    /// The tap before a program.
    ///
    /// # Errors
    /// When there is none.
    pub(in super::super) fn tap(&self, victim: Victim) -> anyhow::Result<&Tap> {
        let taps = self.taps.as_ref().context("there is no tap")?;
        Ok(match victim {
            Victim::Worker => &taps.worker,
            Victim::Api => &taps.api,
        })
    }

    /// Kills a program that its tap has stopped, and starts another one. What the killed one had leased is free at once, for
    /// nobody needs to see leases lapse at each statement.
    ///
    /// # Errors
    /// When it does not start.
    pub(in super::super) fn kill_at_tap(&self, victim: Victim) -> anyhow::Result<()> {
        match victim {
            Victim::Worker => held(&self.workers)[0].kill()?,
            Victim::Api => held(&self.api_process).kill()?,
        }
        self.tap(victim)?.let_go();
        match victim {
            Victim::Worker => {
                self.database.connect_as_administrator().batch_execute(
                    "UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running';
                     UPDATE provider_tokens SET refresh_lease_until = now() - interval '1 second'
                     WHERE refresh_lease_until IS NOT NULL",
                )?;
                let worker = self.spawn_worker(0)?;
                held(&self.workers)[0] = worker;
                Ok(())
            }
            // It is dead already, and dies once more.
            Victim::Api => self.kill_api(),
        }
    }
}

/// Which program is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Victim {
    /// The worker.
    Worker,
    /// The api.
    Api,
}

impl std::fmt::Display for Victim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Worker => "worker",
            Self::Api => "api",
        })
    }
}

/// A tap before each program.
pub(super) struct Taps {
    pub(super) api: Tap,
    pub(super) worker: Tap,
}

impl Taps {
    pub(super) fn before(database: &TestDatabase) -> anyhow::Result<Self> {
        let address = address_of(&database.app_url())?;
        Ok(Self {
            api: Tap::before(address)?,
            worker: Tap::before(address)?,
        })
    }
}

/// Where the server of a URL listens.
fn address_of(url: &str) -> anyhow::Result<SocketAddr> {
    let authority = url.split('@').nth(1).and_then(|rest| rest.split('/').next());
    let authority = authority.context("a URL without a server")?;
    let mut found = authority.to_socket_addrs()?;
    found.next().context("the server has no address")
}

/// What a program is told, with a tap between it and the database if there is one.
pub(super) fn with_tap(
    variables: &[(String, String)],
    database: &TestDatabase,
    tap: Option<&Tap>,
) -> Vec<(String, String)> {
    let mut told = variables.to_vec();
    let url = database.app_url();
    if let Some(tap) = tap
        && let Some((before, rest)) = url.split_once('@')
        && let Some((_, after)) = rest.split_once('/')
    {
        let tapped = format!("{before}@{}/{after}", tap.address());
        told.push(("RATIBA__DATABASE__URL".to_owned(), tapped));
    }
    told
}
