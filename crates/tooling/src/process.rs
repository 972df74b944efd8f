//! Other programs: run to their end, run for a bounded time, and ended.

use std::io::Read as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::interrupt;
use crate::machine;

/// A command failed with this exit code; nothing more is to be said, because it said it itself.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed ({status})")]
pub struct CommandFailed {
    what: String,
    status: ExitStatus,
}

/// Runs a command to its end with our own input and output; fails unless it succeeds.
///
/// # Errors
/// [`CommandFailed`], or [`Interrupted`](interrupt::Interrupted).
pub fn run(what: &str, command: &mut Command) -> anyhow::Result<()> {
    let mut child = command
        .spawn()
        .with_context(|| format!("{what} could not be started"))?;
    let status = wait(&mut child)?;
    if status.success() {
        Ok(())
    } else {
        Err(CommandFailed {
            what: what.to_owned(),
            status,
        }
        .into())
    }
}

/// Runs a command to its end and gives its standard output; its errors go to the terminal.
///
/// # Errors
/// As [`run`], and when it wrote no text.
pub fn output(what: &str, command: &mut Command) -> anyhow::Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("{what} could not be started"))?;
    // Read beside the wait, which looks for an interruption.
    let reader = child.stdout.take().map(|mut stdout| {
        std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).map(|_length| text)
        })
    });
    let status = wait(&mut child)?;
    let text = match reader.map(std::thread::JoinHandle::join) {
        Some(Ok(read)) => read.with_context(|| format!("{what} wrote no text"))?,
        Some(Err(_)) | None => bail!("what {what} wrote could not be read"),
    };
    if status.success() {
        Ok(text)
    } else {
        Err(CommandFailed {
            what: what.to_owned(),
            status,
        }
        .into())
    }
}

/// Asks a program that may hang or not exist: its output if it succeeds in time, else `None`.
///
/// The output must be small: it is read when the program has ended.
pub fn ask(command: &mut Command, patience: Duration) -> Option<String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let Ok(Some(status)) = wait_for(&mut child, patience) else {
        end(&mut child, Duration::ZERO);
        return None;
    };
    let mut text = String::new();
    child.stdout.take()?.read_to_string(&mut text).ok()?;
    status.success().then(|| text.trim().to_owned())
}

/// Waits for a child. Once the chore is interrupted the child gets a moment to end by itself, because a
/// terminal sends Ctrl-C to both, and is ended then.
///
/// # Errors
/// [`Interrupted`](interrupt::Interrupted), or when the system refuses.
pub fn wait(child: &mut Child) -> anyhow::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            interrupt::check()?;
            return Ok(status);
        }
        if let Err(interrupted) = interrupt::rest() {
            if wait_unconditionally(child, Duration::from_secs(2)).is_none() {
                end(child, Duration::from_secs(5));
            }
            return Err(interrupted.into());
        }
    }
}

/// Waits for a child for a while; `None` if it is still running then.
///
/// # Errors
/// [`Interrupted`](interrupt::Interrupted), or when the system refuses.
pub fn wait_for(child: &mut Child, patience: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let began = machine::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() >= patience {
            return Ok(None);
        }
        interrupt::rest()?;
    }
}

/// Ends a child: SIGTERM, a grace period, SIGKILL. The child is reaped in any case.
pub fn end(child: &mut Child, grace: Duration) {
    if wait_unconditionally(child, Duration::ZERO).is_some() {
        return;
    }
    if grace > Duration::ZERO {
        signal(child.id(), Signal::Terminate);
        if wait_unconditionally(child, grace).is_some() {
            return;
        }
    }
    // Both fail only for a child that is gone already.
    let _gone = child.kill();
    let _reaped = child.wait();
}

/// Waits although the chore is interrupted: this is how it puts things away.
pub fn wait_unconditionally(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let began = machine::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if began.elapsed() < patience => std::thread::sleep(interrupt::LOOK),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// The signals that a chore sends.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// End soon, in order. PostgreSQL calls it a smart shutdown and waits for its clients.
    Terminate,
    /// What Ctrl-C sends. PostgreSQL calls it a fast shutdown.
    Interrupt,
    /// PostgreSQL calls it an immediate shutdown.
    Quit,
    /// Nothing is sent: only asks whether the process is there and ours to signal.
    Probe,
}

/// Sends a signal; `false` if there is no such process, or it is not ours.
pub fn signal(pid: u32, signal: Signal) -> bool {
    let name = match signal {
        Signal::Terminate => "-TERM",
        Signal::Interrupt => "-INT",
        Signal::Quit => "-QUIT",
        Signal::Probe => "-0",
    };
    // The shell's own `kill`, because a slim system has no program of that name.
    Command::new("sh")
        .args(["-c", "kill \"$0\" \"$1\"", name, &pid.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What tells a process from a later one with the same number: its start time. `None` if it is gone.
pub fn identity(pid: u32) -> Option<String> {
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The program's name stands in parentheses and may hold spaces; the 20th field after it is the start.
        return stat.rsplit_once(") ")?.1.split(' ').nth(19).map(str::to_owned);
    }
    let mut ps = Command::new("ps");
    ps.args(["-o", "lstart=", "-p", &pid.to_string()]);
    ask(&mut ps, Duration::from_secs(5)).filter(|start| !start.is_empty())
}

/// The arguments a process was started with, in one line. `None` if it is gone.
pub fn command_line(pid: u32) -> Option<String> {
    if let Ok(arguments) = std::fs::read(format!("/proc/{pid}/cmdline")) {
        return Some(String::from_utf8_lossy(&arguments).replace('\0', " "));
    }
    let mut ps = Command::new("ps");
    ps.args(["-ww", "-o", "args=", "-p", &pid.to_string()]);
    ask(&mut ps, Duration::from_secs(5))
}

/// The last lines of a log, for a person who must know why something failed.
pub fn tail(path: &std::path::Path, lines: usize) -> String {
    let text = std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Fails if the program is not there, with the command that brings it.
///
/// # Errors
/// When it is not there.
pub fn need(program: &str, remedy: &str) -> anyhow::Result<()> {
    if machine::find_program(program).is_none() {
        bail!("{program} is not installed: {remedy}");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
