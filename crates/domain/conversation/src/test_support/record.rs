//! The record of conversations in memory: keeps the same promises as the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{IdSource, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::channel::{Address, Channel, SenderKey};
use crate::cohort::{
    Cohort, CohortMove, Invitation, InvitationId, Member, PLACES, Standing, invitation_cause,
};
use crate::consent::ConsentRecord;
use crate::customer::{Customer, CustomerId};
use crate::delivery::Leftover;
use crate::event::{ConversationEvent, ConversationTask, Due, StatusRef};
use crate::handoff::{LogEntry, PersonWords};
use crate::inbound::{InboundId, InboundMessage};
use crate::outgoing::{Content, MessageId, OutgoingMessage, Recipient, SendState, TemplateCall};
use crate::ports::{
    Change, CohortBook, CustomerFile, InviteError, Kept, LetterBox, MessageBook, NameBook, NewInvitation,
    Parcel, Posting, PostingChange, RecordError, StoredStatus, TemplateBook, TemplateRegister,
    TemplateStanding, ThreadBook, Who,
};
use crate::rail::Slate;
use crate::redact::NameWords;
use crate::retention::ArchivedThread;
use crate::templates::{RegisteredTemplate, TemplateState, label};
use crate::thread::{Thread, ThreadId};
use crate::understanding::fold;

/// One business's rows.
#[derive(Clone, Default)]
struct Rows {
    inbound: BTreeMap<InboundId, InboundMessage>,
    threads_of_inbound: BTreeMap<InboundId, ThreadId>,
    said: BTreeMap<MessageId, PersonWords>,
    customers: BTreeMap<CustomerId, Customer>,
    threads: BTreeMap<ThreadId, Thread>,
    consents: Vec<ConsentRecord>,
    slates: BTreeMap<PhoneNumber, Slate>,
    invitations: Vec<Invitation>,
    /// The places that the business set; else [`PLACES`].
    places: Option<u16>,
    messages: BTreeMap<MessageId, OutgoingMessage>,
    statuses: BTreeMap<StatusRef, (String, String, StoredStatus)>,
    templates: Vec<RegisteredTemplate>,
    missed: Vec<(String, String)>,
    archived: Vec<(ArchivedThread, Vec<LogEntry>)>,
    archived_loose: Vec<OffsetDateTime>,
    events: Vec<ConversationEvent>,
    tasks: Vec<Due<ConversationTask>>,
}

#[derive(Default)]
struct All {
    tenants: BTreeMap<TenantId, Rows>,
    routes: BTreeMap<String, TenantId>,
    quarantine: Vec<Leftover>,
}

/// The record in memory.
pub struct InMemoryRecord {
    all: Mutex<All>,
    ids: ratiba_kernel::test_support::SeededIds,
}

impl Default for InMemoryRecord {
    fn default() -> Self {
        Self {
            all: Mutex::default(),
            ids: ratiba_kernel::test_support::SeededIds::lane(0x1b),
        }
    }
}

impl InMemoryRecord {
    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rows<T>(&self, tenant: TenantId, look: impl FnOnce(&Rows) -> T) -> T {
        look(self.all().tenants.entry(tenant).or_default())
    }

    /// Makes the business reachable at this address.
    pub fn route_to(&self, external_id: &str, tenant: TenantId) {
        self.all().routes.insert(external_id.to_owned(), tenant);
    }

    /// All customers.
    #[must_use]
    pub fn customers(&self, tenant: TenantId) -> Vec<Customer> {
        self.rows(tenant, |rows| rows.customers.values().cloned().collect())
    }

    /// Changes a customer, as staff would.
    pub fn amend_customer(&self, tenant: TenantId, id: CustomerId, amend: impl FnOnce(&mut Customer)) {
        if let Some(customer) = self
            .all()
            .tenants
            .entry(tenant)
            .or_default()
            .customers
            .get_mut(&id)
        {
            amend(customer);
        }
    }

