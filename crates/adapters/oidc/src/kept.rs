//! What the issuer says of itself: kept for a while, and asked for once at a time.

use std::sync::Arc;
use std::time::Duration;

use ratiba_kernel::Outage;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long what the issuer says of itself is believed; so long at most counts a key that it has taken back.
const KEPT: Duration = Duration::from_secs(600);

/// An answer that is on its way: nothing until it is there.
pub(crate) type Coming<T> = watch::Receiver<Option<Result<Arc<T>, Arc<Outage>>>>;

/// One thing that the issuer says of itself.
pub(crate) struct Kept<T> {
    told: Option<(Instant, Arc<T>)>,
    coming: Option<Coming<T>>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            told: None,
            coming: None,
        }
    }
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// What was told last, while it is believed.
    pub(crate) fn fresh(&self) -> Option<Arc<T>> {
        let (at, told) = self.told.as_ref()?;
        (at.elapsed() < KEPT).then(|| Arc::clone(told))
    }

    /// Keeps what was told just now.
    pub(crate) fn keep(&mut self, told: T) -> Arc<T> {
        let told = Arc::new(told);
        self.told = Some((Instant::now(), Arc::clone(&told)));
        told
    }

    /// Whether an answer is on its way.
    pub(crate) fn is_coming(&self) -> bool {
        let under_way = |coming: &Coming<T>| coming.has_changed().is_ok() && coming.borrow().is_none();
        self.coming.as_ref().is_some_and(under_way)
    }

    /// The answer that is on its way, or else the one to this question. It comes whether or not anybody waits for it.
    pub(crate) fn ask(
        &mut self,
        question: impl Future<Output = Result<Arc<T>, Outage>> + Send + 'static,
    ) -> Coming<T> {
        if self.is_coming()
            && let Some(coming) = &self.coming
        {
            return coming.clone();
        }
        let (tell, coming) = watch::channel(None);
        tokio::spawn(async move {
            let told = question.await.map_err(Arc::new);
            tell.send_replace(Some(told));
        });
        self.coming = Some(coming.clone());
        coming
    }
}

/// Waits for an answer. Questions end by themselves, since every call to the issuer does.
pub(crate) async fn answer<T>(mut coming: Coming<T>) -> Result<Arc<T>, Outage> {
    let told = match coming.wait_for(Option::is_some).await {
        Ok(told) => told.clone(),
        Err(_nobody_asks_any_more) => None,
    };
    let told = told.ok_or_else(|| Outage::new("a question to the issuer was lost"))?;
    told.map_err(Outage::new)
}
