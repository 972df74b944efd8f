//! One subject's time as a need sees it: when it is at work, away, and engaged.

use std::rc::Rc;

use super::facts::{EngagedAs, Engagement};
use super::span::{Span, any_overlaps, container, union};
use super::{Reason, Refusal};
use crate::catalogue::{Minutes, StaffId};
use crate::engagement::{Need, Subject};
use crate::policy::BufferRule;

/// An engagement in seconds, without buffers, and the buffers that belong to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engaged {
    work: Span,
    before: i64,
    after: i64,
    held: Option<i64>,
    blocked: bool,
}

impl Engaged {
    pub(super) fn of(engagement: &Engagement) -> Self {
        let held = match engagement.engaged_as {
            EngagedAs::Held { until } => Some(super::span::ceil(until)),
            EngagedAs::Booked | EngagedAs::Blocked => None,
        };
        Self {
            work: Span::around(engagement.claim.work()),
            before: engagement.claim.before.seconds(),
            after: engagement.claim.after.seconds(),
            held,
            blocked: engagement.engaged_as == EngagedAs::Blocked,
        }
    }

    fn reason(&self) -> Reason {
        match (self.held, self.blocked) {
            (Some(_), _) => Reason::Held,
            (None, true) => Reason::Blocked,
            (None, false) => Reason::Booked,
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

/// A need in seconds.
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

    pub(super) fn work(&self, start: i64) -> Span {
        Span {
            from: start + self.from,
            to: start + self.to,
        }
    }

    /// What must not meet an engagement as [`NeedSpan::keeps_out`] sees it.
    fn claim(&self, start: i64) -> Span {
        let work = self.work(start);
        match self.rule {
            BufferRule::Stacked => Span {
                from: work.from - self.before,
                to: work.to + self.after,
            },
            BufferRule::Shared => work,
        }
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
    fn keeps_out_while_off(&self, off: Span) -> Span {
        match self.rule {
            BufferRule::Stacked => off,
            BufferRule::Shared => Span {
                from: off.from - self.after,
                to: off.to + self.before,
            },
        }
    }

    fn at_work(&self, start: i64) -> Option<Span> {
        let span = Span {
            from: start + self.from - self.before,
            to: start + self.at_work_to,
        };
        (span.from < span.to).then_some(span)
    }

    /// The start at which the claim begins where a stretch of free time does.
    pub(super) fn start_after(&self, boundary: Boundary) -> i64 {
        match (boundary, self.rule) {
            (Boundary::Engagement(end), BufferRule::Shared) => end - self.from,
            (Boundary::Engagement(at) | Boundary::Opening(at), _) => at + self.before - self.from,
        }
    }
}

/// Where free time begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Boundary {
    /// At an opening, or the end of leave.
    Opening(i64),
    /// At the end of an engagement, its part of the buffers included.
    Engagement(i64),
}

/// One subject that could meet one need.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) diary: Rc<Diary>,
    need: NeedSpan,
    /// What keeps the need's claim out: engagements and absences, joined.
    busy: Vec<Span>,
}

impl Candidate {
    pub(super) fn new(diary: &Rc<Diary>, need: NeedSpan) -> Self {
        let engaged = diary.engaged.iter().map(|engaged| need.keeps_out(engaged));
        let off = diary.off.iter().map(|off| need.keeps_out_while_off(*off));
        let busy = union(engaged.chain(off).collect());
        Self {
            diary: Rc::clone(diary),
            need,
            busy,
        }
    }

    pub(super) const fn begins_the_service(&self) -> bool {
        self.need.from == 0
    }

    /// Whether the subject is at work and free for the need of a service that starts at `start`.
    pub(super) fn fits(&self, start: i64) -> bool {
        let at_work = match (&self.diary.open, self.need.at_work(start)) {
            (Some(open), Some(span)) => container(open, span).is_some(),
            (None, _) | (_, None) => true,
        };
        at_work && !any_overlaps(&self.busy, self.need.claim(start))
    }

    /// Where its free time begins, as starts of the service.
    pub(super) fn gap_starts(&self) -> impl Iterator<Item = i64> + '_ {
        let openings = self
            .diary
            .open
            .iter()
            .flatten()
            .map(|open| Boundary::Opening(open.from));
        let returns = self.diary.off.iter().map(|off| Boundary::Opening(off.to));
        let ends = self
            .diary
            .engaged
            .iter()
            .map(|engaged| Boundary::Engagement(self.need.keeps_out(engaged).to));
        openings
            .chain(returns)
            .chain(ends)
            .map(|boundary| self.need.start_after(boundary))
    }

    /// Free seconds of the subject before and after the need's claim, within the opening that it lies in.
    pub(super) fn holes(&self, start: i64) -> Option<(i64, i64)> {
        let claim = self.need.claim(start);
        let opening = container(self.diary.open.as_ref()?, self.need.at_work(start)?)?;
        let after = self.busy.partition_point(|busy| busy.to <= claim.from);
        let ended = after
            .checked_sub(1)
            .and_then(|last| self.busy.get(last))
            .map(|busy| busy.to);
        let begins = self.busy.get(after).map(|busy| busy.from);
        let from = ended.map_or(opening.from, |end| end.max(opening.from));
        let to = begins.map_or(opening.to, |begin| begin.min(opening.to));
        Some(((claim.from - from).max(0), (to - claim.to).max(0)))
    }

    /// Why it does not fit, for a staff member.
    pub(super) fn refusals(
        &self,
        start: i64,
        part: usize,
        staff: StaffId,
    ) -> impl Iterator<Item = Refusal> + use<> {
        let mut reasons = Vec::new();
        let claim = self.need.claim(start);
        if let (Some(open), Some(span)) = (&self.diary.open, self.need.at_work(start))
            && container(open, span).is_none()
        {
            reasons.push(Reason::Closed);
        }
        if self
            .diary
            .off
            .iter()
            .any(|off| self.need.keeps_out_while_off(*off).overlaps(claim))
        {
            reasons.push(Reason::OnLeave);
        }
        for engaged in &self.diary.engaged {
            if self.need.keeps_out(engaged).overlaps(claim) {
                let bare = engaged.work.overlaps(self.need.work(start));
                reasons.push(if bare { engaged.reason() } else { Reason::Buffer });
            }
        }
        reasons.into_iter().map(move |reason| Refusal {
            reason,
            part: Some(part),
            staff: Some(staff),
        })
    }
}
