//! What tests of payments and of its neighbours need: builders, fakes that hold state, and the contract
//! suites that fakes and adapters must pass alike.

pub mod builders;
pub mod contracts;
pub mod fakes;
pub mod provider;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Gives others a chance once, so that interleavings happen where fakes have effects.
pub async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs all futures side by side, on any runtime, and gives their outputs in the same order.
pub async fn together<T>(futures: Vec<impl Future<Output = T> + Send>) -> Vec<T> {
    let mut running: Vec<Pin<Box<dyn Future<Output = T> + Send + '_>>> = Vec::new();
    for future in futures {
        running.push(Box::pin(future));
    }
    let mut outputs: Vec<Option<T>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut pending = false;
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *output = Some(value),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
