//! Scalars that change places.

use super::swap_scalars;

#[test]
fn numbers_become_text_and_text_of_digits_becomes_a_number() {
    assert_eq!(
        swap_scalars(r#"{"access_token":"abc1","expires_in":"3599"}"#),
        r#"{"access_token":"abc1","expires_in":3599}"#
    );
    assert_eq!(
        swap_scalars(
            r#"{"a":[{"Name":"Amount","Value":1500.00},{"Name":"Balance"}],"0":"-","c":"500.001.1001"}"#
        ),
        r#"{"a":[{"Name":"Amount","Value":"1500.00"},{"Name":"Balance"}],"0":"-","c":"500.001.1001"}"#
    );
}

#[test]
fn what_is_not_quite_a_number_stays_text() {
    for text in [
        r#""007""#,
        r#""a\"5""#,
        r#""""#,
        r#""1.""#,
        r#""1234567890123456""#,
        r#""2547 ***** 123""#,
    ] {
        assert_eq!(swap_scalars(text), text);
    }
    assert_eq!(swap_scalars("[true,null]"), "[true,null]");
}
