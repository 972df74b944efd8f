use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::{Form, SAFETY_MARGIN, form_now};
use crate::channel::{Capabilities, Channel};

#[test]
fn the_window_closes_a_margin_before_24_hours_are_over() {
    let capabilities = Channel::Whatsapp.capabilities();
    let just_inside = EPOCH + Duration::hours(24) - SAFETY_MARGIN - Duration::SECOND;
    assert_eq!(form_now(capabilities, Some(EPOCH), just_inside), Form::Free);
    assert_eq!(
        form_now(capabilities, Some(EPOCH), just_inside + Duration::SECOND),
        Form::TemplateOnly
    );
}

#[test]
fn whoever_never_wrote_gets_templates_only() {
    assert_eq!(
        form_now(Channel::Whatsapp.capabilities(), None, EPOCH),
        Form::TemplateOnly
    );
}

#[test]
fn a_message_from_a_clock_that_is_ahead_opens_the_window() {
    let ahead = EPOCH + Duration::minutes(3);
    assert_eq!(
        form_now(Channel::Whatsapp.capabilities(), Some(ahead), EPOCH),
        Form::Free
    );
}

#[test]
fn a_channel_without_a_window_takes_anything() {
    let desk = Capabilities {
        session_window: None,
        buttons_max: 0,
        list_rows_max: 0,
        link_button: false,
    };
    assert_eq!(form_now(desk, None, EPOCH), Form::Free);
}
