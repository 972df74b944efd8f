//! The promises of the register of templates.

use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::World;
use crate::ports::{TemplateBook, TemplateRegister, TemplateStanding};
use crate::templates::{RegisteredTemplate, TemplateName, TemplateReport, TemplateState, call, text};
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
    assert!(record.missed(tenant, &alert, EPOCH).await.unwrap(), "told once");
    assert!(!record.missed(tenant, &alert, EPOCH).await.unwrap());
    assert!(
        record.missed(neighbour, &alert, EPOCH).await.unwrap(),
        "to each business"
    );
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
            .keep_templates(tenant, vec![kept.clone()], at)
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
    let paused = template.told(&told("PAUSED", None), EPOCH);
    record.keep_templates(tenant, vec![paused], EPOCH).await.unwrap();
    assert!(
        record.missed(tenant, &alert, EPOCH).await.unwrap(),
        "news again since it was approved"
    );
}
