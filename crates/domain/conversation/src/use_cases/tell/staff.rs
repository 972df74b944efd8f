//! What people who render services are told.

use ratiba_kernel::{Money, Outage, TenantId};
use uuid::Uuid;

use super::owners::late;
use super::{Notice, Scene, Tell, TipStep};
use crate::channel::{Address, Channel};
use crate::desk::VisitRef;
use crate::outgoing::{OutgoingMessage, Purpose};
use crate::ports::{Change, Who};
use crate::templates::TemplateName;
use crate::texts::{Placeholder, TextKey, Tongue, Values, render};
use crate::wording::alert::{self, OwnerNews};
use crate::wording::{Phrase, Voice};

impl Tell {
    /// Tells somebody what became of their part of a tip: for what and how much, and not from whom.
    pub(super) async fn of_tip(
        &self,
        tenant: TenantId,
        scene: &Scene,
        (occasion, notice): (Uuid, &Notice),
        (visit, amount, step): (VisitRef, Money, TipStep),
        address: &Address,
    ) -> Result<Option<Change>, Outage> {
        let Some(card) = self.visits.visit(tenant, visit).await? else {
            return Ok(None);
        };
        let voice = Voice {
            tongue: Tongue::from(scene.profile.owners_language),
            menu: &scene.menu,
            profile: &scene.profile,
            ways: self.payments.ways(),
        };
        let values = voice
            .values_of(&card.slot)
            .with(Placeholder::Amount, amount.to_string());
        let key = match step {
            TipStep::Came => TextKey::StaffTip,
            TipStep::WentBack(_) => TextKey::StaffTipBack,
        };
        let body = render(key, voice.tongue, &values);
        let (what, next) = match (step, voice.tongue) {
            (TipStep::Came, Tongue::English) => {
                (format!("a tip of {amount} came for you"), "the desk pays it out")
            }
            (TipStep::Came, Tongue::Swahili) => (format!("umepata tip ya {amount}"), "utalipwa mapokezi"),
            (TipStep::WentBack(_), Tongue::English) => (
                format!("{amount} of your tip went back"),
                "the desk settles what was paid out",
            ),
            (TipStep::WentBack(_), Tongue::Swahili) => (
                format!("{amount} ya tip yako imerudi kwa mteja"),
                "mapokezi watamalizana nawe",
            ),
        };
        let about = format!(
            "{}, {}",
            voice.service_name(&card.slot),
            voice.when(card.slot.starts_at)
        );
        let news = OwnerNews {
            phrase: Phrase::plain(body).for_purpose(Purpose::News),
            template: TemplateName::OwnerAlert,
            parameters: vec![what, about, next.to_owned()],
        };
        let cause = notice.cause(occasion, 0);
        let (about, address) = (Some(card.customer), address.clone());
        let draft = alert::to_business(&news, about, address, Channel::Whatsapp, voice.tongue, cause);
        let mut change = Change::at(scene.now);
        change
            .messages
            .extend(draft.map(|draft| OutgoingMessage::queued(self.ids.fresh(), draft, scene.now)));
        Ok(Some(change))
    }

    /// Tells somebody that the customer of their next part comes late: who, to what and by how much, without the number.
    pub(super) async fn of_lateness(
        &self,
        tenant: TenantId,
        scene: &Scene,
        (occasion, notice): (Uuid, &Notice),
        (visit, minutes): (VisitRef, Option<u32>),
        address: &Address,
    ) -> Result<Option<Change>, Outage> {
        let Some(card) = self.visits.visit(tenant, visit).await? else {
            return Ok(None);
        };
        let file = self
            .book
            .file(tenant, Who::Id(card.customer), Channel::Whatsapp)
            .await?;
        let name = file.and_then(|file| file.customer.name);
        let voice = Voice {
            tongue: Tongue::from(scene.profile.owners_language),
            menu: &scene.menu,
            profile: &scene.profile,
            ways: self.payments.ways(),
        };
        let (reason, _for_owners) = late(minutes, voice.tongue);
        let next = match voice.tongue {
            Tongue::English => "the desk knows as well",
            Tongue::Swahili => "mapokezi pia wanajua",
        };
        let known = [
            name,
            Some(voice.service_name(&card.slot)),
            Some(voice.when(card.slot.starts_at)),
        ];
        let known = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let values = Values::new()
            .with(Placeholder::Business, voice.profile.business_name.as_str())
            .with(Placeholder::Reason, reason.as_str())
            .with(Placeholder::Known, known.as_str())
            .with(Placeholder::NextStep, next);
        let news = alert::alert(
            render(TextKey::OwnerNotice, voice.tongue, &values),
            [reason.as_str(), known.as_str(), next],
        );
        let cause = notice.cause(occasion, 0);
        let (about, address) = (Some(card.customer), address.clone());
        let draft = alert::to_business(&news, about, address, Channel::Whatsapp, voice.tongue, cause);
        let mut change = Change::at(scene.now);
        change
            .messages
            .extend(draft.map(|draft| OutgoingMessage::queued(self.ids.fresh(), draft, scene.now)));
        Ok(Some(change))
    }
}
