//! Following a chain.

use std::collections::VecDeque;

use ratiba_kernel::TenantId;
use time::Duration;

use super::{AuditEntry, FINDINGS_MOST, Finding, Head, Link, Look, link};

/// So far the database's clock may step back without an entry looking as if it were dated back.
pub const CLOCK_MAY_STEP: Duration = Duration::minutes(5);

/// Of how many looks it is remembered what was known. A transaction that stays open for long exempts its entries from those that
/// come meanwhile, and there are few: what is younger is not sealed before it ends.
const LOOKS: usize = 64;

impl Look {
    /// Whether the transaction may have been open at the look: of its entries nothing is known then.
    const fn was_open(&self, transaction: i64) -> bool {
        self.horizon <= transaction && transaction < self.ahead
    }

    /// Whether somebody can have written the entry after the look, as it is.
    fn is_before(&self, entry: &AuditEntry) -> bool {
        entry.seq > self.top && entry.at + CLOCK_MAY_STEP >= self.at
    }
}

/// Follows a chain, link by link.
#[derive(Clone, Debug)]
pub struct Verification {
    tenant: TenantId,
    head: Head,
    /// What was known so far, the latest last.
    looks: VecDeque<Look>,
    findings: Vec<Finding>,
}

impl Verification {
    /// Of a business's chain, from its beginning.
    #[must_use]
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            head: Head::NONE,
            looks: VecDeque::new(),
            findings: Vec::new(),
        }
    }

    fn note(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MOST {
            self.findings.push(finding);
        }
    }

    /// Looks at the next link, in the order of positions.
    pub fn see(&mut self, seen: &Link) {
        let expected = self.head.position + 1;
        if seen.position != expected {
            self.note(Finding::LinkMissing { position: expected });
        } else if link(self.head.hash, seen.position, seen.entry_hash) != seen.hash {
            self.note(Finding::Reordered {
                position: seen.position,
            });
        }
        match &seen.entry {
            None => self.note(Finding::Removed { seq: seen.seq }),
            Some(entry) if entry.hash(self.tenant) != seen.entry_hash => {
                self.note(Finding::Changed { seq: seen.seq });
            }
            Some(entry) if self.is_dated_back(entry) => self.note(Finding::Inserted { seq: seen.seq }),
            Some(_sound) => {}
        }
        if seen.contradicted {
            self.note(Finding::Rewritten {
                position: seen.position,
            });
        }
        // Each break is told once: what follows is measured by what stands here.
        self.head = Head {
            position: seen.position,
            hash: seen.hash,
        };
        if let Some(look) = seen.look {
            if self.looks.len() == LOOKS {
                self.looks.pop_front();
            }
            self.looks.push_back(look);
        }
    }

    /// Whether the entry says that it is older than a look that did not see it: by its number, or by its time.
    fn is_dated_back(&self, entry: &AuditEntry) -> bool {
        let mut known = self.looks.iter().rev();
        let strongest = known.find(|look| !look.was_open(entry.transaction));
        strongest.is_some_and(|look| !look.is_before(entry))
    }

    /// Notes an entry that is in no link although younger ones are.
    pub fn came_late(&mut self, seq: i64) {
        self.note(Finding::Inserted { seq });
    }

    /// Notes that the chain is on record to have had this position, and does not.
    pub fn ended_before(&mut self, position: i64) {
        self.note(Finding::Rewritten { position });
    }

    /// Where the chain ended so far.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The end of the chain, and all that is wrong with it.
    #[must_use]
    pub fn end(self) -> (Head, Vec<Finding>) {
        (self.head, self.findings)
    }
}
