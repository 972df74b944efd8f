use super::super::row::Verdict;
use super::*;

fn verdict(spec: RowSpec, limit: u64, subject: u64) -> Option<Verdict> {
    Row::new(spec, vec![Round { limit, subject }]).verdict()
}

#[test]
fn memory_is_held_against_250_100_and_48_megabytes() {
    let spec = memory_row("P16 api", "memory");
    let told = [250_001, 250_000, 100_000, 48_000].map(|held| verdict(spec, MEMORY_GATE, held));
    // A ratio is in whole thousandths: what is beyond a bar by less meets it.
    assert_eq!(
        told,
        [Verdict::Gate, Verdict::Gate, Verdict::Goal, Verdict::Reach].map(Some)
    );
    let beyond = [250_250, 100_250, 48_250].map(|held| verdict(spec, MEMORY_GATE, held));
    assert_eq!(beyond, [Verdict::Missed, Verdict::Gate, Verdict::Goal].map(Some));
}

#[test]
fn a_start_is_held_against_a_second_300_and_100_milliseconds() {
    let told = [1_001, 1_000, 300, 100].map(|millis| verdict(READY, micros(START_GATE), millis * 1_000));
    assert_eq!(
        told,
        [Verdict::Missed, Verdict::Gate, Verdict::Goal, Verdict::Reach].map(Some)
    );
}
