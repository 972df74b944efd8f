//! A language model that answers by script.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::model::{Consulted, Guess, MicroDollars, Shown};
use crate::ports::LanguageModel;

/// Answers the same each time, at the same cost, and remembers what it was shown.
pub struct ScriptedModel {
    answer: Consulted,
    shown: Mutex<Vec<String>>,
}

impl ScriptedModel {
    /// One that always guesses this, for so many millionths of a dollar.
    #[must_use]
    pub fn guessing(guess: Option<Guess>, millionths: u64) -> Self {
        let cost = MicroDollars::new(millionths);
        Self {
            answer: Consulted { guess, cost },
            shown: Mutex::default(),
        }
    }

    /// What it was shown, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, Vec<String>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LanguageModel for ScriptedModel {
    async fn classify(&self, shown: &Shown) -> Consulted {
        self.all().push(shown.words().to_owned());
        self.answer
    }
}