    /// All threads, in the order of their beginning.
    #[must_use]
    pub fn threads(&self, tenant: TenantId) -> Vec<Thread> {
        self.rows(tenant, |rows| rows.threads.values().cloned().collect())
    }

    /// All messages to be sent, in the order in which they were queued.
    #[must_use]
    pub fn messages(&self, tenant: TenantId) -> Vec<OutgoingMessage> {
        self.rows(tenant, |rows| {
            let mut messages: Vec<OutgoingMessage> = rows.messages.values().cloned().collect();
            messages.sort_by_key(|message| (message.created_at, message.id));
            messages
        })
    }

    /// All consent records, in order.
    #[must_use]
    pub fn consents(&self, tenant: TenantId) -> Vec<ConsentRecord> {
        self.rows(tenant, |rows| rows.consents.clone())
    }

    /// All events, in order.
    #[must_use]
    pub fn events(&self, tenant: TenantId) -> Vec<ConversationEvent> {
        self.rows(tenant, |rows| rows.events.clone())
    }

    /// All tasks ever queued, in order.
    #[must_use]
    pub fn tasks(&self, tenant: TenantId) -> Vec<Due<ConversationTask>> {
        self.rows(tenant, |rows| rows.tasks.clone())
    }

    /// The business has so many places in its beta cohort.
    pub fn set_places(&self, tenant: TenantId, places: u16) {
        self.all().tenants.entry(tenant).or_default().places = Some(places);
    }

    /// All that waits in the quarantine.
    #[must_use]
    pub fn quarantine(&self) -> Vec<Leftover> {
        self.all().quarantine.clone()
    }
}

impl Rows {
    fn apply(&mut self, change: Change) -> Result<(), RecordError> {
        if let Some(id) = change.handled {
            let message = self
                .inbound
                .get_mut(&id)
                .ok_or_else(|| Outage::new("no such inbound message"))?;
            if message.handled_at.is_some() {
                return Err(RecordError::AlreadyHandled);
            }
            message.handled_at = Some(change.at);
            if let Some(thread) = change.threads.last() {
                self.threads_of_inbound.insert(id, thread.id);
            }
        }
        if let (Some(step), Some(customer)) = (change.cohort, &change.customer) {
            self.answer_invitation(step, customer.id, change.at)?;
        }
        if let Some(customer) = change.customer {
            let clashes = self.customers.values().any(|other| {
                other.id != customer.id
                    && ((customer.phone.is_some() && other.phone == customer.phone)
                        || (customer.user_id.is_some() && other.user_id == customer.user_id))
            });
            if clashes {
                return Err(RecordError::Stale);
            }
            self.customers.insert(customer.id, customer);
        }
        for thread in change.threads {
            self.write_thread(thread)?;
        }
        self.consents.extend(change.consents);
        if let Some(slate) = change.slate {
            let before = self.slates.get(&slate.phone).map_or(0, |slate| slate.version);
            if before != slate.version {
                return Err(RecordError::Stale);
            }
            let version = slate.version + 1;
            self.slates
                .insert(slate.phone.clone(), Slate { version, ..slate });
        }
        for message in change.messages {
            self.queue(message)?;
        }
        for words in change.said {
            let known = self.messages.contains_key(&words.message);
            if !known {
                return Err(Outage::new("a person's words without their message").into());
            }
            self.said.insert(words.message, words);
        }
        self.events.extend(change.events);
        self.tasks.extend(change.tasks);
        Ok(())
    }

    fn answer_invitation(
        &mut self,
        step: CohortMove,
        customer: CustomerId,
        at: OffsetDateTime,
    ) -> Result<(), RecordError> {
        let (answered, from, to) = match step {
            CohortMove::Join(id) => (Some(id), Standing::Invited, Standing::Joined),
            CohortMove::Decline(id) => (Some(id), Standing::Invited, Standing::Declined),
            CohortMove::Leave => (None, Standing::Joined, Standing::Left),
        };
        let found = self.invitations.iter_mut().find(|it| {
            it.customer == customer
                && it.standing == from
                && answered.is_none_or(|answered| it.id == answered)
        });
        match found {
            Some(invitation) => {
                invitation.standing = to;
                invitation.standing_at = at;
                Ok(())
            }
            None if step == CohortMove::Leave => Ok(()),
            None => Err(RecordError::Stale),
        }
    }

