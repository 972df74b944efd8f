//! What the API accepts and what it refuses, at the limits.

use serde_json::{Value, json};

use super::{Request, read};
use crate::phones::{Content, Template};

fn message(mut extra: Value) -> Value {
    let object = extra.as_object_mut().unwrap();
    object.insert("messaging_product".to_owned(), json!("whatsapp"));
    object.insert("to".to_owned(), json!("254700000123"));
    extra
}

fn accepted(extra: Value) -> Content {
    match read(&message(extra), &[]).unwrap() {
        Request::Send(outgoing) => outgoing.content,
        Request::MarkRead { .. } => panic!("not a message"),
    }
}

fn refused(extra: Value) -> i64 {
    read(&message(extra), &[]).unwrap_err().code
}

fn buttons(count: usize, title: &str) -> Value {
    let button = |index| json!({ "type": "reply", "reply": { "id": format!("b:{index}"), "title": format!("{title}{index}") } });
    let buttons: Vec<Value> = (0..count).map(button).collect();
    json!({ "type": "interactive", "interactive": { "type": "button", "body": { "text": "Sawa?" },
        "action": { "buttons": buttons } } })
}

fn rows(per_section: &[usize]) -> Value {
    let mut next = 0;
    let mut sections = Vec::new();
    for count in per_section {
        let mut rows = Vec::new();
        for _ in 0..*count {
            next += 1;
            rows.push(json!({ "id": format!("svc:{next}"), "title": format!("Service {next}") }));
        }
        sections.push(json!({ "title": "Massage", "rows": rows }));
    }
    json!({ "type": "interactive", "interactive": { "type": "list", "body": { "text": "Which?" },
        "action": { "button": "Services", "sections": sections } } })
}

#[test]
fn text_may_have_4096_characters_and_no_more() {
    assert_eq!(
        accepted(json!({ "type": "text", "text": { "body": "é".repeat(4_096) } })).kind,
        "text"
    );
    assert_eq!(
        refused(json!({ "type": "text", "text": { "body": "é".repeat(4_097) } })),
        131_009
    );
    assert_eq!(refused(json!({ "type": "text", "text": {} })), 131_008);
    assert_eq!(refused(json!({ "type": "text" })), 131_008);
}

#[test]
fn one_to_three_buttons_with_short_unique_titles() {
    assert_eq!(accepted(buttons(3, "Ndiyo")).buttons.len(), 3);
    assert_eq!(refused(buttons(0, "Ndiyo")), 131_009);
    assert_eq!(refused(buttons(4, "Ndiyo")), 131_009);
    assert_eq!(accepted(buttons(1, &"a".repeat(19))).buttons[0].title.len(), 20);
    assert_eq!(refused(buttons(1, &"a".repeat(20))), 131_009);

    let mut twice = buttons(2, "Ndiyo");
    twice["interactive"]["action"]["buttons"][1]["reply"]["title"] = json!("Ndiyo0");
    assert_eq!(refused(twice), 131_009);
}

#[test]
fn ten_rows_over_all_sections_together() {
    assert_eq!(accepted(rows(&[6, 4])).rows.len(), 10);
    assert_eq!(refused(rows(&[6, 5])), 131_009);
    assert_eq!(refused(rows(&[0])), 131_009);

    let mut untitled = rows(&[1, 1]);
    untitled["interactive"]["action"]["sections"][1]
        .as_object_mut()
        .unwrap()
        .remove("title");
    assert_eq!(refused(untitled), 131_008);
}

#[test]
fn a_link_button_needs_an_address() {
    let link = |url: &str| {
        json!({ "type": "interactive", "interactive": { "type": "cta_url", "body": { "text": "Pay" },
        "action": { "name": "cta_url", "parameters": { "display_text": "Open", "url": url } } } })
    };
    assert_eq!(
        accepted(link("https://pay.example.co.ke/x")).link.unwrap().label,
        "Open"
    );
    assert_eq!(refused(link("javascript:alert(1)")), 131_009);
}

#[test]
fn an_unknown_type_or_product_or_number_is_refused() {
    assert_eq!(refused(json!({ "type": "poll", "poll": {} })), 131_051);
    let mut body = message(json!({ "type": "text", "text": { "body": "x" } }));
    body["to"] = json!("asha");
    assert_eq!(read(&body, &[]).unwrap_err().code, 131_009);
    body["messaging_product"] = json!("telegram");
    assert_eq!(read(&body, &[]).unwrap_err().code, 100);
    assert_eq!(read(&json!([]), &[]).unwrap_err().code, 100);
}

#[test]
fn a_template_is_held_to_what_was_approved() {
    let approved = [Template {
        name: "booking_reminder".to_owned(),
        language: "en".to_owned(),
        body: "Hello {{1}}, see you {{2}}.".to_owned(),
        category: "utility".to_owned(),
    }];
    let template = |language: &str, parameters: &[&str]| {
        let parameters: Vec<Value> = parameters
            .iter()
            .map(|text| json!({ "type": "text", "text": text }))
            .collect();
        message(
            json!({ "type": "template", "template": { "name": "booking_reminder",
            "language": { "code": language },
            "components": [ { "type": "body", "parameters": parameters } ] } }),
        )
    };
    let Request::Send(outgoing) = read(&template("en", &["Asha", "Tue 12 May"]), &approved).unwrap() else {
        panic!("not a message");
    };
    assert_eq!(outgoing.content.text, "Hello Asha, see you Tue 12 May.");
    assert_eq!(outgoing.category, "utility");
    assert_eq!(
        read(&template("sw", &["Asha", "x"]), &approved).unwrap_err().code,
        132_001
    );
    assert_eq!(
        read(&template("en", &["Asha"]), &approved).unwrap_err().code,
        132_000
    );
    assert_eq!(
        read(&template("en", &["Asha", "x\ny"]), &approved)
            .unwrap_err()
            .code,
        132_012
    );
}

#[test]
fn marking_as_read_is_no_message() {
    let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN",
        "typing_indicator": { "type": "text" } });
    assert_eq!(
        read(&body, &[]).unwrap(),
        Request::MarkRead {
            wamid: "wamid.IN".to_owned(),
            typing: true
        }
    );
}
