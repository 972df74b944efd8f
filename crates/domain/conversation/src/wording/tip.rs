//! The words about tips.

use ratiba_kernel::{Currency, Money};

use crate::desk::{PayWay, TIP_UNITS_MAX, TIP_UNITS_MIN, TIP_UNITS_SHOWN, VisitCard, VisitRef};
use crate::machine::Meaning;
use crate::outgoing::Purpose;
use crate::texts::{Placeholder, TextKey, Values};

use super::{Choice, Phrase, Voice};

/// A tip may be given for a visit: amounts, another amount, or none.
#[must_use]
pub fn tip_offer(card: &VisitCard, voice: &Voice<'_>) -> Phrase {
    let currency = card.slot.price.currency();
    let amounts = TIP_UNITS_SHOWN.iter().map(|units| Choice {
        meaning: Meaning::Tip {
            visit: card.id,
            units: *units,
        },
        title: units_of(*units, currency).to_string(),
        description: None,
    });
    let others = [
        voice.choice(Meaning::OtherTip(card.id), TextKey::ButtonOtherTip),
        voice.choice(Meaning::NoTip(card.id), TextKey::ButtonNoTip),
    ];
    voice
        .say_with(TextKey::TipOffer, &voice.values_of(&card.slot))
        .with_choices(amounts.chain(others).collect())
        .opened_by(voice.text(TextKey::ListTips, &Values::new()))
        .for_purpose(Purpose::Offer)
        .asking(PayWay::Prompt)
}

/// How much would the tip be?
pub(super) fn ask_tip(visit: VisitRef, voice: &Voice<'_>) -> Phrase {
    let currency = voice.currency();
    let values = Values::new()
        .with(Placeholder::Least, units_of(TIP_UNITS_MIN, currency).to_string())
        .with(Placeholder::Amount, units_of(TIP_UNITS_MAX, currency).to_string());
    voice
        .say_with(TextKey::TipAsk, &values)
        .with_choices(vec![voice.choice(Meaning::NoTip(visit), TextKey::ButtonNoTip)])
        .asking(PayWay::Prompt)
}

/// The prompt is on its way.
pub(super) fn tip_prompt_sent(amount: Money, voice: &Voice<'_>) -> Phrase {
    let values = Values::new().with(Placeholder::Amount, amount.to_string());
    voice
        .say_with(TextKey::TipPromptSent, &values)
        .for_purpose(Purpose::AsksMoney)
        .asking(PayWay::Prompt)
}

fn units_of(units: u32, currency: Currency) -> Money {
    Money::new(i64::from(units) * 100, currency)
}
