//! Every field that is wrong is told, at once.

use ratiba_kernel::test_support::SeededIds;

use super::*;

fn order() -> BusinessOrder {
    BusinessOrder {
        key: "first".to_owned(),
        name: "Aria Aura Spa".to_owned(),
        zone: "Africa/Nairobi".to_owned(),
        currency: "KES".to_owned(),
        language: "sw".to_owned(),
        owner_name: "Wairimu Kamau".to_owned(),
        owner_phone: "0712345678".to_owned(),
        whatsapp_phone_number_id: Some("600700800900".to_owned()),
        whatsapp_phone: Some("+254700000001".to_owned()),
        catalogue: Some(CatalogueOrder::Table(
            "name,category,price,minutes\nManicure,Nails,1800,45\n".to_owned(),
        )),
    }
}

fn fields(order: &BusinessOrder) -> Vec<String> {
    let faults = check(order, &SeededIds::lane(1)).err().unwrap_or_default();
    faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn a_good_order_has_no_fault() {
    assert!(fields(&order()).is_empty());
    let without = BusinessOrder {
        whatsapp_phone_number_id: None,
        whatsapp_phone: None,
        ..order()
    };
    assert!(fields(&without).is_empty(), "WhatsApp may come later");
}

#[test]
fn an_empty_order_names_every_field_that_it_needs() {
    let needed = [
        "key",
        "name",
        "owner_name",
        "zone",
        "currency",
        "language",
        "owner_phone",
    ];
    assert_eq!(fields(&BusinessOrder::default()), needed);
}

#[test]
fn each_field_has_its_own_fault() {
    type Spoils = fn(&mut BusinessOrder);
    let wrong: [(Spoils, &str); 13] = [
        (|order| order.key = "two words".to_owned(), "key"),
        (|order| order.name = "x".repeat(121), "name"),
        (|order| order.owner_name = "a\nb".to_owned(), "owner_name"),
        (|order| order.zone = "Nairobi".to_owned(), "zone"),
        (|order| order.currency = "kes".to_owned(), "currency"),
        (|order| order.language = "fr".to_owned(), "language"),
        (|order| order.owner_phone = "12".to_owned(), "owner_phone"),
        (
            |order| order.whatsapp_phone_number_id = Some("+600".to_owned()),
            "whatsapp_phone_number_id",
        ),
        (
            |order| order.whatsapp_phone = Some("12".to_owned()),
            "whatsapp_phone",
        ),
        (|order| order.whatsapp_phone_number_id = None, "whatsapp_phone"),
        (
            |order| order.catalogue = Some(CatalogueOrder::Table(String::new())),
            "catalogue.table",
        ),
        (
            |order| {
                order.catalogue = Some(CatalogueOrder::Table(
                    "name,price,minutes,type\na,x,30,b".to_owned(),
                ))
            },
            "catalogue.table.1",
        ),
        (
            |order| order.catalogue = Some(CatalogueOrder::PriceList("NAILS\nManicure 1800".to_owned())),
            "catalogue.price_list.1",
        ),
    ];
    for (spoil, field) in wrong {
        let mut order = order();
        spoil(&mut order);
        assert_eq!(fields(&order), [field]);
    }
}

#[test]
fn a_catalogue_is_read_in_the_currency_of_the_business() {
    let checked = check(&order(), &SeededIds::lane(1)).ok().unwrap();
    let prices = checked.catalogue.services.iter().map(|one| one.service.price);
    assert_eq!(
        prices.collect::<Vec<_>>(),
        [ratiba_kernel::Money::kes_minor(180_000)]
    );
}
