//! One subject's time as a need sees it: when it is at work, away, and engaged.

use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;

use super::Reason;
use super::facts::{EngagedAs, Engagement};
use super::span::{Span, container, union, without};
use crate::catalogue::Minutes;
use crate::engagement::{Claim, Need, Subject};
use crate::policy::BufferRule;

/// The longest hole that is told beside a slot.
pub(super) const HOLE_MOST: i64 = super::calendar::DAY;

/// An engagement in seconds, without buffers, and the buffers that belong to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engaged {
    work: Span,
    before: i64,
    after: i64,
    cause: Cause,
}

/// Why time is engaged, without the deadlines.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Booked,
    Held,
    Blocked,
}

impl Engaged {
    pub(super) fn of(engagement: &Engagement) -> Self {
        let claim = &engagement.claim;
        let (before, after) = (claim.before.seconds(), claim.after.seconds());
        let range = Span::around(claim.range);
        let work = Span {
            from: range.from + before,
            to: range.to - after,
        };
        // The same as `Claim::work`, without its arithmetic on the calendar.
        let work = match claim.buffers {
            BufferRule::Stacked if work.from < work.to => work,
            BufferRule::Stacked | BufferRule::Shared => range,
        };
        Self {
            work,
            before,
            after,
            cause: match engagement.engaged_as {
                EngagedAs::Booked => Cause::Booked,
                EngagedAs::Held { .. } => Cause::Held,
                EngagedAs::Blocked => Cause::Blocked,
            },
        }
    }

    const fn reason(&self) -> Reason {
        match self.cause {
            Cause::Held => Reason::Held,
            Cause::Blocked => Reason::Blocked,
            Cause::Booked => Reason::Booked,
        }
    }
}

/// What is known about one subject.
#[derive(Debug)]
pub(super) struct Diary {
    pub(super) subject: Subject,
    /// When it is at work, joined. Resources always are.
    pub(super) open: Option<Vec<Span>>,
    /// When it is away or out of service, joined.
    pub(super) off: Vec<Span>,
    pub(super) engaged: Vec<Engaged>,
}

/// A need in seconds after the start of the service.
#[derive(Clone, Copy, Debug)]
pub(super) struct NeedSpan {
    from: i64,
    to: i64,
    before: i64,
    after: i64,
    /// Until when, after the start, the subject must be at work; clean-up may lie beyond.
    at_work_to: i64,
    rule: BufferRule,
}

impl NeedSpan {
    pub(super) fn of(need: &Need, rule: BufferRule, cleanup_from: Option<Minutes>) -> Self {
        let to = need.to.seconds() + need.after.seconds();
        Self {
            from: need.from.seconds(),
            to: need.to.seconds(),
            before: need.before.seconds(),
            after: need.after.seconds(),
            at_work_to: cleanup_from.map_or(to, |cleanup| to.min(cleanup.seconds())),
            rule,
        }
    }

    /// The claim of this need by a subject, for a service that starts at `start`: the same as `Need::claim`,
    /// without its arithmetic on the calendar. `None` at the ends of the calendar. Most claims are as long as the `whole` service, whose range is known already.
    pub(super) fn claimed_by(
        &self,
        subject: Subject,
        need: &Need,
        start: i64,
        whole: (Span, TimeRange),
    ) -> Option<Claim> {
        let (span, range) = (self.claim().moved(start), whole.1);
        Some(Claim {
            subject,
            range: if span == whole.0 { range } else { span.range()? },
            before: need.before,
            after: need.after,
            buffers: self.rule,
        })
    }

    /// Whether the subject must be at work for all of a service of that length and for all of this need.
    pub(super) const fn fills(&self, length: i64) -> bool {
        self.from == 0 && self.to == length && self.at_work_to == self.to + self.after
    }

    pub(super) const fn begins_the_service(&self) -> bool {
        self.from == 0
    }

    /// What must not meet an engagement as [`NeedSpan::keeps_out`] sees it, after the start.
    const fn claim(&self) -> Span {
        match self.rule {
            BufferRule::Stacked => self.whole(),
            BufferRule::Shared => self.work(),
        }
    }

    const fn work(&self) -> Span {
        Span {
            from: self.from,
            to: self.to,
        }
    }

    /// The work and both buffers.
    const fn whole(&self) -> Span {
        Span {
            from: self.from - self.before,
            to: self.to + self.after,
        }
    }

    /// When, after the start, the subject must be at work; `None` if all of it is clean-up after closing.
    fn at_work(&self) -> Option<Span> {
        let span = Span {
            from: self.from - self.before,
            to: self.at_work_to,
        };
        (span.from < span.to).then_some(span)
    }

    /// The time around an engagement in which this need's claim cannot lie.
    fn keeps_out(&self, engaged: &Engaged) -> Span {
        let (before, after) = match self.rule {
            BufferRule::Stacked => (engaged.before, engaged.after),
            BufferRule::Shared => (engaged.before.max(self.after), engaged.after.max(self.before)),
        };
        Span {
            from: engaged.work.from - before,
            to: engaged.work.to + after,
        }
    }

