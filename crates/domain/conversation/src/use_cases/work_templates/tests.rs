//! What is submitted, what is asked for, and what becomes of it.

use ratiba_kernel::test_support::{EPOCH, ManualClock, block_on, tenant};

use super::*;
use crate::ports::{MockTemplateOffice, TemplateRegister, TemplateStanding};
use crate::templates::{TemplateName, TemplateState, call, catalogue};
use crate::test_support::record::InMemoryRecord;
use crate::texts::Tongue;

fn report(name: &str, language: &str, word: &str) -> TemplateReport {
    TemplateReport {
        name: name.to_owned(),
        language: language.to_owned(),
        provider_id: Some(format!("{name}:{language}")),
        word: word.to_owned(),
        reason: None,
    }
}

fn work(record: &Arc<InMemoryRecord>, office: MockTemplateOffice) -> WorkTemplates {
    WorkTemplates {
        book: record.clone(),
        office: Arc::new(office),
        clock: Arc::new(ManualClock::default()),
    }
}

fn standing(record: &InMemoryRecord) -> TemplateStanding {
    let alert = call(
        TemplateName::OwnerAlert,
        Tongue::English,
        &["a", "b", "c"],
        Vec::new(),
    )
    .unwrap();
    block_on(record.standing(tenant(1), &alert)).unwrap()
}

#[test]
fn one_call_submits_what_is_not_there_and_a_second_nothing() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    // One was submitted by hand.
    let first = &catalogue()[0];
    let by_hand = report(first.name.code(), first.language_code(), "PENDING");
    let taken = Arc::new(std::sync::Mutex::new(vec![by_hand]));
    let there = Arc::clone(&taken);
    office
        .expect_templates()
        .returning(move |_tenant| Ok(there.lock().unwrap().clone()));
    office
        .expect_submit()
        .times(catalogue().len() - 1)
        .returning(move |_tenant, text| {
            let report = report(text.name.code(), text.language_code(), "PENDING");
            taken.lock().unwrap().push(report.clone());
            Ok(Submission::Taken(report))
        });
    let work = work(&record, office);
    for _twice in 0..2 {
        let all = block_on(work.submit(tenant(1))).unwrap();
        assert!(all.iter().all(|it| it.state == TemplateState::Pending), "{all:?}");
    }
    assert_eq!(
        standing(&record),
        TemplateStanding::NotUsable,
        "none is sent before it is approved"
    );
}

#[test]
fn what_is_refused_keeps_its_reason_and_can_be_submitted_again() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    office.expect_templates().returning(|_tenant| Ok(Vec::new()));
    let refused = Submission::Refused {
        reason: "too short".to_owned(),
    };
    office
        .expect_submit()
        .times(2 * catalogue().len())
        .returning(move |_tenant, _text| Ok(refused.clone()));
    let work = work(&record, office);
    for _twice in 0..2 {
        let all = block_on(work.submit(tenant(1))).unwrap();
        assert_eq!(all[0].state, TemplateState::Rejected);
        assert_eq!(all[0].reason.as_deref(), Some("too short"));
    }
}

#[test]
fn asking_tells_what_is_approved_and_what_is_gone() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    let answers = std::sync::Mutex::new(vec![
        vec![],
        vec![
            report("owner_alert", "en", "APPROVED"),
            report("of_others", "en", "APPROVED"),
        ],
    ]);
    office
        .expect_templates()
        .returning(move |_tenant| Ok(answers.lock().unwrap().pop().unwrap()));
    let work = work(&record, office);
    block_on(work.sync(tenant(1))).unwrap();
    assert_eq!(standing(&record), TemplateStanding::Approved);
    let all = block_on(work.sync(tenant(1))).unwrap();
    let gone: Vec<_> = all.iter().filter(|it| it.state == TemplateState::Gone).collect();
    assert_eq!(gone.len(), 1);
    assert!(gone[0].is("owner_alert", "en"));
    assert_eq!(standing(&record), TemplateStanding::NotUsable);
}

