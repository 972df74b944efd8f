//! What is known of a booking while it is being talked about.

use ratiba_kernel::Zone;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::{Facts, Missing, Stage, Words};
use crate::desk::{Each, Menu, ServiceRef, Slot, StaffRef, Wanted};
use crate::understanding::Naming;

/// What is known so far. One message may fill several fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// The services that may be meant: one if it is decided.
    pub services: Vec<ServiceRef>,
    /// What is wanted beside it, for each the services that may be meant; in the order in which they were named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Vec<ServiceRef>>,
    /// By whom, if anybody was named.
    pub staff: Option<StaffRef>,
    /// When.
    pub wanted: Option<Wanted>,
    /// The other reading of when.
    pub other_reading: Option<Wanted>,
    /// Whether the reading is uncertain and both are to be put to the customer.
    pub uncertain: bool,
    /// What each of several people gets, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// For how many, if it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// What was wanted before another time was asked for: an hour that comes without a day falls on its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Wanted>,
}

/// More than so many of one service are told to a person, however many are named.
const PEOPLE_BOUND: usize = 9;

impl Draft {
    /// The draft with what the words say added; they replace what was said before. A day that is over is not
    /// talked about any more.
    #[must_use]
    pub fn with(mut self, words: &Words, facts: &Facts<'_>) -> Self {
        let zone = &facts.menu.zone;
        self = self.wishing(words).shared(words);
        if words.staff.is_some() {
            self.staff = words.staff;
        }
        if let Some(wanted) = words.wanted.clone() {
            let before = self.wanted.take().or(self.before.take());
            let before = before.filter(|before| !before.is_over(facts.now, zone));
            self.before = None;
            self.other_reading = words
                .other_reading
                .clone()
                .map(|other| other.after(before.as_ref(), zone));
            self.wanted = Some(wanted.after(before.as_ref(), zone));
            self.uncertain = words.uncertain;
        }
        self
    }

    /// The draft with the services of the words: they replace what was wanted before, unless they are said to come beside
    /// it, narrow it down, or only name it again.
    fn wishing(self, words: &Words) -> Self {
        let mut families = self.families();
        let before = families.len();
        families.retain(|family| !matches!(family.as_slice(), [one] if words.dropped.contains(one)));
        let dropped = families.len() < before && !families.is_empty();
        let mut named: Vec<Vec<ServiceRef>> = Vec::new();
        let mut fresh: Vec<Vec<ServiceRef>> = Vec::new();
        let is_given_up = |family: &Vec<ServiceRef>| family.iter().all(|one| words.dropped.contains(one));
        for family in words.families() {
            if is_given_up(&family) {
                continue;
            }
            let known = families.iter_mut().find(|known| match known.as_slice() {
                [decided] => family.contains(decided),
                open => family.iter().all(|service| open.contains(service)),
            });
            match known {
                Some(known) => {
                    if known.len() > 1 {
                        known.clone_from(&family);
                    }
                    named.push(known.clone());
                }
                None => {
                    named.push(family.clone());
                    fresh.push(family);
                }
            }
        }
        let beside = dropped || words.naming == Naming::Adds;
        let wanted = match (fresh.is_empty(), words.naming) {
            (false, _) if beside => families.into_iter().chain(fresh).collect(),
            (false, _) => named,
            (true, Naming::Only) if !named.is_empty() => named,
            (true, Naming::Only | Naming::Plain | Naming::Adds) => families,
        };
        self.with_families(wanted)
    }

    /// The draft with for how many it is, and with a service for each person where the words say so: *one massage and one
    /// facial*, *mimi massage, mama facial*. What each gets is open again once more people or other services are named.
    fn shared(self, words: &Words) -> Self {
        let before = self.families().len();
        let people = words.people.or(self.people);
        let named = words.families();
        let total = words.shares.iter().sum();
        let told = words.shares.len() == named.len() && named.len() > 1;
        // Numbers of services say for whom only where it is known how many come; persons who are named are all who come.
        let fits = match people {
            Some(people) => people == total,
            None => words.shares_name_people,
        };
        if told && fits {
            let each = named.into_iter().zip(&words.shares);
            let families = each.flat_map(|(family, share)| {
                let times = usize::try_from(*share).unwrap_or(usize::MAX);
                std::iter::repeat_n(family, times.min(PEOPLE_BOUND))
            });
            return Self {
                each: Some(Each::Own),
                people: Some(total),
                ..self.with_families(families.collect())
            };
        }
        let stays = words.people.is_none_or(|people| Some(people) == self.people);
        let each = self
            .each
            .filter(|_| stays && named.is_empty() && words.dropped.is_empty() && before > 0);
        Self { people, each, ..self }
    }

    /// The draft in which each person gets this.
    #[must_use]
    pub const fn with_each(mut self, each: Each) -> Self {
        self.each = Some(each);
        self
    }

    /// How many services are wanted, each counted once for everybody who may get it.
    #[must_use]
    pub fn wishes(&self) -> usize {
        self.families().len()
    }

    /// What is wanted, for each the services that may be meant.
    fn families(&self) -> Vec<Vec<ServiceRef>> {
        let first = Some(&self.services).filter(|family| !family.is_empty());
        first.into_iter().chain(&self.also).cloned().collect()
    }

    fn with_families(self, families: Vec<Vec<ServiceRef>>) -> Self {
        let mut families = families.into_iter();
        Self {
            services: families.next().unwrap_or_default(),
            also: families.collect(),
            ..self
        }
    }

    /// The first wish that several services fit, or that none is known for.
    #[must_use]
    pub fn undecided(&self) -> Option<&[ServiceRef]> {
        let mut families = std::iter::once(&self.services).chain(&self.also);
        families.find(|family| family.len() != 1).map(Vec::as_slice)
    }

