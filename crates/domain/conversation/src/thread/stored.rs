//! A thread's state as JSON in a row: `{"v": 10, …}`.
//!
//! A change of the shape raises [`STATE_VERSION`] and adds the step that lifts the version before; threads
//! in flight survive an upgrade. A state of a newer version (after a step back) is refused, not guessed. So that a step
//! back leaves as few customers unanswered as can be, a state has the least version that can say what it says.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use time::OffsetDateTime;

use super::{Answered, BriefLine, HandoffReason, ThreadState};
use crate::machine::{Meaning, Question, Stage};

/// The newest version that this program writes and reads.
pub const STATE_VERSION: u64 = 10;

/// The field and the word that version 10 brought: what each of several people gets.
const WITH_EACH: &str = "each";

/// The version of a state that says something of several services, which the program before knew.
const WITH_SERVICES: u64 = 9;

/// The fields that version 9 brought: several services, one after another.
const WITH_SEVERAL: [&str; 2] = ["also", "rest"];

/// The version of a state that counts anger, which the program before several services reads as well.
const WITH_ANGER: u64 = 8;

/// The version of a state that says what a cancellation gives back, which the program before handoffs reads as well.
const WITH_BACK_TOLD: u64 = 7;

/// The field that version 7 brought: what we said comes back by a cancellation.
const WITH_BACK: &str = "told_back";

/// The version of a state that says something of a group or of a complementary service, which the program before knew.
const WITH_GROUPS: u64 = 6;

/// The version of a state that says something of a move, or of what a cancellation costs, which the program before
/// groups and complementary services reads as well.
const WITH_MOVES: u64 = 5;

/// The fields that version 6 brought.
const NEW_FIELDS: [&str; 4] = ["people", "party", "complement", "cross_sold"];

/// The stage that version 6 brought.
const NEW_STAGE: &str = "adding";

/// The version of a state with a choice about a tip, which the program before moves reads as well.
const WITH_TIPS: u64 = 4;

/// The version of a state that says neither of a tip nor of a move.
const WITHOUT_TIPS: u64 = 3;

/// Lifts a state from the version of its position (0 → 1 first) to the next.
type Lift = fn(Value) -> Value;

/// One step for each version before [`STATE_VERSION`].
const LIFTS: [Lift; 10] = [
    nothing_said_yet,
    no_time_before,
    no_lines_before,
    no_tips_before,
    no_moves_before,
    no_groups_before,
    nothing_said_to_come_back,
    handoff_in_the_state,
    one_service_before,
    all_for_each_before,
];

/// Version 0 is the empty object that a row gets when it is made by hand.
fn nothing_said_yet(_empty: Value) -> Value {
    serde_json::json!({"stage": {"stage": "open"}})
}

/// Version 2 may remember what was wanted before another time was asked for; version 1 never did.
const fn no_time_before(state: Value) -> Value {
    state
}

/// Version 3 may have lines in the brief of a handoff; version 2 never did.
const fn no_lines_before(state: Value) -> Value {
    state
}

/// The choices of version 4 may be about tips; those of version 3 never were.
const fn no_tips_before(state: Value) -> Value {
    state
}

/// The stages of version 5 may be about moving a visit, and know what a cancellation was said to cost; those of version
/// 4 never did.
const fn no_moves_before(state: Value) -> Value {
    state
}

/// What version 6 talks about may be for several people, or have a complementary service; of version 5 it never was.
const fn no_groups_before(state: Value) -> Value {
    state
}

/// Version 7 may know what a cancellation was said to give back; version 6 never did.
const fn nothing_said_to_come_back(state: Value) -> Value {
    state
}

/// Version 8 may count anger, and has calls for a person in rows of their own; of version 7 the call is taken out here,
/// and read by [`handoff_of_before`].
fn handoff_in_the_state(mut state: Value) -> Value {
    if let Value::Object(fields) = &mut state {
        fields.remove(HANDOFF);
    }
    state
}

/// What version 9 talks about may be several services one after another; of version 8 it never was.
const fn one_service_before(state: Value) -> Value {
    state
}

/// In version 10 each of several people may get something else; in version 9 everybody got the same.
const fn all_for_each_before(state: Value) -> Value {
    state
}

/// Where versions before 8 kept the call for a person.
const HANDOFF: &str = "handoff";

/// The call for a person that a program before version 8 left in a state: why, since when, and the brief's lines.
/// `None` if there is none that can be read.
#[must_use]
pub fn handoff_of_before(state: &Value) -> Option<(HandoffReason, OffsetDateTime, Vec<BriefLine>)> {
    #[derive(Deserialize)]
    struct Before {
        reason: HandoffReason,
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        #[serde(default)]
        lines: Vec<BriefLine>,
    }
    let before: Before = serde_json::from_value(state.get(HANDOFF)?.clone()).ok()?;
    Some((before.reason, before.since, before.lines))
}

