//! `cargo xtask understand` as people call it: the worked cases from a file and from arguments, and what is wrong in
//! words with its exit code.
#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const HEAD: &str = "utterance,language,intent,when,ask,duration,people,staff,service,choice,amount";

/// The intents that a table may hold.
const INTENTS: [&str; 27] = [
    "book",
    "availability",
    "reschedule",
    "change_date",
    "change_service",
    "cancel",
    "running_late",
    "show_booking",
    "ask_price",
    "ask_promo",
    "ask_hours",
    "ask_location",
    "ask_info",
    "confirm",
    "deny",
    "not_yet",
    "choose_option",
    "greet",
    "thanks",
    "payment_claim",
    "payment_resend",
    "payment_dispute",
    "refund",
    "human",
    "opt_out",
    "opt_in",
    "none",
];

fn worked_cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/domain/conversation/tests/data/utterances.csv")
}

fn understand(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("understand")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A call that is refused reads nothing.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The rows under the head, cell by cell.
fn rows(output: &Output) -> Vec<Vec<String>> {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().next(), Some(HEAD));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

const SETTING: [&str; 4] = ["--now", "2026-05-12T08:00+03:00", "--hours", "09:00-20:00"];

#[test]
fn the_worked_cases_come_out_the_same_from_a_file_from_standard_input_and_from_arguments() {
    let path = worked_cases();
    let bytes = std::fs::read(&path).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let cases: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(cases.len(), 144);

    let from =
        |arguments: &[&str], input: &[u8]| rows(&understand(&[&SETTING[..], arguments].concat(), input));
    let from_file = from(&["--csv", path.to_str().unwrap()], b"");
    let misses: Vec<String> = from_file
        .iter()
        .zip(&cases)
        .filter(|(row, case)| [0, 2, 3, 4].map(|at| row[at].as_str()) != [1, 3, 4, 5].map(|at| &case[at]))
        .map(|(row, case)| format!("{case:?}\n  {row:?}"))
        .collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    assert_eq!(from_file.len(), cases.len());
    for row in &from_file {
        assert_eq!(row.len(), 11);
        assert!(INTENTS.contains(&row[2].as_str()), "{row:?}");
        assert!(["yes", "no"].contains(&row[4].as_str()), "{row:?}");
    }

    assert_eq!(from(&["--csv", "-"], &bytes), from_file);
    let texts: Vec<&str> = cases.iter().map(|case| &case[1]).collect();
    assert_eq!(from(&[&["--"], &texts[..]].concat(), b""), from_file);
}

#[test]
fn commas_quotes_and_lines_in_a_message_come_back_as_they_were() {
    let said = [
        "kesho, saa nane",
        "say \"ndio\"",
        "kesho\nsaa nane mchana",
        " ",
        "",
    ];
    let rows = rows(&understand(&[&SETTING[..], &said].concat(), b""));
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), said);
    assert_eq!(rows[2][3], "2026-05-13 14:00");
    assert_eq!((rows[3][2].as_str(), rows[4][2].as_str()), ("none", "none"));
}

#[test]
fn a_wish_to_pay_by_card_is_a_question_in_the_table() {
    let rows = rows(&understand(&["mnakubali kadi?"], b""));
    assert_eq!(rows[0][2], "ask_info");
}

#[test]
fn what_is_wrong_is_said_in_one_line_with_exit_code_two() {
    let unknown = "/nowhere/at/all.csv";
    let wrong: [(&[&str], &[u8], &str); 8] = [
        (&[], b"", "nothing to understand"),
        (&["--csv"], b"", "wants a value"),
        (&["--csv", unknown], b"", unknown),
        (&["--csv", "-"], b"one,two\nthree,four\n", "`utterance`"),
        (&["--hours", "9to8", "x"], b"", "9to8"),
        (&["--now", "kesho", "x"], b"", "kesho"),
        (&["--loud", "x"], b"", "--loud"),
        (&["--csv", "-", "x"], b"utterance\nx\n", "not both"),
    ];
    for (arguments, input, said) in wrong {
        let output = understand(arguments, input);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
}

#[test]
fn a_table_of_no_messages_is_a_head_alone() {
    assert_eq!(
        rows(&understand(&["--csv", "-"], b"utterance\n")),
        Vec::<Vec<String>>::new()
    );
    assert_eq!(rows(&understand(&["--csv", "-"], b"")), Vec::<Vec<String>>::new());
}
