use ratiba_kernel::test_support::{ManualClock, block_on, tenant};

use super::*;
use crate::test_support::{InMemoryFeatures, features_contract};

fn features(off: &[Feature]) -> Features {
    Features {
        book: Arc::new(InMemoryFeatures::default()),
        clock: Arc::new(ManualClock::default()),
        off: off.iter().copied().collect(),
    }
}

#[test]
fn a_feature_is_on_where_both_say_so() {
    for (instance, business, on) in [
        (true, None, true),
        (true, Some(true), true),
        (true, Some(false), false),
        (false, None, false),
        (false, Some(true), false),
        (false, Some(false), false),
    ] {
        let off: &[Feature] = if instance { &[] } else { &[Feature::Payroll] };
        let features = features(off);
        if let Some(said) = business {
            let by = "operator".to_owned();
            let standing = block_on(features.switch_as(tenant(1), Feature::Payroll, said, by)).unwrap();
            assert_eq!(standing.is_on(), on);
        }
        assert_eq!(block_on(features.is_on(tenant(1), Feature::Payroll)), Ok(on));
        assert_eq!(
            block_on(features.is_on(tenant(1), Feature::Webhooks)),
            Ok(true),
            "another one"
        );
    }
}

#[test]
fn names_lead_back() {
    for feature in Feature::ALL {
        assert_eq!(feature.name().parse(), Ok(feature));
        let listed = UnknownFeature.to_string();
        assert!(listed.contains(feature.name()), "{listed}");
    }
    assert_eq!("teleport".parse::<Feature>(), Err(UnknownFeature));
}

#[test]
fn the_fake_keeps_the_promises_of_the_port() {
    block_on(features_contract(async || InMemoryFeatures::default()));
}
