//! Receipts: what booking and payments know of a visit together, as a value, as text and as PDF.

mod page;

use std::collections::BTreeSet;

use ratiba_booking::appointment::Appointment;
use ratiba_booking::catalogue::Service;
use ratiba_booking::visit::Visit;
use ratiba_conversation::outgoing::Document;
use ratiba_conversation::paper::{Paper, Papers};
use ratiba_conversation::texts::ReceiptWord;
use ratiba_conversation::understanding::Language;
use ratiba_kernel::{Id, Money, Outage, TenantId, Zone};
use ratiba_payments::payment::PaymentId;
use ratiba_payments::ports::RefundQuery;
use ratiba_payments::receipt::{About, Line, LineKind, TipGiven, VisitReceipt};
use ratiba_payments::reference::AccountReference;
use ratiba_sheets::pdf;

use crate::Parts;

pub use ratiba_conversation::texts::Tongue;

/// The most refunds of one tip that are looked at; there are far fewer.
const REFUNDS_OF_TIP_MAX: u16 = 100;

/// A receipt that can be handed out.
#[derive(Clone, Debug)]
pub struct DrawnReceipt {
    /// What it says.
    pub receipt: VisitReceipt,
    /// In which language.
    pub tongue: Tongue,
    /// The business's zone, in which its times are written.
    pub zone: Zone,
}

impl DrawnReceipt {
    /// As plain text, a thing on each line.
    ///
    /// # Errors
    /// [`Outage`] if its amounts contradict each other.
    pub fn text(&self) -> Result<String, Outage> {
        let rows = page::rows(&self.receipt, self.tongue, &self.zone).map_err(Outage::new)?;
        Ok(page::text(&rows))
    }

    /// As a PDF document.
    ///
    /// # Errors
    /// [`Outage`] if its amounts contradict each other.
    pub fn pdf(&self) -> Result<Vec<u8>, Outage> {
        let rows = page::rows(&self.receipt, self.tongue, &self.zone).map_err(Outage::new)?;
        let about = &self.receipt.about;
        let title = format!(
            "{} {}",
            ReceiptWord::Caption.word(self.tongue),
            about.reference.as_str()
        );
        let head = pdf::Head {
            title: &title,
            author: &about.business,
            language: match self.tongue {
                Tongue::English => "en",
                Tongue::Swahili => "sw",
            },
            made_at: self.zone.local(about.issued_at),
        };
        Ok(pdf::document(
            &head,
            &pdf::Repeated::default(),
            &ratiba_sheets::lines(&rows, pdf::COLUMNS),
        ))
    }

    /// As something that a customer is handed in the chat.
    ///
    /// # Errors
    /// [`Outage`] if its amounts contradict each other.
    pub fn paper(&self) -> Result<Paper, Outage> {
        let caption = format!(
            "{} {}",
            ReceiptWord::Caption.word(self.tongue),
            self.receipt.about.reference
        );
        let document = Document::pdf(self.file_name(), caption, self.pdf()?);
        if let Err(error) = &document {
            tracing::error!(%error, "a receipt could not be made into a document");
        }
        Ok(Paper {
            text: self.text()?,
            gist: page::gist(&self.receipt, self.tongue).map_err(Outage::new)?,
            document: document.ok(),
        })
    }

    /// The name of the file, such as `receipt-BK7Q2M.pdf`.
    #[must_use]
    pub fn file_name(&self) -> String {
        let word = ReceiptWord::FileName.word(self.tongue);
        format!("{word}-{}.pdf", self.receipt.about.reference)
    }
}

