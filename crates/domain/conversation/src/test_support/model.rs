//! A language model that answers by script.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::model::{AskedAgain, Consulted, Guess, MicroDollars, Rephrased, Shown};
use crate::ports::LanguageModel;

/// Answers the same each time, at the same cost, and remembers what it was shown.
pub struct ScriptedModel {
    answer: Consulted,
    words: Option<Words>,
    shown: Mutex<Vec<String>>,
    asked_again: Mutex<Vec<AskedAgain>>,
}

/// What it makes of a question.
type Words = Box<dyn Fn(&str) -> String + Send + Sync>;

impl ScriptedModel {
    /// One that always guesses this, for so many millionths of a dollar.
    #[must_use]
    pub fn guessing(guess: Option<Guess>, millionths: u64) -> Self {
        let cost = MicroDollars::new(millionths);
        Self {
            answer: Consulted { guess, cost },
            words: None,
            shown: Mutex::default(),
            asked_again: Mutex::default(),
        }
    }

    /// …that puts a question into the words which this makes of it, at the same cost.
    #[must_use]
    pub fn putting(mut self, words: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.words = Some(Box::new(words));
        self
    }

    /// The questions that it was asked to put differently, in order.
    #[must_use]
    pub fn asked_again(&self) -> Vec<AskedAgain> {
        self.questions().clone()
    }

    fn questions(&self) -> MutexGuard<'_, Vec<AskedAgain>> {
        self.asked_again.lock().unwrap_or_else(PoisonError::into_inner)
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

    async fn rephrase(&self, question: &AskedAgain, _within: Duration) -> Rephrased {
        self.questions().push(question.clone());
        Rephrased {
            words: self.words.as_ref().map(|words| words(question.question())),
            cost: self.answer.cost,
        }
    }
}
