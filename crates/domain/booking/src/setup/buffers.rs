//! Another rule for buffers: the claims that lie ahead, rewritten.

use crate::engagement::Claim;
use crate::policy::BufferRule;

impl Claim {
    /// The claim of the same work under a rule. `None` at the ends of the calendar.
    #[must_use]
    pub fn under(&self, rule: BufferRule) -> Option<Self> {
        Self::of_work(self.subject, self.work(), self.before, self.after, rule)
    }
}

/// The positions of the claims that cannot all be held, in order: each overlaps another one of its subject.
#[must_use]
pub fn clashes(claims: &[Claim]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_unstable_by_key(|position| claims.get(*position));
    let mut clashing = Vec::new();
    // Of the claims of one subject so far, the one that ends last.
    let mut last: Option<usize> = None;
    for position in order {
        let Some(claim) = claims.get(position) else {
            continue;
        };
        let reaching = last.and_then(|last| Some((last, claims.get(last)?)));
        match reaching.filter(|(_, last)| last.subject == claim.subject) {
            None => last = Some(position),
            Some((other, reaching)) => {
                if reaching.conflicts(claim) {
                    clashing.extend([other, position]);
                }
                if claim.range.end() > reaching.range.end() {
                    last = Some(position);
                }
            }
        }
    }
    clashing.sort_unstable();
    clashing.dedup();
    clashing
}

#[cfg(test)]
mod tests;
