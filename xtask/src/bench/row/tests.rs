use super::*;

const BARS_OF_A_RATE: Bars = Bars::new(500, 700, 1_000);
const BARS_OF_A_TIME: Bars = Bars::new(4_000, 2_000, 1_200);

fn row(unit: Unit, bars: Option<Bars>, rounds: &[(u64, u64)]) -> Row {
    let spec = RowSpec {
        id: "P0",
        subject: "s",
        beside: "l",
        unit,
        bars,
    };
    let round = |(limit, subject): &(u64, u64)| Round {
        limit: *limit,
        subject: *subject,
    };
    Row::new(spec, rounds.iter().map(round).collect())
}

#[test]
fn the_ratio_is_the_median_of_the_rounds_ratios_and_not_of_their_figures() {
    // The machine slowed down threefold between the rounds; the ratio did not move.
    let slowed = row(
        Unit::PerSecond,
        None,
        &[(9_000, 4_500), (3_000, 1_500), (6_000, 2_400)],
    );
    assert_eq!(slowed.ratio(), Some(500));
    assert_eq!(slowed.spread(), Some((400, 500)));
}

#[test]
fn of_an_even_number_of_rounds_the_worse_of_the_middle_ones_counts() {
    let rounds = [(1_000, 400), (1_000, 600)];
    assert_eq!(row(Unit::PerSecond, None, &rounds).ratio(), Some(400));
    assert_eq!(row(Unit::Micros, None, &rounds).ratio(), Some(600));
}

#[test]
fn a_rate_clears_a_bar_from_above_and_a_time_from_below() {
    let rate = |subject| row(Unit::PerSecond, Some(BARS_OF_A_RATE), &[(1_000, subject)]).verdict();
    assert_eq!(
        [499, 500, 700, 1_000].map(rate),
        [Verdict::Missed, Verdict::Gate, Verdict::Goal, Verdict::Reach].map(Some)
    );
    let time = |subject| row(Unit::Micros, Some(BARS_OF_A_TIME), &[(1_000, subject)]).verdict();
    assert_eq!(
        [4_001, 4_000, 2_000, 1_200].map(time),
        [Verdict::Missed, Verdict::Gate, Verdict::Goal, Verdict::Reach].map(Some)
    );
}

#[test]
fn where_only_a_gate_is_set_nothing_more_can_be_cleared() {
    let budget = row(Unit::Micros, Some(Bars::gate(1_000)), &[(50_000, 5_000)]);
    assert_eq!(budget.verdict(), Some(Verdict::Gate));
}

#[test]
fn a_subject_that_did_nothing_has_not_won_by_being_quick() {
    let idle = row(
        Unit::Micros,
        Some(BARS_OF_A_TIME),
        &[(1_000, 0), (1_000, 1_000), (1_000, 1_000)],
    );
    assert_eq!(idle.verdict(), Some(Verdict::Missed));
}

#[test]
fn beside_a_limit_of_nothing_there_is_no_ratio_and_no_verdict() {
    let row = row(Unit::PerSecond, Some(BARS_OF_A_RATE), &[(0, 10)]);
    assert_eq!((row.ratio(), row.verdict()), (None, None));
}

#[test]
fn the_table_is_markdown_with_as_many_cells_in_every_line() {
    let rows = [
        row(Unit::PerSecond, Some(BARS_OF_A_RATE), &[(12_345, 9_000)]),
        row(Unit::Micros, None, &[(35, 1_050)]),
    ];
    let table = table(&rows);
    let bars: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
    assert_eq!(bars, [11; 4]);
    for expected in ["12,345/s", "0.72", "goal", "1.050 ms", "30.00"] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
}

#[test]
fn a_machine_reads_every_round_in_thousandths() {
    let told = row(
        Unit::PerSecond,
        Some(BARS_OF_A_RATE),
        &[(1_000, 800), (1_000, 600)],
    )
    .to_json();
    assert_eq!(told["rounds"][0]["ratio"], 800);
    assert_eq!(told["spread_per_mille"], serde_json::json!([600, 800]));
    assert_eq!(told["ratio_per_mille"], 600);
    assert_eq!(told["verdict"], "gate");
}
