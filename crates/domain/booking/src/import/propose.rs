//! What may be proposed for a service that does not say it: category, duration, Swahili name, description.
//!
//! By small tables of what the trade is called in Nairobi. There is deliberately no table of prices.

use crate::catalogue::{Minutes, ServiceCategory};

use super::text::{fold, slug};

/// A family of services and the words that betray it, the first that fits counts.
struct Family {
    category: &'static str,
    minutes: u32,
    /// Singular and plural; a line with nothing else is a heading.
    heads: &'static [&'static str],
    /// Words within a name.
    words: &'static [&'static str],
}

const FAMILIES: [Family; 12] = [
    Family {
        category: "massage",
        minutes: 60,
        heads: &[
            "massage",
            "massages",
            "masaji",
            "body massage",
            "body massages",
            "massage therapy",
        ],
        words: &[
            "massage",
            "massages",
            "masaji",
            "swedish",
            "tissue",
            "aromatherapy",
            "reflexology",
            "shiatsu",
            "thai",
        ],
    },
    Family {
        category: "facial",
        minutes: 60,
        heads: &["facial", "facials", "face", "skin care", "skincare", "uso"],
        words: &[
            "facial",
            "facials",
            "dermaplaning",
            "microdermabrasion",
            "peel",
            "hydrafacial",
        ],
    },
    Family {
        category: "nails",
        minutes: 45,
        heads: &[
            "nail",
            "nails",
            "manicure",
            "manicures",
            "pedicure",
            "pedicures",
            "nail care",
            "kucha",
        ],
        words: &[
            "manicure", "pedicure", "gel", "acrylic", "acrylics", "nail", "nails", "polish", "tips", "kucha",
        ],
    },
    Family {
        category: "braids",
        minutes: 180,
        heads: &[
            "braid",
            "braids",
            "braiding",
            "locs",
            "dreadlocks",
            "weaves",
            "misuko",
        ],
        words: &[
            "braid",
            "braids",
            "cornrows",
            "locs",
            "dreadlocks",
            "twist",
            "twists",
            "weave",
            "crochet",
            "kusuka",
            "misuko",
        ],
    },
    Family {
        category: "barber",
        minutes: 30,
        heads: &["barber", "barbershop", "shave", "shaves", "kinyozi"],
        words: &["shave", "beard", "fade", "haircut", "kunyoa", "kinyozi", "trim"],
    },
    Family {
        category: "hair",
        minutes: 60,
        heads: &["hair", "hair care", "haircare", "hair styling", "salon", "nywele"],
        words: &[
            "hair",
            "blowdry",
            "blow",
            "relaxer",
            "retouch",
            "treatment",
            "wash",
            "colour",
            "color",
            "nywele",
            "styling",
        ],
    },
    Family {
        category: "waxing",
        minutes: 30,
        heads: &["wax", "waxing", "hair removal", "threading"],
        words: &["wax", "waxing", "sugaring", "threading", "brazilian", "bikini"],
    },
    Family {
        category: "lashes",
        minutes: 90,
        heads: &[
            "lash",
            "lashes",
            "brow",
            "brows",
            "eyebrows",
            "lashes and brows",
            "lashes brows",
        ],
        words: &[
            "lash",
            "lashes",
            "brow",
            "brows",
            "eyebrows",
            "microblading",
            "lamination",
        ],
    },
    Family {
        category: "makeup",
        minutes: 60,
        heads: &["makeup", "make up", "bridal"],
        words: &["makeup", "bridal", "glam"],
    },
    Family {
        category: "body",
        minutes: 60,
        heads: &[
            "body",
            "body treatment",
            "body treatments",
            "scrub",
            "scrubs",
            "body scrubs",
        ],
        words: &[
            "scrub",
            "wrap",
            "exfoliation",
            "polish",
            "hammam",
            "moroccan",
            "bath",
        ],
    },
    Family {
        category: "sauna",
        minutes: 30,
        heads: &[
            "sauna",
            "steam",
            "sauna and steam",
            "steam and sauna",
            "steam bath",
        ],
        words: &["sauna", "steam", "jacuzzi"],
    },
    Family {
        category: "training",
        minutes: 60,
        heads: &["fitness", "yoga", "gym", "training"],
        words: &["yoga", "pilates", "training", "aerobics"],
    },
];

const OTHER: &str = "other";

fn family(name: &str) -> Option<&'static Family> {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(' ').collect();
    // The last word that betrays a family counts most: a "hair wax" is waxing, a "body massage" a massage.
    words
        .iter()
        .rev()
        .find_map(|word| FAMILIES.iter().find(|family| family.words.contains(word)))
}

/// Whether a line is nothing but a word for a family of services.
#[must_use]
pub fn is_category_word(text: &str) -> bool {
    let folded = fold(text);
    let bare = folded
        .strip_suffix(" services")
        .or_else(|| folded.strip_suffix(" treatments"));
    FAMILIES.iter().any(|family| {
        family.heads.contains(&folded.as_str()) || bare.is_some_and(|bare| family.heads.contains(&bare))
    })
}

