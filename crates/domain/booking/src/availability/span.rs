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

/// Further from the present than any calendar, and small enough to add to.
pub(super) const FAR: i64 = i64::MAX / 8;

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

    pub(super) const fn moved(self, by: i64) -> Self {
        Self {
            from: self.from + by,
            to: self.to + by,
        }
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
    spans.dedup_by(|next, last| {
        let joins = next.from <= last.to;
        if joins {
            last.to = last.to.max(next.to);
        }
        joins
    });
    spans
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

/// What lies in the union `of` but in none of `taken`, which is sorted by its beginnings and may overlap.
pub(super) fn without(of: &[Span], taken: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut left = Vec::with_capacity(of.len());
    let mut taken = taken.peekable();
    // Up to where what was taken so far reaches.
    let mut reached = -FAR;
    for span in of {
        let mut from = span.from.max(reached);
        while let Some(next) = taken.next_if(|next| next.from < span.to) {
            if from < next.from {
                left.push(Span { from, to: next.from });
            }
            from = from.max(next.to);
            reached = reached.max(next.to);
        }
        if from < span.to {
            left.push(Span { from, to: span.to });
        }
    }
    left
}

/// The one of a union that contains all of `span`.
pub(super) fn container(of: &[Span], span: Span) -> Option<Span> {
    let next = of.partition_point(|candidate| candidate.from <= span.from);
    let found = *of.get(next.checked_sub(1)?)?;
    (span.to <= found.to).then_some(found)
}

/// Whether a union holds a second.
pub(super) fn holds(of: &[Span], second: i64) -> bool {
    let first = of.partition_point(|candidate| candidate.to <= second);
    of.get(first).is_some_and(|candidate| candidate.from <= second)
}

/// Those of a union that overlap `window`, whole.
pub(super) fn within(of: &[Span], window: Span) -> &[Span] {
    let first = of.partition_point(|candidate| candidate.to <= window.from);
    let rest = of.get(first..).unwrap_or_default();
    let past = rest.partition_point(|candidate| candidate.from < window.to);
    rest.get(..past).unwrap_or_default()
}
