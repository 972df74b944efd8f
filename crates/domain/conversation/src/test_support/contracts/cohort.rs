//! The promises of the record of the beta cohort.

use ratiba_kernel::test_support::EPOCH;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::World;
use crate::cohort::{CohortMove, Invitation, InvitationId, PLACES, Standing, invitation_cause};
use crate::customer::Customer;
use crate::outgoing::{OutgoingMessage, SendState};
use crate::ports::{
    Change, CohortBook, InviteError, MessageBook, NewInvitation, PostingChange, RecordError, ThreadBook,
};
use crate::test_support::builders::{a_customer, a_message};

fn invitation_id(number: u32) -> InvitationId {
    InvitationId::from_uuid(Uuid::from_u128(0x1000 + u128::from(number)))
}

/// An invitation of the customer with this number; `again` is the how-manieth of theirs.
fn an_order(number: u32, again: u32) -> NewInvitation {
    let customer = Customer {
        invitation: Some(invitation_id(number * 10 + again)),
        ..a_customer().number(number).build()
    };
    let at = EPOCH + Duration::minutes(i64::from(number));
    let mut message = a_message()
        .number(number * 10 + again)
        .because(&invitation_cause(invitation_id(number * 10 + again)))
        .build();
    message.recipient = crate::outgoing::Recipient::Customer(customer.id);
    message.thread = None;
    NewInvitation {
        invitation: Invitation {
            id: invitation_id(number * 10 + again),
            customer: customer.id,
            standing: Standing::Invited,
            invited_by: "desk".to_owned(),
            invited_at: at,
            standing_at: at,
        },
        customer,
        message,
    }
}

fn an_answer(order: &NewInvitation, step: CohortMove, at: OffsetDateTime) -> Change {
    Change {
        customer: Some(Customer {
            invitation: None,
            in_cohort: matches!(step, CohortMove::Join(_)),
            ..order.customer.clone()
        }),
        cohort: Some(step),
        ..Change::at(at)
    }
}

pub(super) async fn the_last_place_is_given_once<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let most = u32::from(PLACES);
    for number in 1..most {
        record.invite(tenant, an_order(number, 0)).await.unwrap();
    }
    // Two at the same time want the last place.
    let (one, other) = (an_order(most, 0), an_order(most + 1, 0));
    let (one, other) = futures_join(record.invite(tenant, one), record.invite(tenant, other)).await;
    let lost: Vec<InviteError> = [one, other].into_iter().filter_map(Result::err).collect();
    let [lost] = lost.as_slice() else {
        panic!("exactly one of two is invited: {lost:?}")
    };
    assert!(
        matches!(lost, InviteError::Full { places: PLACES } | InviteError::Stale),
        "{lost:?}"
    );
    let late = record.invite(tenant, an_order(most + 2, 0)).await;
    assert_eq!(late, Err(InviteError::Full { places: PLACES }));
    let cohort = record.cohort(tenant).await.unwrap();
    assert_eq!((cohort.places, cohort.taken()), (PLACES, usize::from(PLACES)));
    assert_eq!(
        cohort.members[0].customer.phone,
        a_customer().number(1).build().phone
    );
    // Nothing of the one who was refused is on record.
    let refused = a_customer().number(most + 2).build().phone.unwrap();
    assert_eq!(record.invited(tenant, &refused).await.unwrap(), None);
}