/// Whether a text of several words ends as the name of one service does: *hot stone massage*.
#[must_use]
pub fn ends_like_a_service(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let singular = |word: &str| {
        matches!(
            word,
            "massage"
                | "masaji"
                | "facial"
                | "manicure"
                | "pedicure"
                | "shave"
                | "haircut"
                | "wax"
                | "scrub"
                | "peel"
        )
    };
    words.len() > 1 && words.last().is_some_and(|word| singular(word))
}

/// The category that a text names: one that exists already, a family that we know, or the text itself as a word.
/// `None` if nothing is left of it.
#[must_use]
pub fn category_named(text: &str, known: &[ServiceCategory]) -> Option<ServiceCategory> {
    let word = slug(text);
    let singular = word.strip_suffix('s').unwrap_or(&word);
    let same = |category: &&ServiceCategory| {
        let theirs = category.as_str();
        theirs == word || theirs == singular || theirs.strip_suffix('s') == Some(singular)
    };
    if let Some(category) = known.iter().find(same) {
        return Some(category.clone());
    }
    let folded = fold(text);
    let family = FAMILIES
        .iter()
        .find(|family| family.heads.contains(&folded.as_str()));
    ServiceCategory::parse(family.map_or(word.as_str(), |family| family.category)).ok()
}

/// The category that a service of that name is likely in; `other` if nothing betrays it.
#[must_use]
pub fn category(name: &str) -> Option<ServiceCategory> {
    ServiceCategory::parse(family(name).map_or(OTHER, |family| family.category)).ok()
}

/// How long a service of that name and category is likely to take.
#[must_use]
pub fn minutes(name: &str, category: &ServiceCategory) -> Minutes {
    let by_category = || {
        FAMILIES
            .iter()
            .find(|family| family.category == category.as_str())
    };
    let family = family(name).or_else(by_category);
    Minutes::new(family.map_or(60, |family| family.minutes))
}

/// Parts of names and what they are called in Swahili; longer ones stand before shorter ones.
const MASSAGES: [(&str, &str); 11] = [
    ("full body", "ya mwili mzima"),
    ("head neck and shoulder", "ya kichwa, shingo na mabega"),
    ("neck and shoulder", "ya shingo na mabega"),
    ("deep tissue", "ya kina"),
    ("hot stone", "ya mawe moto"),
    ("back", "ya mgongo"),
    ("foot", "ya miguu"),
    ("head", "ya kichwa"),
    ("couples", "ya wawili"),
    ("pregnancy", "ya wajawazito"),
    ("swedish", "ya Kiswidi"),
];

const NAMES: [(&str, &str); 14] = [
    ("massage", "Masaji"),
    ("facial", "Utunzaji wa uso"),
    ("basic facial", "Utunzaji wa uso wa kawaida"),
    ("manicure", "Utunzaji wa kucha za mikono"),
    ("pedicure", "Utunzaji wa kucha za miguu"),
    ("haircut", "Kunyoa nywele"),
    ("hair cut", "Kunyoa nywele"),
    ("shave", "Kunyoa"),
    ("beard trim", "Kupunguza ndevu"),
    ("hair wash", "Kuosha nywele"),
    ("braids", "Kusuka nywele"),
    ("braiding", "Kusuka nywele"),
    ("makeup", "Kupamba uso"),
    ("body scrub", "Usuguaji wa mwili"),
];

const SWAHILI: [&str; 12] = [
    "masaji", "ya", "wa", "za", "kusuka", "kunyoa", "nywele", "kucha", "uso", "mgongo", "miguu", "kichwa",
];

/// What a service of that English name is likely called in Swahili; the name itself if it is Swahili already.
#[must_use]
pub fn swahili_name(name: &str) -> Option<String> {
    let folded = fold(name);
    let (words, number) = without_number(&folded);
    let numbered = |name: String| match number {
        Some(number) => format!("{name} {number}"),
        None => name,
    };
    let own = words.split(' ').filter(|word| SWAHILI.contains(word)).count();
    if own >= 2 || words == "masaji" {
        return Some(name.trim().to_owned());
    }
    if let Some((_, swahili)) = NAMES.iter().find(|(english, _)| *english == words) {
        return Some(numbered((*swahili).to_owned()));
    }
    let part = words.strip_suffix(" massage")?;
    let (_, swahili) = MASSAGES.iter().find(|(english, _)| *english == part)?;
    Some(numbered(format!("Masaji {swahili}")))
}

fn without_number(folded: &str) -> (&str, Option<&str>) {
    match folded.rsplit_once(' ') {
        Some((words, number)) if number.chars().all(|c| c.is_ascii_digit()) => (words, Some(number)),
        Some(_) | None => (folded, None),
    }
}

/// A sentence that says no more than what is known.
#[must_use]
pub fn description(name: &str, minutes: Minutes) -> String {
    let count = minutes.count();
    let length = match (count / 60, count % 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    format!("{}, {length}.", name.trim())
}

#[cfg(test)]
mod tests;
