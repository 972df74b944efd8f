use ratiba_conversation::understanding::OpeningHours;
use time::macros::{datetime, time};

use super::*;

fn options(arguments: &[&str]) -> Result<Options, Misread> {
    let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
    Options::read(&arguments, datetime!(2026-05-12 05:00 UTC))
}

fn rows(arguments: &[&str]) -> Vec<String> {
    let options = options(arguments).unwrap();
    let Source::Texts(texts) = &options.source else {
        panic!("no texts")
    };
    let printed = String::from_utf8(table(texts, &options).unwrap()).unwrap();
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn every_text_is_a_row_under_the_head() {
    let rows = rows(&[
        "--now",
        "2026-05-12T08:00+03:00",
        "--hours",
        "09:00-20:00",
        "Facial ya dakika tisini Alhamisi 2pm, na Wanjiru",
        "Running 20 mins late",
        "Ya pili",
        "nimetuma Ksh1,500",
    ]);
    assert_eq!(
        rows,
        [
            "utterance,language,intent,when,ask,duration,people,staff,service,choice,amount",
            "\"Facial ya dakika tisini Alhamisi 2pm, na Wanjiru\",mix,book,2026-05-14 14:00,no,90,,Wanjiru,Facial,,",
            "Running 20 mins late,en,running_late,,no,20,,,,,",
            "Ya pili,sw,choose_option,,no,,,,,2,",
            "\"nimetuma Ksh1,500\",sw,payment_claim,,no,,,,,,1500",
        ]
    );
}

#[test]
fn the_worked_cases_come_out_as_they_are_written() {
    let file = include_bytes!("../../../crates/domain/conversation/tests/data/utterances.csv");
    let options = options(&["--now", "2026-05-12T08:00+03:00", "-- none"]);
    assert!(options.is_err(), "an unknown option is refused");
    let options = self::options(&["--now", "2026-05-12T08:00+03:00", "--", "none"]).unwrap();
    let printed = table(&utterances(file).unwrap(), &options).unwrap();
    let mut printed = csv::Reader::from_reader(printed.as_slice());
    let mut expected = csv::Reader::from_reader(file.as_slice());
    let cells = |record: &csv::StringRecord, columns: [usize; 4]| columns.map(|at| record[at].to_owned());
    let printed: Vec<_> = printed
        .records()
        .map(|row| cells(&row.unwrap(), [0, 2, 3, 4]))
        .collect();
    let expected: Vec<_> = expected
        .records()
        .map(|row| cells(&row.unwrap(), [1, 3, 4, 5]))
        .collect();
    assert_eq!(printed.len(), 144);
    for (printed, expected) in printed.iter().zip(&expected) {
        assert_eq!(printed, expected);
    }
}

#[test]
fn a_file_without_a_head_is_read_line_by_line() {
    assert_eq!(
        utterances("Sawa\nkesho saa nane\n".as_bytes()).unwrap(),
        ["Sawa", "kesho saa nane"]
    );
    assert_eq!(
        utterances("\u{feff}note,Utterance\r\n1,\"a, b\"\r\n2,\"c\nd\"\r\n".as_bytes()).unwrap(),
        ["a, b", "c\nd"]
    );
    assert!(utterances(b"one,two\nthree,four\n").is_err());
    assert_eq!(utterances(b"utterance\n\xff ndio\n").unwrap(), ["\u{fffd} ndio"]);
}

#[test]
fn hours_and_times_are_read_or_refused_with_what_was_given() {
    let read = options(&["--now", "2026-05-12T08:00:30Z", "--hours", "00:00-24:00", "x"]).unwrap();
    assert_eq!(read.opening, OpeningHours::daily(time!(00:00), time!(00:00)));
    assert_eq!(
        (read.now, read.zone.name()),
        (datetime!(2026-05-12 08:00:30 UTC), "UTC")
    );
    let west = options(&["--now", "2026-05-12T08:00-05:00", "x"]).unwrap();
    assert_eq!(west.zone.local(west.now).hour(), 8);
    for wrong in [
        &["--hours", "9-20", "x"][..],
        &["--hours", "09:00-25:00", "x"],
        &["--now", "tomorrow", "x"],
        &["--now", "2026-05-12T08:00+03:07", "x"],
        &["--now"],
        &[
            "--now",
            "2026-05-12T08:00+03:00",
            "--now",
            "2026-05-12T08:00+03:00",
            "x",
        ],
        &["--loud", "x"],
        &["--csv", "file.csv", "x"],
        &[],
    ] {
        let Misread(refused) = options(wrong).unwrap_err();
        let said = wrong.iter().any(|word| refused.contains(word)) || wrong.is_empty();
        assert!(said && !refused.contains('\n'), "{refused}");
    }
}
