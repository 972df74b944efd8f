//! The words about what goes well with a booking.

use crate::desk::{PayWay, Slot};
use crate::machine::Meaning;
use crate::texts::{Placeholder, TextKey};

use super::{Phrase, Voice};

/// This as well, right after it?
pub(super) fn offer_complement(pair: &Slot, voice: &Voice<'_>) -> Phrase {
    let key = if pair.due_now.is_positive() {
        TextKey::ComplementOffer
    } else {
        TextKey::ComplementOfferPaidThere
    };
    // A pair has one.
    let alone = match pair.complement {
        Some(complement) => Slot {
            service: complement.service,
            staff: Some(complement.staff),
            starts_at: complement.starts_at,
            complement: None,
            ..pair.clone()
        },
        None => pair.clone(),
    };
    let values = voice
        .values_of(&alone)
        .with(Placeholder::Price, pair.price.to_string())
        .with(Placeholder::Deposit, pair.due_now.to_string());
    let said = voice.say_with(key, &values).with_choices(vec![
        voice.choice(Meaning::Yes, TextKey::ButtonBoth),
        voice.choice(Meaning::No, TextKey::ButtonOnlyFirst),
    ]);
    if pair.due_now.is_positive() {
        said.asking(PayWay::Prompt)
    } else {
        said
    }
}
