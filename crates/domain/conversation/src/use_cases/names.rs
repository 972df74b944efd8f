//! Masking names of customers in what is shown to somebody else.

use ratiba_kernel::{Outage, TenantId};

use crate::customer::Customer;
use crate::desk::{Menu, Profile};
use crate::ports::NameBook;
use crate::redact::{Masker, NameWords};
use crate::wording::brief::{Speaker, Utterance};

/// The masker with the names that the business knows among the words of these texts.
pub(super) async fn knowing(
    book: &dyn NameBook,
    tenant: TenantId,
    masker: Masker,
    texts: impl Iterator<Item = &str> + Send,
) -> Result<Masker, Outage> {
    let asked = NameWords::of(texts);
    if asked.is_empty() {
        return Ok(masker);
    }
    let known = book.names_among(tenant, &asked).await?;
    Ok(masker.knowing(&asked, known))
}

/// What was said, as whoever is called to a conversation is shown it: without the names of other customers. Whose
/// conversation it is stands above it, and colleagues know each other.
pub(super) async fn without_others(
    book: &dyn NameBook,
    tenant: TenantId,
    said: Vec<Utterance>,
    customer: &Customer,
    profile: &Profile,
    menu: Option<&Menu>,
) -> Result<Vec<Utterance>, Outage> {
    let speakers = said.iter().filter_map(|utterance| match &utterance.by {
        Speaker::Person(name) => Some(name.as_str()),
        Speaker::Customer | Speaker::Machine => None,
    });
    let owners = profile.owners.iter().filter_map(|owner| owner.name.as_deref());
    let team = menu.into_iter().flat_map(|menu| &menu.staff);
    let colleagues = speakers
        .chain(owners)
        .chain(team.map(|member| member.name.as_str()));
    let masker = Masker::default()
        .showing(customer.name.as_deref().into_iter().chain(colleagues))
        .showing([profile.business_name.as_str()])
        .everyday(menu.into_iter().flat_map(Menu::service_names));
    let words = said.iter().map(|utterance| utterance.words.as_str());
    let masker = knowing(book, tenant, masker, words).await?;
    let masked = said.into_iter().map(|utterance| Utterance {
        words: masker.mask(&utterance.words),
        ..utterance
    });
    Ok(masked.collect())
}
