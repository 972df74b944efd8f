//! The worker's loop on a real queue: what happens to jobs that fail, panic, or kill their workers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ratiba_assembly::queue::{Job, JobQueue, NewJob};
use ratiba_kernel::Clock;
use ratiba_worker::runner::{JobError, RunJob, Runner};
use system_tests::World;
use time::Duration;

/// Panics, refuses or is told, as the kind of the job says.
#[derive(Default)]
struct Scripted {
    ran: Mutex<Vec<String>>,
    given_up: Mutex<Vec<String>>,
}

#[async_trait]
impl RunJob for Scripted {
    async fn run(&self, job: &Job) -> Result<(), JobError> {
        self.ran.lock().unwrap().push(job.kind.clone());
        match job.kind.as_str() {
            "test.panics" => panic!("on purpose"),
            "test.hopeless" => Err(JobError::Hopeless(anyhow::anyhow!("never"))),
            "test.fails" => Err(JobError::Again(anyhow::anyhow!("not now"))),
            _fine => Ok(()),
        }
    }

    async fn gave_up(&self, job: &Job) -> anyhow::Result<()> {
        self.given_up.lock().unwrap().push(job.kind.clone());
        Ok(())
    }
}

async fn scripted(world: &World) -> (Runner, Arc<Scripted>, JobQueue) {
    let script = Arc::new(Scripted::default());
    let runner = Runner {
        handler: script.clone(),
        ..world.runner.clone()
    };
    world.work().await;
    (runner, script, world.parts.queue.clone())
}

fn job(world: &World, kind: &str) -> NewJob {
    NewJob::new(kind, serde_json::json!({}), world.clock.now())
}

#[tokio::test]
async fn a_job_that_panics_is_tried_again_and_stops_no_other() {
    let world = World::new().await;
    let (runner, script, queue) = scripted(&world).await;
    queue
        .enqueue(vec![job(&world, "test.panics"), job(&world, "test.fine")])
        .await
        .unwrap();
    runner.drain().await.unwrap();
    assert_eq!(*script.ran.lock().unwrap(), ["test.panics", "test.fine"]);
    let depth = queue.depth(world.clock.now()).await.unwrap();
    assert_eq!((depth.ready, depth.dead), (1, 0), "it waits for its next try");
}

#[tokio::test]
async fn a_job_that_fails_for_good_is_parked_after_somebody_was_told() {
    let world = World::new().await;
    let (runner, script, queue) = scripted(&world).await;
    queue
        .enqueue(vec![job(&world, "test.hopeless"), job(&world, "test.fails")])
        .await
        .unwrap();
    for _ in 0..20 {
        runner.drain().await.unwrap();
        world.clock.advance(Duration::hours(2));
    }
    let mut given_up = script.given_up.lock().unwrap().clone();
    given_up.sort();
    assert_eq!(given_up, ["test.fails", "test.hopeless"]);
    assert_eq!(queue.depth(world.clock.now()).await.unwrap().dead, 2);
}

#[tokio::test]
async fn months_that_a_downtime_skipped_are_closed_in_order() {
    let world = World::new().await;
    world.jump(time::macros::datetime!(2026-08-05 09:00 +3)).await;
    let months = world.count(
        "SELECT count(DISTINCT period_start) AS count FROM commission_period WHERE period_start >= '2026-05-01'",
    );
    assert_eq!(months, 3, "May, June and July");
}
