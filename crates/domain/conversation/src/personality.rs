//! How a business wants its assistant to sound, and what it may offer: dials that choose among the texts of the
//! catalogues. What is understood, asked and done is the same whatever they say.

use serde::{Deserialize, Serialize};

use crate::texts::TextKey;

/// How it talks by and by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Friendly.
    #[default]
    Friendly,
    /// Formal: no exclamations.
    Formal,
    /// As few words as possible.
    Brief,
}

/// How it greets somebody it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Greeting {
    /// Asks what it can do.
    #[default]
    Asking,
    /// Says what it can do, too.
    Explaining,
}

/// How it offers what goes well with a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upsell {
    /// As a question.
    #[default]
    Plain,
    /// As a recommendation.
    Recommending,
}

/// How it talks of giving a booking up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationTone {
    /// As it is.
    #[default]
    Plain,
    /// With regret, and the wish to see the customer again.
    Regretful,
}

/// How it addresses a customer where it greets or thanks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Honorific {
    /// Not at all.
    #[default]
    None,
    /// As a dear guest.
    Guest,
}

/// Whether it offers what goes well with a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossSell {
    /// Once in a conversation, if the rules of booking say so as well.
    #[default]
    Once,
    /// Never.
    Never,
}

/// All dials. The usual ones choose the usual texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Personality {
    /// How it talks.
    pub tone: Tone,
    /// How it greets.
    pub greeting: Greeting,
    /// How it offers more.
    pub upsell: Upsell,
    /// How it talks of giving a booking up.
    pub cancellation: CancellationTone,
    /// How it addresses customers.
    pub honorific: Honorific,
    /// Whether it offers more.
    pub cross_sell: CrossSell,
}

impl Personality {
    /// Every combination of dials that choose among texts.
    #[must_use]
    pub fn every() -> Vec<Self> {
        let mut every = Vec::new();
        for tone in [Tone::Friendly, Tone::Formal, Tone::Brief] {
            for greeting in [Greeting::Asking, Greeting::Explaining] {
                for upsell in [Upsell::Plain, Upsell::Recommending] {
                    for cancellation in [CancellationTone::Plain, CancellationTone::Regretful] {
                        for honorific in [Honorific::None, Honorific::Guest] {
                            every.push(Self {
                                tone,
                                greeting,
                                upsell,
                                cancellation,
                                honorific,
                                cross_sell: CrossSell::Once,
                            });
                        }
                    }
                }
            }
        }
        every
    }

    /// The text that is said in place of the usual one; it has the same places. Most have no other.
    #[must_use]
    pub fn text(&self, usual: TextKey) -> TextKey {
        let others = [
            self.of_tone(usual),
            self.of_greeting(usual),
            self.of_offers(usual),
            self.of_cancelling(usual),
        ];
        others.into_iter().flatten().next().unwrap_or(usual)
    }

    /// What stands above a text in which the customer is addressed, if anything does.
    #[must_use]
    pub fn address(&self, usual: TextKey) -> Option<TextKey> {
        let addressed = [TextKey::Greeting, TextKey::YouAreWelcome].contains(&usual);
        match self.honorific {
            Honorific::Guest if addressed => Some(TextKey::AddressGuest),
            Honorific::Guest | Honorific::None => None,
        }
    }

    fn of_tone(&self, usual: TextKey) -> Option<TextKey> {
        let texts: &[(TextKey, TextKey)] = match self.tone {
            Tone::Friendly => &[],
            Tone::Formal => &[
                (TextKey::YouAreWelcome, TextKey::YouAreWelcomeFormal),
                (TextKey::TakeYourTime, TextKey::TakeYourTimeFormal),
                (TextKey::NotUnderstoodOnce, TextKey::NotUnderstoodFormal),
            ],
            Tone::Brief => &[
                (TextKey::YouAreWelcome, TextKey::YouAreWelcomeBrief),
                (TextKey::TakeYourTime, TextKey::TakeYourTimeBrief),
                (TextKey::NotUnderstoodOnce, TextKey::NotUnderstoodBrief),
            ],
        };
        other(texts, usual)
    }

    fn of_greeting(&self, usual: TextKey) -> Option<TextKey> {
        match (usual, self.greeting) {
            (TextKey::Greeting, Greeting::Explaining) => Some(TextKey::GreetingExplaining),
            (TextKey::Greeting, Greeting::Asking) if self.tone == Tone::Formal => {
                Some(TextKey::GreetingFormal)
            }
            (_another, _) => None,
        }
    }

    fn of_offers(&self, usual: TextKey) -> Option<TextKey> {
        match self.upsell {
            Upsell::Plain => None,
            Upsell::Recommending => other(
                &[
                    (TextKey::ComplementOffer, TextKey::ComplementRecommended),
                    (
                        TextKey::ComplementOfferPaidThere,
                        TextKey::ComplementRecommendedPaidThere,
                    ),
                ],
                usual,
            ),
        }
    }

    fn of_cancelling(&self, usual: TextKey) -> Option<TextKey> {
        match self.cancellation {
            CancellationTone::Plain => None,
            CancellationTone::Regretful => other(
                &[
                    (TextKey::CancelAsk, TextKey::CancelAskRegretful),
                    (TextKey::CancelDone, TextKey::CancelDoneRegretful),
                ],
                usual,
            ),
        }
    }
}

fn other(texts: &[(TextKey, TextKey)], usual: TextKey) -> Option<TextKey> {
    texts.iter().find(|(key, _)| *key == usual).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests;