    /// The time around an absence in which this need's claim cannot lie: its buffers do not fit in either.
    const fn keeps_out_while_off(&self, off: Span) -> Span {
        match self.rule {
            BufferRule::Stacked => off,
            BufferRule::Shared => Span {
                from: off.from - self.after,
                to: off.to + self.before,
            },
        }
    }

    /// What keeps the need's claim out of a diary: engagements and absences, joined.
    pub(super) fn busy(&self, diary: &Diary) -> Vec<Span> {
        let engaged = diary.engaged.iter().map(|engaged| self.keeps_out(engaged));
        let off = diary.off.iter().map(|off| self.keeps_out_while_off(*off));
        union(engaged.chain(off).collect())
    }

    /// The starts of the service at which the subject is at work and free, of those in `among`.
    pub(super) fn starts(&self, diary: &Diary, busy: &[Span], among: &[Span]) -> Vec<Span> {
        let claim = self.claim();
        // The claim meets what is busy unless it ends before or begins after it.
        let taken = busy.iter().map(|busy| Span {
            from: busy.from - claim.to + 1,
            to: busy.to - claim.from,
        });
        match (&diary.open, self.at_work()) {
            (Some(open), Some(at_work)) => {
                let open = open.iter().filter_map(|open| {
                    let (from, to) = (open.from - at_work.from, open.to - at_work.to + 1);
                    (from < to).then_some(Span { from, to })
                });
                let open: Vec<Span> = open.collect();
                without(&super::span::intersection(&open, among), taken)
            }
            (None, _) | (_, None) => without(among, taken),
        }
    }

    /// Where free time begins, as starts of the service at which the claim begins there.
    pub(super) fn gap_starts<'d>(&self, diary: &'d Diary) -> impl Iterator<Item = i64> + use<'d> {
        let need = *self;
        let opening = move |at: i64| at - need.whole().from;
        let openings = diary.open.iter().flatten().map(move |open| opening(open.from));
        let returns = diary.off.iter().map(move |off| opening(off.to));
        let ends = diary
            .engaged
            .iter()
            .map(move |engaged| need.keeps_out(engaged).to - need.claim().from);
        openings.chain(returns).chain(ends)
    }

    /// Free seconds of the subject before and after the need's claim of a service that starts at `start`,
    /// within the opening that it lies in, each a day at most. What must be kept free is not free.
    pub(super) fn holes(&self, diary: &Diary, start: i64) -> Option<(i64, i64)> {
        let (claim, whole) = (self.claim().moved(start), self.whole().moved(start));
        let opening = container(diary.open.as_ref()?, self.at_work()?.moved(start))?;
        let (mut before, mut after) = (whole.from - opening.from, opening.to - whole.to);
        let engaged = diary.engaged.iter().map(|engaged| self.keeps_out(engaged));
        let off = diary.off.iter().map(|off| self.keeps_out_while_off(*off));
        for busy in engaged.chain(off) {
            if busy.to <= claim.from {
                before = before.min(claim.from - busy.to);
            }
            if busy.from >= claim.to {
                after = after.min(busy.from - claim.to);
            }
        }
        Some((before.clamp(0, HOLE_MOST), after.clamp(0, HOLE_MOST)))
    }

    /// Why the subject cannot meet the need of a service that starts at `start`; empty if it can.
    pub(super) fn refusals(&self, diary: &Diary, start: i64) -> BTreeSet<Reason> {
        let mut reasons = BTreeSet::new();
        let claim = self.claim().moved(start);
        if let (Some(open), Some(at_work)) = (&diary.open, self.at_work())
            && container(open, at_work.moved(start)).is_none()
        {
            reasons.insert(Reason::Closed);
        }
        if diary
            .off
            .iter()
            .any(|off| self.keeps_out_while_off(*off).overlaps(claim))
        {
            reasons.insert(Reason::OnLeave);
        }
        for engaged in &diary.engaged {
            if self.keeps_out(engaged).overlaps(claim) {
                let bare = engaged.work.overlaps(self.work().moved(start));
                reasons.insert(if bare { engaged.reason() } else { Reason::Buffer });
            }
        }
        reasons
    }

    /// By how many seconds one service must not start after another, if the same subject meets this need of
    /// the one and `other` of the other: inside the answer the two claims meet.
    pub(super) fn clashes_with(&self, other: &Self) -> Span {
        let (mine, theirs, after, before) = match self.rule {
            BufferRule::Stacked => (self.whole(), other.whole(), 0, 0),
            BufferRule::Shared => (
                self.work(),
                other.work(),
                other.after.max(self.before),
                self.after.max(other.before),
            ),
        };
        Span {
            from: theirs.from - mine.to - before + 1,
            to: theirs.to + after - mine.from,
        }
    }
}
