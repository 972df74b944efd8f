//! Durations as price lists write them: `60min`, `1h30`, `1½ hrs`, `saa moja na nusu`, `90 dk`.

use super::scan::{Number, Piece, scan};

/// The longest duration that is read, in minutes.
const MOST: u64 = 24 * 60;

/// The minutes that all of a cell stands for; a bare number is minutes, `1:30` an hour and a half. `None` if it
/// is not one duration of at most a day.
#[must_use]
pub fn duration_cell(text: &str) -> Option<u32> {
    let pieces = scan(text.trim());
    if let [only] = pieces.as_slice()
        && let Some(number) = only.number()
    {
        return minutes(number.times(1)?);
    }
    if let [hours, colon, rest] = pieces.as_slice()
        && let (Some(hours), Some(':'), Some(rest)) = (hours.number(), colon.mark(), rest.number())
        && rest.is_whole()
        && rest.digits < 60
    {
        return minutes(hours.times(60)?.checked_add(rest.digits)?);
    }
    let found = duration_at(&pieces, 0)?;
    let rest = pieces.get(found.length..).unwrap_or_default();
    rest.iter()
        .all(|piece| piece.mark() == Some('.'))
        .then_some(found.minutes)
}

/// A duration found in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) minutes: u32,
    /// How many pieces it takes.
    pub(super) length: usize,
}

fn minutes(count: u64) -> Option<u32> {
    u32::try_from(count)
        .ok()
        .filter(|count| (1..=MOST).contains(&u64::from(*count)))
}

/// The duration that begins at a piece, if one does.
pub(super) fn duration_at(pieces: &[Piece], at: usize) -> Option<Found> {
    let at = Cursor { pieces, next: at };
    let (count, end) = at
        .swahili_hours()
        .or_else(|| at.fraction_of_an_hour())
        .or_else(|| at.minutes_before())
        .or_else(|| at.hours())
        .or_else(|| at.minutes_after())?;
    Some(Found {
        minutes: minutes(count)?,
        length: end.past_dot().next - at.next,
    })
}

#[derive(Clone, Copy)]
struct Cursor<'p> {
    pieces: &'p [Piece],
    next: usize,
}

