//! A price list as people paste it: one service a line, headings between them, bullets and emojis anywhere.
//!
//! ```text
//! *MASSAGES* 💆
//! • Swedish massage 60min - 3,500/=
//! Facial ..... KSh 2500 (1hr)
//! Masaji ya mgongo 45 dk 1500
//! Deep tissue 60min 4000 / 90min 5500
//! ```
//!
//! What is read is what stands there. A line that names a service without a price becomes a row without one, for a
//! person to complete.

use ratiba_kernel::Currency;

use super::amount::{self, amount_at};
use super::catalogue::CatalogueDraft;
use super::duration::duration_at;
use super::propose;
use super::scan::{Piece, Token, scan};
use super::text::{fold, one_line, shortened};
use super::{
    CELL_CHARACTERS_MAX, CONTENT_BYTES_MAX, Cell, Ignored, IgnoredBecause, ROWS_MAX, Source, Unreadable,
};

/// The rows of a pasted price list, amounts in minor units of `currency`, and the lines that are none.
///
/// # Errors
/// [`Unreadable`] for a text that is too large or has no services.
pub fn rows(text: &str, currency: Currency) -> Result<(Vec<CatalogueDraft>, Vec<Ignored>), Unreadable> {
    if text.len() > CONTENT_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let mut list = List::default();
    for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let number = u32::try_from(index).map_or(u32::MAX, |index| index.saturating_add(1));
        list.take(number, line, currency);
        if list.rows.len().max(list.ignored.len()) > ROWS_MAX {
            return Err(Unreadable::TooManyRows);
        }
    }
    list.settle_title();
    if list.rows.is_empty() {
        return Err(Unreadable::Empty);
    }
    list.rows.sort_by_key(|row| row.source.line);
    Ok((list.rows, list.ignored))
}

#[derive(Default)]
struct List {
    rows: Vec<CatalogueDraft>,
    ignored: Vec<Ignored>,
    heading: Option<String>,
    title: Option<Title>,
    /// Whether the line before was blank, or there was none.
    block_begins: BlockBegins,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum BlockBegins {
    #[default]
    Here,
    Earlier,
}

/// A line with neither price nor duration: a heading, a service without a price, or a service whose prices stand
/// on the lines below. What comes next tells.
struct Title {
    source: Source,
    text: String,
    kind: TitleKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TitleKind {
    /// Dressed as a heading, or nothing but a word for a category.
    Heading,
    /// The first line of a block, which may be one.
    Perhaps,
    /// Among services, or ending as the name of one does.
    Service,
    /// A name whose prices stood below: settled.
    Used,
}

impl List {
    fn take(&mut self, number: u32, line: &str, currency: Currency) {
        let source = Source::new(number, line);
        let line = shortened(line, CELL_CHARACTERS_MAX);
        let read = Line::read(&line, currency);
        match read {
            Line::Blank => self.block_begins = BlockBegins::Here,
            Line::Remark => {
                self.ignored.push(Ignored {
                    source,
                    because: IgnoredBecause::Remark,
                });
            }
            Line::Title { text, dressed } => {
                self.settle_title();
                let kind = self.kind_of(&text, dressed);
                self.title = Some(Title { source, text, kind });
                self.block_begins = BlockBegins::Earlier;
            }
            Line::Item(item) => {
                self.item(source, item);
                self.block_begins = BlockBegins::Earlier;
            }
        }
    }

    fn kind_of(&self, text: &str, dressed: bool) -> TitleKind {
        if dressed || propose::is_category_word(text) {
            TitleKind::Heading
        } else if self.block_begins == BlockBegins::Earlier || propose::ends_like_a_service(text) {
            TitleKind::Service
        } else {
            TitleKind::Perhaps
        }
    }

    fn item(&mut self, source: Source, item: Item) {
        let mut name = item.name;
        if name.is_empty() {
            match &mut self.title {
                Some(title) => {
                    name.clone_from(&title.text);
                    title.kind = TitleKind::Used;
                }
                None => {
                    self.ignored.push(Ignored {
                        source,
                        because: IgnoredBecause::Remark,
                    });
                    return;
                }
            }
        } else if let Some(title) = self.title.take() {
            match title.kind {
                TitleKind::Heading | TitleKind::Perhaps => self.heading = Some(title.text),
                TitleKind::Service => self.without_price(title),
                TitleKind::Used => {}
            }
        }
        for (price, minutes) in item.variants {
            self.rows.push(CatalogueDraft {
                source: source.clone(),
                name: name.clone(),
                category: self.heading.clone(),
                description: item.description.clone(),
                price,
                minutes,
                ..CatalogueDraft::default()
            });
        }
    }

