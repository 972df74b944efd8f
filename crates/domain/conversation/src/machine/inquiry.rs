//! Questions that are answered on the way, without leaving what is under way.

use super::{Facts, Reply, Stage, Step, Words};
use crate::desk::Wanted;

/// What does it cost? Of what was named, else of what is being talked about, else of everything.
pub(super) fn prices(stage: &Stage, words: &Words, facts: &Facts<'_>) -> Step {
    let under_way = match stage {
        Stage::Gathering { draft, .. }
        | Stage::Choosing { draft, .. }
        | Stage::Confirming { draft, .. }
        | Stage::Adding { draft, .. }
        | Stage::AskingPayer { draft, .. } => draft.services.clone(),
        Stage::Open
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => Vec::new(),
    };
    let mut services = [words.services.clone(), under_way]
        .into_iter()
        .find(|services| !services.is_empty())
        .unwrap_or_else(|| facts.menu.services.iter().map(|service| service.id).collect());
    services.retain(|service| facts.menu.service(*service).is_some());
    if services.is_empty() {
        return Step::say(Reply::DoNotKnow);
    }
    Step::say(Reply::Prices { services })
}

/// When is it open? On the day that was named, else in the week.
pub(super) fn hours(words: &Words, facts: &Facts<'_>) -> Step {
    let zone = &facts.menu.zone;
    let day = match &words.wanted {
        Some(Wanted::At(instant)) => Some(zone.date(*instant)),
        Some(Wanted::Among(ranges)) => match ranges.as_slice() {
            [one] => Some(zone.date(one.start())),
            _none_or_several => None,
        },
        Some(Wanted::TimeOfDay(_)) | None => None,
    };
    Step::say(Reply::Hours { day })
}