    /// Of the messages that may still go out.
    fn has_unsent(&self, thread: ThreadId) -> bool {
        self.messages.values().any(|message| {
            let unsent = match &message.state {
                SendState::Queued { .. } | SendState::Sending { .. } | SendState::Unknown { .. } => true,
                SendState::Sent { .. } | SendState::Refused { .. } | SendState::Abandoned { .. } => false,
            };
            unsent && message.thread == Some(thread)
        })
    }

    fn archive(&mut self, ended_before: OffsetDateTime, now: OffsetDateTime, most: u16) -> u64 {
        let mut due: Vec<(OffsetDateTime, ThreadId)> = self
            .threads
            .values()
            .filter_map(|thread| Some((thread.closed_at?, thread.id)))
            .filter(|(closed_at, id)| *closed_at < ended_before && !self.has_unsent(*id))
            .collect();
        due.sort();
        due.truncate(usize::from(most));
        for (closed_at, id) in &due {
            let log = self.log(*id, u16::MAX);
            let thread = self.threads.remove(id);
            let customer = thread
                .as_ref()
                .and_then(|it| self.customers.get(&it.customer))
                .cloned();
            if let (Some(thread), Some(customer)) = (thread, customer) {
                let aside = ArchivedThread {
                    thread: thread.id,
                    customer,
                    opened_at: thread.opened_at,
                    closed_at: *closed_at,
                    archived_at: now,
                };
                self.archived.push((aside, log));
            }
            let of_inbound = &mut self.threads_of_inbound;
            self.inbound
                .retain(|inbound, _| of_inbound.get(inbound) != Some(id));
            of_inbound.retain(|_, thread| thread != id);
            let gone: Vec<MessageId> = self
                .messages
                .values()
                .filter(|message| message.thread == Some(*id))
                .map(|message| message.id)
                .collect();
            for message in gone {
                self.messages.remove(&message);
                self.said.remove(&message);
            }
        }
        u64::try_from(due.len()).unwrap_or(u64::MAX)
    }

    /// Messages of no thread that are due, ours and theirs.
    fn archive_loose(&mut self, before: OffsetDateTime, now: OffsetDateTime, most: u16) -> u64 {
        let of_thread = &self.threads_of_inbound;
        let heard = self.inbound.values().filter(|message| {
            message.handled_at.is_some() && message.sent_at < before && !of_thread.contains_key(&message.id)
        });
        let told = self.messages.values().filter(|message| {
            let settled = match &message.state {
                SendState::Queued { .. } | SendState::Sending { .. } | SendState::Unknown { .. } => false,
                SendState::Sent { .. } | SendState::Refused { .. } | SendState::Abandoned { .. } => true,
            };
            let answer_may_come = self.invitations.iter().any(|invitation| {
                invitation.standing == Standing::Invited && message.cause == invitation_cause(invitation.id)
            });
            settled && message.thread.is_none() && message.created_at < before && !answer_may_come
        });
        let mut due: Vec<(OffsetDateTime, Uuid)> = heard
            .map(|message| (message.sent_at, message.id.as_uuid()))
            .chain(told.map(|message| (message.created_at, message.id.as_uuid())))
            .collect();
        due.sort();
        due.truncate(usize::from(most));
        for (_, id) in &due {
            self.inbound.remove(&InboundId::from_uuid(*id));
            self.messages.remove(&MessageId::from_uuid(*id));
            self.archived_loose.push(now);
        }
        u64::try_from(due.len()).unwrap_or(u64::MAX)
    }

    fn wipe_slates(&mut self, before: OffsetDateTime) -> u64 {
        let mut wiped = 0;
        for slate in self.slates.values_mut() {
            if slate
                .pending
                .as_ref()
                .is_some_and(|pending| pending.asked_at <= before)
            {
                slate.pending = None;
                slate.version += 1;
                wiped += 1;
            }
        }
        wiped
    }

