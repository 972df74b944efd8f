//! An answer as text that people can read.

use ratiba_kernel::casefile::folded;

use super::answer::CaseAnswer;

impl CaseAnswer {
    /// As JSON, with each list and object that fits on one line in one line, and a line break at the end.
    ///
    /// # Errors
    /// None that anybody has seen: an answer has no part that JSON cannot write.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(folded(&serde_json::to_string_pretty(self)?) + "\n")
    }
}
