use ratiba_kernel::test_support::{EPOCH, ManualClock, PlainVault, block_on, tenant};

use super::*;
use crate::test_support::{InMemoryCredentialBook, credential_book_contract};

const TOKEN: CredentialName = CredentialName::WhatsappAccessToken;

fn keep(vault: Option<PlainVault>) -> KeepCredentials {
    KeepCredentials {
        book: Arc::new(InMemoryCredentialBook::default()),
        vault: vault.map(|vault| -> Arc<dyn Vault> { Arc::new(vault) }),
        clock: Arc::new(ManualClock::at(EPOCH)),
    }
}

fn value(text: &str) -> CredentialValue {
    CredentialValue::parse(text).unwrap()
}

#[test]
fn the_fake_keeps_the_promises_of_the_port() {
    block_on(async {
        credential_book_contract(async || InMemoryCredentialBook::default()).await;
    });
}

#[test]
fn each_name_is_read_as_it_is_written() {
    for name in CredentialName::ALL {
        assert_eq!(CredentialName::parse(name.provider(), name.name()), Some(name));
    }
    assert_eq!(CredentialName::parse("whatsapp", "passkey"), None);
}

#[test]
fn a_credential_has_no_spaces_inside_and_is_never_shown() {
    assert_eq!(value(" abc\n").reveal(), "abc");
    for text in ["", "  ", "a b", "a\tb", "a\u{e9}", &"x".repeat(VALUE_MAX + 1)] {
        assert_eq!(CredentialValue::parse(text), Err(NotACredential));
    }
    assert_eq!(format!("{:?}", value("abc")), "CredentialValue(…)");
}

#[test]
fn without_a_key_nothing_is_kept_and_nothing_is_served_in_its_place() {
    block_on(async {
        let without = keep(None);
        let refused = without.set(tenant(1), TOKEN, &value("abc")).await;
        assert!(matches!(refused, Err(CredentialError::NoKeys)));
        assert!(
            without.read(tenant(1)).await.unwrap().is_empty(),
            "who keeps none needs no key"
        );
        let with = keep(Some(PlainVault(&["now"])));
        with.set(tenant(1), TOKEN, &value("abc")).await.unwrap();
        let later = KeepCredentials { vault: None, ..with };
        let read = later.read(tenant(1)).await.unwrap();
        let shut = Shut {
            name: TOKEN,
            why: WhyShut::NoKeys,
        };
        assert_eq!(read.one(TOKEN), Err(shut));
    });
}

#[test]
fn rotation_changes_keys_and_no_values_and_may_be_repeated() {
    block_on(async {
        let mut keep = keep(Some(PlainVault(&["old"])));
        keep.set(tenant(1), TOKEN, &value("abc")).await.unwrap();
        keep.vault = Some(Arc::new(PlainVault(&["new", "old"])));
        let done = async || keep.rotate(tenant(1)).await.unwrap();
        assert_eq!((done().await.done, done().await), (1, Rotation::default()));
        assert_eq!(keep.list(tenant(1)).await.unwrap()[0].sealed.key, "new");
        let read = keep.read(tenant(1)).await.unwrap();
        assert_eq!(read.one(TOKEN), Ok(Some(&value("abc"))));
    });
}

#[test]
fn one_that_cannot_be_opened_stops_what_needs_it_and_nothing_else() {
    use CredentialName::{
        MpesaConsumerKey, MpesaConsumerSecret, MpesaPasskey, PesapalConsumerKey, PesapalConsumerSecret,
    };
    block_on(async {
        let mut keep = keep(Some(PlainVault(&["lost"])));
        let keeping =
            async |keep: &KeepCredentials, name| keep.set(tenant(1), name, &value("abc")).await.unwrap();
        keeping(&keep, MpesaConsumerSecret).await;
        keep.vault = Some(Arc::new(PlainVault(&["old"])));
        for name in [TOKEN, MpesaConsumerKey, MpesaPasskey, PesapalConsumerKey] {
            keeping(&keep, name).await;
        }
        keep.vault = Some(Arc::new(PlainVault(&["new", "old"])));
        let shut = Shut {
            name: MpesaConsumerSecret,
            why: OpenError::UnknownKey("lost".to_owned()).into(),
        };
        let read = keep.read(tenant(1)).await.unwrap();
        assert_eq!(read.one(TOKEN), Ok(Some(&value("abc"))), "the others work");
        let mpesa = read.together([MpesaConsumerKey, MpesaConsumerSecret, MpesaPasskey]);
        assert_eq!(mpesa, Err(shut.clone()));
        let cards = read.together([PesapalConsumerKey, PesapalConsumerSecret]);
        assert_eq!(cards, Ok(None), "they are not whole");
        assert_eq!(read.shut().collect::<Vec<_>>(), std::slice::from_ref(&shut));
        let rotation = keep.rotate(tenant(1)).await.unwrap();
        let left = vec![shut];
        assert_eq!(
            rotation,
            Rotation {
                done: 4,
                left: left.clone()
            },
            "those after it as well"
        );
        assert_eq!(keep.rotate(tenant(1)).await.unwrap(), Rotation { done: 0, left });
        let told = format!("{rotation:?} {}", rotation.left[0]);
        assert!(!told.contains("abc"), "{told}");
    });
}
