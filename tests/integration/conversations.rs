//! The transcripts of `tests/conversations`, and the same stage at a terminal.

use std::io::Write as _;
use std::process::{Command, Stdio};

use system_tests::conversations::{Played, play_all};

/// With `RATIBA_ACCEPT=1` the files are rewritten to what was said instead of compared; `RATIBA_TRANSCRIPT` names a part
/// of the names of those to play.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "what to play, and whether to accept, is said to the test itself"
)]
fn transcripts_go_as_their_files_say() {
    let only = std::env::var("RATIBA_TRANSCRIPT").unwrap_or_default();
    let accept = std::env::var_os("RATIBA_ACCEPT").is_some();
    let played = play_all(&only, accept);
    // What goes as it should is not listed: a long list hides the one that does not.
    for one in played.iter().filter(|one| word(one) != "ok") {
        println!("{}", line(one));
    }
    let wrong: Vec<&str> = played
        .iter()
        .flat_map(|one| &one.wrong)
        .map(String::as_str)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} transcripts went differently (RATIBA_ACCEPT=1 takes what came):\n{}",
        played.iter().filter(|one| !one.wrong.is_empty()).count(),
        played.len(),
        wrong.join("\n")
    );
    assert!(
        accept || !only.is_empty() || played.len() >= 40,
        "only {} transcripts",
        played.len()
    );
}

fn word(one: &Played) -> &'static str {
    match (&one.pending, one.wrong.is_empty(), one.rewritten) {
        (_, false, _) => "WRONG",
        (Some(_), true, _) => "pending",
        (None, true, true) => "rewritten",
        (None, true, false) => "ok",
    }
}

fn line(one: &Played) -> String {
    let word = word(one);
    match &one.pending {
        Some(reason) => format!("{word:>9} {} ({reason})", one.name),
        None => format!("{word:>9} {}", one.name),
    }
}

fn chat(arguments: &[&str], typed: &str) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // A call that is refused reads nothing.
    let _unread = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
}

#[test]
fn a_visit_is_booked_and_paid_at_a_terminal() {
    let (code, said) = chat(
        &["--as", "customer", "--lang", "sw"],
        "nataka massage kesho saa nane mchana\n1\n:state\n:pay ok\n:pass 2h\n:state\n:dance\n:quit\nnever read\n",
    );
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "It is Tuesday 12 May 2026, 08:00.",
        "> Habari",
        "saa nane mchana (2:00 pm)",
        "1 Ndiyo",
        "thread: paying, agent",
        "visits: Wed 13 May 14:00 Swedish massage 60",
        "prompts: +254700000123 1050",
        "thread: booked, agent",
        "It is Tuesday 12 May 2026, 10:00.",
        "not understood; :help",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!said.contains("never read"), "{said}");
}

#[test]
fn whoever_calls_the_terminal_wrongly_is_told_how() {
    for wrong in [&["--as", "nobody"][..], &["--lang"], &["--now", "today"]] {
        assert_eq!(chat(wrong, "").0, Some(2), "{wrong:?}");
    }
}
