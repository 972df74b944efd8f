//! Who acts, and from where: known at the edge, wanted by the audit in every transaction, and no concern of what lies between.
//!
//! The edge says it once around a request, a job or a command; [`Database`](crate::Database) tells the server with the
//! statement that opens a transaction, and triggers write it beside what was changed. Where nobody said it, the changed row
//! itself names who did it, or the system did.

use std::fmt::Write as _;

tokio::task_local! {
    static ACTING: String;
}

/// The longest name and the longest origin.
const LONGEST: usize = 160;

/// Does `work` in somebody's name.
///
/// `who` is a name as records have it (`token:<id>`, `admin:<number>`, `operator`); `None` where nobody asked and the rows
/// say it better. `origin` says through which door: `api POST /api/v1/refunds`, `job payments.query`, `command token`.
pub async fn acting<F: Future>(who: Option<&str>, origin: &str, work: F) -> F::Output {
    let said = format!("{}|{}", harmless(who.unwrap_or_default()), harmless(origin));
    ACTING.scope(said, work).await
}

/// What the statement that opens a transaction says of who acts; nothing if nobody said it.
pub(crate) fn announce(begin: &mut String) {
    // A failure means that the task is in nobody's name.
    let _unsaid = ACTING.try_with(|said| write!(begin, "; SET LOCAL ratiba.acting = '{said}'"));
}

/// A text that can stand between quotes: what could end them, or the name, is replaced.
fn harmless(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " :+-_./{}".contains(c);
    let kept = text.chars().take(LONGEST);
    kept.map(|c| if plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests;
