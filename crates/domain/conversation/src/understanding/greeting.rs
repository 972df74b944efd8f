//! Greetings, whose parts of the day are no time: *habari za asubuhi*, *how are you today*.

use super::day;
use super::scan::Words;

const PARTS_IN_GREETINGS: &[&str] = &[
    "asubuhi",
    "mchana",
    "jioni",
    "usiku",
    "leo",
    "morning",
    "afternoon",
    "evening",
    "day",
    "night",
    "alasiri",
    "eve",
    "kutwa",
    "siku",
    "jana",
    "saa",
    "hizi",
    "hii",
    "nyingi",
    "weekend",
    "wikendi",
    "jumapili",
    "jumatatu",
];

/// The length of a greeting that may name a part of the day, if one begins here.
pub(super) fn length(words: Words<'_>, at: usize) -> Option<usize> {
    let (first, second, third) = (words.text(at), words.text(at + 1), words.text(at + 2));
    let named = |word: &str| PARTS_IN_GREETINGS.contains(&word);
    if ["habari", "habar", "habarini", "hbr", "salamu", "salaam"].contains(&first) {
        let joined = ["ya", "za", "yako", "zenu", "zako", "yenu", "gani"].contains(&second);
        let part_at = at + 1 + usize::from(joined);
        let part_at = part_at + usize::from(words.text(part_at) == "za" || words.text(part_at) == "ya");
        if named(words.text(part_at)) && day::weekday_name(words, part_at).is_none() {
            let tail = usize::from(
                ["hii", "hizi", "ya"].contains(&words.text(part_at + 1)) && words.text(part_at) != "saa",
            );
            let early = words.text(part_at + 1) == "na" && words.text(part_at + 2) == "mapema";
            let tail = if early { 2 } else { tail };
            return Some(part_at + 1 + tail - at);
        }
        return Some(1 + usize::from(joined));
    }
    if ["za", "ya"].contains(&first) && named(second) && at == 0 && words.text(at + 2).is_empty() {
        return Some(2);
    }
    if ["how", "hows"].contains(&first) && ["are", "r", "is", "it"].contains(&second) {
        return asked_after(words, at);
    }
    if ["niaje", "mambo", "vipi", "sasa"].contains(&first) && second == "leo" && third.is_empty() {
        return Some(2);
    }
    if first == "good" && ["morning", "afternoon", "evening", "day", "night"].contains(&second) {
        return Some(2);
    }
    let wished = ["njema", "mwema", "jema", "nzuri"].contains(&second) && third != "sana";
    (wished
        && [
            "asubuhi", "mchana", "jioni", "usiku", "siku", "wikendi", "weekend",
        ]
        .contains(&first))
    .then_some(2)
}

/// *How are you doing today?*
fn asked_after(words: Words<'_>, at: usize) -> Option<usize> {
    let it_goes = words.text(at + 2) == "it" && words.text(at + 3) == "going";
    let subject =
        it_goes || ["you", "u", "things", "everyone", "everything", "going"].contains(&words.text(at + 2));
    let doing = usize::from(["doing", "going", "guys"].contains(&words.text(at + 3)));
    let end = at + 3 + doing;
    let day = match (words.text(end), words.text(end + 1)) {
        ("today" | "leo", _) => 1,
        ("this", "morning" | "afternoon" | "evening") => 2,
        _other => 0,
    };
    // "How are you tomorrow at 3?" asks something else.
    subject
        .then_some(3 + doing + day)
        .filter(|length| words.text(at + length) != "tomorrow")
}
