//! How far apart the parts of a visit must lie and may lie: differences between their starts, with everything
//! that follows from them.

use super::super::span::{FAR, Span};

/// The parts of a visit and its start.
const POINTS: usize = super::super::search::PARTS_MOST + 1;

/// A part, or the start of the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point(usize);

impl Point {
    /// The start of the visit.
    pub(super) const START: Self = Self(0);

    pub(super) const fn of_part(part: usize) -> Self {
        Self(part + 1)
    }
}

/// Bounds on the differences of all points, closed under addition; seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Net {
    /// By how much the second may lie after the first at most.
    most: [[i64; POINTS]; POINTS],
    /// How many of them there are.
    points: usize,
}

impl Net {
    /// Nothing is known yet.
    pub(super) fn new(parts: usize) -> Self {
        let mut most = [[FAR; POINTS]; POINTS];
        for (point, row) in most.iter_mut().enumerate() {
            if let Some(own) = row.get_mut(point) {
                *own = 0;
            }
        }
        Self {
            most,
            points: parts + 1,
        }
    }

    fn at_most(&self, from: Point, to: Point) -> i64 {
        let row = self.most.get(from.0);
        row.and_then(|row| row.get(to.0)).copied().unwrap_or(FAR)
    }

    /// How far `to` may lie after `from`: the first and the last possible difference.
    pub(super) fn between(&self, from: Point, to: Point) -> (i64, i64) {
        (-self.at_most(to, from), self.at_most(from, to))
    }

    /// The same, and `to` lies after `from` by one of `difference`; `None` if that cannot be.
    pub(super) fn with(mut self, from: Point, to: Point, difference: (i64, i64)) -> Option<Self> {
        let (least, most) = difference;
        (self.add(from, to, most) && self.add(to, from, -least)).then_some(self)
    }

    /// `to` lies after `from` by `most` at most; says whether that can be.
    fn add(&mut self, from: Point, to: Point, most: i64) -> bool {
        if most >= self.at_most(from, to) {
            return true;
        }
        if self.at_most(to, from) + most < 0 {
            return false;
        }
        let onward = self.most.get(to.0).copied().unwrap_or([FAR; POINTS]);
        for row in self.most.iter_mut().take(self.points) {
            let Some(hither) = row.get(from.0).copied().filter(|hither| *hither < FAR) else {
                continue;
            };
            for (known, onward) in row.iter_mut().zip(onward).take(self.points) {
                if onward < FAR {
                    *known = (*known).min(hither + most + onward);
                }
            }
        }
        true
    }

    /// Every way in which `to` may lie after `from` by a difference outside all of `taken`, a union.
    pub(super) fn apart(&self, from: Point, to: Point, taken: &[Span], each: &mut Vec<Self>) {
        let (least, most) = self.between(from, to);
        let mut next = least;
        for taken in super::super::span::within(
            taken,
            Span {
                from: least,
                to: most.saturating_add(1),
            },
        ) {
            if next < taken.from {
                each.extend(self.with(from, to, (next, taken.from - 1)));
            }
            next = next.max(taken.to);
        }
        if next <= most {
            each.extend(self.with(from, to, (next, most)));
        }
    }
}

#[cfg(test)]
mod tests;
