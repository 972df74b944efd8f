use super::*;

fn sample(latencies: Vec<u64>) -> Sample {
    Sample::new(0, 0, Duration::ZERO, latencies)
}

#[test]
fn a_percentile_is_the_nearest_rank_and_never_between_two_times() {
    // The worked example of the definition: five times, ranks 1 to 5.
    let five = sample(vec![40, 15, 50, 20, 35]);
    let ranks: Vec<u64> = [50, 300, 400, 500, 1_000]
        .map(|share| five.percentile(share))
        .to_vec();
    assert_eq!(ranks, [15, 20, 20, 35, 50]);
}

#[test]
fn one_of_a_hundred_does_not_move_the_p99_and_two_do() {
    let mut times = vec![10; 99];
    times.push(5_000);
    assert_eq!(sample(times.clone()).p99(), 10);
    times.pop();
    times.pop();
    times.extend([5_000, 5_000]);
    assert_eq!(sample(times).p99(), 5_000);
}

#[test]
fn without_times_every_percentile_is_nothing() {
    assert_eq!(sample(Vec::new()).percentile(990), 0);
}

#[test]
fn one_time_is_every_percentile() {
    let one = sample(vec![7]);
    assert_eq!([one.percentile(0), one.p50(), one.p99(), one.longest()], [7; 4]);
}

#[test]
fn a_rate_counts_what_was_done_and_not_what_was_refused() {
    let round = Sample::new(3_000, 500, Duration::from_millis(1_500), Vec::new());
    assert_eq!(round.per_second(), 2_000);
}

#[test]
fn no_time_is_no_rate() {
    assert_eq!(Sample::new(5, 0, Duration::ZERO, Vec::new()).per_second(), 0);
}
