//! What other programs hear of the events that the domains record: one name for each, what it is about, and how that
//! stands now. Webhooks carry all of it, the stream of events ids and states only.

use ratiba_booking::appointment::Appointment;
use ratiba_integrations::event::{BODY_BYTES_MAX, EventId, EventName, Message};
use ratiba_integrations::task::IntegrationTask;
use ratiba_kernel::{Id, Outage, TenantId, Zone};
use ratiba_payments::payment::Payment;
use ratiba_postgres::feed;
use ratiba_postgres::outbox::StoredEvent;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::Parts;
use crate::queue::NewJob;
use crate::translate::TranslateError;

pub use ratiba_postgres::feed::{Position, Standing};

mod names;

use names::{About, Told};

/// One event in its place in the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct InStream {
    /// The place behind it.
    pub position: Position,
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub occurred_at: OffsetDateTime,
    /// What the stream tells of it, if anything.
    pub live: Option<Live>,
}

/// An event for the stream: ids and states.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// What happened.
    pub name: EventName,
    /// Ids and states.
    pub data: Value,
}

impl Live {
    /// The event with the appointments of one of the staff alone; `None` if none of theirs is in it, nor one that left them.
    #[must_use]
    pub fn of_staff(&self, own: Uuid) -> Option<Self> {
        let own = json!(own);
        let mut live = self.clone();
        let mut is_theirs = false;
        if let Some(left) = live.data.get_mut("left_staff_ids").and_then(Value::as_array_mut) {
            left.retain(|staff| *staff == own);
            is_theirs = !left.is_empty();
        }
        if let Some(appointments) = live.data.get_mut("appointments").and_then(Value::as_array_mut) {
            appointments.retain(|one| {
                let staff = one.get("staff_ids").and_then(Value::as_array);
                staff.is_some_and(|staff| staff.contains(&own))
            });
            is_theirs = is_theirs || !appointments.is_empty();
        }
        is_theirs.then_some(live)
    }
}

impl Parts {
    /// Has a stored event told to other programs, soon. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn queue_publishing(&self, tenant: TenantId, id: Uuid) -> Result<(), Outage> {
        let task = IntegrationTask::Publish {
            event: Id::from_uuid(id),
        };
        let payload = serde_json::to_value(task).map_err(Outage::new)?;
        let job = NewJob::new(task.kind(), payload, self.clock.now())
            .of_tenant(tenant)
            .once(format!("{}:{id}", task.kind()));
        self.queue.enqueue(vec![job]).await
    }

    /// Stores the message about an event for whoever hears of it. Safe to repeat.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn publish(&self, tenant: TenantId, id: Uuid) -> Result<(), TranslateError> {
        let Some(stored) = self.event(tenant, id).await? else {
            return Ok(());
        };
        if let Some(message) = self.message(tenant, id, &stored).await? {
            self.integrations.publish.execute(tenant, message).await?;
        }
        Ok(())
    }

    /// The message about a stored event, as its subject stands now; `None` if other programs hear nothing of such events.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn message(
        &self,
        tenant: TenantId,
        id: Uuid,
        stored: &StoredEvent,
    ) -> Result<Option<Message>, TranslateError> {
        let Some(told) = names::told_of(stored)? else {
            return Ok(None);
        };
        let zone = self.booking.catalogue.zone(tenant).await?;
        let mut data = told.ids.clone();
        data.extend(told.more.clone());
        let parts = self.parts_of(tenant, &told).await?;
        if !parts.is_empty() {
            let all = parts.iter().map(|part| whole_appointment(part, &zone)).collect();
            data.insert("appointments".to_owned(), Value::Array(all));
        }
        if let Some(payment) = self.payment_of(tenant, &told).await? {
            data.insert("payment".to_owned(), whole_payment(&payment, &zone));
        }
        let event: EventId = Id::from_uuid(id);
        let body = envelope(event, told.name, &zone, stored.occurred_at, Value::Object(data));
        // A visit has a handful of parts and an event a handful of ids: more than this is a mistake of ours.
        if body.len() > BODY_BYTES_MAX {
            return Err(Outage::new("the message about an event is too large").into());
        }
        Ok(Some(Message {
            event,
            name: told.name,
            occurred_at: stored.occurred_at,
            body,
        }))
    }

    /// The body of a message that tries an endpoint.
    #[must_use]
    pub fn test_body(event: EventId, zone: &Zone, at: OffsetDateTime) -> String {
        let data = json!({ "text": "This is a test." });
        envelope(event, EventName::EndpointTested, zone, at, data)
    }

    /// Where a listener begins who wants what happens from now on.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn events_head(&self, tenant: TenantId) -> Result<Position, Outage> {
        feed::head(&self.database, tenant).await
    }

    /// Where a listener stands who was at a place, counting no further than `most`.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn events_standing(
        &self,
        tenant: TenantId,
        at: Position,
        most: u32,
    ) -> Result<Standing, Outage> {
        feed::standing(&self.database, tenant, at, most).await
    }

    /// What comes after a place in the stream, at most `most`; see [`feed::after`]. One that cannot be told is passed over:
    /// it must not hold up what comes after it.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn events_after(
        &self,
        tenant: TenantId,
        at: Position,
        most: u16,
    ) -> Result<Vec<InStream>, Outage> {
        let mut told = Vec::new();
        for fed in feed::after(&self.database, tenant, at, most).await? {
            let live = match self.live(tenant, &fed.stored).await {
                Ok(live) => live,
                Err(TranslateError::Unavailable(outage)) => return Err(outage),
                Err(error) => {
                    tracing::error!(event.id = %fed.id, %error, "an event cannot be told");
                    None
                }
            };
            told.push(InStream {
                position: fed.position,
                id: fed.id,
                occurred_at: fed.stored.occurred_at,
                live,
            });
        }
        Ok(told)
    }

    /// What the stream tells of a stored event, as its subject stands now; `None` if nothing.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn live(&self, tenant: TenantId, stored: &StoredEvent) -> Result<Option<Live>, TranslateError> {
        let Some(told) = names::told_of(stored)? else {
            return Ok(None);
        };
        let mut data = told.ids.clone();
        let parts = self.parts_of(tenant, &told).await?;
        if !parts.is_empty() {
            let short = parts.iter().map(|part| {
                let members = part.booking().team.members();
                json!({
                    "id": part.id(), "state": part.state().word(), "version": part.version().number(),
                    "staff_ids": members,
                })
            });
            data.insert("appointments".to_owned(), Value::Array(short.collect()));
        }
        if let Some(payment) = self.payment_of(tenant, &told).await? {
            data.insert("payment_state".to_owned(), json!(payment.state().as_str()));
        }
        Ok(Some(Live {
            name: told.name,
            data: Value::Object(data),
        }))
    }

    /// The appointments that an event is about.
    async fn parts_of(&self, tenant: TenantId, told: &Told) -> Result<Vec<Appointment>, Outage> {
        let book = &self.booking.book;
        match told.about {
            About::Visit(visit) => {
                let found = book.visit(tenant, visit).await?;
                Ok(found.map(|visit| visit.appointments).unwrap_or_default())
            }
            About::Appointment(id) => Ok(book.appointment(tenant, id).await?.into_iter().collect()),
            About::Payment(_) | About::Itself => Ok(Vec::new()),
        }
    }

    async fn payment_of(&self, tenant: TenantId, told: &Told) -> Result<Option<Payment>, Outage> {
        match told.about {
            About::Payment(id) => {
                let found = self.payments.book.find(tenant, id).await?;
                Ok(found.map(|record| record.payment))
            }
            About::Visit(_) | About::Appointment(_) | About::Itself => Ok(None),
        }
    }
}

