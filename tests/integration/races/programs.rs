//! The race of the programs as they are shipped: two apis and two workers, each a process of its own.

use ratiba_system::ClockAuthority;
use system_tests::programs::Programs;

use super::*;

/// Fifty clients book, cancel and move at random; the clock moves on, so that holds expire under load.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_of_two_apis_and_two_workers_leave_no_overlap_and_no_claim_astray() {
    let seconds = race_seconds();
    let world = World::new().await;
    let customer = customer(&world).await;
    let offered = offered(&world).await;
    let clock = ClockAuthority::start(world.clock.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let programs = Programs::start(&world, &clock, 2, 2).await;
    let apis = [programs.apis[0].as_str(), programs.apis[1].as_str()];
    let over = AtomicBool::new(false);
    let clients = join_all((0..50).map(|client| act(client, &world, apis, &customer, &offered, &over)));
    let time = async {
        let ends = tokio::time::Instant::now() + std::time::Duration::from_secs(seconds);
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(250));
        while tokio::time::Instant::now() < ends {
            tick.tick().await;
            let later = world.clock.now() + Duration::minutes(2);
            assert_eq!(clock.move_to(later), 4, "every program follows the clock");
            is_sound(&world);
        }
        over.store(true, Ordering::Relaxed);
    };
    let (booked, ()) = tokio::join!(clients, time);
    let booked: usize = booked.into_iter().sum();
    drop(programs);
    world.work().await;
    is_sound(&world);
    assert!(booked > 20, "the clients booked {booked} times");
    let expired = world.count("SELECT count(*) FROM appointments WHERE state = 'expired'");
    assert!(expired > 0, "holds ran out under load");
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}
