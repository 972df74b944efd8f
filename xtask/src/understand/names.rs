//! The names of services and people that `understand` knows: those of a usual salon in Nairobi.

use ratiba_conversation::understanding::{Lexicon, LexiconEntry};
use uuid::Uuid;

/// Services: the name that is printed, then what else customers call it.
const SERVICES: &[&[&str]] = &[
    &[
        "Massage",
        "masaji",
        "full body massage",
        "body massage",
        "kukandwa",
    ],
    &["Swedish massage"],
    &["Deep tissue massage", "deep tissue", "sports massage"],
    &["Hot stone massage", "hot stone"],
    &["Facial", "usafi wa uso", "uso"],
    &["Manicure", "kucha za mikono", "kucha", "mani"],
    &["Pedicure", "kucha za miguu", "pedi"],
    &["Gel polish", "gel", "rangi ya kucha"],
    &["Braiding", "braids", "kusuka nywele", "kusuka"],
    &["Hair", "nywele", "hair treatment"],
    &["Haircut", "kunyoa", "kinyozi", "shave"],
    &["Waxing", "wax"],
    &["Body scrub", "scrub"],
    &["Makeup", "make up"],
    &["Eyelashes", "lashes", "kope"],
    &["Steam bath", "sauna", "steam"],
];

/// People.
const STAFF: &[&str] = &[
    "Wanjiru", "Achieng", "Njeri", "Halima", "Otieno", "Akinyi", "Wambui", "Mwende", "Kamau", "Brian",
    "Faith", "Grace", "Mercy", "Aisha",
];

/// Where the identities of people begin; those of services begin at 1.
const FIRST_PERSON: u128 = 1_000;

/// Names with made-up identities.
pub(crate) struct Names {
    services: Vec<(Uuid, &'static [&'static str])>,
    staff: Vec<(Uuid, &'static str)>,
}

impl Names {
    /// The names that are always used.
    pub(crate) fn usual() -> Self {
        let services = (1_u128..).zip(SERVICES.iter().copied());
        let staff = (FIRST_PERSON..).zip(STAFF.iter().copied());
        Self {
            services: services.map(|(id, names)| (Uuid::from_u128(id), names)).collect(),
            staff: staff.map(|(id, name)| (Uuid::from_u128(id), name)).collect(),
        }
    }

    /// As the reader wants them.
    pub(crate) fn lexicon(&self) -> Lexicon {
        let services = self.services.iter();
        let staff = self.staff.iter();
        Lexicon {
            services: services
                .map(|(id, names)| LexiconEntry::new(*id, names.iter()))
                .collect(),
            staff: staff.map(|(id, name)| LexiconEntry::new(*id, [name])).collect(),
        }
    }

    /// The name that is printed; nothing for an identity that is not from here.
    pub(crate) fn name(&self, id: Uuid) -> &'static str {
        let service = self.services.iter().find(|(known, _)| *known == id);
        let person = || self.staff.iter().find(|(known, _)| *known == id);
        service
            .and_then(|(_, names)| names.first().copied())
            .or_else(|| person().map(|(_, name)| *name))
            .unwrap_or_default()
    }
}
