use serde_json::json;

use super::*;

fn parse(value: &Value) -> Result<CommissionSettings, SettingsRefused> {
    CommissionSettings::parse(Zone::parse("Africa/Nairobi").unwrap(), Currency::Kes, value)
}

#[test]
fn what_a_tenant_never_set_has_its_standard_value() {
    let standard = CommissionSettings::standard(Zone::parse("Africa/Nairobi").unwrap(), Currency::Kes);
    assert_eq!(parse(&json!({})).unwrap(), standard);
    assert_eq!(parse(&standard.to_json()).unwrap(), standard);
}

#[test]
fn what_was_set_reads_back_and_what_is_not_known_is_refused() {
    let set = json!({"staff_before_category": true, "no_show_base": "fee", "close_mode": "review"});
    let read = parse(&set).unwrap();
    assert_eq!(
        (read.precedence, read.close_mode),
        (Precedence::StaffBeforeCategory, CloseMode::Review)
    );
    let written = read.to_json();
    for (name, value) in set.as_object().unwrap() {
        assert_eq!(&written[name], value, "{name}");
    }
    assert_eq!(parse(&written).unwrap(), read);
    for wrong in [
        json!([1]),
        json!({"no_show_base": "half"}),
        json!({"guarantee": 1}),
        json!({"payment_fees": [{"from_minor": 5}]}),
        json!({"clawback_floor_minor": -1}),
    ] {
        assert!(parse(&wrong).is_err(), "{wrong}");
    }
}
