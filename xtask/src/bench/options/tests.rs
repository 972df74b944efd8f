use super::*;

const KNOWN: [&str; 2] = ["booking", "race"];

fn parse(line: &str) -> Option<Options> {
    let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    Options::parse(&arguments, &KNOWN)
}

#[test]
fn a_name_alone_means_a_million_appointments_and_three_rounds() {
    let options = parse("booking").unwrap();
    assert_eq!((options.appointments, options.rounds), (1_000_000, 3));
    assert_eq!(options.names, ["booking"]);
    assert_eq!((options.worker, options.json), (false, None));
    assert_eq!(options.soak, Duration::from_secs(600));
}

#[test]
fn every_option_counts_wherever_it_stands() {
    let options = parse(
        "--rounds 5 race --json out.json booking --seconds 2 --minutes 3 --appointments 10000 --with-worker",
    );
    let options = options.unwrap();
    assert_eq!(options.names, ["race", "booking"]);
    assert_eq!((options.appointments, options.rounds), (10_000, 5));
    assert_eq!(options.turn, Duration::from_secs(2));
    assert_eq!(options.soak, Duration::from_secs(180));
    assert_eq!(
        (options.worker, options.json),
        (true, Some(PathBuf::from("out.json")))
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        "",
        "--rounds 3",
        "bookings",
        "booking booking",
        "booking --rounds",
        "booking --rounds 0",
        "booking --rounds many",
        "booking --seconds 601",
        "booking --minutes 121",
        "booking --appointments 20000001",
        "booking --json",
        "booking --faster",
    ] {
        assert_eq!(parse(line), None, "{line}");
    }
}