impl Parts {
    /// The receipt of a visit as it stands; it is in the language that is given, else in the customer's.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn visit_receipt(
        &self,
        tenant: TenantId,
        visit: &Visit,
        tongue: Option<Tongue>,
    ) -> Result<DrawnReceipt, Outage> {
        let tongue = match tongue {
            Some(tongue) => tongue,
            None => self.tongue_of(tenant, visit).await?,
        };
        let id = Id::from_uuid(visit.head.id.as_uuid());
        let payments = self.payments.book.of_visit(tenant, id).await?;
        let refunds = self.money_back.book.refunds_of_visit(tenant, id).await?;
        let spends = self.money_back.spend.credit.spends_of_visit(tenant, id).await?;
        let money = self.visit_money(tenant, visit).await?;
        let policy = self.booking.catalogue.policy(tenant).await?;
        let services = self.booking.catalogue.services(tenant).await?;
        let profile = self.conversation.tell.profile.profile(tenant).await?;
        let reference = match payments.first() {
            Some(record) => record.payment.account_reference(),
            // Nothing was asked: the visit's own id names it as a payment's would.
            None => AccountReference::of(Id::from_uuid(visit.head.id.as_uuid())),
        };
        let nothing = Money::zero(money.paid_elsewhere.currency());
        let owed = money.balance(visit, policy.rules.rounding).map_err(Outage::new)?;
        let lines = visit
            .appointments
            .iter()
            .filter_map(|part| line_of(part, &services, tongue));
        let about = About {
            business: profile.business_name,
            reference: reference.as_str().to_owned(),
            issued_at: self.clock.now(),
            lines: lines.collect(),
            tips: self.tips_given(tenant, visit).await?,
            elsewhere: money.paid_elsewhere,
            let_off: money.let_off,
            owed: owed.unwrap_or(nothing),
        };
        let receipt = VisitReceipt::draw_up(about, &payments, &spends, &refunds).map_err(Outage::new)?;
        Ok(DrawnReceipt {
            receipt,
            tongue,
            zone: policy.zone,
        })
    }

    /// The tips of a visit. For a part where any came through the house it is those, else what staff typed.
    async fn tips_given(&self, tenant: TenantId, visit: &Visit) -> Result<Vec<TipGiven>, Outage> {
        let id = Id::from_uuid(visit.head.id.as_uuid());
        let records = self.payments.tips.tips.tips_of_visit(tenant, id).await?;
        let mut given = Vec::new();
        let mut through_the_house = BTreeSet::new();
        for tip in &records {
            if tip.record.payment.paid().is_positive() {
                through_the_house.insert(tip.tip.appointment.as_uuid());
                let query = RefundQuery {
                    payment: Some(tip.tip.payment),
                    state: None,
                    before: None,
                    most: REFUNDS_OF_TIP_MAX,
                };
                let refunds = self.money_back.book.refunds(tenant, query).await?;
                given.extend(TipGiven::of(tip, &refunds).map_err(Outage::new)?);
            }
        }
        let typed = visit
            .appointments
            .iter()
            .filter(|part| !through_the_house.contains(&part.id().as_uuid()))
            .filter_map(tip_of)
            .filter(|amount| amount.is_positive());
        given.extend(typed.map(|amount| TipGiven {
            amount,
            through: None,
        }));
        Ok(given)
    }

    /// The payments of a visit that are settled with every number known, and the receipt of the visit in every language;
    /// `None` if there is no such payment.
    pub(crate) async fn papers(
        &self,
        tenant: TenantId,
        visit: &Visit,
    ) -> Result<Option<(Vec<PaymentId>, Papers)>, Outage> {
        let english = self.visit_receipt(tenant, visit, Some(Tongue::English)).await?;
        if english.receipt.settled.is_empty() {
            return Ok(None);
        }
        let swahili = self.visit_receipt(tenant, visit, Some(Tongue::Swahili)).await?;
        let papers = Papers {
            english: english.paper()?,
            swahili: swahili.paper()?,
        };
        Ok(Some((english.receipt.settled, papers)))
    }

    /// The language that the customer is written to in.
    async fn tongue_of(&self, tenant: TenantId, visit: &Visit) -> Result<Tongue, Outage> {
        let now = self.clock.now();
        let file = self
            .imports
            .customers
            .file(tenant, visit.head.customer, now)
            .await?;
        let code = file
            .and_then(|file| file.customer.language)
            .map(|language| language.code());
        let language = code.and_then(ratiba_conversation::thread::parse_language);
        Ok(Tongue::from(language.unwrap_or(Language::Swahili)))
    }
}

fn tip_of(part: &Appointment) -> Option<Money> {
    part.actuals().tip.map(|tip| tip.amount())
}

/// What a part is charged; `None` for one that costs nothing any more.
fn line_of(part: &Appointment, services: &[Service], tongue: Tongue) -> Option<Line> {
    let booking = part.booking();
    let service = services.iter().find(|service| service.id == booking.service);
    let name = service.map(|service| match tongue {
        Tongue::English => service.name.as_str(),
        Tongue::Swahili => service.name_sw.as_deref().unwrap_or(&service.name),
    });
    let (kind, list, discount) = if part.state().keeps_its_time() {
        let price = &booking.price;
        (LineKind::Service, price.list(), price.discount())
    } else {
        let fee = part.state().fee().filter(|fee| fee.is_positive())?;
        (LineKind::Fee, fee, Money::zero(fee.currency()))
    };
    Some(Line {
        kind,
        what: name.unwrap_or("…").to_owned(),
        at: booking.client().start(),
        list,
        discount,
    })
}
