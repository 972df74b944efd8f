//! Work that many ask for at the same time, done together: one call of the database for all who wait.
//!
//! Nobody is kept waiting so that others may come: whoever asks while no lane is busy is served at once, with those whose
//! requests have already reached the same thread. Those who come later gather; another lane opens beside a busy one when
//! enough of them wait to be worth a call, or one of them for long; a lane that is done takes as many as it may. So a quiet
//! hour has the least delay and a busy one the least work.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::result::DatabaseErrorKind;
use ratiba_kernel::Outage;
use tokio::sync::oneshot;

use crate::waiters::Waiters;

/// How long somebody waits for a busy lane before another opens for however few there are.
const SOON: Duration = Duration::from_millis(50);

/// How many, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GatherLimits {
    /// How many calls of one key run at the same time.
    pub(crate) lanes: usize,
    /// How many must wait before a lane opens, or goes on, beside a busy one. With one of them it always does.
    pub(crate) beside_from: usize,
    /// How many are served by one call at most.
    pub(crate) together_max: usize,
    /// How many of them one lane takes.
    pub(crate) sharing: Sharing,
    /// How many of one key may wait; one more is told of an outage at once.
    pub(crate) waiting_max: usize,
    /// How long one waits for a lane at most before it is told of an outage; then nothing of it is done.
    pub(crate) wait: Duration,
}

impl GatherLimits {
    /// How many one lane takes when so many are under way.
    fn most(self, under_way: usize) -> usize {
        let most = match self.sharing {
            Sharing::All => under_way,
            Sharing::Half => under_way.div_ceil(2).max(self.beside_from),
        };
        most.min(self.together_max)
    }
}

/// What a lane leaves to others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sharing {
    /// Nothing: where most of what a call costs is the same for one as for many.
    All,
    /// Half of all that is under way, if half is worth a call, so that two lanes come to carry equal loads: where each of
    /// many costs something, uneven lanes swing between a full call and a small one.
    Half,
}

type Doing<R> = Pin<Box<dyn Future<Output = Vec<R>> + Send>>;
type Work<K, I, R> = dyn Fn(K, Vec<I>) -> Doing<R> + Send + Sync;

/// Joins the calls of many. Clones share their lanes.
pub(crate) struct Gatherer<K, I, R> {
    shared: Arc<Shared<K, I, R>>,
}

impl<K, I, R> Clone for Gatherer<K, I, R> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

struct Shared<K, I, R> {
    limits: GatherLimits,
    /// Where those who wait are counted.
    waiters: Waiters,
    work: Box<Work<K, I, R>>,
    queues: Mutex<BTreeMap<K, Queue<I, R>>>,
}

struct Queue<I, R> {
    waiting: VecDeque<Waiting<I, R>>,
    busy: usize,
    /// How many the busy lanes serve.
    serving: usize,
}

struct Waiting<I, R> {
    item: I,
    /// Told when it is begun. Who does not listen any more is not served.
    begun: oneshot::Sender<()>,
    answer: Answer<R>,
}

type Answer<R> = oneshot::Sender<R>;

