//! Who cannot or will not pay by M-Pesa pays by card, where the business takes cards.

use super::*;
use crate::desk::CardAnswer;

fn at_the_prompt() -> Chat {
    let mut chat = Chat::default();
    chat.desk.take_cards();
    chat.reach_the_prompt();
    chat.news();
    chat
}

#[test]
fn a_customer_who_asks_for_a_card_page_gets_half_an_hour_and_is_told() {
    for wish in ["kadi", "Nataka kulipa kwa kadi", "can I pay by card?", "Visa"] {
        let mut chat = at_the_prompt();
        let said = chat.says(wish);
        assert_eq!(chat.desk.pages(), 1, "{wish}");
        assert!(said[0].contains("KES 1,000"), "{wish}: {}", said[0]);
        assert!(
            said[0].contains("test, no real money") || said[0].contains("Majaribio"),
            "{}",
            said[0]
        );
        assert_eq!(chat.stage(), "paying");
        // The old deadline was five minutes.
        chat.passes(Duration::minutes(20));
        let visit = chat.desk.visits()[0].id;
        chat.desk
            .set_payment(visit, PaymentStanding::Failed(PaymentTrouble::CardRefused));
        let said = chat.says("sawa");
        assert!(
            said[0].contains("Kadi haikukubaliwa") || said[0].contains("card was not accepted"),
            "{said:?}"
        );
        let second = chat.choices()[1].clone();
        assert!(
            ["Lipa kwa kadi", "Pay by card"].contains(&second.as_str()),
            "{second}"
        );
        chat.taps(&second);
        assert_eq!(chat.desk.pages(), 2, "by the button, too");
    }
}

#[test]
fn a_second_way_is_not_opened_while_the_first_may_still_be_paid() {
    let mut chat = at_the_prompt();
    chat.desk.answer_cards(CardAnswer::StillOpen);
    let said = chat.says("kadi");
    assert!(said[0].contains("bado liko wazi"), "{}", said[0]);
    chat.desk.answer_cards(CardAnswer::Checking);
    let said = chat.says("kadi");
    assert!(said[0].contains("usilipe tena"), "{}", said[0]);
    chat.desk.answer_cards(CardAnswer::Settled {
        amount: Money::kes_minor(100_000),
        receipt: None,
    });
    chat.says("kadi");
    assert_eq!(chat.stage(), "booked");
    assert_eq!(chat.desk.pages(), 0);
}

#[test]
fn a_business_without_cards_says_so_and_one_with_them_says_when() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    chat.news();
    assert!(chat.says("kadi")[0].contains("hatupokei kadi"));
    assert_eq!(chat.choices(), ["Zungumza na mtu"]);
    let mut chat = Chat::default();
    chat.desk.take_cards();
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.says("mnakubali kadi?");
    assert!(said[0].contains("unaweza kulipa kwa kadi"), "{}", said[0]);
    assert_eq!((chat.stage(), chat.desk.pages()), ("confirming", 0));
}

#[test]
fn who_has_paid_by_card_or_has_none_does_not_get_a_page() {
    let mut chat = at_the_prompt();
    assert!(chat.says("Nimelipa kwa kadi")[0].contains("naiangalia"));
    chat.says("sina kadi");
    assert_eq!(chat.desk.pages(), 0);
}

#[test]
fn while_a_person_talks_nobody_can_start_a_second_payment() {
    let mut chat = at_the_prompt();
    chat.says("Naomba niongee na mtu");
    chat.news();
    for wish in ["kadi", "Nitumie STK tena", "0700000321"] {
        assert_eq!(chat.says(wish), Vec::<String>::new(), "{wish}");
    }
    assert_eq!((chat.desk.pages(), chat.desk.prompts().len()), (0, 1));
}

#[test]
fn a_number_that_cannot_pay_is_refused_and_a_kenyan_mobile_gets_the_prompt() {
    let mut chat = at_the_prompt();
    let visit = chat.desk.visits()[0].id;
    chat.desk
        .set_payment(visit, PaymentStanding::Failed(PaymentTrouble::InsufficientFunds));
    let said = chat.says("sawa");
    assert!(said[0].contains("Andika namba nyingine"), "{}", said[0]);
    for foreign in ["+1 202 555 0123", "020 2000000", "+255 700 000 123"] {
        let said = chat.says(foreign);
        assert_eq!(chat.desk.prompts().len(), 1, "{foreign}: {said:?}");
    }
    chat.says("0110 000 321");
    assert_eq!(chat.desk.prompts().len(), 2, "typed, without a button");
}
