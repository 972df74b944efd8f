use ratiba_kernel::test_support::{EPOCH, ManualClock, block_on, tenant};
use serde_json::json;

use super::*;
use crate::channel::{Channel, SenderKey};
use crate::delivery::{Addressed, InboundRow, StatusRow};
use crate::test_support::record::InMemoryRecord;

fn message(external_id: &str, provider_id: &str) -> Addressed<InboundRow> {
    Addressed {
        external_id: external_id.into(),
        row: InboundRow {
            provider_id: provider_id.into(),
            sender: SenderKey::parse("254700000123").unwrap(),
            sent_at: EPOCH,
            raw: json!({"text": "Habari"}),
        },
    }
}

fn delivery() -> Delivery {
    Delivery {
        numbers: std::collections::BTreeMap::new(),
        accounts: std::collections::BTreeMap::new(),
        channel: Channel::Whatsapp,
        messages: vec![
            message("number-1", "in.1"),
            message("number-2", "in.1"),
            message("number-9", "in.2"),
        ],
        statuses: vec![Addressed {
            external_id: "number-1".into(),
            row: StatusRow {
                provider_id: "out.1".into(),
                status: "sent".into(),
                callback_data: None,
                occurred_at: EPOCH,
                raw: json!({}),
            },
        }],
        leftovers: vec![Leftover {
            reason: LeftoverReason::Incomplete,
            body: vec![b'x'; LEFTOVER_BYTES_MAX + 1],
        }],
    }
}

#[test]
fn each_row_goes_to_its_business_and_the_rest_to_the_quarantine_and_twice_is_once() {
    let record = Arc::new(InMemoryRecord::default());
    record.route_to("number-1", tenant(1));
    record.route_to("number-2", tenant(2));
    let receive = ReceiveDelivery {
        letters: record.clone(),
        clock: Arc::new(ManualClock::default()),
    };
    let first = block_on(receive.execute(delivery())).unwrap();
    assert_eq!(
        first,
        Received {
            messages: 2,
            statuses: 1,
            quarantined: 2
        }
    );
    assert_eq!(record.tasks(tenant(1)).len(), 2);
    assert_eq!(record.tasks(tenant(2)).len(), 1);
    assert!(
        record
            .quarantine()
            .iter()
            .all(|left| left.body.len() <= LEFTOVER_BYTES_MAX)
    );
    let again = block_on(receive.execute(delivery())).unwrap();
    assert_eq!((again.messages, again.statuses), (0, 0));
}