/// Both at once, without a runtime of this crate's own.
async fn futures_join<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (Box::pin(one), Box::pin(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(move |context| {
        use std::task::Poll;
        if first.is_none()
            && let Poll::Ready(done) = one.as_mut().poll(context)
        {
            first = Some(done);
        }
        if second.is_none()
            && let Poll::Ready(done) = other.as_mut().poll(context)
        {
            second = Some(done);
        }
        match (first.take(), second.take()) {
            (Some(done), Some(also)) => Poll::Ready((done, also)),
            (some, other_one) => {
                (first, second) = (some, other_one);
                Poll::Pending
            }
        }
    })
    .await
}

pub(super) async fn an_answer_moves_the_invitation_and_the_customer<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    for (number, inside) in [(1, true), (2, false)] {
        let order = an_order(number, 0);
        let id = order.invitation.id;
        let (step, standing) = if inside {
            (CohortMove::Join(id), Standing::Joined)
        } else {
            (CohortMove::Decline(id), Standing::Declined)
        };
        let phone = order.customer.phone.clone().unwrap();
        record.invite(tenant, order.clone()).await.unwrap();
        let (customer, _) = record.invited(tenant, &phone).await.unwrap().unwrap();
        assert_eq!(
            (customer.invitation, customer.in_cohort),
            (Some(order.invitation.id), false)
        );
        let at = EPOCH + Duration::HOUR;
        record.record(tenant, an_answer(&order, step, at)).await.unwrap();
        let (customer, invitation) = record.invited(tenant, &phone).await.unwrap().unwrap();
        let invitation = invitation.unwrap();
        assert_eq!((invitation.standing, invitation.standing_at), (standing, at));
        assert_eq!((customer.invitation, customer.in_cohort), (None, inside));
        let again = record.record(tenant, an_answer(&order, step, at)).await;
        assert_eq!(again, Err(RecordError::Stale), "an answer counts once");
    }
    assert_eq!(
        record.cohort(tenant).await.unwrap().taken(),
        1,
        "a no frees the place"
    );
}

pub(super) async fn what_was_taken_back_cannot_be_answered<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let order = an_order(1, 0);
    record.invite(tenant, order.clone()).await.unwrap();
    let second = record.invite(tenant, an_order(1, 1)).await;
    assert_eq!(
        second,
        Err(InviteError::Stale),
        "one invitation for each customer"
    );
    for minutes in [1, 2] {
        let at = EPOCH + Duration::minutes(minutes);
        let taken_back = record
            .withdraw(tenant, order.invitation.id, at)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(taken_back.invitation.standing, Standing::Withdrawn);
        assert_eq!(
            taken_back.invitation.standing_at,
            EPOCH + Duration::MINUTE,
            "once"
        );
        assert_eq!(taken_back.customer.invitation, None);
    }
    let late = record
        .record(
            tenant,
            an_answer(&order, CohortMove::Join(order.invitation.id), EPOCH),
        )
        .await;
    assert_eq!(late, Err(RecordError::Stale));
    assert_eq!(record.cohort(tenant).await.unwrap().members, []);
    let unknown = record.withdraw(tenant, invitation_id(999), EPOCH).await.unwrap();
    assert_eq!(unknown, None);
    // What was said to the one that was taken back is no answer to the next.
    let next = an_order(1, 1);
    record.invite(tenant, next.clone()).await.unwrap();
    for step in [CohortMove::Join, CohortMove::Decline] {
        let late = record
            .record(tenant, an_answer(&order, step(order.invitation.id), EPOCH))
            .await;
        assert_eq!(late, Err(RecordError::Stale));
    }
    let cohort = record.cohort(tenant).await.unwrap();
    let [member] = cohort.members.as_slice() else {
        panic!("one is invited: {cohort:?}")
    };
    assert_eq!(member.invitation.standing, Standing::Invited);
    assert_eq!(member.customer.invitation, Some(next.invitation.id));
    let answer = an_answer(&next, CohortMove::Join(next.invitation.id), EPOCH);
    record.record(tenant, answer).await.unwrap();
}

async fn recorded<W: World>(world: &W, message: OutgoingMessage) -> Result<(), RecordError> {
    let change = PostingChange::of(message, EPOCH);
    world.record().record_posting(world.tenant(), change).await
}

