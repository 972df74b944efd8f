//! A new business in one call: registry row, settings, opening hours, schedules, catalogue, channel route and the owner's
//! invitation, all or nothing, and once however often it is asked for.

use std::fmt;

use ratiba_access::Role;
use ratiba_access::invitation::Invitation;
use ratiba_access::token::OrderKey;
use ratiba_access::use_cases::{InvitationError, InvitationOrder};
use ratiba_booking::import::catalogue::first::{NoBeginning, Written, first};
use ratiba_booking::import::catalogue::plan::CatalogueChange;
use ratiba_booking::import::catalogue::review::Fault as RowFault;
use ratiba_booking::policy::{Policy, Rules};
use ratiba_kernel::{Currency, Fingerprint, IdSource, Outage, PhoneNumber, TenantId, Zone};
use ratiba_postgres::provisioning::{
    DomainSettings, NewBusiness, ProvisionRefused, Provisioned, WeeklyBlock, provision_once, set_open,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Parts;
use crate::invitations::join_page;

/// A business as the operator orders it. What is not given is told with every other fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessOrder {
    /// Names the order, 1 to 100 visible characters: sent again, the same makes nothing new.
    #[serde(default)]
    pub key: String,
    /// What customers call the business; 1 to 120 characters.
    #[serde(default)]
    pub name: String,
    /// An IANA zone, such as `Africa/Nairobi`.
    #[serde(default)]
    pub zone: String,
    /// ISO 4217, such as `KES`.
    #[serde(default)]
    pub currency: String,
    /// The language in which its people are written to: `en` or `sw`.
    #[serde(default)]
    pub language: String,
    /// The owner's name; 1 to 120 characters.
    #[serde(default)]
    pub owner_name: String,
    /// The owner's number on WhatsApp: the invitation, alerts and the digest go there.
    #[serde(default)]
    pub owner_phone: String,
    /// WhatsApp's id of the business's number, if it has one yet.
    pub whatsapp_phone_number_id: Option<String>,
    /// That number itself; learned from WhatsApp if left out.
    pub whatsapp_phone: Option<String>,
    /// What it sells from the first day on; nothing if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<CatalogueOrder>,
}

/// The services of a new business, as an import takes them. A category and a duration must be there, too, and nobody can be
/// named who renders them: nobody works there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueOrder {
    /// CSV, whose first line names the columns.
    Table(String),
    /// A price list, as it is pasted.
    PriceList(String),
}

/// What is wrong with one field of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which, as a path; rows of the catalogue are counted from 1.
    pub field: String,
    /// Why, in words.
    pub message: String,
}

impl Fault {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// Why no business was provisioned; nothing is on record then.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// Every field that is wrong, at once.
    #[error("{} fields are wrong", .0.len())]
    Faults(Vec<Fault>),
    /// The key came with another order before.
    #[error("the key came with another order before")]
    KeyReused,
    /// Something did not answer. It may be repeated.
    #[error("something that this needs did not answer")]
    Unavailable(#[from] Outage),
}

/// A business that is on record. `Debug` leaves out what accepts the invitation.
pub struct NewTenant {
    /// Its identity.
    pub tenant: TenantId,
    /// Whether the order was carried out before.
    pub before: bool,
    /// Its owner's invitation, by this order and no other; `None` once it is forgotten, 90 days after its end.
    pub owner: Option<Invitation>,
    /// The address that accepts it, to be handed to the owner where WhatsApp cannot yet; `None` once it does not stand any
    /// more. It is told here and nowhere else.
    pub join: Option<String>,
}

impl fmt::Debug for NewTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewTenant")
            .field("tenant", &self.tenant)
            .field("before", &self.before)
            .finish_non_exhaustive()
    }
}

/// An order that can be carried out.
struct Checked {
    zone: Zone,
    currency: Currency,
    owner_phone: PhoneNumber,
    whatsapp_phone: Option<PhoneNumber>,
    catalogue: CatalogueChange,
}

