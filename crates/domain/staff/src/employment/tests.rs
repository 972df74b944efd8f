use super::*;

fn form() -> EmploymentForm {
    EmploymentForm {
        kra_pin: Some(" a000000000z ".to_owned()),
        nssf_number: Some("2012345678".to_owned()),
        shif_number: Some("cr1234567890123-4".to_owned()),
        employment_type: Some("commission_only".to_owned()),
        base_pay_kes_minor: Some(0),
        ..EmploymentForm::default()
    }
}

#[test]
fn a_well_formed_form_is_read_and_normalised() {
    let employment = Employment::parse(&form()).unwrap();
    assert_eq!(employment.kra_pin.unwrap().reveal(), "A000000000Z");
    assert_eq!(employment.shif_number.unwrap().reveal(), "CR1234567890123-4");
    assert_eq!(employment.employment_type, Some(EmploymentType::CommissionOnly));
}

#[test]
fn what_is_left_empty_is_unknown() {
    let empty = EmploymentForm {
        kra_pin: Some("  ".to_owned()),
        ..EmploymentForm::default()
    };
    assert_eq!(Employment::parse(&empty), Ok(Employment::default()));
}

#[test]
fn every_malformed_attribute_is_named_and_no_value_repeated() {
    let malformed = EmploymentForm {
        kra_pin: Some("B123456789Z".to_owned()),
        nssf_number: Some("20-12".to_owned()),
        shif_number: Some("CR".to_owned()),
        employment_type: Some("contract".to_owned()),
        base_pay_kes_minor: Some(-1),
        hire_date: None,
    };
    let faults = Employment::parse(&malformed).unwrap_err();
    let names: Vec<String> = faults.iter().map(|fault| fault.to_string()).collect();
    assert_eq!(names.len(), 5);
    assert!(
        names
            .iter()
            .all(|name| !name.contains("B123456789Z") && name.contains(": must ")),
        "{names:?}"
    );
}

#[test]
fn a_kra_pin_is_a_or_p_nine_digits_and_a_letter() {
    for wrong in [
        "A00000000Z",
        "A0000000000Z",
        "AA00000000Z",
        "A000000000",
        "A0000000001",
        "",
        "A00000000éZ",
    ] {
        assert_eq!(KraPin::parse(wrong), Err(EmploymentFault::KraPin), "{wrong}");
    }
    assert!(KraPin::parse("P051234567X").is_ok());
}

#[test]
fn nothing_is_shown_in_full_by_debug() {
    let shown = format!("{:?}", Employment::parse(&form()).unwrap());
    for secret in ["A000000000Z", "2012345678", "1234567890123"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(
        format!("{:?}", NssfNumber::parse("1234567").unwrap()),
        "NssfNumber(…)"
    );
}

#[test]
fn nothing_of_anybodys_terms_is_told_in_full_by_debug() {
    let paid = EmploymentForm {
        base_pay_kes_minor: Some(2_500_000),
        ..form()
    };
    let shown = format!("{:?}", Employment::parse(&paid).unwrap());
    for secret in [
        "A000000000Z",
        "2012345678",
        "1234567890123",
        "25000",
        "25,000",
        "2500000",
    ] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert!(shown.contains("base_pay: Some("), "whether there is any: {shown}");
}
