//! How much memory a process holds, as Linux tells it.

use anyhow::{Context as _, ensure};

/// What a process holds of the machine's memory, in thousands of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// At this moment.
    pub(crate) now: u64,
    /// At most so far.
    pub(crate) most: u64,
}

impl Held {
    /// What the process with this id holds; `None` when it has ended, and where `/proc` does not tell.
    pub(crate) fn by(process: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
    }

    /// Reads the lines `VmRSS` and `VmHWM`. What Linux calls kB are 1,024 bytes.
    fn parse(status: &str) -> Option<Self> {
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let blocks: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
            Some(blocks * 1_024 / 1_000)
        };
        Some(Self {
            now: line("VmRSS:")?,
            most: line("VmHWM:")?,
        })
    }
}

/// Fails where nobody tells how much memory a process holds.
pub(crate) fn preflight() -> anyhow::Result<()> {
    ensure!(
        Held::by(std::process::id()).is_some(),
        "a soak looks at memory by /proc, which is Linux's"
    );
    Ok(())
}

/// What was held after a third of the time and in the end, of looks at equal distances: each the median of a tenth of them,
/// because a single look may fall on a peak.
pub(crate) fn growth(looks: &[u64]) -> anyhow::Result<(u64, u64)> {
    let tenth = (looks.len() / 10).max(1);
    let before = |end: usize| {
        let mut part = looks.get(end.checked_sub(tenth)?..end)?.to_vec();
        part.sort_unstable();
        part.get(part.len() / 2).copied()
    };
    let third = (looks.len() / 3).max(tenth);
    before(third)
        .zip(before(looks.len()))
        .context("nobody looked at the memory")
}

#[cfg(test)]
mod tests;