pub(super) async fn what_was_taken_back_is_not_sent_any_more<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let (waiting, gone) = (an_order(1, 0), an_order(2, 0));
    for order in [&waiting, &gone] {
        record.invite(tenant, order.clone()).await.unwrap();
    }
    let read = async |order: &NewInvitation| record.posting(tenant, order.message.id).await.unwrap().unwrap();
    let (before, at_hand) = (read(&waiting).await, read(&gone).await);
    recorded(world, at_hand.message.handing_over(EPOCH))
        .await
        .unwrap();
    for order in [&waiting, &gone] {
        record.withdraw(tenant, order.invitation.id, EPOCH).await.unwrap();
    }
    let refused = read(&waiting).await.message;
    let withdrawn = SendState::Refused {
        reason: "withdrawn".to_owned(),
        at: EPOCH,
    };
    assert_eq!(refused.state, withdrawn);
    let late = recorded(world, before.message.handing_over(EPOCH)).await;
    assert_eq!(
        late,
        Err(RecordError::Stale),
        "a sender that read it before leaves it"
    );
    let out = read(&gone).await.message;
    assert!(
        matches!(out.state, SendState::Sending { .. }),
        "what a sender has in its hands is its own: {out:?}"
    );
}

pub(super) async fn an_invitation_that_waits_for_its_answer_is_not_archived<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let order = an_order(1, 0);
    record.invite(tenant, order.clone()).await.unwrap();
    let posting = record.posting(tenant, order.message.id).await.unwrap().unwrap();
    recorded(world, posting.message.accepted(None, EPOCH))
        .await
        .unwrap();
    let now = EPOCH + Duration::days(100);
    let night = async || record.archive_loose(tenant, now, now, 10).await.unwrap();
    assert_eq!(night().await, 0);
    let found = record
        .by_cause(tenant, &invitation_cause(order.invitation.id))
        .await;
    assert_eq!(found.unwrap().map(|message| message.id), Some(order.message.id));
    let answer = an_answer(&order, CohortMove::Join(order.invitation.id), now);
    record.record(tenant, answer).await.unwrap();
    assert_eq!(night().await, 1, "it has its answer");
}

pub(super) async fn who_left_can_be_invited_again<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let order = an_order(1, 0);
    record.invite(tenant, order.clone()).await.unwrap();
    for step in [CohortMove::Join(order.invitation.id), CohortMove::Leave] {
        record
            .record(tenant, an_answer(&order, step, EPOCH))
            .await
            .unwrap();
    }
    let phone = order.customer.phone.clone().unwrap();
    let (customer, invitation) = record.invited(tenant, &phone).await.unwrap().unwrap();
    assert!(!customer.in_cohort);
    assert_eq!(invitation.unwrap().standing, Standing::Left);
    assert_eq!(record.cohort(tenant).await.unwrap().taken(), 0);
    record.invite(tenant, an_order(1, 1)).await.unwrap();
    let cohort = record.cohort(tenant).await.unwrap();
    let [member] = cohort.members.as_slice() else {
        panic!("one row for each customer: {cohort:?}")
    };
    assert_eq!(member.invitation.standing, Standing::Invited);
}

pub(super) async fn who_opts_out_meanwhile_is_not_invited<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let order = an_order(1, 0);
    let opted_out = Customer {
        invitation: None,
        opted_out_at: Some(EPOCH),
        ..order.customer.clone()
    };
    let change = Change {
        customer: Some(opted_out.clone()),
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    assert_eq!(record.invite(tenant, order).await, Err(InviteError::Stale));
    let phone = opted_out.phone.clone().unwrap();
    let known = record.invited(tenant, &phone).await.unwrap();
    assert_eq!(known, Some((opted_out, None)), "and stays opted out");
}

pub(super) async fn a_neighbours_cohort_is_not_seen<W: World>(world: &W) {
    let record = world.record();
    let order = an_order(1, 0);
    record.invite(world.tenant(), order.clone()).await.unwrap();
    let neighbour = world.neighbour();
    assert_eq!(record.cohort(neighbour).await.unwrap().members, []);
    let phone = order.customer.phone.unwrap();
    assert_eq!(record.invited(neighbour, &phone).await.unwrap(), None);
    let theirs = record
        .withdraw(neighbour, order.invitation.id, EPOCH)
        .await
        .unwrap();
    assert_eq!(theirs, None);
}
