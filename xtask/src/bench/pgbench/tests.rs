use super::*;

const TOLD: &str = "pgbench (15.18 (Debian 15.18-0+deb12u1))
transaction type: b6.sql
scaling factor: 1
query mode: prepared
number of clients: 16
number of threads: 2
duration: 6 s
number of transactions actually processed: 52000
number of failed transactions: 0 (0.000%)
latency average = 1.850 ms
initial connection time = 21.551 ms
tps = 8666.666000 (without initial connection time)
";

#[test]
fn the_time_is_worked_out_from_the_rate_without_the_time_for_connecting() {
    let summary = Summary::parse(TOLD).unwrap();
    assert_eq!((summary.done, summary.failed), (52_000, 0));
    assert_eq!(summary.elapsed, Duration::from_micros(6_000_000));
    let sample = Sample::new(summary.done, 0, summary.elapsed, Vec::new());
    assert_eq!(sample.per_second(), 8_666);
}

#[test]
fn a_wished_number_of_transactions_is_told_apart_from_the_number_done() {
    let told = TOLD.replace("processed: 52000", "processed: 3000/3000");
    assert_eq!(Summary::parse(&told).unwrap().done, 3_000);
}

#[test]
fn failures_are_seen_and_older_versions_tell_none() {
    let failed = TOLD.replace(
        "failed transactions: 0 (0.000%)",
        "failed transactions: 12 (0.023%)",
    );
    assert_eq!(Summary::parse(&failed).unwrap().failed, 12);
    let older = TOLD.replace("number of failed transactions: 0 (0.000%)\n", "");
    assert_eq!(Summary::parse(&older).unwrap().failed, 0);
}

#[test]
fn something_else_is_no_summary() {
    assert_eq!(Summary::parse("pgbench: error: connection refused"), None);
}

#[test]
fn a_log_line_gives_its_latency_whatever_else_it_says() {
    let log = "0 1 1523 0 1700000000 123456\n3 7 98 0 1700000000 200000\n";
    assert_eq!(latencies_of(log).collect::<Vec<_>>(), [1_523, 98]);
}
