//! What would become of each row: merged, new or an update, with what is proposed and what is wrong.
//!
//! A pure function of the drafts, the catalogue and the rules as they are now.

use std::collections::BTreeSet;

use ratiba_kernel::{BasisPoints, Money};

use super::{CatalogueDraft, DraftDeposit, Stocked};
use crate::catalogue::{Deposit, Minutes, Offering, ServiceCategory, ServiceId, StaffId};
use crate::import::ports::NamedStaff;
use crate::import::similar::{Likeness, Name};
use crate::import::{Cell, Fate, Source, propose, row_number, text};
use crate::policy::Policy;

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was written down.
    Given,
    /// The service that is updated has it already.
    Kept,
    /// Nobody said it: it is what such services usually have. Look at it.
    Proposed,
}

/// What would become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A service is added.
    Creates,
    /// This service, nearly or exactly of that name, is changed.
    Updates(ServiceId),
    /// It says the same as this earlier row, and fills what that left empty.
    MergedInto(u16),
    /// A person left it out.
    Skipped,
}

/// What is wrong with a row. Only a person can mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// There is no price. It is never guessed.
    PriceMissing,
    /// What stands there is not one amount.
    PriceUnreadable,
    /// The price is nothing, below nothing, or below the tenant's floor.
    PriceTooLow,
    /// The price has cents, which M-Pesa does not move.
    PriceHasCents,
    /// Rows that were merged have different prices.
    PricesDiffer,
    /// There is no name, or one of more than 80 characters.
    Name,
    /// The Swahili name or an alias has more than 80 characters, or there are more than 20.
    OtherNames,
    /// The description has more than 500 characters.
    Description,
    /// No category can be made of what stands there.
    Category,
    /// What stands there is not one duration of 1 minute to a day.
    Duration,
    /// The service is made of several segments: its length cannot be changed by one number.
    SeveralSegments,
    /// What stands there is no deposit, or one above the price.
    Deposit,
    /// Nobody, or more than one person, is called that.
    Staff(String),
    /// Another row or service has this name.
    NameTaken,
    /// The row has more cells than the table has columns, or one of more than 500 characters.
    Misshapen,
}

impl Fault {
    /// Whether it is about the price: such rows are refused whatever a client sends.
    #[must_use]
    pub const fn is_about_price(&self) -> bool {
        match self {
            Self::PriceMissing
            | Self::PriceUnreadable
            | Self::PriceTooLow
            | Self::PriceHasCents
            | Self::PricesDiffer => true,
            Self::Name
            | Self::OtherNames
            | Self::Description
            | Self::Category
            | Self::Duration
            | Self::SeveralSegments
            | Self::Deposit
            | Self::Staff(_)
            | Self::NameTaken
            | Self::Misshapen => false,
        }
    }

    /// The word for it on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::PriceMissing => "price_missing",
            Self::PriceUnreadable => "price_unreadable",
            Self::PriceTooLow => "price_too_low",
            Self::PriceHasCents => "price_has_cents",
            Self::PricesDiffer => "prices_differ",
            Self::Name => "name",
            Self::OtherNames => "other_names",
            Self::Description => "description",
            Self::Category => "category",
            Self::Duration => "duration",
            Self::SeveralSegments => "several_segments",
            Self::Deposit => "deposit",
            Self::Staff(_) => "staff",
            Self::NameTaken => "name_taken",
            Self::Misshapen => "misshapen",
        }
    }
}

/// A row, and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Its place, counted from 1.
    pub number: u16,
    /// Where it stood.
    pub source: Source,
    /// What would become of it.
    pub outcome: Outcome,
    /// The name; proposed where rows of one name were told apart by their minutes.
    pub name: Valued<String>,
    /// The Swahili name, if there is one.
    pub name_sw: Option<Valued<String>>,
    /// Further names.
    pub aliases: Vec<String>,
    /// The category; `None` with [`Fault::Category`].
    pub category: Option<Valued<ServiceCategory>>,
    /// How long it takes; `None` with [`Fault::Duration`].
    pub minutes: Option<Valued<Minutes>>,
    /// The description, if there is one.
    pub description: Option<Valued<String>>,
    /// The price as written, sound or not; never proposed.
    pub price: Option<Money>,
    /// What is asked in advance.
    pub deposit: Valued<Deposit>,
    /// Who renders it; empty if nobody was named and nobody does yet.
    pub staff: BTreeSet<StaffId>,
    /// The rows that were merged into this one.
    pub merged: Vec<Merged>,
    /// What is wrong.
    pub faults: BTreeSet<Fault>,
}