    fn forget_archived(&mut self, before: OffsetDateTime, most: u16) -> u64 {
        let most = usize::from(most);
        let threads = self
            .archived
            .iter()
            .filter(|(thread, _)| thread.archived_at < before)
            .count()
            .min(most);
        self.archived.drain(..threads);
        let loose = self
            .archived_loose
            .iter()
            .filter(|at| **at < before)
            .count()
            .min(most);
        self.archived_loose.drain(..loose);
        u64::try_from(threads + loose).unwrap_or(u64::MAX)
    }

    fn member(&self, invitation: &Invitation) -> Option<Member> {
        Some(Member {
            invitation: invitation.clone(),
            customer: self.customers.get(&invitation.customer)?.clone(),
        })
    }

    fn invitation_of(&self, customer: CustomerId) -> Option<&Invitation> {
        self.invitations
            .iter()
            .find(|it| it.customer == customer && it.standing != Standing::Withdrawn)
    }

    fn invite(&mut self, order: NewInvitation) -> Result<(), InviteError> {
        let (customer, at) = (order.customer, order.invitation.invited_at);
        let places = self.places.unwrap_or(PLACES);
        let other = self
            .customers
            .values()
            .any(|other| other.id != customer.id && other.phone == customer.phone);
        let before = self.invitation_of(customer.id).map(|it| it.standing);
        let opted_out = self.customers.get(&customer.id).map(|known| known.opted_out_at);
        let other = other || opted_out.is_some_and(|at| at != customer.opted_out_at);
        if other || before.is_some_and(|standing| standing != Standing::Left) {
            return Err(InviteError::Stale);
        }
        let held = self.invitations.iter().filter(|it| it.standing.holds_a_place());
        if held.count() >= usize::from(places) {
            return Err(InviteError::Full { places });
        }
        for left in &mut self.invitations {
            if left.customer == customer.id && left.standing == Standing::Left {
                left.standing = Standing::Withdrawn;
                left.standing_at = at;
            }
        }
        self.customers.insert(customer.id, customer);
        self.invitations.push(order.invitation);
        self.queue(order.message).map_err(|_known| InviteError::Stale)
    }

    fn withdraw(&mut self, id: InvitationId, at: OffsetDateTime) -> Option<Member> {
        let invitation = self.invitations.iter_mut().find(|it| it.id == id)?;
        if invitation.standing != Standing::Withdrawn {
            invitation.standing = Standing::Withdrawn;
            invitation.standing_at = at;
            let customer = self.customers.get_mut(&invitation.customer)?;
            customer.invitation = None;
            customer.in_cohort = false;
            let cause = invitation_cause(id);
            let waiting = self.messages.values_mut().find(|message| message.cause == cause);
            if let Some(message) = waiting.filter(|it| matches!(it.state, SendState::Queued { .. })) {
                *message = message.clone().refused("withdrawn", at).recorded();
            }
        }
        let invitation = self.invitations.iter().find(|it| it.id == id)?;
        self.member(invitation)
    }

    fn write_thread(&mut self, mut thread: Thread) -> Result<(), RecordError> {
        let on_record = self.threads.get(&thread.id).map_or(0, |old| old.version);
        let another_is_open = self.threads.values().any(|other| {
            other.id != thread.id
                && other.customer == thread.customer
                && other.channel == thread.channel
                && other.closed_at.is_none()
        });
        if on_record != thread.version || (thread.closed_at.is_none() && another_is_open) {
            return Err(RecordError::Stale);
        }
        thread.version += 1;
        self.threads.insert(thread.id, thread);
        Ok(())
    }

