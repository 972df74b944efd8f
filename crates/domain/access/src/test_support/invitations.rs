//! Invitations in memory, and what every book of them promises.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Fingerprint, Id, Outage, PhoneNumber, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use super::people::{InMemoryPeople, Rows, arrive, is_staff, newcomer, staff_of_tenant_1, step};
use crate::invitation::{
    Acceptance, Accepted, Answer, Invitation, InvitationId, InvitationSecret, InvitationStepError,
    InviteOutcome, LASTS, NewInvitation, OPEN_MAX, SENDS_MAX,
};
use crate::members::{Admitted, MemberChange, NewMember, Standing};
use crate::person::Profile;
use crate::ports::{InvitationBook, MemberBook, PeopleBook};
use crate::principal::Role;
use crate::token::OrderKey;

#[derive(Debug)]
struct Row {
    invitation: Invitation,
    order: Option<OrderKey>,
}

/// The invitations of every business.
#[derive(Debug, Default)]
pub(super) struct Invitations {
    rows: BTreeMap<(TenantId, InvitationId), Row>,
    secrets: BTreeMap<TokenHash, (TenantId, InvitationId)>,
}

impl Invitations {
    fn of(&mut self, tenant: TenantId, id: InvitationId) -> Result<&mut Invitation, InvitationStepError> {
        let row = self.rows.get_mut(&(tenant, id));
        Ok(&mut row.ok_or(InvitationStepError::Unknown)?.invitation)
    }
}

/// Whether whoever invites is by now at least what they invite to. The operator always is.
fn inviter_stands(rows: &Rows, tenant: TenantId, invitation: &Invitation) -> bool {
    let Some(by) = &invitation.invited_by else {
        return true;
    };
    rows.members.iter().any(|((of, person), member)| {
        *of == tenant
            && *by == format!("person:{person}")
            && member.standing == Standing::Active
            && member.role >= invitation.role
    })
}

#[async_trait]
impl InvitationBook for InMemoryPeople {
    async fn invite(&self, tenant: TenantId, new: NewInvitation) -> Result<InviteOutcome, Outage> {
        if !is_staff(tenant, new.staff) {
            return Ok(InviteOutcome::UnknownStaff);
        }
        let mut rows = self.rows();
        let own = || rows.invitations.rows.iter().filter(|((of, _), _)| *of == tenant);
        if let Some(order) = &new.order {
            let before = own().find(|(_, row)| row.order.as_ref().is_some_and(|one| one.key == order.key));
            if let Some((_, row)) = before {
                let same = row.order.as_ref() == Some(order);
                return Ok(if same {
                    InviteOutcome::Before(row.invitation.id)
                } else {
                    InviteOutcome::OtherOrder
                });
            }
        }
        let open = own().filter(|(_, row)| row.invitation.stands(new.invited_at));
        if i64::try_from(open.count()).unwrap_or(i64::MAX) >= OPEN_MAX {
            return Ok(InviteOutcome::TooMany);
        }
        let invitation = Invitation {
            id: new.id,
            phone: new.phone,
            name: new.name,
            role: new.role,
            staff: new.staff,
            invited_by: new.invited_by,
            invited_at: new.invited_at,
            expires_at: new.expires_at,
            sends: 1,
            answer: Answer::Open,
            version: 1,
        };
        let row = Row {
            invitation,
            order: new.order,
        };
        rows.invitations.rows.insert((tenant, new.id), row);
        Ok(InviteOutcome::Invited)
    }

    async fn invitations(
        &self,
        tenant: TenantId,
        before: Option<InvitationId>,
        most: u16,
    ) -> Result<Vec<Invitation>, Outage> {
        let rows = self.rows();
        let own = rows.invitations.rows.iter().filter(|((of, _), _)| *of == tenant);
        let mut own: Vec<Invitation> = own.map(|(_, row)| row.invitation.clone()).collect();
        own.retain(|one| before.is_none_or(|before| one.id < before));
        own.sort_by_key(|one| std::cmp::Reverse(one.id));
        own.truncate(usize::from(most));
        Ok(own)
    }

    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<Invitation>, Outage> {
        let rows = self.rows();
        let row = rows.invitations.rows.get(&(tenant, id));
        Ok(row.map(|row| row.invitation.clone()))
    }