fn check(order: &BusinessOrder, ids: &dyn IdSource) -> Result<Checked, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut wrong = |field: &str, message: &str| faults.push(Fault::new(field, message));
    let visible = |text: &str| (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if !visible(&order.key) {
        wrong("key", "must have 1 to 100 visible characters");
    }
    for (field, name) in [("name", &order.name), ("owner_name", &order.owner_name)] {
        let named = (1..=120).contains(&name.trim().chars().count());
        if !named || name.chars().any(char::is_control) {
            wrong(field, "must have 1 to 120 characters on one line");
        }
    }
    let zone = Zone::parse(&order.zone).ok();
    if zone.is_none() {
        wrong("zone", "must be a zone such as Africa/Nairobi");
    }
    let currency = Currency::parse(&order.currency).ok();
    if currency.is_none() {
        wrong("currency", "must be a currency that Ratiba knows, such as KES");
    }
    if !matches!(order.language.as_str(), "en" | "sw") {
        wrong("language", "must be en or sw");
    }
    let owner_phone = PhoneNumber::parse(&order.owner_phone).ok();
    if owner_phone.is_none() {
        wrong("owner_phone", "must be a number such as +254712345678");
    }
    if let Some(id) = &order.whatsapp_phone_number_id
        && !(visible(id) && id.bytes().all(|b| b.is_ascii_digit()))
    {
        wrong(
            "whatsapp_phone_number_id",
            "must be the digits by which WhatsApp knows the number",
        );
    }
    let whatsapp_phone = order.whatsapp_phone.as_deref().map(PhoneNumber::parse);
    match (&whatsapp_phone, &order.whatsapp_phone_number_id) {
        (Some(Err(_)), _) => wrong("whatsapp_phone", "must be a number such as +254712345678"),
        (Some(Ok(_)), None) => wrong("whatsapp_phone", "needs whatsapp_phone_number_id"),
        (Some(Ok(_)) | None, _) => {}
    }
    let catalogue = catalogue(order, zone.as_ref(), currency, ids).unwrap_or_else(|wrong| {
        faults.extend(wrong);
        CatalogueChange::default()
    });
    match (zone, currency, owner_phone, faults.is_empty()) {
        (Some(zone), Some(currency), Some(owner_phone), true) => Ok(Checked {
            catalogue,
            zone,
            currency,
            owner_phone,
            whatsapp_phone: whatsapp_phone.and_then(Result::ok),
        }),
        _some_fault => Err(faults),
    }
}

/// The catalogue that was ordered. Without a zone and a currency its amounts cannot be read, and only those are told.
fn catalogue(
    order: &BusinessOrder,
    zone: Option<&Zone>,
    currency: Option<Currency>,
    ids: &dyn IdSource,
) -> Result<CatalogueChange, Vec<Fault>> {
    let (Some(order), Some(zone), Some(currency)) = (&order.catalogue, zone, currency) else {
        return Ok(CatalogueChange::default());
    };
    let (at, written) = match order {
        CatalogueOrder::Table(text) => ("catalogue.table", Written::Table(text)),
        CatalogueOrder::PriceList(text) => ("catalogue.price_list", Written::PriceList(text)),
    };
    // The rules that a business begins with.
    let policy = Policy {
        zone: zone.clone(),
        currency,
        rules: Rules::default(),
    };
    first(written, &policy, ids).map_err(|why| match why {
        NoBeginning::Unreadable(why) => vec![Fault::new(at, why.to_string())],
        NoBeginning::Faulty { rows, columns } => {
            let unknown = |column| Fault::new(format!("{at}.{column}"), "is no column that is known");
            let of_row = |row: u16, fault: &RowFault| {
                let message = if let RowFault::Staff(_) = fault {
                    "nobody works there yet: leave the column out".to_owned()
                } else {
                    format!("is wrong: {}", fault.word())
                };
                Fault::new(format!("{at}.{row}"), message)
            };
            let rows = rows
                .iter()
                .flat_map(|(row, faults)| faults.iter().map(|fault| of_row(*row, fault)));
            columns.into_iter().map(unknown).chain(rows).collect()
        }
    })
}

