//! The breakers before all providers of this process, so that others can look at them.

use std::sync::Arc;

use ratiba_kernel::{Breaker, Clock};

/// The breakers of one process.
#[derive(Clone, Debug, Default)]
pub struct Breakers {
    /// Before M-Pesa's prompts, and what is asked about them.
    pub(crate) prompts: Arc<Breaker>,
    /// Before M-Pesa's reversals, and what is asked about those.
    pub(crate) reversals: Arc<Breaker>,
    /// Before PesaPal.
    pub(crate) cards: Arc<Breaker>,
    /// Before WhatsApp's sends.
    pub(crate) messages: Arc<Breaker>,
    /// Before the language model.
    pub(crate) model: Arc<Breaker>,
    /// Before payroll's system.
    pub(crate) payroll: Arc<Breaker>,
}

impl Breakers {
    /// For how many accounts each provider is left alone at this moment. The names are those that the log has.
    #[must_use]
    pub fn left_alone(&self, clock: &dyn Clock) -> [(&'static str, usize); 6] {
        let now = clock.now();
        [
            ("mpesa", self.prompts.left_alone(now)),
            ("mpesa_reversals", self.reversals.left_alone(now)),
            ("pesapal", self.cards.left_alone(now)),
            ("whatsapp", self.messages.left_alone(now)),
            ("language_model", self.model.left_alone(now)),
            ("payroll", self.payroll.left_alone(now)),
        ]
    }
}
