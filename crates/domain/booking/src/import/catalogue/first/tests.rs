use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{Currency, Money, Zone};

use super::*;
use crate::policy::Rules;

fn policy() -> Policy {
    Policy {
        zone: Zone::parse("Africa/Nairobi").unwrap(),
        currency: Currency::Kes,
        rules: Rules::default(),
    }
}

fn begin(written: Written<'_>) -> Result<CatalogueChange, NoBeginning> {
    first(written, &policy(), &SeededIds::lane(1))
}

#[test]
fn a_table_becomes_services_as_they_were_written() {
    let table = "service,category,price,minutes,deposit\n\
                 Swedish massage,Massage,3500,60,30%\n\
                 Manicure,Nails,1800,45,\n";
    let change = begin(Written::Table(table)).unwrap();
    let services: Vec<_> = change.services.iter().map(|stocked| &stocked.service).collect();
    assert_eq!(services.len(), 2);
    assert_eq!(
        (
            services[0].name.as_str(),
            services[0].category.as_str(),
            services[0].price,
            services[0].recipe.duration().count()
        ),
        ("Swedish massage", "massage", Money::kes_minor(350_000), 60)
    );
}

#[test]
fn a_price_list_is_taken_as_well() {
    let list = "MASSAGE\nSwedish massage 60 min 3500\nNAILS\nManicure 45 min 1800\n";
    assert_eq!(begin(Written::PriceList(list)).unwrap().services.len(), 2);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_guessed() {
    let table = "service,category,price,minutes,staff,colour\n\
                 Swedish massage,Massage,,60,,red\n\
                 Manicure,,1800,,,\n\
                 Facial,Facial,4000,60,Wanjiru,\n\
                 Pedicure,Nails,2200,60,,\n";
    let Err(NoBeginning::Faulty { rows, columns }) = begin(Written::Table(table)) else {
        panic!("much is wrong with it")
    };
    assert_eq!(columns, ["colour"]);
    let faults = |faults: &[Fault]| faults.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(
        rows,
        [
            (1, faults(&[Fault::PriceMissing])),
            (2, faults(&[Fault::Category, Fault::Duration])),
            (3, faults(&[Fault::Staff("Wanjiru".to_owned())])),
        ]
    );
}

#[test]
fn what_is_no_table_says_so() {
    assert_eq!(
        begin(Written::Table("")),
        Err(NoBeginning::Unreadable(Unreadable::Empty))
    );
}
