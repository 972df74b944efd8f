//! What the chat needs to have visits moved, and money paid in more than one way.

use std::sync::Arc;

use ratiba_booking::use_cases as booking;
use ratiba_conversation::desk::PayWays;
use ratiba_conversation::ports::LanguageModel;
use ratiba_kernel::Outage;
use ratiba_openai::OpenAiModel;
use ratiba_payments::use_cases as payments;

use super::Ground;
use crate::settings::SharedSettings;

/// By what money is paid in the chat, and what of that is a trial.
pub(super) fn ways_to_pay(settings: &SharedSettings) -> PayWays {
    PayWays {
        cards: settings.pesapal.is_some(),
        prompt_trial: settings.daraja.sandbox,
        card_trial: settings
            .pesapal
            .as_ref()
            .is_some_and(ratiba_pesapal::Settings::is_sandbox),
    }
}

impl Ground {
    /// The language model, if the operator set one up.
    pub(super) fn model(&self, settings: &SharedSettings) -> Result<Option<Arc<dyn LanguageModel>>, Outage> {
        let Some(model) = &settings.model else {
            return Ok(None);
        };
        let breaker = self.breakers.model.clone();
        let model = OpenAiModel::new(model.clone(), self.clock.clone(), breaker)?;
        Ok(Some(Arc::new(model)))
    }

    /// Asks for pages; `None` if no account is set up, and then no card is offered.
    pub(super) fn card_requests(&self, settings: &SharedSettings) -> Option<payments::RequestCardLink> {
        settings
            .pesapal
            .as_ref()
            .map(|_account| payments::RequestCardLink {
                book: self.payments.clone(),
                house: self.payments.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            })
    }

    pub(super) fn offer_complement(&self) -> booking::OfferComplement {
        booking::OfferComplement {
            timetable: self.timetable.clone(),
            relations: self.prices.clone(),
            book: self.appointments.clone(),
            clock: self.clock.clone(),
        }
    }

    pub(super) fn offer_move(&self) -> booking::OfferMove {
        booking::OfferMove {
            book: self.appointments.clone(),
            timetable: self.timetable.clone(),
            clock: self.clock.clone(),
        }
    }

    pub(super) fn move_visit(&self) -> booking::MoveVisit {
        booking::MoveVisit {
            book: self.appointments.clone(),
            timetable: self.timetable.clone(),
            clock: self.clock.clone(),
        }
    }

    pub(super) fn extend_hold(&self) -> booking::ExtendHold {
        booking::ExtendHold {
            book: self.appointments.clone(),
            catalogue: self.catalogue.clone(),
            clock: self.clock.clone(),
        }
    }
}