    fn queue(&mut self, mut message: OutgoingMessage) -> Result<(), RecordError> {
        if self.messages.values().any(|other| other.cause == message.cause) {
            return Err(RecordError::AlreadyHandled);
        }
        let at = match &message.state {
            SendState::Queued { not_before, .. } => *not_before,
            SendState::Sending { .. }
            | SendState::Sent { .. }
            | SendState::Unknown { .. }
            | SendState::Refused { .. }
            | SendState::Abandoned { .. } => message.created_at,
        };
        message.version = 1;
        let task = ConversationTask::Send { message: message.id };
        self.tasks.push(Due { at, task });
        self.messages.insert(message.id, message);
        Ok(())
    }

    fn file_of(&self, thread: &Thread) -> Option<CustomerFile> {
        Some(CustomerFile {
            customer: self.customers.get(&thread.customer)?.clone(),
            thread: Some(thread.clone()),
            known: true,
        })
    }

    fn log(&self, thread: ThreadId, most: u16) -> Vec<LogEntry> {
        let Some(thread) = self.threads.get(&thread) else {
            return Vec::new();
        };
        let customer = self.customers.get(&thread.customer);
        let keys: Vec<String> = customer.map(keys_of).unwrap_or_default();
        let heard = self.inbound.values().filter(|message| {
            self.threads_of_inbound.get(&message.id) == Some(&thread.id)
                && keys.iter().any(|key| key == message.sender.as_str())
        });
        let heard = heard.cloned().map(LogEntry::Heard);
        let told = self.messages.values().filter(|message| {
            message.thread == Some(thread.id) && message.recipient == Recipient::Customer(thread.customer)
        });
        let told = told.cloned().map(|message| LogEntry::Said {
            by: self.said.get(&message.id).map(|words| words.by.clone()),
            message: Box::new(message),
        });
        let mut log: Vec<LogEntry> = heard.chain(told).collect();
        log.sort_by_key(LogEntry::at);
        log.drain(..log.len().saturating_sub(usize::from(most)));
        log
    }

    fn file(&self, who: &Who, channel: Channel) -> Option<CustomerFile> {
        let customer = match who {
            Who::Id(id) => self.customers.get(id),
            Who::Sender { sender, phone } => {
                let by_id = self
                    .customers
                    .values()
                    .find(|c| c.user_id.as_ref() == Some(sender));
                by_id.or_else(|| {
                    self.customers
                        .values()
                        .find(|c| phone.is_some() && c.phone == *phone)
                })
            }
        }?;
        let mut of_customer = self
            .threads
            .values()
            .filter(|thread| thread.customer == customer.id);
        let open = of_customer
            .clone()
            .find(|thread| thread.channel == channel && thread.closed_at.is_none());
        Some(CustomerFile {
            customer: customer.clone(),
            thread: open.cloned(),
            known: of_customer.next().is_some(),
        })
    }

    /// The address with the channel's own id of who has its number, if they ever wrote, as a customer or to the rail.
    fn with_known_id(&self, address: &Address) -> Address {
        let known = self
            .customers
            .values()
            .find(|customer| customer.phone.is_some() && customer.phone.as_ref() == address.phone());
        let user_id = address.user_id().cloned();
        let user_id = user_id.or_else(|| known.and_then(|customer| customer.user_id.clone()));
        let slate = address.phone().and_then(|phone| self.slates.get(phone));
        let user_id = user_id.or_else(|| slate.and_then(|slate| slate.user_id.clone()));
        Address::new(address.phone().cloned(), user_id).unwrap_or_else(|_unreachable| address.clone())
    }

    fn last_inbound_at(&self, address: Option<Address>) -> Option<OffsetDateTime> {
        let address = address?;
        let keys: Vec<&str> = [
            address.user_id().map(SenderKey::as_str),
            address.phone().map(|p| p.digits()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let from = self
            .inbound
            .values()
            .filter(|message| keys.contains(&message.sender.as_str()));
        from.map(|message| message.sent_at).max()
    }
}

/// By what a customer's messages name their sender.
fn keys_of(customer: &Customer) -> Vec<String> {
    let phone = customer.phone.as_ref().map(|phone| phone.digits().to_owned());
    let user = customer.user_id.as_ref().map(|id| id.as_str().to_owned());
    phone.into_iter().chain(user).collect()
}

#[async_trait]
impl NameBook for InMemoryRecord {
    async fn names_among(&self, tenant: TenantId, words: &NameWords) -> Result<BTreeSet<String>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let parts =
                |c: char| !(c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '\u{300}'..='\u{36f}'));
            let names = rows
                .customers
                .values()
                .filter_map(|customer| customer.name.as_deref());
            let known: BTreeSet<String> = names.flat_map(|name| name.split(parts)).map(fold).collect();
            let asked = words.iter().filter(|word| known.contains(*word));
            asked.map(str::to_owned).collect()
        }))
    }
}

