use super::*;

fn parsed(line: &str) -> Option<Asked> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&words).ok()
}

#[test]
fn a_seed_and_minutes_are_read_in_any_order_and_nothing_else() {
    let every_step = |seed| {
        Some(Asked {
            seed,
            length: Length::EveryStep,
        })
    };
    let asked = |seed, minutes| {
        Some(Asked {
            seed,
            length: Length::Minutes(minutes),
        })
    };
    assert_eq!(parsed(""), asked(None, MINUTES));
    assert_eq!(parsed("--every-step"), every_step(None));
    assert_eq!(parsed("--every-step --seed 7"), every_step(Some(7)));
    assert_eq!(parsed("--seed 7 --minutes 3"), asked(Some(7), 3));
    assert_eq!(parsed("--minutes 120 --seed 7"), asked(Some(7), 120));
    for wrong in [
        "--seed",
        "--seed x",
        "--minutes 0",
        "--minutes 121",
        "--minutes 3 --every-step",
        "--every-step --minutes 3",
        "--fast yes",
        "7",
    ] {
        assert_eq!(parsed(wrong), None, "{wrong}");
    }
}
