use ratiba_kernel::Clock;
use ratiba_kernel::test_support::{SeededIds, block_on, tenant};

use super::*;
use crate::test_support::builders::a_phone;
use crate::test_support::chat::Chat;
use crate::test_support::desks::PlainReader;
use crate::use_cases::TurnEnd;

#[test]
fn a_message_that_cannot_be_handled_goes_to_a_person_once() {
    let mut chat = Chat::default();
    chat.says("Habari");
    chat.news();
    let inbound = chat.stores(
        PlainReader::text(&a_phone(123), "Nataka massage"),
        chat.clock.now(),
    );
    let hand_over = HandOver {
        book: chat.record.clone(),
        reader: Arc::new(PlainReader),
        names: chat.record.clone(),
        profile: chat.profile.clone(),
        clock: chat.clock.clone(),
        ids: Arc::new(SeededIds::lane(0x40)),
    };
    for _twice in 0..2 {
        block_on(hand_over.execute(tenant(1), inbound)).unwrap();
    }
    assert_eq!(chat.news().len(), 2, "the customer and the owner");
    let alert = chat.to_owners().pop().unwrap().fallback.unwrap();
    assert_eq!(
        alert.parameters(),
        [
            "the assistant failed to answer",
            "Asha Njeri, +254700000123",
            "answer in the chat or call"
        ]
    );
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::MachineFailed
    );
    let end = block_on(chat.take_turn().execute(tenant(1), inbound)).unwrap();
    assert_eq!(end, TurnEnd::AlreadyHandled);
}