#[async_trait]
impl ThreadBook for InMemoryRecord {
    async fn inbound(&self, tenant: TenantId, id: InboundId) -> Result<Option<InboundMessage>, Outage> {
        Ok(self.rows(tenant, |rows| rows.inbound.get(&id).cloned()))
    }

    async fn file(
        &self,
        tenant: TenantId,
        who: Who,
        channel: Channel,
    ) -> Result<Option<CustomerFile>, Outage> {
        Ok(self.rows(tenant, |rows| rows.file(&who, channel)))
    }

    async fn shown(&self, tenant: TenantId, message: MessageId) -> Result<Option<Content>, Outage> {
        Ok(self.rows(tenant, |rows| {
            rows.messages.get(&message).map(|m| m.content.clone())
        }))
    }

    async fn thread(&self, tenant: TenantId, thread: ThreadId) -> Result<Option<CustomerFile>, Outage> {
        Ok(self.rows(tenant, |rows| rows.file_of(rows.threads.get(&thread)?)))
    }

    async fn with_people(
        &self,
        tenant: TenantId,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<CustomerFile>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let wanted = rows.threads.values().filter(|thread| {
                !thread.driver.is_machine()
                    && thread.closed_at.is_none()
                    && after.is_none_or(|after| thread.id > after)
            });
            let files = wanted.filter_map(|thread| rows.file_of(thread));
            files.take(usize::from(most)).collect()
        }))
    }

    async fn log(&self, tenant: TenantId, thread: ThreadId, most: u16) -> Result<Vec<LogEntry>, Outage> {
        Ok(self.rows(tenant, |rows| rows.log(thread, most)))
    }

    async fn slate(&self, tenant: TenantId, phone: PhoneNumber) -> Result<Slate, Outage> {
        let known = self.rows(tenant, |rows| rows.slates.get(&phone).cloned());
        Ok(known.unwrap_or_else(|| Slate::blank(phone)))
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        let mut changed = rows.clone();
        changed.apply(change)?;
        *rows = changed;
        Ok(())
    }

    async fn close_idle(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, Outage> {
        let mut closed = 0;
        for thread in self.all().tenants.entry(tenant).or_default().threads.values_mut() {
            if thread.closed_at.is_none() && thread.last_activity_at <= before {
                *thread = thread.clone().closed(now);
                thread.version += 1;
                closed += 1;
            }
        }
        Ok(closed)
    }

    async fn archive(
        &self,
        tenant: TenantId,
        ended_before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        Ok(rows.archive(ended_before, now, most))
    }

    async fn archive_loose(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        Ok(rows.archive_loose(before, now, most))
    }

    async fn wipe_slates(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        _now: OffsetDateTime,
    ) -> Result<u64, Outage> {
        Ok(self.all().tenants.entry(tenant).or_default().wipe_slates(before))
    }

    async fn archived(
        &self,
        tenant: TenantId,
        customer: Option<CustomerId>,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<ArchivedThread>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let mut found: Vec<ArchivedThread> = rows
                .archived
                .iter()
                .map(|(thread, _log)| thread.clone())
                .filter(|it| customer.is_none_or(|customer| it.customer.id == customer))
                .filter(|it| after.is_none_or(|after| it.thread > after))
                .collect();
            found.sort_by_key(|it| it.thread);
            found.truncate(usize::from(most));
            found
        }))
    }

    async fn archived_log(
        &self,
        tenant: TenantId,
        thread: ThreadId,
    ) -> Result<Option<(ArchivedThread, Vec<LogEntry>)>, Outage> {
        Ok(self.rows(tenant, |rows| {
            rows.archived
                .iter()
                .find(|(it, _log)| it.thread == thread)
                .cloned()
        }))
    }

    async fn forget_archived(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        let mut all = self.all();
        Ok(all
            .tenants
            .entry(tenant)
            .or_default()
            .forget_archived(before, most))
    }
}

