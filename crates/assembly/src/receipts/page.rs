//! A receipt in words: rows of a thing and an amount, and how they stand on a page of so many columns. Pure.

use ratiba_conversation::texts::{ReceiptWord, Tongue, format_date, format_when};
use ratiba_kernel::{Money, MoneyError, Zone};
use ratiba_payments::receipt::{LineKind, Returned, Tender, VisitReceipt};
use ratiba_sheets::Row;
use time::OffsetDateTime;

/// The most rows that are shown; a visit has far fewer.
const ROWS_MAX: usize = 300;

/// What a receipt says, row by row.
pub(super) fn rows(receipt: &VisitReceipt, tongue: Tongue, zone: &Zone) -> Result<Vec<Row>, MoneyError> {
    let word = |word: ReceiptWord| word.word(tongue);
    let about = &receipt.about;
    let mut rows = vec![
        Row::Head(word(ReceiptWord::Title).to_owned()),
        Row::Head(about.business.clone()),
        Row::Words(format!("{}: {}", word(ReceiptWord::Reference), about.reference)),
        Row::Words(format!(
            "{}: {}",
            word(ReceiptWord::Issued),
            day(about.issued_at, tongue, zone)
        )),
        Row::Gap,
    ];
    for line in &about.lines {
        rows.push(Row::Words(format_when(line.at, zone, tongue)));
        let what = match line.kind {
            LineKind::Service => line.what.clone(),
            LineKind::Fee => format!("{}, {}", word(ReceiptWord::Fee), line.what),
        };
        rows.push(sum(what, line.list));
        if line.discount.is_positive() {
            rows.push(sum(word(ReceiptWord::Discount), negative(line.discount)?));
        }
    }
    rows.push(strong(word(ReceiptWord::Total), receipt.charged()?));
    for tip in &about.tips {
        let what = word(ReceiptWord::Tip);
        let what = match &tip.through {
            Some((tender, number)) => {
                let number = number.as_ref().map(|number| number.as_str());
                format!("{what}, {}", tendered(*tender, number, tongue))
            }
            None => what.to_owned(),
        };
        rows.push(sum(what, tip.amount));
    }
    rows.push(Row::Gap);
    for given in &receipt.given {
        let number = given.number.as_ref().map(|number| number.as_str());
        rows.push(sum(tendered(given.tender, number, tongue), given.amount));
    }
    rows.push(strong(word(ReceiptWord::Paid), receipt.received()?));
    if receipt.to_credit.is_positive() {
        rows.push(sum(word(ReceiptWord::ToCredit), receipt.to_credit));
    }
    for back in &receipt.returned {
        rows.push(sum(returned(back, tongue), back.amount));
    }
    if receipt.to_credit.is_positive() || !receipt.returned.is_empty() {
        rows.push(strong(word(ReceiptWord::Kept), receipt.kept()?));
    }
    if about.let_off.is_positive() {
        rows.push(sum(word(ReceiptWord::LetOff), about.let_off));
    }
    rows.push(Row::Gap);
    rows.push(if about.owed.is_positive() {
        strong(word(ReceiptWord::Balance), about.owed)
    } else {
        Row::Head(word(ReceiptWord::NothingOwed).to_owned())
    });
    rows.truncate(ROWS_MAX);
    Ok(rows)
}

/// A day with its year, in the business's zone.
fn day(at: OffsetDateTime, tongue: Tongue, zone: &Zone) -> String {
    let date = zone.local(at).date();
    format!("{} {}", format_date(date, tongue), date.year())
}

fn sum(what: impl Into<String>, amount: Money) -> Row {
    Row::Sum {
        what: what.into(),
        amount,
        strong: false,
    }
}

fn strong(what: impl Into<String>, amount: Money) -> Row {
    Row::Sum {
        what: what.into(),
        amount,
        strong: true,
    }
}

fn negative(amount: Money) -> Result<Money, MoneyError> {
    Money::zero(amount.currency()).checked_sub(amount)
}

fn tendered(tender: Tender, number: Option<&str>, tongue: Tongue) -> String {
    let word = match tender {
        Tender::Mpesa => ReceiptWord::Mpesa,
        Tender::Card => ReceiptWord::Card,
        Tender::Cash => ReceiptWord::Cash,
        Tender::Credit => ReceiptWord::Credit,
        Tender::Elsewhere => ReceiptWord::Elsewhere,
    }
    .word(tongue);
    number.map_or_else(|| word.to_owned(), |number| format!("{word} {number}"))
}

fn returned(back: &Returned, tongue: Tongue) -> String {
    let word = if back.done {
        ReceiptWord::Refunded
    } else {
        ReceiptWord::RefundUnderWay
    };
    let number = back.number.as_ref().map(|number| number.as_str());
    let number = number.or(back.reference.as_deref());
    format!("{}, {}", word.word(tongue), tendered(back.tender, number, tongue))
}

/// The rows as text: a row on each line.
pub(super) fn text(rows: &[Row]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .map(|row| match row {
            Row::Head(words) | Row::Words(words) => words.clone(),
            Row::Sum { what, amount, .. } => format!("{what}: {amount}"),
            Row::Gap => String::new(),
        })
        .collect();
    lines.join("\n")
}

/// The gist on one line: by which name, what was paid, what of that is left where some went back, and what is still owed.
pub(super) fn gist(receipt: &VisitReceipt, tongue: Tongue) -> Result<String, MoneyError> {
    let word = |word: ReceiptWord| word.word(tongue);
    let paid: Vec<String> = receipt
        .given
        .iter()
        .map(|given| {
            let number = given.number.as_ref().map(|number| number.as_str());
            format!("{} ({})", given.amount, tendered(given.tender, number, tongue))
        })
        .collect();
    let owed = if receipt.about.owed.is_positive() {
        format!("{} {}", word(ReceiptWord::Balance), receipt.about.owed)
    } else {
        word(ReceiptWord::NothingOwed).to_owned()
    };
    let kept = if receipt.to_credit.is_positive() || !receipt.returned.is_empty() {
        format!(" {} {}.", word(ReceiptWord::Kept), receipt.kept()?)
    } else {
        String::new()
    };
    Ok(format!(
        "{} {}: {} {}.{kept} {owed}. {}",
        word(ReceiptWord::Caption),
        receipt.about.reference,
        word(ReceiptWord::Paid),
        receipt.received()?,
        paid.join(", ")
    ))
}

#[cfg(test)]
mod tests;