    /// Every service that is wanted or may be meant.
    #[must_use]
    pub fn named(&self) -> Vec<ServiceRef> {
        self.families().concat()
    }

    /// All services, if they are decided.
    #[must_use]
    pub fn decided(&self) -> Option<Vec<ServiceRef>> {
        let only = |family: &Vec<ServiceRef>| match family.as_slice() {
            [only] => Some(*only),
            _none_or_several => None,
        };
        std::iter::once(&self.services)
            .chain(&self.also)
            .map(only)
            .collect()
    }

    /// Whether the words take one of several services away.
    #[must_use]
    pub fn loses_one(&self, words: &Words) -> bool {
        let families = self.families();
        let goes =
            |family: &&Vec<ServiceRef>| matches!(family.as_slice(), [one] if words.dropped.contains(one));
        let going = families.iter().filter(goes).count();
        going > 0 && going < families.len()
    }

    /// The wish to move what stands at this time: the same again, and an hour that comes without a day falls on its day.
    #[must_use]
    pub fn moving(slot: &Slot) -> Self {
        Self {
            before: Some(Wanted::At(slot.starts_at)),
            ..Self::default()
        }
        .with_service(slot.service)
    }

    /// The draft with this service decided: where several fit a wish, it is one of them; else it is all that is wanted.
    #[must_use]
    pub fn with_service(self, service: ServiceRef) -> Self {
        let mut families = self.families();
        match families
            .iter_mut()
            .find(|family| family.len() > 1 && family.contains(&service))
        {
            Some(open) => *open = vec![service],
            None => families = vec![vec![service]],
        }
        self.with_families(families)
    }

    /// The draft without a service; the rest stays.
    #[must_use]
    pub fn without_service(self) -> Self {
        Self {
            services: Vec::new(),
            also: Vec::new(),
            ..self
        }
    }

    /// The draft with this time decided.
    #[must_use]
    pub fn with_time(mut self, wanted: Wanted) -> Self {
        self.wanted = Some(wanted);
        self.other_reading = None;
        self.uncertain = false;
        self.before = None;
        self
    }

    /// The draft with the slot's time decided, and its person where somebody was named: who picks another person's
    /// slot asks for that person. Who was named and renders any part of it stays the one who is asked for.
    #[must_use]
    pub fn at(mut self, slot: &Slot) -> Self {
        let renders = |named: &StaffRef| slot.rest.iter().any(|part| part.staff == Some(*named));
        let chosen = || slot.staff.or(self.staff);
        self.staff = self
            .staff
            .and_then(|named| if renders(&named) { Some(named) } else { chosen() });
        self.with_time(Wanted::At(slot.starts_at))
    }

    /// The draft without a time, and without the day that was talked about.
    #[must_use]
    pub fn without_time(self) -> Self {
        Self {
            before: None,
            ..self.for_another_time()
        }
    }

    /// The draft without a time; the day stays the one that is talked about.
    #[must_use]
    pub fn for_another_time(mut self) -> Self {
        self.before = self.wanted.take().or(self.before);
        self.other_reading = None;
        self.uncertain = false;
        self
    }

    /// The wish of somebody whose hold is gone: the same again, at another time.
    #[must_use]
    pub fn after_hold(slot: &Slot) -> Self {
        let services = match slot.party.each {
            Each::All => slot.services(),
            Each::Own => slot.parts().map(|part| part.service).collect(),
        };
        Self {
            staff: slot.staff,
            people: (!slot.party.is_one()).then_some(slot.party.people),
            each: (services.len() > 1 && !slot.party.is_one()).then_some(slot.party.each),
            ..Self::default()
        }
        .with_families(services.into_iter().map(|service| vec![service]).collect())
        .at(slot)
        .for_another_time()
    }

    /// The service, if it is decided.
    #[must_use]
    pub fn service(&self) -> Option<ServiceRef> {
        match self.services.as_slice() {
            [only] => Some(*only),
            _none_or_several => None,
        }
    }

    /// The draft without services that are sold no more, and with the only one there is.
    #[must_use]
    pub(super) fn sold(mut self, menu: &Menu) -> Self {
        let mut families = self.families();
        for family in &mut families {
            family.retain(|service| menu.service(*service).is_some());
        }
        families.retain(|family| !family.is_empty());
        self = self.with_families(families);
        if let ([], [only]) = (self.services.as_slice(), menu.services.as_slice()) {
            self.services.push(only.id);
        }
        self
    }

    /// The draft with an hour that has no day put on today, or on tomorrow once it has passed.
    #[must_use]
    pub(super) fn on_a_day(mut self, now: OffsetDateTime, zone: &Zone) -> Self {
        let place = |wanted: Wanted| match wanted {
            Wanted::TimeOfDay(time) => {
                let today = zone.instant(PrimitiveDateTime::new(zone.date(now), time));
                let ahead = if today > now {
                    today
                } else {
                    zone.instant(PrimitiveDateTime::new(zone.date(now + Duration::DAY), time))
                };
                Wanted::At(ahead)
            }
            dated @ (Wanted::At(_) | Wanted::Among(_)) => dated,
        };
        self.wanted = self.wanted.map(place);
        self.other_reading = self.other_reading.map(place);
        self
    }
}

impl Stage {
    /// Where the dialogue stands once the hold of this slot is gone: another time may be named.
    #[must_use]
    pub fn after_hold(slot: &Slot) -> Self {
        Self::Gathering {
            draft: Draft::after_hold(slot),
            missing: Missing::When,
        }
    }
}