/// A stored state that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableState {
    /// It was written by a newer program.
    #[error("the state has version {0}, which is newer than this program")]
    Newer(u64),
    /// It has not the shape of its version.
    #[error("the state has not the shape of its version")]
    Shape(#[source] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered: Option<Answered>,
    #[serde(default)]
    misunderstood: u8,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cross_sold: bool,
    #[serde(default, skip_serializing_if = "is_none_yet")]
    angry: u8,
}

/// Whether nothing was counted.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_none_yet(count: &u8) -> bool {
    *count == 0
}

impl ThreadState {
    /// The state as a row keeps it.
    ///
    /// # Errors
    /// None that a state can cause; serde's type for the caller to pass on.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        let stored = Stored {
            stage: self.stage.clone(),
            question: self.question.clone(),
            answered: self.answered,
            misunderstood: self.misunderstood,
            cross_sold: self.cross_sold,
            angry: self.angry,
        };
        let mut json = serde_json::to_value(stored)?;
        let version = if mentions(&json, &[WITH_EACH]) || says(&json, WITH_EACH) {
            STATE_VERSION
        } else if mentions(&json, &WITH_SEVERAL) {
            WITH_SERVICES
        } else if self.angry > 0 {
            WITH_ANGER
        } else if mentions(&json, &[WITH_BACK]) {
            WITH_BACK_TOLD
        } else if is_of_groups(&json) {
            WITH_GROUPS
        } else {
            self.version_before()
        };
        if let Value::Object(fields) = &mut json {
            fields.insert("v".to_owned(), Value::from(version));
        }
        Ok(json)
    }

    /// The least version that can say what the state says, if it says nothing that the newest five brought.
    fn version_before(&self) -> u64 {
        let mut options = self.question.iter().flat_map(|question| &question.options);
        if knows_of_moves(&self.stage) {
            WITH_MOVES
        } else if options.any(is_about_a_tip) {
            WITH_TIPS
        } else {
            WITHOUT_TIPS
        }
    }

    /// A state as a row kept it, of this version or any before.
    ///
    /// # Errors
    /// [`UnreadableState`].
    pub fn from_json(json: Value) -> Result<Self, UnreadableState> {
        let stored: Stored = serde_json::from_value(lifted(json, &LIFTS)?).map_err(UnreadableState::Shape)?;
        Ok(Self {
            stage: stored.stage,
            question: stored.question,
            answered: stored.answered,
            misunderstood: stored.misunderstood,
            cross_sold: stored.cross_sold,
            angry: stored.angry,
        })
    }
}

/// Whether this part of a state says something that version 6 brought.
fn is_of_groups(part: &Value) -> bool {
    mentions(part, &NEW_FIELDS) || is_at(part, NEW_STAGE)
}

/// Whether this part of a state has one of these fields anywhere.
fn mentions(part: &Value, names: &[&str]) -> bool {
    match part {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| names.contains(&name.as_str()) || mentions(value, names)),
        Value::Array(parts) => parts.iter().any(|part| mentions(part, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether this part of a state is, or has anywhere, this word.
fn says(part: &Value, word: &str) -> bool {
    match part {
        Value::String(said) => said == word,
        Value::Object(fields) => fields.values().any(|value| says(value, word)),
        Value::Array(parts) => parts.iter().any(|part| says(part, word)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether this part of a state is, or has anywhere, a stage of this name.
fn is_at(part: &Value, stage: &str) -> bool {
    match part {
        Value::Object(fields) => {
            fields.get("stage").and_then(Value::as_str) == Some(stage)
                || fields.values().any(|value| is_at(value, stage))
        }
        Value::Array(parts) => parts.iter().any(|part| is_at(part, stage)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

const fn knows_of_moves(stage: &Stage) -> bool {
    match stage {
        Stage::Cancelling { .. } | Stage::MovingWhich { .. } | Stage::Moving { .. } => true,
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. } => false,
    }
}

const fn is_about_a_tip(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Tip { .. } | Meaning::OtherTip(_) | Meaning::NoTip(_) => true,
        Meaning::Yes
        | Meaning::No
        | Meaning::OtherTime
        | Meaning::Service(_)
        | Meaning::Slot(_)
        | Meaning::Reading(_)
        | Meaning::Each(_)
        | Meaning::Resend
        | Meaning::OtherNumber
        | Meaning::Card
        | Meaning::Coming(_)
        | Meaning::Move(_)
        | Meaning::CancelVisit(_)
        | Meaning::Accept(_)
        | Meaning::Pass(_)
        | Meaning::Invitation { .. }
        | Meaning::Person
        | Meaning::Book
        | Meaning::Prices => false,
    }
}

/// The state in the newest shape, without its version.
pub(super) fn lifted(mut json: Value, lifts: &[Lift]) -> Result<Value, UnreadableState> {
    let version = match &mut json {
        Value::Object(fields) => fields.remove("v").and_then(|v| v.as_u64()).unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => 0,
    };
    let steps = usize::try_from(version)
        .ok()
        .and_then(|version| lifts.get(version..))
        .ok_or(UnreadableState::Newer(version))?;
    Ok(steps.iter().fold(json, |json, lift| lift(json)))
}
