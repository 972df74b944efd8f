//! Where one domain's port is played by another domain's use cases. Neither knows the other's words.

pub mod back_office;
pub mod booking_desk;
pub mod payment_desk;
pub mod visit_desk;
pub mod visits;
