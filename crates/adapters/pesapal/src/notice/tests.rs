use super::*;

fn ids(tracking: &str, reference: &str) -> NoticeIds {
    NoticeIds {
        tracking: tracking.into(),
        reference: reference.into(),
        kind: "IPNCHANGE".into(),
    }
}

#[test]
fn a_notice_reads_alike_from_a_body_and_from_a_query() {
    let documented = ids("b1c2d3e4-0000-4000-8000-1234567890ab", "BK7Q2M-1");
    let bodies: [&str; 4] = [
        r#"{ "OrderTrackingId": "b1c2d3e4-0000-4000-8000-1234567890ab", "OrderNotificationType": "IPNCHANGE",
             "OrderMerchantReference": "BK7Q2M-1" }"#,
        r#"{ "orderTrackingId": "b1c2d3e4-0000-4000-8000-1234567890ab", "orderMerchantReference": "BK7Q2M-1", "x": [] }"#,
        "OrderTrackingId=b1c2d3e4-0000-4000-8000-1234567890ab&OrderNotificationType=IPNCHANGE&OrderMerchantReference=BK7Q2M-1",
        "?orderMerchantReference=BK7Q2M-1&OrderTrackingId=b1c2d3e4-0000-4000-8000-1234567890ab&x",
    ];
    for body in bodies {
        assert_eq!(
            PesapalNotices.read(body.as_bytes()),
            Ok(documented.clone()),
            "{body}"
        );
    }
}

#[test]
fn what_names_no_order_cannot_be_read() {
    let odd: [&[u8]; 8] = [
        b"",
        b"{}",
        b"[]",
        b"<html></html>",
        b"\xff\xfe",
        br#"{ "OrderTrackingId": "a", "OrderMerchantReference": null }"#,
        br#"{ "OrderTrackingId": "../../x", "OrderMerchantReference": "BK" }"#,
        b"OrderTrackingId=&OrderMerchantReference=BK",
    ];
    for body in odd {
        assert!(
            PesapalNotices.read(body).is_err(),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}
