//! Statements of commission in words, and what is said of their lines.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use super::rail::listing;
use crate::desk::{DisputedLine, StatementCard, StatementLine};
use crate::outgoing::{
    BODY_CHARACTERS_MAX, BUTTON_TITLE_CHARACTERS_MAX, Buttons, Content, ListMessage,
    ROW_DESCRIPTION_CHARACTERS_MAX, ROW_TITLE_CHARACTERS_MAX, ROWS_MAX, ReplyButton, Row,
    TEXT_CHARACTERS_MAX, TemplateCall, TextBody, cut,
};
use crate::rail::{LineTap, LinesTap, StatementTap};
use crate::templates::{self, TemplateName};
use crate::texts::{Placeholder, RailText, Tongue, Values, format_day, format_month};

/// How many lines of a correction are told; the button leads to all.
const CHANGED_MAX: usize = 5;

/// An amount; of a correction with its sign, since it is a difference.
fn amount(of: Money, corrects: bool) -> String {
    if of.is_positive() && corrects {
        format!("+{of}")
    } else {
        of.to_string()
    }
}

fn count(of: i64, corrects: bool) -> String {
    if of > 0 && corrects {
        format!("+{of}")
    } else {
        of.to_string()
    }
}

/// The month of a statement: `May 2026`.
#[must_use]
pub fn month_of(card: &StatementCard, tongue: Tongue) -> String {
    format_month(card.month, tongue)
}

fn figures(card: &StatementCard) -> [String; 8] {
    let money = |of: Money| amount(of, card.corrects);
    [
        count(card.services, card.corrects),
        money(card.base),
        money(card.commission),
        money(card.tips),
        money(card.deductions),
        money(card.top_up),
        money(card.total),
        card.hash.clone(),
    ]
}

/// A statement as its owner is told it: the figures; of a correction first what changed, line by line.
#[must_use]
pub fn told(card: &StatementCard, business: &str, tongue: Tongue) -> String {
    let values = Values::new()
        .with(Placeholder::Business, business)
        .with(Placeholder::Date, month_of(card, tongue));
    let head = if card.corrects {
        let lines: Vec<String> = card.lines.iter().map(|line| changed(line, tongue)).collect();
        let (list, _shown) = listing("", &lines, CHANGED_MAX, tongue);
        RailText::CorrectionHead.render(tongue, &values.with(Placeholder::List, list.trim_start()))
    } else {
        RailText::StatementHead.render(tongue, &values)
    };
    let [services, base, commission, tips, deductions, top_up, total, hash] = figures(card);
    let values = Values::new()
        .with(Placeholder::Bookings, services)
        .with(Placeholder::Price, base)
        .with(Placeholder::Commission, commission)
        .with(Placeholder::Least, tips)
        .with(Placeholder::Left, deductions)
        .with(Placeholder::Second, top_up)
        .with(Placeholder::Amount, total)
        .with(Placeholder::Reference, hash);
    format!("{head}\n\n{}", RailText::StatementFigures.render(tongue, &values))
}

fn changed(line: &StatementLine, tongue: Tongue) -> String {
    let values = Values::new()
        .with(Placeholder::Service, line.service.as_str())
        .with(Placeholder::Date, format_day(line.day, tongue))
        .with(Placeholder::Commission, amount(line.commission, true))
        .with(Placeholder::Least, amount(line.tip, true));
    RailText::CorrectedLine.render(tongue, &values)
}

/// The same with the button under which its lines are disputed; without lines there is nothing to dispute.
#[must_use]
pub fn content(card: &StatementCard, business: &str, tongue: Tongue) -> Option<Content> {
    let words = told(card, business, tongue);
    if card.lines.is_empty() {
        return TextBody::new(cut(&words, TEXT_CHARACTERS_MAX))
            .ok()
            .map(Content::Text);
    }
    let button = ReplyButton {
        token: first_lines(card),
        title: cut(
            &RailText::DisputeButton.plain(tongue),
            BUTTON_TITLE_CHARACTERS_MAX,
        ),
    };
    Buttons::new(cut(&words, BODY_CHARACTERS_MAX), vec![button])
        .ok()
        .map(Content::Buttons)
}

