//! Sixty sentences about people and money that were written before the rules were looked at: who wants a person, a prompt once
//! more, money back, or says that too much was taken.

use super::cases::fields;
use super::salon::salon;
use crate::understanding::understand;

const SENTENCES: &str = include_str!("../../../tests/data/care_utterances.csv");

#[test]
fn who_needs_a_person_a_prompt_or_money_back_is_heard() {
    let salon = salon();
    let rows: Vec<Vec<String>> = SENTENCES.lines().skip(1).map(fields).collect();
    let misses: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let [text, intent] = row.as_slice() else {
                return Some(format!("{row:?} is no row"));
            };
            let got = understand(text, &salon).intent.name();
            (got != intent).then(|| format!("{text:?}: {got}, not {intent}"))
        })
        .collect();
    assert_eq!(rows.len(), 60);
    assert!(
        misses.is_empty(),
        "{} misses:\n{}",
        misses.len(),
        misses.join("\n")
    );
}
