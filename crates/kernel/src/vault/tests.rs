use crate::test_support::{PlainVault, vault_contract};

#[test]
fn the_vault_of_tests_keeps_the_contract() {
    vault_contract(PlainVault);
}