    /// A title with nothing below it that would make it a heading or give it a price.
    fn settle_title(&mut self) {
        if let Some(title) = self.title.take() {
            match title.kind {
                TitleKind::Heading => self.heading = Some(title.text),
                TitleKind::Perhaps | TitleKind::Service => self.without_price(title),
                TitleKind::Used => {}
            }
        }
    }

    fn without_price(&mut self, title: Title) {
        self.rows.push(CatalogueDraft {
            source: title.source,
            name: title.text,
            category: self.heading.clone(),
            ..CatalogueDraft::default()
        });
    }
}

enum Line {
    Blank,
    Remark,
    Title { text: String, dressed: bool },
    Item(Item),
}

struct Item {
    /// Empty if the line has prices only.
    name: String,
    description: Option<String>,
    variants: Vec<(Cell<i64>, Cell<u32>)>,
}

impl Line {
    fn read(line: &str, currency: Currency) -> Self {
        let line = without_struck(line);
        let bare = unbulleted(&line);
        if !bare.chars().any(char::is_alphanumeric) {
            return Self::Blank;
        }
        if is_remark(&line) {
            return Self::Remark;
        }
        let pieces = scan(bare);
        let found = Findings::of(&pieces, bare, currency);
        let (name, description) = found.name(bare);
        if found.prices.is_empty() && found.durations.is_empty() {
            if name.is_empty() || !name.chars().any(char::is_alphabetic) {
                return Self::Remark;
            }
            if greets(&name) {
                return Self::Remark;
            }
            let dressed = is_dressed(&line);
            return Self::Title { text: name, dressed };
        }
        // "Our price list for 2026" has a number at its end, too.
        if (found.prices.is_empty() && name.is_empty()) || names_the_list(&name) {
            return Self::Remark;
        }
        Self::Item(Item {
            variants: found.variants(bare),
            name,
            description,
        })
    }
}

/// WhatsApp's `~struck out~`: a former price.
fn without_struck(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('~') {
        kept.push_str(before);
        let Some((_struck, beyond)) = after.split_once('~') else {
            rest = after;
            continue;
        };
        rest = beyond;
    }
    kept.push_str(rest);
    kept
}

/// Without bullets, emojis and numbering in front.
fn unbulleted(line: &str) -> &str {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '$' | '(' | '"'));
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let numbered = line
        .get(digits..)
        .and_then(|rest| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")));
    match numbered {
        Some(rest) if (1..=2).contains(&digits) && rest.chars().any(char::is_alphabetic) => rest.trim_start(),
        // A keycap: a digit with a variation selector and an enclosing mark.
        _not_numbered => {
            let rest = line.get(digits..).unwrap_or_default();
            let keycap = rest.trim_start_matches(['\u{fe0f}', '\u{20e3}']);
            if digits == 1 && keycap.len() < rest.len() {
                keycap.trim_start()
            } else {
                line
            }
        }
    }
}

/// Addresses, phone numbers, opening hours.
fn is_remark(line: &str) -> bool {
    let lower = line.to_lowercase();
    if [
        "http",
        "www.",
        ".com",
        ".co.ke",
        "instagram",
        "facebook",
        "tiktok",
        "whatsapp",
        "till no",
        "paybill",
    ]
    .iter()
    .any(|word| lower.contains(word))
    {
        return true;
    }
    let handle = line.split_whitespace().any(|word| {
        word.strip_prefix('@')
            .is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    });
    handle || has_phone(line) || has_time_of_day(line)
}

fn has_phone(line: &str) -> bool {
    let mut run = String::new();
    let mut ends = line.chars().map(Some).chain([None]);
    ends.any(|character| match character {
        Some(c) if c.is_ascii_digit() => {
            run.push(c);
            false
        }
        Some(' ' | '-' | '\u{a0}') if !run.is_empty() => false,
        _end => {
            let digits = std::mem::take(&mut run);
            let local = digits.len() == 10 && (digits.starts_with("07") || digits.starts_with("01"));
            local || (digits.len() == 12 && digits.starts_with("254"))
        }
    })
}

fn has_time_of_day(line: &str) -> bool {
    let pieces = scan(line);
    pieces.windows(2).any(|pair| match pair {
        [number, half] => {
            number.number().is_some_and(|number| number.digits <= 1_259)
                && half.word().is_some_and(|word| matches!(word, "am" | "pm"))
        }
        _shorter => false,
    })
}

/// A line of greeting or a title of the whole list.
fn greets(name: &str) -> bool {
    let folded = fold(name);
    let first = folded.split(' ').next().unwrap_or_default();
    [
        "karibu", "karibuni", "welcome", "hello", "hi", "hujambo", "habari",
    ]
    .contains(&first)
        || names_the_list(name)
}

fn names_the_list(name: &str) -> bool {
    let folded = fold(name);
    [
        "price list",
        "pricelist",
        "our prices",
        "our services",
        "service menu",
        "orodha ya bei",
        "bei zetu",
    ]
    .iter()
    .any(|phrase| folded.contains(phrase))
}

/// Capitals throughout, bold, or with a colon at the end.
fn is_dressed(line: &str) -> bool {
    let line = line.trim();
    let text = line.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ':' && c != '*');
    let bold = line.matches('*').count() >= 2 && text.ends_with('*');
    let letters = || line.chars().filter(|c| c.is_alphabetic());
    text.ends_with(':') || bold || (letters().count() > 2 && letters().all(char::is_uppercase))
}

