use ratiba_kernel::Currency;

use super::{DraftDeposit, from_csv};
use crate::import::{Cell, Fate, Unreadable};

#[test]
fn a_table_is_read_by_the_names_of_its_columns() {
    let table = "Bei;Huduma;Muda;Category;Therapists;Deposit;Other names;Mystery\n\
                 3,500/=;Swedish massage;60 min;Massage;Wanjiru, Achieng;30%;rub / relax;x\n\
                 ;Facial;;;;none;;\n\
                 abc;Wax;soon;;;half;;";
    let (drafts, ignored) = from_csv(table, Currency::Kes).unwrap();
    let swedish = &drafts[0];
    assert_eq!(
        (swedish.name.as_str(), &swedish.price, &swedish.minutes),
        ("Swedish massage", &Cell::Read(350_000), &Cell::Read(60))
    );
    assert_eq!(
        (&swedish.staff, &swedish.aliases),
        (
            &vec!["Wanjiru".to_owned(), "Achieng".to_owned()],
            &vec!["rub".to_owned(), "relax".to_owned()]
        )
    );
    assert_eq!(
        (&swedish.deposit, swedish.fate, swedish.source.line),
        (&Cell::Read(DraftDeposit::Percent(3_000)), Fate::Take, 2)
    );
    assert_eq!(
        (&drafts[1].price, &drafts[1].deposit),
        (&Cell::Empty, &Cell::Read(DraftDeposit::None))
    );
    assert_eq!(drafts[2].price, Cell::Unreadable("abc".to_owned()));
    assert_eq!(drafts[2].minutes, Cell::Unreadable("soon".to_owned()));
    assert_eq!(drafts[2].deposit, Cell::Unreadable("half".to_owned()));
    assert_eq!(ignored.len(), 1);
    assert_eq!(
        from_csv("price\n3", Currency::Kes).unwrap_err(),
        Unreadable::MissingColumn { column: "name" }
    );
}

#[test]
fn a_draft_is_kept_as_a_document_and_read_back() {
    let (drafts, _) = from_csv("name,price,duration,deposit\nA,1,x,500\nB,,60,", Currency::Kes).unwrap();
    let json = serde_json::to_value(&drafts).unwrap();
    assert_eq!(
        serde_json::from_value::<Vec<super::CatalogueDraft>>(json).unwrap(),
        drafts
    );
}