#[async_trait]
impl TemplateRegister for InMemoryRecord {
    async fn standing(&self, tenant: TenantId, call: &TemplateCall) -> Result<TemplateStanding, Outage> {
        Ok(self.rows(tenant, |rows| {
            let found = rows
                .templates
                .iter()
                .find(|it| it.is(call.name(), call.language_code()));
            match found.map(|it| it.state) {
                Some(TemplateState::Approved) => TemplateStanding::Approved,
                Some(
                    TemplateState::NotSubmitted
                    | TemplateState::Pending
                    | TemplateState::Rejected
                    | TemplateState::Paused
                    | TemplateState::Disabled
                    | TemplateState::Gone,
                )
                | None => TemplateStanding::NotUsable,
            }
        }))
    }
}

#[async_trait]
impl TemplateBook for InMemoryRecord {
    async fn registered(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, Outage> {
        Ok(self.rows(tenant, |rows| rows.templates.clone()))
    }

    async fn keep_templates(
        &self,
        tenant: TenantId,
        templates: Vec<RegisteredTemplate>,
        events: Vec<ConversationEvent>,
        _now: OffsetDateTime,
    ) -> Result<(), Outage> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        rows.events.extend(events);
        for template in templates {
            let (name, language) = (template.text.name.code(), template.text.language_code());
            let newer = |known: &RegisteredTemplate| known.reported_at > template.reported_at;
            if rows
                .templates
                .iter()
                .any(|known| known.is(name, language) && newer(known))
            {
                continue;
            }
            rows.templates.retain(|known| !known.is(name, language));
            if template.state == TemplateState::Approved {
                rows.missed
                    .retain(|known| (known.0.as_str(), known.1.as_str()) != (name, language));
            }
            rows.templates.push(template);
        }
        Ok(())
    }
}

#[async_trait]
impl CohortBook for InMemoryRecord {
    async fn cohort(&self, tenant: TenantId) -> Result<Cohort, Outage> {
        Ok(self.rows(tenant, |rows| {
            let kept = rows
                .invitations
                .iter()
                .filter(|it| it.standing != Standing::Withdrawn);
            Cohort {
                places: rows.places.unwrap_or(PLACES),
                members: kept.filter_map(|it| rows.member(it)).collect(),
            }
        }))
    }

    async fn invited(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
    ) -> Result<Option<(Customer, Option<Invitation>)>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let known = rows
                .customers
                .values()
                .find(|customer| customer.phone.as_ref() == Some(phone))?;
            Some((known.clone(), rows.invitation_of(known.id).cloned()))
        }))
    }

    async fn invite(&self, tenant: TenantId, order: NewInvitation) -> Result<(), InviteError> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        let mut changed = rows.clone();
        changed.invite(order)?;
        *rows = changed;
        Ok(())
    }

    async fn withdraw(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<Option<Member>, Outage> {
        Ok(self.all().tenants.entry(tenant).or_default().withdraw(id, at))
    }
}

