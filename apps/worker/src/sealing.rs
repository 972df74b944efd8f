//! Entries of the audit are sealed within seconds of the change, beside the queue: no customer waits for it, and it waits for
//! no queue.

use std::time::Duration;

use ratiba_assembly::Parts;

/// How often it is looked for entries, by the machine's clock.
const EVERY: Duration = Duration::from_secs(2);

/// Seals entries until the task is ended. Several workers may; for each business one of them seals at a time, and each
/// transaction of it stands alone, wherever the task ends.
pub async fn keep_sealing(parts: Parts) {
    loop {
        if let Err(outage) = parts.seal_audit().await {
            tracing::error!(error = ?outage, "it is not known whose entries of the audit are to be sealed");
        }
        tokio::time::sleep(EVERY).await;
    }
}