impl<K, I, R> Gatherer<K, I, R>
where
    K: Clone + Ord + Send + 'static,
    I: Send + 'static,
    R: Send + 'static,
{
    /// `work` does what several asked for, all with one key, and gives as many results in the same order. Who waits is
    /// counted in `waiters`.
    pub(crate) fn new<F>(
        limits: GatherLimits,
        waiters: Waiters,
        work: impl Fn(K, Vec<I>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Vec<R>> + Send + 'static,
    {
        Self {
            shared: Arc::new(Shared {
                limits,
                waiters,
                work: Box::new(move |key, items| Box::pin(work(key, items))),
                queues: Mutex::new(BTreeMap::new()),
            }),
        }
    }

    /// Has `item` done, together with whatever else waits for the same key. Once it is begun it is done to its end,
    /// whatever the caller does; what nobody waits for any more is not begun.
    ///
    /// # Errors
    /// [`Outage`] if too many wait, no lane was free in time, or the work panicked.
    pub(crate) async fn ask(&self, key: K, item: I) -> Result<R, Outage> {
        let (answer, answered) = oneshot::channel();
        let (begun, mut beginning) = oneshot::channel();
        // Whoever gives up does not wait any more, even while what they asked for still stands in the queue.
        let place = self.shared.waiters.enter();
        let free = {
            let mut queues = self.shared.queues();
            let queue = queues.entry(key.clone()).or_insert_with(|| Queue {
                waiting: VecDeque::new(),
                busy: 0,
                serving: 0,
            });
            if queue.waiting.len() >= self.shared.limits.waiting_max {
                return Err(Outage::new("too many wait for the same work"));
            }
            queue.waiting.push_back(Waiting { item, begun, answer });
            let enough = queue.busy == 0 || queue.waiting.len() >= self.shared.limits.beside_from;
            let free = enough && queue.busy < self.shared.limits.lanes;
            if free {
                queue.busy += 1;
            }
            free
        };
        if free {
            tokio::spawn(Lane::new(Arc::clone(&self.shared), key.clone(), Opened::WorthACall).serve());
        }
        let soon = SOON.min(self.shared.limits.wait);
        let mut in_time = tokio::time::timeout(soon, &mut beginning).await;
        if in_time.is_err() {
            self.open_for_few(key);
            let rest = self.shared.limits.wait.saturating_sub(soon);
            in_time = tokio::time::timeout(rest, &mut beginning).await;
        }
        if in_time.is_err() {
            // From here on nobody begins it; it may have been begun in this very moment.
            beginning.close();
            if beginning.try_recv().is_err() {
                return Err(Outage::new("nobody was free in time"));
            }
        }
        drop(place);
        answered
            .await
            .map_err(|_gone| Outage::new("the work that was done together ended early"))
    }
}

impl<K, I, R> Gatherer<K, I, R>
where
    K: Clone + Ord + Send + 'static,
    I: Send + 'static,
    R: Send + 'static,
{
    /// Opens a lane for however few wait, if there is one: who is in a busy lane may be long.
    fn open_for_few(&self, key: K) {
        let free = {
            let mut queues = self.shared.queues();
            match queues.get_mut(&key) {
                Some(queue) if queue.busy < self.shared.limits.lanes => {
                    queue.busy += 1;
                    true
                }
                Some(_) | None => false,
            }
        };
        if free {
            tokio::spawn(Lane::new(Arc::clone(&self.shared), key, Opened::ForFew).serve());
        }
    }
}

impl<K, I, R> Shared<K, I, R> {
    /// Nothing panics while it is locked, so what it holds is sound even if it says otherwise.
    fn queues(&self) -> MutexGuard<'_, BTreeMap<K, Queue<I, R>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves one key until nobody waits for this lane. If the work panics, those it served are told, and others are served by
/// another lane; where there is none they are told of an outage.
struct Lane<K: Ord, I, R> {
    shared: Arc<Shared<K, I, R>>,
    key: K,
    opened: Opened,
    serving: usize,
    ended: bool,
}

/// Why a lane takes those who wait.
#[derive(Clone, Copy)]
enum Opened {
    /// Enough of them wait, or no other lane is busy.
    WorthACall,
    /// They waited long enough for a busy one.
    ForFew,
}

impl<K: Clone + Ord, I, R> Lane<K, I, R> {
    fn new(shared: Arc<Shared<K, I, R>>, key: K, opened: Opened) -> Self {
        Self {
            shared,
            key,
            opened,
            serving: 0,
            ended: false,
        }
    }

    async fn serve(mut self) {
        loop {
            // Whose request has already reached this thread comes along: on a quiet one this costs nothing.
            tokio::task::yield_now().await;
            let Some(taken) = self.take() else { return };
            let (items, answers): (Vec<I>, Vec<_>) = taken.into_iter().unzip();
            let results = (self.shared.work)(self.key.clone(), items).await;
            // A caller that does not wait any more finds what was done by its own key.
            for (answer, result) in answers.into_iter().zip(results) {
                let _ = answer.send(result);
            }
        }
    }

    /// Those who are served next, or `None` if nobody waits or another lane will see to them; then this lane is free, in
    /// the same moment.
    fn take(&mut self) -> Option<Vec<(I, Answer<R>)>> {
        let limits = self.shared.limits;
        let mut queues = self.shared.queues();
        let mut taken = Vec::new();
        // The few who wait beside a busy lane are served by it when it is done.
        let few = match self.opened {
            Opened::WorthACall => limits.beside_from,
            Opened::ForFew => 0,
        };
        self.opened = Opened::WorthACall;
        let few = |queue: &Queue<I, R>| queue.busy > 1 && queue.waiting.len() < few;
        if let Some(queue) = queues.get_mut(&self.key) {
            queue.serving -= std::mem::take(&mut self.serving);
        }
        if let Some(queue) = queues.get_mut(&self.key).filter(|queue| !few(queue)) {
            let most = limits.most(queue.waiting.len() + queue.serving);
            while taken.len() < most
                && let Some(one) = queue.waiting.pop_front()
            {
                let Waiting { item, begun, answer } = one;
                if begun.send(()).is_ok() {
                    taken.push((item, answer));
                }
            }
        }
        if !taken.is_empty() {
            self.serving = taken.len();
            if let Some(queue) = queues.get_mut(&self.key) {
                queue.serving += taken.len();
            }
            return Some(taken);
        }
        self.ended = true;
        leave(&mut queues, &self.key, 0);
        None
    }
}

impl<K: Ord, I, R> Drop for Lane<K, I, R> {
    fn drop(&mut self) {
        if !self.ended {
            leave(&mut self.shared.queues(), &self.key, self.serving);
        }
    }
}

/// One lane less; a queue without lanes is forgotten, and whoever still waits in it is told of an outage.
fn leave<K: Ord, I, R>(queues: &mut BTreeMap<K, Queue<I, R>>, key: &K, serving: usize) {
    if let Some(queue) = queues.get_mut(key) {
        queue.busy -= 1;
        queue.serving -= serving;
        if queue.busy == 0 {
            queues.remove(key);
        }
    }
}

/// Whether a row broke a rule of its table: one of those that were done together, while the others may be sound.
pub(crate) const fn breaks_a_rule(kind: &DatabaseErrorKind) -> bool {
    use DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
    matches!(
        kind,
        CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation
    )
}

/// The same outage for everybody who was served together.
pub(crate) fn outage_of_all<T, E: From<Outage>>(outage: Outage, many: usize) -> Vec<Result<T, E>> {
    let cause = Arc::<dyn Error + Send + Sync>::from(outage.0);
    (0..many)
        .map(|_| Err(E::from(Outage::new(Arc::clone(&cause)))))
        .collect()
}

#[cfg(test)]
mod tests;
