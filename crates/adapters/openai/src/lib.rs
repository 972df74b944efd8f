//! A language model behind an OpenAI-compatible API (`POST …/chat/completions`).
//!
//! One request for each question, none is repeated, and whatever goes wrong is an answer without a guess: the turn that
//! asked goes on as if there were no model.

mod client;
mod wire;

pub use client::{ApiKey, ModelSettings, OpenAiModel, Prices};
