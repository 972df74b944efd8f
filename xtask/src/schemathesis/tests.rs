use super::*;

fn asked(line: &str) -> Result<Asked, Usage> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&words)
}

#[test]
fn a_run_can_be_repeated_and_made_longer() {
    assert_eq!(asked("").unwrap(), USUAL);
    let longer = asked("--examples 200 --bounds --seed 7").unwrap();
    assert_eq!((longer.examples, longer.seed, longer.bounds), (200, 7, true));
    for wrong in [
        "--examples",
        "--examples 0",
        "--examples 20000",
        "--seed x",
        "--minutes 3",
    ] {
        assert!(asked(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn pythons_that_are_too_old_are_told_from_others() {
    for (version, fine) in [
        ("Python 3.11.7\n", true),
        ("Python 3.9.18", false),
        ("Python 4.0", true),
        ("Python 2.7.18", false),
        ("no python", false),
    ] {
        assert_eq!(program::new_enough(version), fine, "{version}");
    }
}
