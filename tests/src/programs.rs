//! The built programs themselves, as processes on a world's database: what `cargo xtask test` built last.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use ratiba_system::ClockAuthority;

use crate::World;

/// Apis and workers as processes of their own; they end with it.
pub struct Programs {
    /// Where the apis listen.
    pub apis: Vec<String>,
    children: Vec<Child>,
}

impl Drop for Programs {
    fn drop(&mut self) {
        for child in &mut self.children {
            // One that has ended already needs no end.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Programs {
    /// So many of each on the world's database, with its providers, by the authority's clock; all of them are ready.
    pub async fn start(world: &World, clock: &ClockAuthority, apis: usize, workers: usize) -> Self {
        let mut programs = Self {
            apis: Vec::new(),
            children: Vec::new(),
        };
        let mut doors = Vec::new();
        for _api in 0..apis {
            let door = programs.spawn(world, clock, "ratiba-api", "RATIBA__API__PORT");
            doors.push(format!("{door}/readyz"));
            programs.apis.push(door);
        }
        for _worker in 0..workers {
            let door = programs.spawn(world, clock, "ratiba-worker", "RATIBA__WORKER__PORT");
            doors.push(format!("{door}/healthz"));
        }
        for door in doors {
            programs.is_ready(world, &door).await;
        }
        programs
    }

    /// One more worker, whose jobs are found again as soon as ten seconds after it was lost; it is ready.
    pub async fn add_worker(&mut self, world: &World, clock: &ClockAuthority) {
        let lease = [("RATIBA__WORKER__LEASE_S", "10")];
        let door = self.spawn_with(world, clock, "ratiba-worker", "RATIBA__WORKER__PORT", &lease);
        self.is_ready(world, &format!("{door}/healthz")).await;
    }

    /// Kills everything without a word.
    pub fn kill(&mut self) {
        for mut child in self.children.drain(..) {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        self.apis.clear();
    }

    fn spawn(&mut self, world: &World, clock: &ClockAuthority, name: &str, port_variable: &str) -> String {
        self.spawn_with(world, clock, name, port_variable, &[])
    }

    fn spawn_with(
        &mut self,
        world: &World,
        clock: &ClockAuthority,
        name: &str,
        port_variable: &str,
        more: &[(&str, &str)],
    ) -> String {
        let port = free_port();
        let program = program(name);
        let child = Command::new(&program)
            .env_clear()
            .envs(world.variables.iter().cloned())
            .envs(more.iter().copied())
            .env("RATIBA__CLOCK__FOLLOW", clock.address().to_string())
            .env("RATIBA__PROCESS__EXIT_WITH_PARENT", "true")
            .env("RATIBA__LOG__LEVEL", "warn")
            .env(port_variable, port.to_string())
            // Nothing is ever written to it: that it ends when the test does is the message.
            .stdin(Stdio::piped())
            .spawn();
        let child = child.unwrap_or_else(|error| {
            let program = program.display();
            panic!("{program}: {error}; `cargo xtask test` builds it, or `cargo build -p {name}`")
        });
        self.children.push(child);
        format!("http://127.0.0.1:{port}")
    }

    async fn is_ready(&mut self, world: &World, door: &str) {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(50));
        for _tick in 0..600 {
            ticks.tick().await;
            if let Ok(answer) = world.http.get(door).send().await
                && answer.status().is_success()
            {
                return;
            }
        }
        panic!("{door} is not ready after half a minute");
    }
}

/// A port that nobody listens on at this moment.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A program of the same build as the test that runs: tests lie in a folder below the programs, programs beside them.
///
/// # Panics
/// If the test's own place is not known.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap();
    let beside = folder.join(name);
    if beside.exists() {
        return beside;
    }
    folder.parent().unwrap().join(name)
}