    async fn resend(
        &self,
        tenant: TenantId,
        id: InvitationId,
        seen: i32,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError> {
        let mut rows = self.rows();
        let invitation = rows.invitations.of(tenant, id)?;
        if invitation.version != seen {
            return Err(InvitationStepError::Stale);
        }
        if invitation.answer != Answer::Open {
            return Err(InvitationStepError::Answered);
        }
        if invitation.sends >= SENDS_MAX {
            return Err(InvitationStepError::SentOften);
        }
        invitation.sends += 1;
        invitation.version += 1;
        invitation.expires_at = at + LASTS;
        Ok(())
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError> {
        let mut rows = self.rows();
        let invitation = rows.invitations.of(tenant, id)?;
        match invitation.answer {
            Answer::Open => {
                invitation.answer = Answer::Revoked(at);
                invitation.version += 1;
                Ok(())
            }
            Answer::Revoked(_) => Ok(()),
            Answer::Accepted { .. } => Err(InvitationStepError::Answered),
        }
    }

    async fn add_secret(
        &self,
        tenant: TenantId,
        id: InvitationId,
        hash: TokenHash,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let mut rows = self.rows();
        let stands = rows.invitations.of(tenant, id).is_ok_and(|one| one.stands(at));
        if stands {
            rows.invitations.secrets.insert(hash, (tenant, id));
        }
        Ok(stands)
    }

    async fn accept(&self, brought: Acceptance) -> Result<Accepted, Outage> {
        let mut rows = self.rows();
        let Some((tenant, id)) = rows.invitations.secrets.get(&brought.hash).copied() else {
            return Ok(Accepted::Invalid);
        };
        let Ok(invitation) = rows.invitations.of(tenant, id).cloned() else {
            return Ok(Accepted::Invalid);
        };
        let joined = |role, staff| Accepted::Joined { tenant, role, staff };
        if let Answer::Accepted { by, .. } = invitation.answer
            && by == brought.person
        {
            let member = rows.members.get(&(tenant, by));
            return Ok(member.map_or(Accepted::Invalid, |one| joined(one.role, one.staff)));
        }
        let open = !rows.shut.contains(&tenant);
        if !open || !invitation.stands(brought.at) || !inviter_stands(&rows, tenant, &invitation) {
            return Ok(Accepted::Invalid);
        }
        let new = NewMember {
            person: brought.person,
            role: invitation.role,
            staff: invitation.staff,
            profile: Profile::of(Some(&invitation.name), None),
            joined_at: brought.at,
        };
        match rows.take_in(tenant, new) {
            Admitted::New => {}
            Admitted::Already => return Ok(Accepted::Already),
            Admitted::UnknownStaff => return Ok(Accepted::Invalid),
        }
        if let Ok(row) = rows.invitations.of(tenant, id) {
            row.version += 1;
            row.answer = Answer::Accepted {
                by: brought.person,
                at: brought.at,
            };
        }
        Ok(joined(invitation.role, invitation.staff))
    }
}

/// A manager's invitation like any other, by the operator, told apart by its number.
///
/// # Panics
/// Never: the number is a number.
#[must_use]
pub fn an_invitation(number: u8) -> NewInvitation {
    let phone = PhoneNumber::parse("+254712345678");
    NewInvitation {
        id: Id::from_uuid(uuid::Uuid::from_u128(5_000 + u128::from(number))),
        phone: phone.unwrap_or_else(|_| unreachable!("it is a number")),
        name: format!("Invited {number}"),
        role: Role::Manager,
        staff: None,
        invited_by: None,
        invited_at: EPOCH,
        expires_at: EPOCH + LASTS,
        order: None,
    }
}

/// A secret, told apart by its number.
#[must_use]
pub fn an_invitation_secret(number: u8) -> InvitationSecret {
    InvitationSecret::from_bytes([number; 32])
}

/// What every book of invitations promises. `fresh` gives an empty book as [`super::people_contract`] wants it.
///
/// # Panics
/// When a promise is broken.
pub async fn invitations_contract<B: PeopleBook + MemberBook + InvitationBook>(fresh: impl AsyncFn() -> B) {
    whoever_brings_the_secret_belongs_to_the_business(&fresh().await).await;
    a_secret_makes_one_member(&fresh().await).await;
    what_does_not_stand_opens_nothing(&fresh().await).await;
    nobody_invites_who_may_not_any_more(&fresh().await).await;
    somebody_who_belongs_uses_nothing_up(&fresh().await).await;
    sending_again_extends(&fresh().await).await;
    an_order_invites_once(&fresh().await).await;
    businesses_see_their_own_page_by_page(&fresh().await).await;
}

async fn invite(book: &impl InvitationBook, new: NewInvitation, secret: u8) {
    let (id, at) = (new.id, new.invited_at);
    assert_eq!(book.invite(tenant(1), new).await, Ok(InviteOutcome::Invited));
    let hash = an_invitation_secret(secret).hash();
    assert_eq!(book.add_secret(tenant(1), id, hash, at).await, Ok(true));
}

async fn bring(
    book: &impl InvitationBook,
    secret: u8,
    person: crate::PersonId,
    at: OffsetDateTime,
) -> Accepted {
    let acceptance = Acceptance {
        hash: an_invitation_secret(secret).hash(),
        person,
        at,
    };
    let accepted = book.accept(acceptance).await;
    assert!(accepted.is_ok(), "{accepted:?}");
    accepted.unwrap_or(Accepted::Invalid)
}

async fn whoever_brings_the_secret_belongs_to_the_business<B>(book: &B)
where
    B: PeopleBook + MemberBook + InvitationBook,
{
    let person = arrive(book, 1).await;
    let therapist = NewInvitation {
        role: Role::Therapist,
        staff: Some(staff_of_tenant_1()),
        ..an_invitation(1)
    };
    let foreign = book.invite(tenant(2), therapist.clone()).await;
    assert_eq!(foreign, Ok(InviteOutcome::UnknownStaff));
    invite(book, therapist.clone(), 1).await;
    let at = EPOCH + Duration::HOUR;
    let joined = Accepted::Joined {
        tenant: tenant(1),
        role: Role::Therapist,
        staff: Some(staff_of_tenant_1()),
    };
    assert_eq!(bring(book, 1, person, at).await, joined);
    let members = book.members(tenant(1)).await.unwrap_or_default();
    let told: Vec<_> = members
        .iter()
        .map(|one| (one.person, one.role, one.staff, one.profile.name(), one.joined_at))
        .collect();
    let staff = Some(staff_of_tenant_1());
    assert_eq!(told, [(person, Role::Therapist, staff, "Invited 1", at)]);
    let kept = book.invitation(tenant(1), therapist.id).await.ok().flatten();
    let answer = kept.map(|one| (one.answer, one.version));
    assert_eq!(answer, Some((Answer::Accepted { by: person, at }, 2)));
}

async fn a_secret_makes_one_member<B: PeopleBook + MemberBook + InvitationBook>(book: &B) {
    let (first, second) = (arrive(book, 1).await, arrive(book, 2).await);
    invite(book, an_invitation(1), 1).await;
    let another = an_invitation_secret(2).hash();
    let added = book
        .add_secret(tenant(1), an_invitation(1).id, another, EPOCH)
        .await;
    assert_eq!(added, Ok(true), "each message has a secret of its own");
    let joined = Accepted::Joined {
        tenant: tenant(1),
        role: Role::Manager,
        staff: None,
    };
    assert_eq!(bring(book, 1, first, EPOCH).await, joined);
    assert_eq!(bring(book, 1, first, EPOCH).await, joined, "safe to repeat");
    for secret in [1, 2] {
        assert_eq!(bring(book, secret, second, EPOCH).await, Accepted::Invalid);
    }
    let late = an_invitation_secret(3).hash();
    let added = book.add_secret(tenant(1), an_invitation(1).id, late, EPOCH).await;
    assert_eq!(added, Ok(false), "it is used up");
    assert_eq!(book.members(tenant(1)).await.unwrap_or_default().len(), 1);
    let removed = book.change(tenant(1), step(first, 1, MemberChange::Remove)).await;
    assert_eq!(removed, Ok(()));
    assert_eq!(
        bring(book, 1, first, EPOCH).await,
        Accepted::Invalid,
        "who was removed does not come back by it"
    );
}

async fn what_does_not_stand_opens_nothing<B: PeopleBook + MemberBook + InvitationBook>(book: &B) {
    let person = arrive(book, 1).await;
    assert_eq!(bring(book, 99, person, EPOCH).await, Accepted::Invalid, "unknown");
    invite(book, an_invitation(1), 1).await;
    assert_eq!(
        bring(book, 1, person, EPOCH + LASTS).await,
        Accepted::Invalid,
        "expired"
    );
    invite(book, an_invitation(2), 2).await;
    let id = an_invitation(2).id;
    let foreign = book.revoke(tenant(2), id, EPOCH).await;
    assert_eq!(foreign, Err(InvitationStepError::Unknown));
    for _twice in 0..2 {
        assert_eq!(book.revoke(tenant(1), id, EPOCH).await, Ok(()));
    }
    assert_eq!(
        bring(book, 2, person, EPOCH).await,
        Accepted::Invalid,
        "taken back"
    );
    assert_eq!(book.members(tenant(1)).await, Ok(Vec::new()));
    invite(book, an_invitation(3), 3).await;
    assert!(matches!(
        bring(book, 3, person, EPOCH).await,
        Accepted::Joined { .. }
    ));
    let used = book.revoke(tenant(1), an_invitation(3).id, EPOCH).await;
    assert_eq!(used, Err(InvitationStepError::Answered));
}

async fn nobody_invites_who_may_not_any_more<B: PeopleBook + MemberBook + InvitationBook>(book: &B) {
    let (inviter, person) = (arrive(book, 1).await, arrive(book, 2).await);
    let admitted = book.admit(tenant(1), newcomer(inviter, Role::Manager)).await;
    assert_eq!(admitted, Ok(Admitted::New));
    let by = |number, role| NewInvitation {
        role,
        invited_by: Some(format!("person:{inviter}")),
        ..an_invitation(number)
    };
    invite(book, by(1, Role::Manager), 1).await;
    invite(book, by(2, Role::Receptionist), 2).await;
    let lower = MemberChange::Become {
        role: Role::Receptionist,
        staff: None,
    };
    assert_eq!(book.change(tenant(1), step(inviter, 1, lower)).await, Ok(()));
    assert_eq!(
        bring(book, 1, person, EPOCH).await,
        Accepted::Invalid,
        "more than the inviter is by now"
    );
    let suspend = step(inviter, 2, MemberChange::Suspend);
    assert_eq!(book.change(tenant(1), suspend).await, Ok(()));
    assert_eq!(
        bring(book, 2, person, EPOCH).await,
        Accepted::Invalid,
        "suspended"
    );
    let resume = step(inviter, 3, MemberChange::Resume);
    assert_eq!(book.change(tenant(1), resume).await, Ok(()));
    assert!(matches!(
        bring(book, 2, person, EPOCH).await,
        Accepted::Joined { .. }
    ));
}

async fn somebody_who_belongs_uses_nothing_up<B: PeopleBook + MemberBook + InvitationBook>(book: &B) {
    let (member, person) = (arrive(book, 1).await, arrive(book, 2).await);
    let admitted = book.admit(tenant(1), newcomer(member, Role::Receptionist)).await;
    assert_eq!(admitted, Ok(Admitted::New));
    invite(book, an_invitation(1), 1).await;
    assert_eq!(bring(book, 1, member, EPOCH).await, Accepted::Already);
    assert!(matches!(
        bring(book, 1, person, EPOCH).await,
        Accepted::Joined { .. }
    ));
    let members = book.members(tenant(1)).await.unwrap_or_default();
    let roles: Vec<_> = members.iter().map(|one| (one.person, one.role)).collect();
    assert!(
        roles.contains(&(member, Role::Receptionist)),
        "they stay what they are"
    );
}

async fn sending_again_extends<B: PeopleBook + MemberBook + InvitationBook>(book: &B) {
    let person = arrive(book, 1).await;
    invite(book, an_invitation(1), 1).await;
    let (id, at) = (an_invitation(1).id, EPOCH + LASTS + Duration::HOUR);
    let foreign = book.resend(tenant(2), id, 1, at).await;
    assert_eq!(foreign, Err(InvitationStepError::Unknown));
    assert_eq!(book.resend(tenant(1), id, 1, at).await, Ok(()));
    let stale = book.resend(tenant(1), id, 1, at).await;
    assert_eq!(stale, Err(InvitationStepError::Stale));
    let kept = book.invitation(tenant(1), id).await.ok().flatten();
    let kept = kept.map(|one| (one.expires_at, one.sends, one.version));
    assert_eq!(kept, Some((at + LASTS, 2, 2)));
    for seen in 2..SENDS_MAX {
        assert_eq!(book.resend(tenant(1), id, seen, at).await, Ok(()));
    }
    let often = book.resend(tenant(1), id, SENDS_MAX, at).await;
    assert_eq!(often, Err(InvitationStepError::SentOften));
    assert!(matches!(
        bring(book, 1, person, at).await,
        Accepted::Joined { .. }
    ));
    let answered = book.resend(tenant(1), id, SENDS_MAX + 1, at).await;
    assert_eq!(answered, Err(InvitationStepError::Answered));
}

async fn an_order_invites_once(book: &impl InvitationBook) {
    let new = |number, asked: &str| NewInvitation {
        order: Some(OrderKey {
            key: "one".to_owned(),
            print: Fingerprint::of(asked),
        }),
        ..an_invitation(number)
    };
    let (one, two) = (tenant(1), tenant(2));
    assert_eq!(book.invite(one, new(1, "this")).await, Ok(InviteOutcome::Invited));
    let again = book.invite(one, new(2, "this")).await;
    assert_eq!(again, Ok(InviteOutcome::Before(an_invitation(1).id)));
    let other = book.invite(one, new(3, "that")).await;
    assert_eq!(other, Ok(InviteOutcome::OtherOrder));
    assert_eq!(
        book.invite(two, new(4, "that")).await,
        Ok(InviteOutcome::Invited),
        "keys are each business's own"
    );
}

async fn businesses_see_their_own_page_by_page(book: &impl InvitationBook) {
    for number in 1..=3 {
        let invited = book.invite(tenant(1), an_invitation(number)).await;
        assert_eq!(invited, Ok(InviteOutcome::Invited));
    }
    let ids = async |of, before, most| {
        let page = book.invitations(of, before, most).await.unwrap_or_default();
        page.iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let id = |number| an_invitation(number).id;
    assert_eq!(ids(tenant(1), None, 2).await, [id(3), id(2)]);
    assert_eq!(ids(tenant(1), Some(id(2)), 2).await, [id(1)]);
    assert_eq!(ids(tenant(2), None, 2).await, []);
    assert_eq!(book.invitation(tenant(2), id(1)).await, Ok(None));
    let shown = book.invitation(tenant(1), id(1)).await.ok().flatten();
    let new = an_invitation(1);
    let expected = Invitation {
        id: new.id,
        phone: new.phone,
        name: new.name,
        role: new.role,
        staff: new.staff,
        invited_by: None,
        invited_at: new.invited_at,
        expires_at: new.expires_at,
        sends: 1,
        answer: Answer::Open,
        version: 1,
    };
    assert_eq!(shown, Some(expected));
    for number in 4..=u8::try_from(OPEN_MAX).unwrap_or(u8::MAX) {
        let invited = book.invite(tenant(1), an_invitation(number)).await;
        assert_eq!(invited, Ok(InviteOutcome::Invited));
    }
    let over = book.invite(tenant(1), an_invitation(200)).await;
    assert_eq!(over, Ok(InviteOutcome::TooMany));
    assert_eq!(book.revoke(tenant(1), id(1), EPOCH).await, Ok(()));
    let again = book.invite(tenant(1), an_invitation(200)).await;
    assert_eq!(again, Ok(InviteOutcome::Invited));
}