/// A row that says the same as an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Its place, counted from 1.
    pub number: u16,
    /// As it was spelt there.
    pub name: String,
    /// How alike the two names are.
    pub likeness: Likeness,
}

impl Reviewed {
    /// Whether it would be written: neither merged into another nor left out.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        match self.outcome {
            Outcome::Creates | Outcome::Updates(_) => true,
            Outcome::MergedInto(_) | Outcome::Skipped => false,
        }
    }
}

/// What is known while rows are reviewed.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The tenant's rules.
    pub policy: &'k Policy,
    /// The catalogue, retired services included.
    pub stock: &'k [Stocked],
    /// Everybody who works here.
    pub staff: &'k [NamedStaff],
}

/// What would become of each row, in the order of the rows.
#[must_use]
pub fn review(drafts: &[CatalogueDraft], known: Known<'_>) -> Vec<Reviewed> {
    let mut groups = grouped(drafts);
    tell_apart(&mut groups);
    let updated = matched(&groups, known.stock);
    let mut reviewed: Vec<Reviewed> = Vec::with_capacity(drafts.len());
    for (group, update) in groups.iter().zip(updated) {
        for (place, _) in &group.followers {
            let outcome = Outcome::MergedInto(row_number(group.place));
            reviewed.push(bystander(*place, &drafts[*place], outcome));
        }
        reviewed.push(leader(group, update, drafts, known));
    }
    let skipped = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.fate == Fate::Skip);
    reviewed.extend(skipped.map(|(place, draft)| bystander(place, draft, Outcome::Skipped)));
    reviewed.sort_by_key(|row| row.number);
    taken_names(&mut reviewed, known.stock);
    reviewed
}

/// A row and those that say the same.
struct Group {
    place: usize,
    followers: Vec<(usize, Likeness)>,
    draft: CatalogueDraft,
    name: Name,
    name_origin: Origin,
    prices_differ: bool,
}

fn grouped(drafts: &[CatalogueDraft]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        if draft.fate == Fate::Skip {
            continue;
        }
        let name = Name::new(&draft.name);
        let alike = groups.iter().enumerate().filter_map(|(index, group)| {
            let may = draft.fate == Fate::Take && group.draft.fate == Fate::Take;
            let likeness = (may && may_last_alike(&group.draft, draft))
                .then(|| group.name.likeness(&name))
                .flatten()?;
            Some((likeness, index))
        });
        match alike.min() {
            Some((likeness, index)) => groups[index].join(place, likeness, draft),
            None => groups.push(Group {
                place,
                followers: Vec::new(),
                draft: draft.clone(),
                name,
                name_origin: Origin::Given,
                prices_differ: false,
            }),
        }
    }
    groups
}

/// Services of different lengths are different services, whatever they are called.
fn may_last_alike(one: &CatalogueDraft, other: &CatalogueDraft) -> bool {
    match (one.minutes.read(), other.minutes.read()) {
        (Some(one), Some(other)) => one == other,
        (Some(_) | None, None) | (None, Some(_)) => true,
    }
}

impl Group {
    fn join(&mut self, place: usize, likeness: Likeness, draft: &CatalogueDraft) {
        self.followers.push((place, likeness));
        let mine = &mut self.draft;
        if mine.price == Cell::Empty {
            mine.price.clone_from(&draft.price);
        } else if draft.price != Cell::Empty && draft.price != mine.price {
            self.prices_differ = true;
        }
        if mine.minutes == Cell::Empty {
            mine.minutes.clone_from(&draft.minutes);
        }
        if mine.deposit == Cell::Empty {
            mine.deposit.clone_from(&draft.deposit);
        }
        let fill = |mine: &mut Option<String>, other: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(other);
            }
        };
        fill(&mut mine.name_sw, &draft.name_sw);
        fill(&mut mine.category, &draft.category);
        fill(&mut mine.description, &draft.description);
        if mine.staff.is_empty() {
            mine.staff.clone_from(&draft.staff);
        }
        for alias in &draft.aliases {
            if !mine.aliases.contains(alias) {
                mine.aliases.push(alias.clone());
            }
        }
        mine.misshapen |= draft.misshapen;
    }
}