impl<'p> Cursor<'p> {
    fn piece(self) -> Option<&'p Piece> {
        self.pieces.get(self.next)
    }

    fn word(self) -> &'p str {
        self.piece().and_then(Piece::word).unwrap_or_default()
    }

    const fn on(self, by: usize) -> Self {
        Self {
            next: self.next + by,
            ..self
        }
    }

    /// Past the dot of an abbreviation: `min.`, `hrs.`
    fn past_dot(self) -> Self {
        let touches = self.next > 0
            && self
                .pieces
                .get(self.next - 1)
                .zip(self.piece())
                .is_some_and(|(before, dot)| before.to == dot.from && before.word().is_some_and(is_unit));
        let dot = self.piece().and_then(Piece::mark) == Some('.');
        let leader = self.on(1).piece().and_then(Piece::mark) == Some('.');
        if touches && dot && !leader {
            self.on(1)
        } else {
            self
        }
    }

    fn number(self) -> Option<(Number, Self)> {
        Some((self.piece()?.number()?, self.on(1)))
    }

    /// `saa moja`, `masaa mawili na nusu`, `saa 1 na dakika 15`. More than six hours would be a time of day.
    fn swahili_hours(self) -> Option<(u64, Self)> {
        if !matches!(self.word(), "saa" | "masaa" | "lisaa") {
            return None;
        }
        let (hours, after) = match self.on(1).number() {
            Some((number, after)) if number.is_whole() => (number.digits, after),
            Some(_) => return None,
            None => match swahili_number(self.on(1).word()) {
                Some(hours) => (hours, self.on(2)),
                None if self.word() == "lisaa" => (1, self.on(1)),
                None => return None,
            },
        };
        if !(1..=6).contains(&hours)
            || matches!(
                after.word(),
                "asubuhi" | "mchana" | "jioni" | "usiku" | "alfajiri"
            )
        {
            return None;
        }
        Some(after.and_some_more(hours * 60))
    }

    /// `na nusu`, `na robo`, `na dakika 15`, `and a half`, `and 15 minutes`.
    fn and_some_more(self, minutes: u64) -> (u64, Self) {
        if !matches!(self.word(), "na" | "and") {
            return (minutes, self);
        }
        let next = self.on(1);
        match next.word() {
            "nusu" | "half" => return (minutes + 30, next.on(1)),
            "robo" => return (minutes + 15, next.on(1)),
            "a" if next.on(1).word() == "half" => return (minutes + 30, next.on(2)),
            _other => {}
        }
        let more = next.minutes_before().or_else(|| next.minutes_after());
        more.map_or((minutes, self), |(more, end)| (minutes + more, end))
    }

    /// `nusu saa`, `robo saa`, `half an hour`, `half hour`, `an hour`, `one hour`, `two hours`.
    fn fraction_of_an_hour(self) -> Option<(u64, Self)> {
        let second = self.on(1).word();
        let third = self.on(2).word();
        match (self.word(), second, third) {
            ("nusu" | "half", "saa" | "hour" | "hr", _) => Some((30, self.on(2))),
            ("half", "an" | "a", "hour" | "hr") => Some((30, self.on(3))),
            ("robo", "saa", _) | ("quarter", "hour" | "hr", _) => Some((15, self.on(2))),
            (count, hour, _) if is_hour(hour) => {
                let hours = english_number(count)?;
                Some(self.on(2).and_some_more(hours * 60))
            }
            _other => None,
        }
    }

    /// `dakika 45`, `dk 45`, `dakika thelathini`.
    fn minutes_before(self) -> Option<(u64, Self)> {
        if !matches!(self.word(), "dakika" | "dk" | "dak") {
            return None;
        }
        let after = self.on(1).past_dot();
        if let Some((number, end)) = after.number() {
            return Some((number.times(1)?, end));
        }
        let tens = swahili_number(after.word())?;
        let more = (after.on(1).word() == "na")
            .then(|| swahili_number(after.on(2).word()))
            .flatten();
        Some(more.map_or((tens, after.on(1)), |ones| (tens + ones, after.on(3))))
    }

    /// `1h`, `1h30`, `1 hr 30 mins`, `1.5 hours`, `1½ hrs`, `1 1/2 hrs`, `1 hour and a half`.
    fn hours(self) -> Option<(u64, Self)> {
        let (whole, after) = self.number()?;
        let mut count = whole.times(60);
        let mut end = after;
        if let Some((more, beyond)) = after.number() {
            if more.scale != 2 || !whole.is_whole() || !matches!(more.digits, 25 | 50 | 75) {
                // Two numbers in a row are hours only as `1½` or `1 1/2`.
                count = count.zip(half(after)).map(|(count, _)| count + 30);
                end = half(after).unwrap_or(beyond);
            } else {
                count = count.zip(more.times(60)).map(|(count, more)| count + more);
                end = beyond;
            }
        }
        let count = count?;
        if !is_hour(end.word()) || (end.word() == "h" && !end.touches_before()) {
            return None;
        }
        let after = end.on(1).past_dot();
        if let Some((more, beyond)) = after.number()
            && more.is_whole()
            && more.digits < 60
        {
            if is_minute(beyond.word()) || (beyond.word() == "m" && beyond.touches_before()) {
                return Some((count + more.digits, beyond.on(1)));
            }
            // `1h30`, written as one.
            if after.touches_before() {
                return Some((count + more.digits, beyond));
            }
        }
        Some(after.and_some_more(count))
    }

    fn touches_before(self) -> bool {
        let before = self
            .next
            .checked_sub(1)
            .and_then(|before| self.pieces.get(before));
        before
            .zip(self.piece())
            .is_some_and(|(before, this)| before.to == this.from)
    }

    /// `60min`, `45 dk`, `90'`.
    fn minutes_after(self) -> Option<(u64, Self)> {
        let (number, after) = self.number()?;
        let short = after.word() == "m" && after.touches_before();
        let stroke = after
            .piece()
            .and_then(Piece::mark)
            .is_some_and(|mark| matches!(mark, '\'' | '’' | '′'))
            && after.touches_before();
        if is_minute(after.word()) || short || stroke {
            Some((number.times(1)?, after.on(1)))
        } else {
            None
        }
    }
}

/// Past `1/2`.
fn half(at: Cursor<'_>) -> Option<Cursor<'_>> {
    let (one, after) = at.number()?;
    let slash = after.piece()?.mark()? == '/';
    let (two, end) = after.on(1).number()?;
    (one.digits == 1 && one.is_whole() && slash && two.digits == 2 && two.is_whole()).then_some(end)
}

fn is_unit(word: &str) -> bool {
    is_hour(word) || is_minute(word)
}

fn is_hour(word: &str) -> bool {
    matches!(word, "h" | "hr" | "hrs" | "hour" | "hours" | "saa" | "masaa")
}

fn is_minute(word: &str) -> bool {
    matches!(
        word,
        "min" | "mins" | "minute" | "minutes" | "dk" | "dak" | "dakika"
    )
}

fn english_number(word: &str) -> Option<u64> {
    let number = match word {
        "a" | "an" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        _other => return None,
    };
    Some(number)
}

fn swahili_number(word: &str) -> Option<u64> {
    let number = match word {
        "moja" => 1,
        "mbili" | "mawili" => 2,
        "tatu" | "matatu" => 3,
        "nne" | "manne" => 4,
        "tano" | "matano" => 5,
        "sita" => 6,
        "kumi" => 10,
        "ishirini" => 20,
        "thelathini" => 30,
        "arobaini" | "arubaini" => 40,
        "hamsini" => 50,
        "sitini" => 60,
        "sabini" => 70,
        "themanini" => 80,
        "tisini" => 90,
        _other => return None,
    };
    Some(number)
}

#[cfg(test)]
mod tests;
