//! What somebody who was invited to the beta, and has not answered yet, says to it.
//!
//! Only a clear yes counts: a tap on the invitation's own button, START and its like, or a plain yes where nothing else was
//! asked. A silence is no consent, and neither are words about something else.

use super::{Effect, Meaning, Reply, Said, Step};
use crate::cohort::InvitationId;
use crate::thread::HandoffReason;
use crate::understanding::Intent;

/// The invitation that was sent and waits for this customer's answer, and how they can be understood now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Which.
    pub invitation: InvitationId,
    /// Whether a plain yes or no can mean nothing else: no other question is open, and nobody of the business has the
    /// conversation.
    pub plain: bool,
    /// Whether we asked once more already.
    pub asked_again: bool,
}

/// What follows if the message answers the invitation; `None` if it does not. Opting out is heard as ever, and ends the
/// invitation too.
#[must_use]
pub fn answered(said: &Said, awaited: &Awaited) -> Option<Step> {
    match said {
        Said::Chose(Meaning::Invitation { invitation, joins }) => {
            (*invitation == awaited.invitation).then(|| if *joins { joined() } else { declined() })
        }
        Said::Words(words) => {
            let plain = awaited.plain && !words.describes_a_booking();
            if words.intent == Intent::OptIn || plain && words.intent == Intent::Confirm {
                Some(joined())
            } else {
                (plain && words.intent == Intent::Deny).then(declined)
            }
        }
        Said::Chose(_) | Said::ChoseAgain | Said::ChoseTooLate | Said::Numbers(_) | Said::Wordless(_) => None,
    }
}

/// What follows if it does not answer and the machine serves the invited only: the question is put once more, then a person
/// comes.
#[must_use]
pub fn unanswered(awaited: &Awaited) -> Step {
    if awaited.asked_again {
        return Step::call_person(HandoffReason::OutsideCohort);
    }
    Step::say(Reply::InvitationAsked {
        invitation: awaited.invitation,
    })
    .with(Effect::InvitationAsked)
}

fn joined() -> Step {
    Step::say(Reply::Joined).with(Effect::Join)
}

fn declined() -> Step {
    Step::say(Reply::InvitationDeclined).with(Effect::Decline)
}

#[cfg(test)]
mod tests {
    //! Only what is clearly an answer is one.

    use uuid::Uuid;

    use super::*;
    use crate::machine::{Wordless, Words};

    fn awaited() -> Awaited {
        Awaited {
            invitation: InvitationId::from_uuid(Uuid::from_u128(7)),
            plain: true,
            asked_again: false,
        }
    }

    fn words(intent: Intent) -> Said {
        Said::Words(Words::bare(intent))
    }

    #[test]
    fn a_tap_a_plain_yes_and_start_agree() {
        let tap = |joins| {
            Said::Chose(Meaning::Invitation {
                invitation: awaited().invitation,
                joins,
            })
        };
        for said in [tap(true), words(Intent::Confirm), words(Intent::OptIn)] {
            assert_eq!(answered(&said, &awaited()), Some(joined()), "{said:?}");
        }
        for said in [tap(false), words(Intent::Deny)] {
            assert_eq!(answered(&said, &awaited()), Some(declined()), "{said:?}");
        }
    }

    #[test]
    fn a_yes_to_something_else_agrees_to_nothing() {
        let busy = Awaited {
            plain: false,
            ..awaited()
        };
        assert_eq!(answered(&words(Intent::Confirm), &busy), None);
        assert_eq!(answered(&words(Intent::Deny), &busy), None);
        let about_two = Said::Words(Words {
            people: Some(2),
            ..Words::bare(Intent::Confirm)
        });
        assert_eq!(answered(&about_two, &awaited()), None);
        let other = Said::Chose(Meaning::Invitation {
            invitation: InvitationId::from_uuid(Uuid::from_u128(8)),
            joins: true,
        });
        assert_eq!(answered(&other, &awaited()), None, "another invitation's button");
    }

    #[test]
    fn other_words_are_asked_about_once_and_then_a_person_comes() {
        assert_eq!(answered(&words(Intent::Book), &awaited()), None);
        assert_eq!(answered(&Said::Wordless(Wordless::Voice), &awaited()), None);
        assert_eq!(unanswered(&awaited()).effects, [Effect::InvitationAsked]);
        let again = Awaited {
            asked_again: true,
            ..awaited()
        };
        assert_eq!(
            unanswered(&again),
            Step::call_person(HandoffReason::OutsideCohort)
        );
    }
}
