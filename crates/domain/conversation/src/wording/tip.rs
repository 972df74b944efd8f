//! The words about tips.

use ratiba_kernel::{Currency, Money};

use crate::desk::{
    PayWay, PaymentTrouble, TIP_UNITS_MAX, TIP_UNITS_MIN, TIP_UNITS_SHOWN, VisitCard, VisitRef,
};
use crate::machine::Meaning;
use crate::outgoing::Purpose;
use crate::texts::{Placeholder, TextKey, Tongue, Values};

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

/// The prompt for a tip brought nothing: why, and the same again.
#[must_use]
pub fn tip_failed(card: &VisitCard, amount: Money, trouble: PaymentTrouble, voice: &Voice<'_>) -> Phrase {
    let values = voice
        .values_of(&card.slot)
        .with(Placeholder::Amount, amount.to_string())
        .with(Placeholder::Reason, why(trouble, voice.tongue));
    let shown = |units: &&u32| units_of(**units, amount.currency()) == amount;
    let again = match TIP_UNITS_SHOWN.iter().find(shown) {
        Some(units) => Choice {
            meaning: Meaning::Tip {
                visit: card.id,
                units: *units,
            },
            title: amount.to_string(),
            description: None,
        },
        None => voice.choice(Meaning::OtherTip(card.id), TextKey::ButtonOtherTip),
    };
    voice
        .say_with(TextKey::TipFailed, &values)
        .with_choices(vec![
            again,
            voice.choice(Meaning::NoTip(card.id), TextKey::ButtonNoTip),
        ])
        .for_purpose(Purpose::Answer)
        .asking(PayWay::Prompt)
}

/// Why a prompt brought nothing, as a part of a sentence.
const fn why(trouble: PaymentTrouble, tongue: Tongue) -> &'static str {
    match (trouble, tongue) {
        (PaymentTrouble::WrongPin, Tongue::English) => "the PIN was not right",
        (PaymentTrouble::WrongPin, Tongue::Swahili) => "PIN haikuwa sahihi",
        (PaymentTrouble::InsufficientFunds, Tongue::English) => "there was not enough money in M-Pesa",
        (PaymentTrouble::InsufficientFunds, Tongue::Swahili) => "salio la M-Pesa halikutosha",
        (PaymentTrouble::Cancelled, Tongue::English) => "the prompt was cancelled",
        (PaymentTrouble::Cancelled, Tongue::Swahili) => "ombi lilighairiwa",
        (PaymentTrouble::Unreachable, Tongue::English) => "your phone did not answer the prompt in time",
        (PaymentTrouble::Unreachable, Tongue::Swahili) => "simu yako haikujibu ombi kwa wakati",
        (PaymentTrouble::Limit, Tongue::English) => "a limit of your M-Pesa stands against it",
        (PaymentTrouble::Limit, Tongue::Swahili) => "kikomo cha M-Pesa yako hakikuruhusu",
        (PaymentTrouble::TooSoonAgain, Tongue::English) => "M-Pesa was busy with another request of yours",
        (PaymentTrouble::TooSoonAgain, Tongue::Swahili) => "M-Pesa ilikuwa na ombi lako jingine",
        (PaymentTrouble::PinBlocked, Tongue::English) => "your M-Pesa PIN is blocked (100 or 200 helps)",
        (PaymentTrouble::PinBlocked, Tongue::Swahili) => "PIN yako ya M-Pesa imefungwa (piga 100 au 200)",
        (PaymentTrouble::NumberRefused, Tongue::English) => "M-Pesa did not take your number",
        (PaymentTrouble::NumberRefused, Tongue::Swahili) => "M-Pesa haikuikubali namba yako",
        (PaymentTrouble::Busy | PaymentTrouble::CardRefused | PaymentTrouble::OnOurSide, Tongue::English) => {
            "the payment did not work just now"
        }
        (PaymentTrouble::Busy | PaymentTrouble::CardRefused | PaymentTrouble::OnOurSide, Tongue::Swahili) => {
            "malipo hayakuwezekana kwa sasa"
        }
    }
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
