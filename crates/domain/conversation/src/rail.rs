//! The rail: what people of the business ask for from their own phones, by commands and in plain words.
//!
//! Pure: which command somebody means, whether they may, and what is open between them and the machine. Adding a
//! command is a variant of [`Command`], its texts in [`crate::texts::RailText`], and one function in
//! `use_cases/take_turn/rail`; one that changes something is a variant of [`Act`] as well.

mod args;
mod command;
mod lines;
mod plain;
mod slate;

pub use args::{leading_number, leading_phone, split_amount, stretch};
pub use command::{Circle, Command, Said, hear};
pub use lines::{LINES_LIVE_FOR, LineTap, LinesTap, StatementTap, parse_statement_token};
pub use slate::{
    Act, AwaitedReason, LISTED_MAX, NEW_SERVICE_CATEGORY, PENDING_FOR, Pending, REASON_CHARACTERS_MAX, Slate,
    answer_token, parse_answer_token,
};

#[cfg(test)]
mod tests;
