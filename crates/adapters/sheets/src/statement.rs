//! Statements of commission as files: PDF, spreadsheet, CSV.

use ratiba_commission::explain::Language;
use ratiba_commission::period::FrozenDocument;
use ratiba_commission::statement::{Statement, StatementLine, StatementWord, draw};
use ratiba_commission::terms::Terms;
use ratiba_kernel::{Money, Outage};
use ratiba_payroll::sheet::Cell;

use crate::page::{Row, lines};
use crate::pdf::{self, Printed};

/// A statement that can be handed out. The same document gives the same bytes.
#[derive(Clone, Debug)]
pub struct DrawnStatement {
    /// What it says.
    pub statement: Statement,
    made_at: time::PrimitiveDateTime,
}

impl DrawnStatement {
    /// Draws it up; `today` is for a document of before it had terms of its own.
    ///
    /// # Errors
    /// [`Outage`] if its amounts contradict each other.
    pub fn of(document: &FrozenDocument, today: &Terms, language: Language) -> Result<Self, Outage> {
        let period = document.period();
        let zone = &period.terms.as_ref().unwrap_or(today).zone;
        Ok(Self {
            statement: draw(document, today, language).map_err(Outage::new)?,
            made_at: zone.local(period.frozen_at),
        })
    }

    fn word(&self, word: StatementWord) -> &'static str {
        word.word(self.statement.language)
    }

    fn title(&self) -> &'static str {
        self.word(if self.statement.is_amendment {
            StatementWord::Amendment
        } else {
            StatementWord::Title
        })
    }

    /// The name of its file, such as `commission-2026-05.pdf`.
    #[must_use]
    pub fn file_name(&self, ending: &str) -> String {
        let word = self.word(StatementWord::FileName);
        format!("{word}-{}.{ending}", self.statement.month)
    }

    /// As a PDF: small pages that can be read on a telephone, each with the name and the month over it.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        let statement = &self.statement;
        let head = pdf::Head {
            title: &format!("{} {}", self.title(), statement.month),
            author: &statement.business,
            language: match statement.language {
                Language::English => "en",
                Language::Swahili => "sw",
            },
            made_at: self.made_at,
        };
        let top = [
            Row::Head(statement.business.clone()),
            Row::Head(format!("{} {}", self.title(), statement.month)),
            Row::Words(format!("{}: {}", self.word(StatementWord::Name), statement.name)),
            Row::Gap,
        ];
        let top = lines(&top, pdf::COLUMNS);
        let repeated = pdf::Repeated {
            top: &top,
            page: Some(self.word(StatementWord::Page)),
        };
        pdf::document(&head, &repeated, &self.body())
    }

    /// What stands below the head: the figures, then the lines, and at the end the fingerprint.
    fn body(&self) -> Vec<Printed> {
        let statement = &self.statement;
        let words = |word, value: &dyn std::fmt::Display| Row::Words(format!("{}: {value}", self.word(word)));
        let mut rows = vec![
            words(StatementWord::Frozen, &shown(statement.frozen_on)),
            words(StatementWord::Services, &statement.services),
            words(StatementWord::Hours, &statement.hours),
            self.sum(StatementWord::Commission, statement.commission, false),
        ];
        rows.extend(
            self.beside_the_lines()
                .map(|(word, amount)| self.sum(word, amount, false)),
        );
        rows.extend([
            self.sum(StatementWord::Tip, statement.tip, false),
            self.sum(StatementWord::Total, statement.total, true),
            Row::Gap,
            Row::Head(self.word(StatementWord::Lines).to_owned()),
        ]);
        for line in &statement.lines {
            rows.extend(self.rows_of(line));
        }
        rows.push(Row::Gap);
        rows.push(words(StatementWord::Fingerprint, &statement.hash));
        rows.push(Row::Words(self.word(StatementWord::HowToDispute).to_owned()));
        lines(&rows, pdf::COLUMNS)
    }

    /// What is paid or kept back without a line of its own, where there is any.
    fn beside_the_lines(&self) -> impl Iterator<Item = (StatementWord, Money)> {
        let Statement { top_up, carried, .. } = &self.statement;
        let all = [
            (StatementWord::TopUp, *top_up),
            (StatementWord::Carried, *carried),
        ];
        all.into_iter().filter(|(_, amount)| !amount.is_zero())
    }

    fn sum(&self, what: StatementWord, amount: Money, strong: bool) -> Row {
        Row::Sum {
            what: self.word(what).to_owned(),
            amount,
            strong,
        }
    }

    /// Two rows, so that as a rule no line is torn apart at the end of a page.
    fn rows_of(&self, line: &StatementLine) -> [Row; 2] {
        let (base, rule) = (self.word(StatementWord::Base), self.word(StatementWord::Rule));
        let mut below = format!("· {base} {}, {rule} {}", line.base, line.rule);
        if !line.tip.is_zero() {
            below = format!("{below}, {} {}", self.word(StatementWord::Tip), line.tip);
        }
        [
            Row::Sum {
                what: format!("{}. {} {}", line.number, shown(line.day), line.service),
                amount: line.commission,
                strong: false,
            },
            Row::Words(below),
        ]
    }

    /// What stands in the spreadsheet and in the CSV: the head, the lines, and what they come to.
    fn table(&self) -> Vec<Vec<Cell>> {
        let statement = &self.statement;
        let text = |words: &str| Cell::Text(words.to_owned());
        let about = |word, value: &str| vec![text(self.word(word)), text(value)];
        let mut rows = vec![
            vec![text(self.title()), text(&statement.business)],
            about(StatementWord::Name, &statement.name),
            about(StatementWord::Period, &statement.month.to_string()),
            about(StatementWord::Frozen, &statement.frozen_on.to_string()),
            about(StatementWord::Hours, &statement.hours.to_string()),
            about(StatementWord::Fingerprint, &statement.hash),
            Vec::new(),
        ];
        let heads = [
            StatementWord::Number,
            StatementWord::Date,
            StatementWord::Service,
            StatementWord::Base,
            StatementWord::Rule,
            StatementWord::Commission,
            StatementWord::Tip,
        ];
        rows.push(heads.map(|head| text(self.word(head))).to_vec());
        for line in &statement.lines {
            rows.push(vec![
                Cell::Count(i64::from(line.number)),
                Cell::Text(line.day.to_string()),
                text(&line.service),
                Cell::Amount(line.base.amount_minor()),
                text(&line.rule),
                Cell::Amount(line.commission.amount_minor()),
                Cell::Amount(line.tip.amount_minor()),
            ]);
        }
        let mut paid = statement.commission.amount_minor();
        for (word, amount) in self.beside_the_lines() {
            paid = paid.saturating_add(amount.amount_minor());
            let mut row = vec![text(self.word(word))];
            row.extend((0..4).map(|_| text("")));
            row.extend([Cell::Amount(amount.amount_minor()), Cell::Amount(0)]);
            rows.push(row);
        }
        let total = text(self.word(StatementWord::Total));
        let currency = text(statement.total.currency().code());
        rows.push(vec![
            total,
            currency,
            text(""),
            text(""),
            text(""),
            Cell::Amount(paid),
            Cell::Amount(statement.tip.amount_minor()),
        ]);
        // What is paid, all together, as the page says it.
        rows.push(vec![
            text(self.word(StatementWord::GrandTotal)),
            text(statement.total.currency().code()),
            text(""),
            text(""),
            text(""),
            Cell::Amount(statement.total.amount_minor()),
        ]);
        rows
    }

    /// As a spreadsheet.
    ///
    /// # Errors
    /// [`Outage`] if there are more lines than a spreadsheet holds.
    pub fn xlsx(&self) -> Result<Vec<u8>, Outage> {
        crate::xlsx::xlsx(&self.statement.month.to_string(), &self.table())
    }

    /// As CSV.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        crate::csv::csv(&self.table())
    }
}

/// A day as it is written here: `03/05/2026`.
fn shown(day: time::Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year())
}

#[cfg(test)]
mod tests;
