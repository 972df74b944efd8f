//! What can be done about members of the staff.

mod change_member;
mod enrol_member;
mod record_employment;

pub use change_member::{ChangeMember, ChangeMemberError, MemberChange};
pub use enrol_member::{EnrolMember, EnrolMemberError, Enrolment, MEMBERS_MOST};
pub use record_employment::{RecordEmployment, RecordEmploymentError};
