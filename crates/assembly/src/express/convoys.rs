//! Many who take the same steps, in convoys.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

/// How many convoys are on their way at most. With one of them a callback costs the machine two thirds of what it costs with
/// two, since each step is one call for more of them, and the slowest wait no longer.
const CONVOYS: usize = 1;
/// How many go together at most.
const TOGETHER_MAX: usize = 16;

type Going = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Those who wait while others are on their way set out together, so that each step that is gathered is one call for all of
/// them, and nobody who came first waits for first steps of those who came later. Nobody is kept so that others may come.
/// Clones share their convoys.
pub(super) struct Convoys<T> {
    go: Arc<dyn Fn(T) -> Going + Send + Sync>,
    queue: Arc<Mutex<Queue<T>>>,
    patience: Duration,
}

struct Queue<T> {
    waiting: VecDeque<T>,
    under_way: usize,
}

impl<T> Clone for Convoys<T> {
    fn clone(&self) -> Self {
        Self {
            go: Arc::clone(&self.go),
            queue: Arc::clone(&self.queue),
            patience: self.patience,
        }
    }
}

impl<T: Send + 'static> Convoys<T> {
    /// `go` takes one of them through all steps. Who waits is kept behind others for no longer than `patience`, if those
    /// do not come to their end.
    pub(super) fn new<F>(patience: Duration, go: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            go: Arc::new(move |one| Box::pin(go(one))),
            queue: Arc::new(Mutex::new(Queue {
                waiting: VecDeque::new(),
                under_way: 0,
            })),
            patience,
        }
    }

    /// Sets out with the next convoy, now or when one has come to its end. Must be called within a runtime.
    pub(super) fn join(&self, one: T) {
        let free = {
            let mut queue = self.queue();
            queue.waiting.push_back(one);
            let free = queue.under_way < CONVOYS;
            queue.under_way += usize::from(free);
            free
        };
        if free {
            tokio::spawn(self.clone().set_out());
        }
    }

    /// Takes those who wait along, until nobody does.
    async fn set_out(self) {
        while let Some(convoy) = self.next() {
            // Each is a task of its own, so that a panic ends nobody else's way; who takes longer goes on without being
            // waited for.
            let under_way = join_all(convoy.into_iter().map(|one| tokio::spawn((self.go)(one))));
            let _ = tokio::time::timeout(self.patience, under_way).await;
        }
    }

    /// The next convoy; `None` if nobody waits, and then there is one less in the same moment.
    fn next(&self) -> Option<Vec<T>> {
        let mut queue = self.queue();
        let many = queue.waiting.len().min(TOGETHER_MAX);
        if many == 0 {
            queue.under_way -= 1;
            return None;
        }
        Some(queue.waiting.drain(..many).collect())
    }

    /// Nothing panics while it is locked, so what it holds is sound even if it says otherwise.
    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
    use tokio::sync::oneshot;

    use super::*;

    /// One that says when it sets out, and goes until it is told to end.
    struct Traveller {
        name: usize,
        said: UnboundedSender<usize>,
        end: oneshot::Receiver<()>,
    }

    const FOR_EVER: Duration = Duration::from_secs(3_600);

    fn convoys(patience: Duration) -> Convoys<Traveller> {
        Convoys::new(patience, |traveller: Traveller| async move {
            let Traveller { name, said, end } = traveller;
            said.send(name).unwrap();
            let _ = end.await;
        })
    }

    #[tokio::test]
    async fn who_waits_sets_out_in_order_when_a_convoy_ends_and_all_together() {
        let convoys = convoys(FOR_EVER);
        let (said, mut heard) = unbounded_channel();
        let mut ends = Vec::new();
        for name in 0..7 {
            let (end, ended) = oneshot::channel();
            ends.push(end);
            convoys.join(Traveller {
                name,
                said: said.clone(),
                end: ended,
            });
            // All convoys are under way before the others come.
            if name < CONVOYS {
                assert_eq!(heard.recv().await, Some(name));
            }
        }
        assert!(heard.try_recv().is_err(), "no convoy is free");
        ends.remove(0).send(()).unwrap();
        for name in CONVOYS..7 {
            assert_eq!(heard.recv().await, Some(name), "all at once, none has ended");
        }
    }

    #[tokio::test]
    async fn who_does_not_come_to_an_end_keeps_nobody_for_ever() {
        let convoys = convoys(Duration::from_millis(1));
        let (said, mut heard) = unbounded_channel();
        let mut ends = Vec::new();
        for name in 0..=CONVOYS {
            let (end, ended) = oneshot::channel();
            ends.push(end);
            convoys.join(Traveller {
                name,
                said: said.clone(),
                end: ended,
            });
            assert_eq!(heard.recv().await, Some(name));
        }
    }

    #[tokio::test]
    async fn a_panic_ends_nobody_elses_way() {
        let (said, mut heard) = unbounded_channel();
        let convoys = Convoys::new(FOR_EVER, move |name: usize| {
            let said = said.clone();
            async move {
                assert!(name >= CONVOYS, "a planned panic");
                // Those who share a convoy are all on their way before one of them ends.
                tokio::task::yield_now().await;
                assert_ne!(name, CONVOYS, "a planned panic");
                tokio::task::yield_now().await;
                said.send(name).unwrap();
            }
        });
        // As many as there are convoys, so that none is left if a panic costs one.
        for name in 0..CONVOYS {
            convoys.join(name);
        }
        tokio::task::yield_now().await;
        // These wait together behind them, and the first of them panics on the way.
        for name in CONVOYS..CONVOYS + 3 {
            convoys.join(name);
        }
        let both = async { [heard.recv().await, heard.recv().await] };
        let mut came = tokio::time::timeout(Duration::from_secs(30), both).await.unwrap();
        came.sort_unstable();
        assert_eq!(came, [Some(CONVOYS + 1), Some(CONVOYS + 2)]);
    }
}
