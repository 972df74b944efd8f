//! Half-open stretches in whole seconds: the engine compares millions of them.
//!
//! What is busy is widened to whole seconds and what is free is narrowed, so that rounding never sells a
//! moment twice.

use ratiba_kernel::TimeRange;
use time::{Duration, OffsetDateTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

pub(super) fn floor(instant: OffsetDateTime) -> i64 {
    instant.unix_timestamp()
}

pub(super) fn ceil(instant: OffsetDateTime) -> i64 {
    let whole = instant.unix_timestamp();
    if instant.nanosecond() == 0 {
        whole
    } else {
        whole + 1
    }
}

/// The instant of a second that came from an instant before.
pub(super) fn instant(second: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(second).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

pub(super) fn one_second_from(start: OffsetDateTime) -> Option<TimeRange> {
    TimeRange::starting(start, Duration::seconds(1)).ok()
}

impl Span {
    /// All of what is busy.
    pub(super) fn around(range: TimeRange) -> Self {
        Self {
            from: floor(range.start()),
            to: ceil(range.end()),
        }
    }

    pub(super) const fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// As a range; `None` if it is empty.
    pub(super) fn range(self) -> Option<TimeRange> {
        TimeRange::new(instant(self.from), instant(self.to)).ok()
    }
}

/// Sorts, drops what is empty, and joins what overlaps or touches.
pub(super) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.to);
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _none_or_apart => joined.push(span),
        }
    }
    joined
}

/// What lies in both; the arguments are unions, and so is the answer.
pub(super) fn intersection(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut both, mut l, mut r) = (Vec::new(), 0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        let span = Span {
            from: a.from.max(b.from),
            to: a.to.min(b.to),
        };
        if span.from < span.to {
            both.push(span);
        }
        if a.to <= b.to {
            l += 1;
        } else {
            r += 1;
        }
    }
    both
}

/// The one of a union that contains all of `span`.
pub(super) fn container(of: &[Span], span: Span) -> Option<Span> {
    let next = of.partition_point(|candidate| candidate.from <= span.from);
    let found = *of.get(next.checked_sub(1)?)?;
    (span.to <= found.to).then_some(found)
}

/// Whether one of a union overlaps `span`.
pub(super) fn any_overlaps(of: &[Span], span: Span) -> bool {
    let first = of.partition_point(|candidate| candidate.to <= span.from);
    of.get(first).is_some_and(|candidate| candidate.from < span.to)
}