/// Services of one name and different lengths carry their minutes in the name: *Swedish massage 60*.
fn tell_apart(groups: &mut [Group]) {
    let bare: Vec<(Name, Cell<u32>)> = groups
        .iter()
        .map(|group| (group.name.clone(), group.draft.minutes.clone()))
        .collect();
    for group in groups.iter_mut() {
        let twin = bare.iter().any(|(name, minutes)| {
            *minutes != group.draft.minutes && name.likeness(&group.name) == Some(Likeness::Same)
        });
        if let (true, Some(minutes)) = (twin && group.draft.fate == Fate::Take, group.draft.minutes.read()) {
            group.draft.name = format!("{} {minutes}", group.draft.name.trim());
            group.name = Name::new(&group.draft.name);
            group.name_origin = Origin::Proposed;
        }
    }
}

/// The service on sale that each group is about; the likest first, no service twice.
fn matched<'k>(groups: &[Group], stock: &'k [Stocked]) -> Vec<Option<&'k Stocked>> {
    let names: Vec<(Vec<Name>, &Stocked)> = stock
        .iter()
        .filter(|stocked| stocked.service.offering == Offering::Active)
        .map(|stocked| {
            let service = &stocked.service;
            let all = std::iter::once(&service.name)
                .chain(&service.name_sw)
                .chain(&service.aliases);
            (all.map(|name| Name::new(name)).collect(), stocked)
        })
        .collect();
    let mut pairs = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if group.draft.fate == Fate::Apart {
            continue;
        }
        let minutes = group.draft.minutes.read();
        let with_minutes = minutes.map(|minutes| Name::new(&format!("{} {minutes}", group.draft.name)));
        for (other, (names, stocked)) in names.iter().enumerate() {
            let same_length =
                minutes.is_none_or(|minutes| *minutes == stocked.service.recipe.duration().count());
            let own = group.name.likeness(names.first().unwrap_or(&group.name));
            let any = names.iter().filter_map(|name| group.name.likeness(name)).min();
            let numbered = with_minutes
                .as_ref()
                .and_then(|with| names.iter().filter_map(|name| with.likeness(name)).min());
            let likeness = match own {
                Some(Likeness::Same) => Some((0, Likeness::Same)),
                _other_name if same_length => numbered
                    .into_iter()
                    .chain(any)
                    .min()
                    .map(|likeness| (1, likeness)),
                _other_length => None,
            };
            if let Some(likeness) = likeness {
                pairs.push((likeness, index, other));
            }
        }
    }
    pairs.sort_unstable();
    let mut found: Vec<Option<&Stocked>> = vec![None; groups.len()];
    let mut taken = BTreeSet::new();
    for (_, index, other) in pairs {
        if found[index].is_none() && taken.insert(other) {
            found[index] = Some(names[other].1);
        }
    }
    found
}

fn bystander(place: usize, draft: &CatalogueDraft, outcome: Outcome) -> Reviewed {
    Reviewed {
        number: row_number(place),
        source: draft.source.clone(),
        outcome,
        name: given(draft.name.clone()),
        name_sw: draft.name_sw.clone().map(given),
        aliases: draft.aliases.clone(),
        category: None,
        minutes: draft.minutes.read().map(|minutes| given(Minutes::new(*minutes))),
        description: draft.description.clone().map(given),
        price: None,
        deposit: Valued {
            value: Deposit::None,
            origin: Origin::Proposed,
        },
        staff: BTreeSet::new(),
        merged: Vec::new(),
        faults: BTreeSet::new(),
    }
}

const fn given<T>(value: T) -> Valued<T> {
    Valued {
        value,
        origin: Origin::Given,
    }
}

const fn kept<T>(value: T) -> Valued<T> {
    Valued {
        value,
        origin: Origin::Kept,
    }
}

const fn proposed<T>(value: T) -> Valued<T> {
    Valued {
        value,
        origin: Origin::Proposed,
    }
}

