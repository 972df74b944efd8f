//! What people who render services are told.

use ratiba_kernel::{Money, Outage, TenantId};
use uuid::Uuid;

use super::{Notice, Scene, Tell, TipStep};
use crate::channel::{Address, Channel};
use crate::desk::VisitRef;
use crate::outgoing::{OutgoingMessage, Purpose};
use crate::ports::Change;
use crate::templates::TemplateName;
use crate::texts::{Placeholder, TextKey, Tongue, render};
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
        let draft = alert::to_business(&news, address.clone(), Channel::Whatsapp, voice.tongue, cause);
        let mut change = Change::at(scene.now);
        change
            .messages
            .extend(draft.map(|draft| OutgoingMessage::queued(self.ids.fresh(), draft, scene.now)));
        Ok(Some(change))
    }
}
