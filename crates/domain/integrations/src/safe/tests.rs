use std::sync::Arc;

use ratiba_kernel::OpenError;
use ratiba_kernel::test_support::{EPOCH, PlainVault, tenant};

use super::{KeptSecret, Safe, SafeError};
use crate::signing::SigningSecret;
use crate::test_support::{endpoint, secret_order};

fn safe(keys: &'static [&'static str]) -> Safe {
    Safe {
        vault: Some(Arc::new(PlainVault(keys))),
    }
}

const NONE: Safe = Safe { vault: None };

fn secret() -> SigningSecret {
    SigningSecret::from_bytes([5; 32])
}

#[test]
fn a_secret_opens_for_its_own_endpoint_alone() {
    let (us, id) = (tenant(1), endpoint(1).id);
    let kept = safe(&["a"]).seal(us, id, &secret()).unwrap();
    assert_eq!(safe(&["a"]).open(us, id, &kept), Ok(secret()));
    let broken = |endpoint| {
        Err(SafeError::Locked {
            endpoint,
            why: OpenError::Broken,
        })
    };
    assert_eq!(safe(&["a"]).open(tenant(2), id, &kept), broken(id));
    let other = endpoint(2).id;
    assert_eq!(safe(&["a"]).open(us, other, &kept), broken(other));
    let KeptSecret::Sealed(sealed) = kept else {
        panic!("it is sealed")
    };
    let mut cut = sealed.clone();
    cut.ciphertext.truncate(20);
    assert_eq!(safe(&["a"]).open(us, id, &KeptSecret::Sealed(cut)), broken(id));
}

#[test]
fn without_a_key_nothing_is_sealed_and_what_is_sealed_stays_shut() {
    let (us, id) = (tenant(1), endpoint(1).id);
    assert_eq!(NONE.seal(us, id, &secret()), Err(SafeError::NoKeys));
    let kept = safe(&["a"]).seal(us, id, &secret()).unwrap();
    assert_eq!(NONE.open(us, id, &kept), Err(SafeError::NoKeys));
    let why = OpenError::UnknownKey("a".to_owned());
    let locked = SafeError::Locked { endpoint: id, why };
    let said = format!(
        "the secret of the endpoint {id} could not be opened: the key a is not among those that this process was given"
    );
    assert_eq!(locked.to_string(), said);
    assert_eq!(safe(&["b"]).open(us, id, &kept), Err(locked));
    // What a program of before kept goes on to sign.
    assert_eq!(NONE.open(us, id, &KeptSecret::Plain(secret())), Ok(secret()));
}

#[test]
fn both_secrets_come_under_the_current_key_and_stay_what_they_are() {
    let (us, id) = (tenant(1), endpoint(1).id);
    let mut old = endpoint(1);
    old.secrets.now = KeptSecret::Plain(secret());
    let newer = SigningSecret::from_bytes([6; 32]);
    let old = old.rotated(
        safe(&["a"]).seal(us, id, &newer).unwrap(),
        secret_order("one"),
        EPOCH,
    );
    assert_eq!(NONE.sealed_anew(us, &old), Err(SafeError::NoKeys));
    let now = safe(&["b", "a"]);
    let anew = now.sealed_anew(us, &old).unwrap().unwrap();
    for (kept, wanted) in anew.secrets_at(EPOCH).into_iter().zip([newer, secret()]) {
        let KeptSecret::Sealed(sealed) = kept else {
            panic!("it is sealed")
        };
        assert_eq!(sealed.key, "b");
        assert_eq!(safe(&["b"]).open(us, id, kept), Ok(wanted));
    }
    let rest = |one: &crate::Endpoint| {
        let before = one.secrets.before.clone().unwrap();
        (one.version, one.standing, before.until, before.replaced_by)
    };
    assert_eq!(rest(&anew), rest(&old));
    assert_eq!(
        now.sealed_anew(us, &anew),
        Ok(None),
        "there is nothing left to do"
    );
}