#[async_trait]
impl MessageBook for InMemoryRecord {
    async fn posting(&self, tenant: TenantId, id: MessageId) -> Result<Option<Posting>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let message = rows.messages.get(&id)?.clone();
            let (customer, address) = match &message.recipient {
                Recipient::Customer(id) => {
                    let customer = rows.customers.get(id).cloned();
                    let address = customer.as_ref().and_then(|customer| customer.address().ok());
                    (customer, address)
                }
                Recipient::Business(address) => (None, Some(rows.with_known_id(address))),
            };
            let answered = message.answers().and_then(|id| rows.inbound.get(&id));
            Some(Posting {
                last_inbound_at: rows.last_inbound_at(address),
                answers: answered.map(|inbound| inbound.provider_id.clone()),
                message,
                customer,
            })
        }))
    }

    async fn by_provider_id(
        &self,
        tenant: TenantId,
        channel: Channel,
        provider_id: &str,
    ) -> Result<Option<MessageId>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let found = rows.messages.values().find(|message| {
                message.channel == channel
                    && matches!(&message.state, SendState::Sent { provider_id: Some(id), .. } if id == provider_id)
            });
            found.map(|message| message.id)
        }))
    }

    async fn by_cause(&self, tenant: TenantId, cause: &str) -> Result<Option<OutgoingMessage>, Outage> {
        Ok(self.rows(tenant, |rows| {
            let found = rows.messages.values().find(|message| message.cause == cause);
            found.cloned()
        }))
    }

    async fn record_posting(&self, tenant: TenantId, change: PostingChange) -> Result<(), RecordError> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        let mut message = change.message;
        if rows.messages.get(&message.id).map(|old| old.version) != Some(message.version) {
            return Err(RecordError::Stale);
        }
        message.version += 1;
        rows.messages.insert(message.id, message);
        rows.events.extend(change.events);
        if let Some(call) = change.missed {
            let which = (call.name().to_owned(), call.language_code().to_owned());
            if !rows.missed.contains(&which) {
                let template = label(call.name(), call.language_code());
                rows.events.push(ConversationEvent::TemplateMissed { template });
                rows.missed.push(which);
            }
        }
        rows.tasks.extend(change.tasks);
        Ok(())
    }

    async fn status(&self, tenant: TenantId, status: StatusRef) -> Result<Option<StoredStatus>, Outage> {
        let stored = self.rows(tenant, |rows| rows.statuses.get(&status).cloned());
        Ok(stored.map(|(_provider_id, _word, stored)| stored))
    }
}

#[async_trait]
impl LetterBox for InMemoryRecord {
    async fn route(&self, _channel: Channel, external_id: &str) -> Result<Option<TenantId>, Outage> {
        Ok(self.all().routes.get(external_id).copied())
    }

    async fn keep(
        &self,
        tenant: TenantId,
        channel: Channel,
        parcel: Parcel,
        now: OffsetDateTime,
    ) -> Result<Kept, Outage> {
        let mut all = self.all();
        let rows = all.tenants.entry(tenant).or_default();
        let mut kept = Kept::default();
        for row in parcel.messages {
            if rows
                .inbound
                .values()
                .any(|old| old.channel == channel && old.provider_id == row.provider_id)
            {
                continue;
            }
            let id = InboundId::from_uuid(self.ids.next());
            let message = InboundMessage {
                id,
                channel,
                provider_id: row.provider_id,
                sender: row.sender,
                sent_at: row.sent_at,
                raw: row.raw,
                handled_at: None,
            };
            rows.inbound.insert(id, message);
            rows.tasks
                .push(Due::now(now, ConversationTask::Turn { inbound: id }));
            kept.messages += 1;
        }
        for row in parcel.statuses {
            let known = rows.statuses.values().any(|(provider_id, word, stored)| {
                stored.channel == channel && *provider_id == row.provider_id && *word == row.status
            });
            if known {
                continue;
            }
            let status = StatusRef::from_uuid(self.ids.next());
            let stored = StoredStatus {
                channel,
                occurred_at: row.occurred_at,
                raw: row.raw,
            };
            rows.statuses
                .insert(status, (row.provider_id, row.status, stored));
            rows.tasks
                .push(Due::now(now, ConversationTask::Status { status }));
            kept.statuses += 1;
        }
        Ok(kept)
    }

    async fn quarantine(
        &self,
        _tenant: Option<TenantId>,
        _channel: Channel,
        leftover: Leftover,
        _now: OffsetDateTime,
    ) -> Result<bool, Outage> {
        self.all().quarantine.push(leftover);
        Ok(true)
    }
}
