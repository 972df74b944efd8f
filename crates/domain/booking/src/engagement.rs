//! Claims on time: who and what a service occupies, from when to when.
//!
//! A [`Need`] is relative to the start of a service and names a role; a [`Claim`] is absolute and names a
//! subject. The database keeps claims apart; this module says what they are.

use ratiba_kernel::TimeRange;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::catalogue::{
    ClientPresence, Minutes, Recipe, ResourceId, ResourceKind, Segment, StaffId, StaffNeed,
};
use crate::policy::BufferRule;

/// What can be claimed. Ordered as the database orders claims: resources before staff, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One place of a room, couch or machine; a resource of capacity n has the seats 0 to n − 1.
    Resource {
        /// The resource.
        id: ResourceId,
        /// The place in it.
        seat: u16,
    },
    /// A staff member.
    Staff(StaffId),
}

/// A stretch of one subject's time that an appointment, a hold or a block keeps for itself.
///
/// Ordered by subject, then start: the one order in which claims are ever written, since two writers with
/// different orders would lock each other out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// Whose time it is.
    pub subject: Subject,
    /// What nobody else may claim: with stacked buffers the work and both buffers, with shared ones the
    /// work alone.
    pub range: TimeRange,
    /// Time to keep free before the work.
    pub before: Minutes,
    /// Time to keep free after the work.
    pub after: Minutes,
    /// Whether `range` includes the buffers.
    pub buffers: BufferRule,
}

impl Claim {
    /// The claim of `work` and its buffers under a rule. `None` at the ends of the calendar.
    #[must_use]
    pub fn of_work(
        subject: Subject,
        work: TimeRange,
        before: Minutes,
        after: Minutes,
        buffers: BufferRule,
    ) -> Option<Self> {
        let range = match buffers {
            BufferRule::Stacked => widened(work, before, after)?,
            BufferRule::Shared => work,
        };
        Some(Self {
            subject,
            range,
            before,
            after,
            buffers,
        })
    }

    /// The work without its buffers.
    #[must_use]
    pub fn work(&self) -> TimeRange {
        match self.buffers {
            BufferRule::Shared => self.range,
            BufferRule::Stacked => {
                let (start, end) = (
                    self.range.start() + self.before.duration(),
                    self.range.end() - self.after.duration(),
                );
                TimeRange::new(start, end).unwrap_or(self.range)
            }
        }
    }

    /// Whether the two cannot both be held: their ranges overlap, or, with shared buffers, the larger of the
    /// two buffers between them does not fit.
    #[must_use]
    pub fn conflicts(&self, other: &Self) -> bool {
        if self.subject != other.subject {
            return false;
        }
        match (self.buffers, other.buffers) {
            (BufferRule::Shared, BufferRule::Shared) => {
                let (mine, theirs) = (self.range, other.range);
                mine.start() < theirs.end() + other.after.max(self.before).duration()
                    && theirs.start() < mine.end() + self.after.max(other.before).duration()
            }
            (BufferRule::Stacked, _) | (_, BufferRule::Stacked) => self.range.overlaps(&other.range),
        }
    }
}

fn widened(work: TimeRange, before: Minutes, after: Minutes) -> Option<TimeRange> {
    let start = work.start().checked_sub(before.duration())?;
    let end = work.end().checked_add(after.duration())?;
    TimeRange::new(start, end).ok()
}

/// Sorts claims into the order in which they are written.
#[must_use]
pub fn sorted(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_unstable();
    claims
}

/// Who a need is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The staff member who renders the service, the same one throughout.
    Staff,
    /// One member of a pool, the same one for the whole need.
    Resource(ResourceKind),
}

/// What a service occupies, relative to its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Who or what.
    pub role: Role,
    /// From how long after the start.
    pub from: Minutes,
    /// Until how long after the start.
    pub to: Minutes,
    /// Time to keep free before it.
    pub before: Minutes,
    /// Time to keep free after it.
    pub after: Minutes,
}

impl Need {
    /// The claim of this need by a subject, for a service that starts at `start`. `None` at the ends of the
    /// calendar.
    #[must_use]
    pub fn claim(&self, subject: Subject, start: OffsetDateTime, buffers: BufferRule) -> Option<Claim> {
        let work = TimeRange::new(
            start.checked_add(self.from.duration())?,
            start.checked_add(self.to.duration())?,
        )
        .ok()?;
        Claim::of_work(subject, work, self.before, self.after, buffers)
    }
}

impl Recipe {
    /// What the service occupies: staff first, then resources, each by time.
    ///
    /// Segments in a row with the same need are one need, so that a client is not moved from chair to
    /// chair. The buffers belong to whoever works on, or is occupied by, the first and the last segment.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = self.runs(|segment| (segment.staff == StaffNeed::Needed).then_some(Role::Staff));
        needs.extend(self.runs(|segment| segment.resource_kind.clone().map(Role::Resource)));
        needs
    }

    /// Until when, after the start, anything but clean-up goes on: the end of the last segment with the
    /// client there.
    #[must_use]
    pub fn client_leaves(&self) -> Minutes {
        let mut clock = 0;
        let mut leaves = 0;
        for segment in self.segments() {
            clock += segment.minutes.count();
            if segment.client == ClientPresence::Present {
                leaves = clock;
            }
        }
        Minutes::new(leaves)
    }

    /// From when, after the start, the client is expected.
    #[must_use]
    pub fn client_comes(&self) -> Minutes {
        let absent = self
            .segments()
            .iter()
            .take_while(|s| s.client == ClientPresence::Absent);
        Minutes::new(absent.map(|s| s.minutes.count()).sum())
    }

    fn runs(&self, role_of: impl Fn(&Segment) -> Option<Role>) -> Vec<Need> {
        let total = self.duration();
        let mut runs: Vec<Need> = Vec::new();
        let mut clock = 0;
        for segment in self.segments() {
            let (from, to) = (Minutes::new(clock), Minutes::new(clock + segment.minutes.count()));
            clock = to.count();
            let Some(role) = role_of(segment) else { continue };
            match runs.last_mut() {
                Some(last) if last.role == role && last.to == from => last.to = to,
                _none_or_apart => {
                    let (before, after) = (Minutes::NONE, Minutes::NONE);
                    runs.push(Need {
                        role,
                        from,
                        to,
                        before,
                        after,
                    });
                }
            }
        }
        for need in &mut runs {
            if need.from == Minutes::NONE {
                need.before = self.buffers().before;
            }
            if need.to == total {
                need.after = self.buffers().after;
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests;