fn leader(group: &Group, update: Option<&Stocked>, drafts: &[CatalogueDraft], known: Known<'_>) -> Reviewed {
    let draft = &group.draft;
    let mut faults = BTreeSet::new();
    let price = price_of(draft, known.policy, &mut faults);
    if group.prices_differ {
        faults.insert(Fault::PricesDiffer);
    }
    if draft.misshapen {
        faults.insert(Fault::Misshapen);
    }
    let name = match update {
        // A near miss is a slip of the pen: the catalogue's spelling stays.
        Some(stocked) => kept(stocked.service.name.clone()),
        None => Valued {
            value: draft.name.trim().to_owned(),
            origin: group.name_origin,
        },
    };
    if name.value.is_empty() || name.value.chars().count() > 80 {
        faults.insert(Fault::Name);
    }
    let category = category_of(draft, &name.value, update, known.stock);
    if category.is_none() {
        faults.insert(Fault::Category);
    }
    let minutes = minutes_of(draft, &name.value, category.as_ref(), update, &mut faults);
    let name_sw = match (
        &draft.name_sw,
        update.and_then(|stocked| stocked.service.name_sw.clone()),
    ) {
        (Some(name), _) => Some(given(name.clone())),
        (None, Some(name)) => Some(kept(name)),
        (None, None) => propose::swahili_name(&name.value).map(proposed),
    };
    let description = match (
        &draft.description,
        update.and_then(|stocked| stocked.description.clone()),
    ) {
        (Some(text), _) => Some(given(text.clone())),
        (None, Some(text)) => Some(kept(text)),
        (None, None) => minutes
            .as_ref()
            .map(|minutes| proposed(propose::description(&name.value, minutes.value))),
    };
    let aliases = aliases_of(draft, update);
    let long = |name: &String| name.chars().count() > 80;
    if name_sw.iter().any(|name| long(&name.value)) || aliases.iter().any(long) || aliases.len() > 20 {
        faults.insert(Fault::OtherNames);
    }
    if description.iter().any(|text| text.value.chars().count() > 500) {
        faults.insert(Fault::Description);
    }
    let deposit = deposit_of(draft, price, update, known.policy, &mut faults);
    let staff = staff_of(draft, update, known.staff, &mut faults);
    Reviewed {
        number: row_number(group.place),
        source: draft.source.clone(),
        outcome: update.map_or(Outcome::Creates, |stocked| Outcome::Updates(stocked.service.id)),
        name,
        name_sw,
        aliases,
        category,
        minutes,
        description,
        price,
        deposit,
        staff,
        merged: group
            .followers
            .iter()
            .map(|(place, likeness)| Merged {
                number: row_number(*place),
                name: drafts[*place].name.clone(),
                likeness: *likeness,
            })
            .collect(),
        faults,
    }
}

fn price_of(draft: &CatalogueDraft, policy: &Policy, faults: &mut BTreeSet<Fault>) -> Option<Money> {
    match &draft.price {
        Cell::Empty => {
            faults.insert(Fault::PriceMissing);
            None
        }
        Cell::Unreadable(_) => {
            faults.insert(Fault::PriceUnreadable);
            None
        }
        Cell::Read(minor) => {
            let price = Money::new(*minor, policy.currency);
            if !policy.rules.price_is_enough(price) {
                faults.insert(Fault::PriceTooLow);
            }
            if !policy.rules.price_can_be_paid(price) {
                faults.insert(Fault::PriceHasCents);
            }
            Some(price)
        }
    }
}

fn category_of(
    draft: &CatalogueDraft,
    name: &str,
    update: Option<&Stocked>,
    stock: &[Stocked],
) -> Option<Valued<ServiceCategory>> {
    if let Some(text) = &draft.category {
        let mut known: Vec<ServiceCategory> = stock
            .iter()
            .map(|stocked| stocked.service.category.clone())
            .collect();
        known.sort_unstable();
        known.dedup();
        return propose::category_named(text, &known).map(given);
    }
    match update {
        Some(stocked) => Some(kept(stocked.service.category.clone())),
        None => propose::category(name).map(proposed),
    }
}

