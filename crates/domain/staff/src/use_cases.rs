//! What can be done about members of the staff.

mod enrol_member;
mod record_employment;

pub use enrol_member::{EnrolMember, EnrolMemberError, Enrolment};
pub use record_employment::{RecordEmployment, RecordEmploymentError};
