//! What the engine reads, and how people change it: services, people's weeks, leave, blocks, rooms, opening
//! hours, holidays and rules.
//!
//! Somebody writes a form; the form becomes a [`SetupStep`] or all of its [`Fault`]s at once. Recording a
//! step is one transaction: it keeps every booking out while it is written, and lists the bookings that no
//! longer fit ([`hits`]), for a person to look at. No booking is lost by a change of the schedule, and none
//! slips past one.

mod buffers;
mod fault;
pub mod hits;
pub mod kenya;
mod ports;
mod rules;
mod service_form;
mod step;
mod values;
mod week;

pub use buffers::clashes;
pub use fault::{Fault, Why};
pub use ports::{AmountsWithCents, HitList, Recorded, SetupBook, SetupRefused, SetupShelf};
pub use rules::rule_faults;
pub use service_form::{SegmentForm, ServiceForm};
pub use step::{Cause, Reach, SetupChange, SetupStep};
pub use values::{
    Block, BlockId, BlockMark, BlockSubject, Hit, HitId, HitMark, Holiday, Leave, LeaveId, LeaveMark,
    OutOfService, OutageId, OutageMark, Page, Resolved, RosterCard, Standing, Versioned,
};
pub(crate) use values::{is_name, is_reason};
pub use week::{BlockForm, WeeklyBlockForm, day_blocks, weekly_blocks};

/// How many things of a kind a tenant may have, so that nothing grows without a bound that somebody chose.
pub mod limits {
    /// Services that can be booked.
    pub const SERVICES: usize = 1_000;
    /// People who work here.
    pub const STAFF: usize = 300;
    /// Resources that can be booked.
    pub const RESOURCES: usize = 300;
    /// Leaves of one person, or outages of one resource, that are not over.
    pub const ABSENCES: usize = 200;
    /// Dated hours of one person, or of the business, from today on.
    pub const DATED: usize = 400;
    /// Occurrences of one block that comes back every week.
    pub const OCCURRENCES: usize = 53;
    /// Blocks that are not over.
    pub const BLOCKS: usize = 10_000;
    /// Claims that one block makes, all occurrences and places together.
    pub const CLAIMS: usize = 2_000;
    /// How long one occurrence of a block may last, in days.
    pub const BLOCK_DAYS: i64 = 31;
    /// How long a leave or an outage may last, in days.
    pub const ABSENCE_DAYS: i64 = 731;
}
