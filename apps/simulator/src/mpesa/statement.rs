//! The statement of the short code as the organisation portal exports it: a few lines about the account, then
//! a table with the newest line first.
//!
//! No public document describes the export. The header and the forms of time and money are those of exports
//! that people have shown; `docs/simulator.md` has them in full.

use time::OffsetDateTime;

use super::book::{Line, LineKind};
use crate::clock::in_nairobi;

/// The names of the columns.
const HEADER: &str = "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,\
                      Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.";

/// Whose statement it is.
pub(crate) struct Holder<'a> {
    pub(crate) name: &'a str,
    pub(crate) short_code: &'a str,
}

/// The file. `from` and `until` bound it, the latter not included.
pub(crate) fn csv(
    holder: &Holder<'_>,
    lines: &[Line],
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
) -> String {
    let within =
        |line: &&Line| from.is_none_or(|from| line.at >= from) && until.is_none_or(|until| line.at < until);
    let chosen: Vec<&Line> = lines.iter().filter(within).collect();
    let first = from.or_else(|| chosen.first().map(|line| line.at));
    let last = until.or_else(|| chosen.last().map(|line| line.at));
    let mut rows = vec![
        row(&["Account Holder:", holder.name]),
        row(&["Short Code:", holder.short_code]),
        row(&["Account:", "Utility Account"]),
        row(&[
            "Time Period:",
            &format!(
                "From {} To {}",
                first.map(moment).unwrap_or_default(),
                last.map(moment).unwrap_or_default()
            ),
        ]),
        String::new(),
        HEADER.to_owned(),
    ];
    rows.extend(chosen.iter().rev().map(|line| table_row(holder, line)));
    let mut text = rows.join("\r\n");
    text.push_str("\r\n");
    text
}

fn table_row(holder: &Holder<'_>, line: &Line) -> String {
    let party = line.party.as_ref().map_or_else(
        || format!("{} - {}", holder.short_code, holder.name),
        |(phone, name)| format!("{} - {name}", starred(phone)),
    );
    let (paid_in, withdrawn) = match line.kind {
        LineKind::Received => (money(line.cents), String::new()),
        LineKind::Reversed | LineKind::Charged | LineKind::Withdrawn => {
            (String::new(), format!("-{}", money(line.cents)))
        }
    };
    let linked = line.linked.as_deref().unwrap_or_default();
    let (details, reason) = match line.kind {
        LineKind::Received => (
            format!("Pay Bill from {party} Acc. {}", line.account_reference),
            "Pay Bill Online",
        ),
        LineKind::Reversed => (
            format!("Pay Bill Reversal of {linked} to {party}"),
            "Pay Bill Reversal",
        ),
        LineKind::Charged => ("Pay Bill Charge".to_owned(), "Pay Bill Charge"),
        LineKind::Withdrawn => (
            "Organization Settlement to Bank".to_owned(),
            "Organization Settlement",
        ),
    };
    let at = moment(line.at);
    row(&[
        &line.receipt,
        &at,
        &at,
        &details,
        "Completed",
        &paid_in,
        &withdrawn,
        &money(line.balance_cents),
        "true",
        reason,
        &party,
        linked,
        &line.account_reference,
    ])
}

/// A number as statements and confirmations show it since numbers are masked.
pub(crate) fn starred(phone: &str) -> String {
    match (phone.get(..4), phone.get(phone.len().saturating_sub(3)..)) {
        (Some(first), Some(last)) if phone.len() > 7 => format!("{first} ***** {last}"),
        _ => phone.to_owned(),
    }
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `DD-MM-YYYY HH:MM:SS` in Nairobi.
fn moment(at: OffsetDateTime) -> String {
    let at = in_nairobi(at);
    format!(
        "{:02}-{:02}-{:04} {:02}:{:02}:{:02}",
        at.day(),
        u8::from(at.month()),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn row(fields: &[&str]) -> String {
    let quoted = fields.iter().map(|field| {
        if field.contains([',', '"', '\r', '\n']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            (*field).to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