fn minutes_of(
    draft: &CatalogueDraft,
    name: &str,
    category: Option<&Valued<ServiceCategory>>,
    update: Option<&Stocked>,
    faults: &mut BTreeSet<Fault>,
) -> Option<Valued<Minutes>> {
    let current = update.map(|stocked| &stocked.service.recipe);
    match (&draft.minutes, current) {
        (Cell::Unreadable(_), _) => {
            faults.insert(Fault::Duration);
            None
        }
        (Cell::Read(minutes), recipe) => {
            let minutes = Minutes::new(*minutes);
            if !(1..=24 * 60).contains(&minutes.count()) {
                faults.insert(Fault::Duration);
            }
            let several =
                recipe.is_some_and(|recipe| recipe.segments().len() > 1 && recipe.duration() != minutes);
            if several {
                faults.insert(Fault::SeveralSegments);
            }
            Some(given(minutes))
        }
        (Cell::Empty, Some(recipe)) => Some(kept(recipe.duration())),
        (Cell::Empty, None) => {
            let category = category.map(|category| &category.value)?;
            Some(proposed(propose::minutes(name, category)))
        }
    }
}

fn aliases_of(draft: &CatalogueDraft, update: Option<&Stocked>) -> Vec<String> {
    let known = update
        .map(|stocked| stocked.service.aliases.clone())
        .unwrap_or_default();
    let mut aliases = known;
    for alias in &draft.aliases {
        if !aliases.iter().any(|known| text::fold(known) == text::fold(alias)) {
            aliases.push(alias.clone());
        }
    }
    aliases
}

fn deposit_of(
    draft: &CatalogueDraft,
    price: Option<Money>,
    update: Option<&Stocked>,
    policy: &Policy,
    faults: &mut BTreeSet<Fault>,
) -> Valued<Deposit> {
    let deposit = match (&draft.deposit, update) {
        (Cell::Read(DraftDeposit::None), _) => given(Deposit::None),
        (Cell::Read(DraftDeposit::Flat(minor)), _) => {
            given(Deposit::Flat(Money::new(*minor, policy.currency)))
        }
        (Cell::Read(DraftDeposit::Percent(rate)), _) => given(Deposit::Percent(BasisPoints::new(*rate))),
        (Cell::Empty, Some(stocked)) => kept(stocked.service.deposit),
        (Cell::Unreadable(_), _) => {
            faults.insert(Fault::Deposit);
            proposed(Deposit::None)
        }
        (Cell::Empty, None) => proposed(Deposit::None),
    };
    let fits = match deposit.value {
        Deposit::None => true,
        Deposit::Flat(amount) => amount.is_positive() && price.is_none_or(|price| amount <= price),
        Deposit::Percent(rate) => (1..=10_000).contains(&rate.value()),
    };
    if !fits {
        faults.insert(Fault::Deposit);
    }
    deposit
}

fn staff_of(
    draft: &CatalogueDraft,
    update: Option<&Stocked>,
    staff: &[NamedStaff],
    faults: &mut BTreeSet<Fault>,
) -> BTreeSet<StaffId> {
    // People are added to a service on sale, never taken away: bookings may count on them.
    let mut found = update
        .map(|stocked| stocked.service.staff.clone())
        .unwrap_or_default();
    for name in &draft.staff {
        match NamedStaff::called(staff, name) {
            Ok(id) => {
                found.insert(id);
            }
            Err(_) => {
                faults.insert(Fault::Staff(name.clone()));
            }
        }
    }
    found
}

/// No two services on sale may have one name.
fn taken_names(reviewed: &mut [Reviewed], stock: &[Stocked]) {
    let active = stock
        .iter()
        .filter(|stocked| stocked.service.offering == Offering::Active);
    let on_sale: Vec<(String, ServiceId)> = active
        .map(|stocked| (stocked.service.name.to_lowercase(), stocked.service.id))
        .collect();
    let names: Vec<(String, Outcome, bool)> = reviewed
        .iter()
        .map(|row| (row.name.value.to_lowercase(), row.outcome, row.is_written()))
        .collect();
    for (index, row) in reviewed.iter_mut().enumerate() {
        let (name, outcome, written) = &names[index];
        let stocked = on_sale
            .iter()
            .any(|(other, id)| other == name && *outcome != Outcome::Updates(*id));
        let twin = names
            .iter()
            .enumerate()
            .any(|(other, (twin, _, written))| other != index && *written && twin == name);
        if *written && (stocked || twin) {
            row.faults.insert(Fault::NameTaken);
        }
    }
}

#[cfg(test)]
mod tests;