/// The same where only templates go.
#[must_use]
pub fn in_template(card: &StatementCard, tongue: Tongue) -> Option<TemplateCall> {
    let month = month_of(card, tongue);
    let month = if card.corrects {
        RailText::CorrectedMonth.render(tongue, &Values::new().with(Placeholder::Date, month))
    } else {
        month
    };
    let figures = figures(card);
    let parameters: Vec<&str> = std::iter::once(month.as_str())
        .chain(figures.iter().map(String::as_str))
        .collect();
    templates::call(
        TemplateName::CommissionStatement,
        tongue,
        &parameters,
        vec![first_lines(card)],
    )
    .ok()
}

fn first_lines(card: &StatementCard) -> String {
    let tap = LinesTap {
        statement: card.id,
        from: 0,
    };
    StatementTap::Lines(tap).token()
}

/// The lines to choose from, ten rows at most: where more follow, the last one leads to them. `None` where there is no line
/// from there on.
#[must_use]
pub fn lines(card: &StatementCard, from: usize, tongue: Tongue, now: OffsetDateTime) -> Option<Content> {
    let left = card.lines.get(from..).filter(|left| !left.is_empty())?;
    let shown = if left.len() > ROWS_MAX {
        ROWS_MAX - 1
    } else {
        left.len()
    };
    let row = |line: &StatementLine| {
        let mut said = format!(
            "{} · {} → {}",
            format_day(line.day, tongue),
            amount(line.base, card.corrects),
            amount(line.commission, card.corrects)
        );
        if line.disputed {
            said = format!("{} · {said}", RailText::LineDisputed.plain(tongue));
        }
        let tap = LineTap {
            statement: card.id,
            line: line.number,
            shown_at: now,
        };
        Row {
            token: StatementTap::Line(tap).token(),
            title: cut(
                &format!("{}. {}", line.number, line.service),
                ROW_TITLE_CHARACTERS_MAX,
            ),
            description: Some(cut(&said, ROW_DESCRIPTION_CHARACTERS_MAX)),
        }
    };
    let mut rows: Vec<Row> = left.iter().take(shown).map(row).collect();
    if shown < left.len() {
        let tap = LinesTap {
            statement: card.id,
            from: from + shown,
        };
        rows.push(Row {
            token: StatementTap::Lines(tap).token(),
            title: cut(&RailText::MoreLines.plain(tongue), ROW_TITLE_CHARACTERS_MAX),
            description: None,
        });
    }
    let values = Values::new().with(Placeholder::Date, month_of(card, tongue));
    let body = cut(&RailText::WhichLine.render(tongue, &values), BODY_CHARACTERS_MAX);
    let button = cut(&RailText::SeeLines.plain(tongue), BUTTON_TITLE_CHARACTERS_MAX);
    ListMessage::new(body, button, rows).ok().map(Content::List)
}

/// What there is to say of a line of a statement.
#[must_use]
pub fn values_of(card: &StatementCard, line: &StatementLine, tongue: Tongue) -> Values {
    Values::new()
        .with(Placeholder::First, line.number.to_string())
        .with(Placeholder::Service, line.service.as_str())
        .with(Placeholder::When, format_day(line.day, tongue))
        .with(Placeholder::Date, month_of(card, tongue))
        .with(Placeholder::Price, amount(line.base, card.corrects))
        .with(Placeholder::Commission, amount(line.commission, card.corrects))
        .with(Placeholder::Least, amount(line.tip, card.corrects))
}

/// A disputed line: `line 3 of May 2026 (Swedish massage, 13 May)`.
#[must_use]
pub fn line_of(about: &DisputedLine, tongue: Tongue) -> String {
    let values = Values::new()
        .with(Placeholder::First, about.line.number.to_string())
        .with(Placeholder::Service, about.line.service.as_str())
        .with(Placeholder::When, format_day(about.line.day, tongue))
        .with(Placeholder::Date, format_month(about.month, tongue));
    RailText::LineOf.render(tongue, &values)
}

#[cfg(test)]
mod tests;
