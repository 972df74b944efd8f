//! The promises of the register of templates.

use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::World;
use crate::event::ConversationEvent;
use crate::outgoing::OutgoingMessage;
use crate::ports::{
    Change, MessageBook, PostingChange, RecordError, TemplateBook, TemplateRegister, TemplateStanding,
    ThreadBook,
};
use crate::templates::{RegisteredTemplate, TemplateName, TemplateReport, TemplateState, call, text};
use crate::test_support::builders::{a_customer, a_message};
use crate::texts::Tongue;

pub(super) async fn where_templates_stand_is_kept<W: World>(world: &W) {
    let (record, tenant, neighbour) = (world.record(), world.tenant(), world.neighbour());
    let told = |word: &str, reason: Option<&str>| TemplateReport {
        name: "owner_alert".to_owned(),
        language: "en".to_owned(),
        provider_id: Some("77".to_owned()),
        word: word.to_owned(),
        reason: reason.map(str::to_owned),
    };
    let alert = call(
        TemplateName::OwnerAlert,
        Tongue::English,
        &["a", "b", "c"],
        Vec::new(),
    )
    .unwrap();
    let usable = || record.standing(tenant, &alert);
    assert_eq!(usable().await.unwrap(), TemplateStanding::NotUsable);
    let template = RegisteredTemplate::new(text(TemplateName::OwnerAlert, Tongue::English));
    for (minutes, word, reason, standing) in [
        (1, "PENDING", None, TemplateStanding::NotUsable),
        (
            2,
            "REJECTED",
            Some("TAG_CONTENT_MISMATCH"),
            TemplateStanding::NotUsable,
        ),
        (3, "APPROVED", None, TemplateStanding::Approved),
    ] {
        let at = EPOCH + Duration::minutes(minutes);
        let kept = template.clone().told(&told(word, reason), at);
        record
            .keep_templates(tenant, vec![kept.clone()], Vec::new(), at)
            .await
            .unwrap();
        assert_eq!(usable().await.unwrap(), standing, "{word}");
        let all = record.registered(tenant).await.unwrap();
        assert_eq!(all, [kept]);
    }
    let theirs = record.registered(neighbour).await.unwrap();
    assert!(
        theirs.iter().all(|it| it.state == TemplateState::NotSubmitted),
        "{theirs:?}"
    );
    let older = template.told(&told("PAUSED", None), EPOCH);
    let event = ConversationEvent::TemplatesRejected {
        templates: vec![older.label()],
    };
    record
        .keep_templates(tenant, vec![older], vec![event.clone()], EPOCH)
        .await
        .unwrap();
    assert_eq!(
        usable().await.unwrap(),
        TemplateStanding::Approved,
        "an older report changes nothing"
    );
    assert_eq!(world.events(tenant).await, [event]);
}

pub(super) async fn that_a_template_is_missed_is_told_once_with_the_message<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let alert = call(
        TemplateName::OwnerAlert,
        Tongue::English,
        &["a", "b", "c"],
        Vec::new(),
    )
    .unwrap();
    for number in 1..=3 {
        let change = Change {
            customer: (number == 1).then(|| a_customer().build()),
            messages: vec![
                a_message()
                    .number(number)
                    .because(&format!("cause:{number}"))
                    .build(),
            ],
            ..Change::at(EPOCH)
        };
        record.record(tenant, change).await.unwrap();
    }
    let missed = async |number: u32, version: i32| {
        let message = a_message()
            .number(number)
            .because(&format!("cause:{number}"))
            .build();
        let message = OutgoingMessage { version, ..message }.refused("template_not_usable", EPOCH);
        let change = PostingChange {
            missed: Some(alert.clone()),
            ..PostingChange::of(message, EPOCH)
        };
        record.record_posting(tenant, change).await
    };
    assert_eq!(missed(1, 7).await, Err(RecordError::Stale));
    assert_eq!(world.events(tenant).await, [], "nothing of it is on record then");
    missed(1, 1).await.unwrap();
    missed(2, 1).await.unwrap();
    let told = ConversationEvent::TemplateMissed {
        template: "owner_alert/en".to_owned(),
    };
    assert_eq!(world.events(tenant).await, std::slice::from_ref(&told), "once");
    let template = RegisteredTemplate::new(text(TemplateName::OwnerAlert, Tongue::English));
    for (minutes, word) in [(1, "APPROVED"), (2, "PAUSED")] {
        let at = EPOCH + Duration::minutes(minutes);
        let report = TemplateReport {
            name: "owner_alert".to_owned(),
            language: "en".to_owned(),
            provider_id: None,
            word: word.to_owned(),
            reason: None,
        };
        let kept = vec![template.clone().told(&report, at)];
        record.keep_templates(tenant, kept, Vec::new(), at).await.unwrap();
    }
    missed(3, 1).await.unwrap();
    assert_eq!(
        world.events(tenant).await,
        [told.clone(), told],
        "news again since it was approved"
    );
}