impl Parts {
    /// Provisions a business and invites its owner. The same order made again answers with the same business.
    ///
    /// # Errors
    /// [`ProvisionError`]; nothing is on record then.
    pub async fn provision(&self, order: &BusinessOrder) -> Result<NewTenant, ProvisionError> {
        let checked = check(order, self.ids.as_ref()).map_err(ProvisionError::Faults)?;
        let fault = |field, message: String| ProvisionError::Faults(vec![Fault::new(field, message)]);
        let invitations = &self.access.invitations;
        let owner = InvitationOrder {
            phone: checked.owner_phone.clone(),
            name: order.owner_name.clone(),
            role: Role::Owner,
            staff: None,
        };
        let owner = invitations.make(owner, None, None);
        let owner = owner.map_err(|error: InvitationError| fault("owner_name", error.to_string()))?;
        let asked = serde_json::to_string(order).map_err(Outage::new)?;
        let key = OrderKey {
            key: order.key.clone(),
            print: Fingerprint::of(&asked),
        };
        let catalogue = checked.catalogue.clone();
        let business = business(TenantId::from_uuid(self.ids.next()), order, checked);
        let invited = owner.id;
        let now = self.clock.now();
        let made = provision_once(&self.database, business, catalogue, owner, key, now).await;
        let (tenant, before, owner) = match made {
            Ok(Provisioned::New(tenant)) => (tenant, false, Some(invited)),
            Ok(Provisioned::Before { tenant, owner }) => (tenant, true, owner),
            Err(ProvisionRefused::OtherOrder) => return Err(ProvisionError::KeyReused),
            Err(why @ ProvisionRefused::NumberTaken) => {
                return Err(fault("whatsapp_phone_number_id", why.to_string()));
            }
            Err(ProvisionRefused::Unavailable(outage)) => return Err(outage.into()),
        };
        let owner = match owner {
            Some(id) => invitations.book.invitation(tenant, id).await?,
            None => None,
        };
        let secret = match &owner {
            Some(owner) => invitations.secret(tenant, owner.id).await?,
            None => None,
        };
        let join = secret.map(|secret| format!("{}#{}", join_page(&self.public_url), secret.reveal()));
        Ok(NewTenant {
            tenant,
            before,
            owner,
            join,
        })
    }

    /// Opens a business, or closes it for a while: from their next request on nobody may act there. False if there is none
    /// of that id.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn set_open(&self, tenant: TenantId, open: bool) -> Result<bool, Outage> {
        set_open(&self.database, tenant, open).await
    }
}

/// Monday to Saturday from nine to six, until the business says otherwise.
fn business(tenant: TenantId, order: &BusinessOrder, checked: Checked) -> NewBusiness {
    let opening_hours = (1..=6).map(|weekday| WeeklyBlock {
        weekday,
        from_minute: 9 * 60,
        to_minute: 18 * 60,
    });
    NewBusiness {
        tenant,
        name: order.name.trim().to_owned(),
        zone: checked.zone,
        currency: checked.currency,
        phone_number_id: order.whatsapp_phone_number_id.clone(),
        dialable: checked.whatsapp_phone.map(|phone| phone.digits().to_owned()),
        settings: DomainSettings {
            booking: json!({}),
            conversation: json!({
                "owners": [checked.owner_phone.e164()],
                "owners_language": order.language,
            }),
            payments: json!({}),
            commission: json!({}),
        },
        opening_hours: opening_hours.collect(),
        holidays: Vec::new(),
        services: Vec::new(),
        staff: Vec::new(),
        resources: Vec::new(),
        rules: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
