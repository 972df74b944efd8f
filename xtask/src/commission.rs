//! `cargo xtask commission FILE.json`: a month of commission from rules and completed appointments in a file.
//!
//! No server, no database, no clock: what the file says is all there is. The form is described in
//! `docs/commission.md`.

use anyhow::Context as _;
use ratiba_commission::document::{Case, CaseRefused};

use crate::case_file::{self, NoCase, name};

/// Reads a file, or standard input for `-`, and prints what the month comes to.
pub(crate) fn run(file: &str) -> anyhow::Result<()> {
    case_file::print(&answer(file, &case_file::read(file)?)?)
}

/// The answer as it is printed, with a line break at its end.
fn answer(file: &str, text: &str) -> anyhow::Result<String> {
    let faults = |refused: CaseRefused| {
        let faults = refused.faults.iter();
        NoCase(faults.map(|fault| format!("{}: {fault}", name(file))).collect())
    };
    let answer = Case::read(text).map_err(faults)?.answer().map_err(faults)?;
    answer.to_json().context("the answer cannot be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_json_and_ends_with_a_line_break() {
        let case = r#"{"month": "2026-05", "appointments": [{"charged_minor": 100000}],
            "rules": [{"staff": "a", "rule_type": "pct", "value": {"rate_basis_points": 1000}}]}"#;
        let printed = answer("-", case).unwrap();
        let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(json["totals"]["commission_minor"], 10_000);
        assert!(printed.ends_with("}\n"));
    }

    #[test]
    fn every_fault_is_told_with_the_name_of_the_file() {
        let case = r#"{"month": "2026-05", "appointments": [{"charged_minor": -5}], "rule": []}"#;
        let error = answer("case.json", case).unwrap_err();
        let told: Vec<String> = error.downcast_ref::<NoCase>().unwrap().0.clone();
        let expected = [
            "case.json: rule: is not known here",
            "case.json: appointments[0].charged_minor: an amount is not negative, as -5 is",
        ];
        assert_eq!(told, expected);
    }
}