#[test]
fn a_report_of_its_own_changes_one_template() {
    let record = Arc::new(InMemoryRecord::default());
    let work = work(&record, MockTemplateOffice::new());
    for (word, usable) in [
        ("APPROVED", TemplateStanding::Approved),
        ("PAUSED", TemplateStanding::NotUsable),
        ("REINSTATED", TemplateStanding::Approved),
    ] {
        block_on(work.told(tenant(1), &report("owner_alert", "en", word), EPOCH)).unwrap();
        assert_eq!(standing(&record), usable, "{word}");
    }
    block_on(work.told(tenant(1), &report("of_others", "en", "APPROVED"), EPOCH)).unwrap();
    let approved = block_on(work.list(tenant(1))).unwrap();
    let approved = approved.iter().filter(|it| it.state == TemplateState::Approved);
    assert_eq!(approved.count(), 1);
}

#[test]
fn what_is_there_already_is_pending_and_not_refused() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    office.expect_templates().returning(|_tenant| Ok(Vec::new()));
    office
        .expect_submit()
        .times(catalogue().len())
        .returning(|_tenant, _text| Ok(Submission::KnownThere));
    let work = work(&record, office);
    let all = block_on(work.submit(tenant(1))).unwrap();
    assert!(all.iter().all(|it| it.state == TemplateState::Pending), "{all:?}");
    assert_eq!(record.events(tenant(1)), []);
}

#[test]
fn a_submission_whose_answer_was_lost_is_found_by_the_next_call() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    let taken = Arc::new(std::sync::Mutex::new(Vec::new()));
    let there = Arc::clone(&taken);
    office
        .expect_templates()
        .returning(move |_tenant| Ok(there.lock().unwrap().clone()));
    // Every submission arrives; the answer to the first is lost.
    office
        .expect_submit()
        .times(catalogue().len())
        .returning(move |_tenant, text| {
            let report = report(text.name.code(), text.language_code(), "PENDING");
            let mut taken = taken.lock().unwrap();
            taken.push(report.clone());
            if taken.len() == 1 {
                return Err(Outage::new("no answer").into());
            }
            Ok(Submission::Taken(report))
        });
    let work = work(&record, office);
    assert!(block_on(work.submit(tenant(1))).is_err());
    let all = block_on(work.submit(tenant(1))).unwrap();
    assert!(all.iter().all(|it| it.state == TemplateState::Pending), "{all:?}");
}

#[test]
fn a_report_that_comes_late_changes_nothing() {
    let record = Arc::new(InMemoryRecord::default());
    let work = work(&record, MockTemplateOffice::new());
    let told = |word, seconds| {
        let at = EPOCH + time::Duration::seconds(seconds);
        block_on(work.told(tenant(1), &report("owner_alert", "en", word), at)).unwrap();
    };
    told("APPROVED", 60);
    told("PAUSED", 30);
    assert_eq!(standing(&record), TemplateStanding::Approved);
    told("PAUSED", 90);
    assert_eq!(standing(&record), TemplateStanding::NotUsable);
}

#[test]
fn a_rejection_alone_is_told_once() {
    let record = Arc::new(InMemoryRecord::default());
    let mut office = MockTemplateOffice::new();
    office
        .expect_templates()
        .returning(|_tenant| Ok(vec![report("owner_alert", "en", "REJECTED")]));
    let work = work(&record, office);
    for seconds in [1, 2] {
        let at = EPOCH + time::Duration::seconds(seconds);
        block_on(work.told(tenant(1), &report("owner_alert", "en", "REJECTED"), at)).unwrap();
    }
    block_on(work.sync(tenant(1))).unwrap();
    let rejected = ConversationEvent::TemplatesRejected {
        templates: vec!["owner_alert/en".to_owned()],
    };
    assert_eq!(record.events(tenant(1)), [rejected]);
}