/// Where prices and durations stand in a line.
#[derive(Default)]
struct Findings {
    prices: Vec<(Cell<i64>, usize)>,
    durations: Vec<(u32, usize)>,
    /// Bytes that are neither name nor description.
    spans: Vec<(usize, usize)>,
}

struct Candidate {
    found: amount::Found,
    at: usize,
}

impl Findings {
    fn of(pieces: &[Piece], line: &str, currency: Currency) -> Self {
        let mut findings = Self::default();
        let mut candidates = Vec::new();
        let mut taken_by_duration = Vec::new();
        let mut at = 0;
        while at < pieces.len() {
            if let Some(found) = duration_at(pieces, at) {
                findings.durations.push((found.minutes, at));
                findings.spans.push(bytes(pieces, at, found.length));
                taken_by_duration.push((at, at + found.length));
                at += found.length;
            } else if let Some(found) = amount_at(pieces, at, currency) {
                candidates.push(Candidate { found, at });
                at += found.length;
            } else {
                at += 1;
            }
        }
        let any_marked = candidates.iter().any(|candidate| candidate.found.marked);
        for Candidate { found, at } in candidates {
            let price = if any_marked {
                found.marked || continues_a_range(pieces, at)
            } else {
                stands_as_price(pieces, at, found, &taken_by_duration)
            };
            if price {
                let span = bytes(pieces, at, found.length);
                let written = line.get(span.0..span.1).unwrap_or_default();
                let cell = found
                    .minor
                    .map_or_else(|| Cell::Unreadable(written.to_owned()), Cell::Read);
                findings.prices.push((cell, at));
                findings.spans.push(span);
            }
        }
        findings.spans.sort_unstable();
        findings
    }

    /// What is left of the line: a name, and what stands in brackets.
    fn name(&self, line: &str) -> (String, Option<String>) {
        let mut rest = String::with_capacity(line.len());
        let mut from = 0;
        // With several prices the name stands before the first of them.
        let until = if self.prices.len() > 1 {
            self.spans
                .iter()
                .map(|(start, _)| *start)
                .find(|start| *start > 0)
        } else {
            None
        };
        for (start, end) in &self.spans {
            rest.push_str(line.get(from..*start).unwrap_or_default());
            rest.push(' ');
            from = *end;
        }
        rest.push_str(line.get(from..).unwrap_or_default());
        if let Some(until) = until {
            rest = line.get(..until).unwrap_or_default().to_owned();
        }
        split_brackets(&rest)
    }

    fn variants(&self, line: &str) -> Vec<(Cell<i64>, Cell<u32>)> {
        let lasting = |minutes: u32| Cell::Read(minutes);
        match (self.prices.as_slice(), self.durations.as_slice()) {
            ([], [(minutes, _)]) => vec![(Cell::Empty, lasting(*minutes))],
            ([(price, _)], []) => vec![(price.clone(), Cell::Empty)],
            ([(price, _)], [(minutes, _)]) => vec![(price.clone(), lasting(*minutes))],
            (prices, durations) if prices.len() == durations.len() => prices
                .iter()
                .zip(durations)
                .map(|((price, _), (minutes, _))| (price.clone(), lasting(*minutes)))
                .collect(),
            (prices, durations) => {
                let written = Cell::Unreadable(one_line(line));
                let price = match prices {
                    [] => Cell::Empty,
                    [(price, _)] => price.clone(),
                    _several => written.clone(),
                };
                let minutes = match durations {
                    [] => Cell::Empty,
                    [(minutes, _)] => lasting(*minutes),
                    _several => Cell::Unreadable(one_line(line)),
                };
                vec![(price, minutes)]
            }
        }
    }
}