/// The body of a message: the same three words around every event.
fn envelope(event: EventId, name: EventName, zone: &Zone, at: OffsetDateTime, data: Value) -> String {
    json!({ "id": event, "type": name.as_str(), "timestamp": moment(zone, at), "data": data }).to_string()
}

/// A time by the business's own clock.
fn moment(zone: &Zone, at: OffsetDateTime) -> Value {
    let local = zone.with_offset(at);
    let whole = local.replace_nanosecond(0).unwrap_or(local);
    whole.format(&Rfc3339).map_or(Value::Null, Value::String)
}

fn whole_appointment(part: &Appointment, zone: &Zone) -> Value {
    let (booking, state, actuals) = (part.booking(), part.state(), part.actuals());
    let shown = |at: Option<OffsetDateTime>| at.map(|at| moment(zone, at));
    json!({
        "id": part.id(),
        "visit_id": booking.visit,
        "customer_id": booking.customer,
        "service_id": booking.service,
        "staff_ids": booking.team.members(),
        "state": state.word(),
        "state_at": moment(zone, state.since()),
        "until": shown(state.deadline()),
        "start": moment(zone, booking.time.start()),
        "end": moment(zone, booking.time.end()),
        "list_price": booking.price.list(),
        "discount": booking.price.discount(),
        "charged": booking.price.charged(),
        "deposit": booking.deposit,
        "fee": state.fee(),
        "actual_start": shown(actuals.start),
        "actual_end": shown(actuals.end),
        "booked_at": moment(zone, booking.booked_at),
        "version": part.version().number(),
    })
}

fn whole_payment(payment: &Payment, zone: &Zone) -> Value {
    json!({
        "id": payment.id(),
        "visit_id": payment.visit(),
        "customer_id": payment.customer(),
        "purpose": payment.purpose().as_str(),
        "state": payment.state().as_str(),
        "state_at": moment(zone, payment.state_at()),
        "due": payment.due(),
        "paid": payment.paid(),
        "credited": payment.credited(),
        "created_at": moment(zone, payment.created_at()),
        "version": payment.version(),
    })
}

/// The fields of an object; of anything else none.
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_therapist_hears_of_the_own_appointments_and_of_those_that_left_them() {
        let staff = |number| Uuid::from_u128(number);
        let live = Live {
            name: EventName::AppointmentMoved,
            data: json!({
                "visit_id": staff(9), "left_staff_ids": [staff(1), staff(4)],
                "appointments": [{ "id": staff(8), "staff_ids": [staff(2)] }],
            }),
        };
        let lists = |own| {
            let heard = live.of_staff(staff(own))?;
            let count = |name: &str| heard.data[name].as_array().map(Vec::len);
            Some((count("appointments")?, count("left_staff_ids")?))
        };
        assert_eq!(lists(1), Some((0, 1)), "it left them");
        assert_eq!(
            lists(2),
            Some((1, 0)),
            "it is theirs now, and who had it is not told"
        );
        assert_eq!(lists(3), None);
    }
}