fn bytes(pieces: &[Piece], at: usize, length: usize) -> (usize, usize) {
    let from = pieces.get(at).map_or(0, |piece| piece.from);
    let to = pieces.get(at + length - 1).map_or(from, |piece| piece.to);
    (from, to)
}

/// The first half of `3000 - 4000/=`, or the second of `KSh 3000 - 4000`: a range is no price, and is shown whole.
fn continues_a_range(pieces: &[Piece], at: usize) -> bool {
    let dash = |index: Option<usize>| {
        index
            .and_then(|index| pieces.get(index))
            .and_then(Piece::mark)
            .is_some_and(|mark| matches!(mark, '-' | '–' | '—'))
    };
    let numeric = |index: Option<usize>| {
        index
            .and_then(|index| pieces.get(index))
            .is_some_and(|piece| matches!(piece.token, Token::Number(_) | Token::Ambiguous))
    };
    let before = dash(at.checked_sub(1)) && numeric(at.checked_sub(2));
    let after = dash(Some(at + 1)) && pieces.get(at + 2).is_some();
    before || (numeric(Some(at)) && after && (numeric(Some(at + 2)) || numeric(Some(at + 3))))
}

/// Whether a number without a currency is a price: the last thing on the line or beside a duration, and either in
/// the hundreds or set apart from the name.
fn stands_as_price(pieces: &[Piece], at: usize, found: amount::Found, durations: &[(usize, usize)]) -> bool {
    let filler = |piece: &Piece| match &piece.token {
        Token::Mark(_) => true,
        Token::Word(word) => matches!(
            word.as_str(),
            "only" | "tu" | "each" | "pp" | "per" | "person" | "session"
        ),
        Token::Number(_) | Token::Ambiguous => false,
    };
    let in_duration = |index: usize| durations.iter().any(|(from, to)| (*from..*to).contains(&index));
    let end = at + found.length;
    let last = pieces
        .iter()
        .enumerate()
        .skip(end)
        .all(|(index, piece)| filler(piece) || in_duration(index));
    let apart = at
        .checked_sub(1)
        .and_then(|before| pieces.get(before))
        .and_then(Piece::mark)
        .is_some_and(|mark| {
            matches!(
                mark,
                '-' | '–' | '—' | ':' | '=' | '.' | '…' | '@' | '|' | '>' | '_' | '→' | '/'
            )
        });
    let marks_back = |mut index: usize| {
        while index > 0 && pieces.get(index - 1).is_some_and(|piece| piece.mark().is_some()) {
            index -= 1;
        }
        index
    };
    let after_duration = durations.iter().any(|(_, to)| *to == marks_back(at) && *to <= at);
    let before_duration = durations
        .iter()
        .any(|(from, _)| *from >= end && marks_back(*from) <= end);
    let large = found.minor.is_none_or(|minor| minor >= 10_000);
    (last || after_duration || before_duration || continues_a_range(pieces, at)) && (large || apart)
}

/// A name without decoration, and what stood in brackets.
fn split_brackets(text: &str) -> (String, Option<String>) {
    let mut outside = String::with_capacity(text.len());
    let mut inside = String::new();
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => {
                depth += 1;
                inside.push(' ');
                outside.push(' ');
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            other if depth > 0 => inside.push(other),
            other => outside.push(other),
        }
    }
    let description = tidy(&inside);
    (tidy(&outside), (!description.is_empty()).then_some(description))
}

/// Without emojis, leaders, bold marks, and the small words and marks that stood between name and price.
fn tidy(text: &str) -> String {
    const FILLERS: [&str; 12] = [
        "only", "tu", "at", "for", "per", "session", "price", "bei", "kwa", "ni", "each", "pp",
    ];
    let plain: String = text
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() || super::text::is_mark(c) => c,
            '\'' | '’' | '&' | '+' | '-' | '–' | '/' | '%' | ',' | '.' => c,
            _decoration => ' ',
        })
        .collect();
    let apart = |word: &&str| word.chars().any(char::is_alphanumeric) || matches!(*word, "&" | "+");
    let mut words: Vec<&str> = plain.split_whitespace().filter(apart).collect();
    while let Some(last) = words.last() {
        if FILLERS.contains(&fold(last).as_str()) || matches!(*last, "&" | "+") {
            words.pop();
        } else {
            break;
        }
    }
    while let Some(first) = words.first() {
        if matches!(*first, "&" | "+") {
            words.remove(0);
        } else {
            break;
        }
    }
    let joined = words.join(" ");
    let loose = |c: char| matches!(c, '-' | '–' | '/' | ',' | '.' | '\'' | '’');
    joined.trim_matches(loose).trim().to_owned()
}

#[cfg(test)]
mod tests;
