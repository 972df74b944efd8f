use super::{Number, Token, number, scan};

#[test]
fn a_number_that_could_mean_two_things_is_none() {
    let read = |text: &str| number(text).and_then(|number| number.times(100));
    assert_eq!(read("3500"), Some(350_000));
    assert_eq!(read("3,500"), Some(350_000));
    assert_eq!(read("3,500.00"), Some(350_000));
    assert_eq!(read("3.500,50"), Some(350_050));
    assert_eq!(read("1.250.000"), Some(125_000_000));
    assert_eq!(read("1'250'000"), Some(125_000_000));
    assert_eq!(read("2.5"), Some(250));
    for doubtful in [
        "3.500", "3,50", "35,00", "1,2,3", "12,3456", "1.234.56", "1,234,56", "3500,000",
    ] {
        assert_eq!(read(doubtful), None, "{doubtful}");
    }
    assert_eq!(number("1.25").unwrap().times(10), None, "12.5 is no whole number");
}

#[test]
fn a_line_falls_into_numbers_words_and_marks() {
    let tokens: Vec<Token> = scan("60min Masáji—1½ 3.500")
        .into_iter()
        .map(|piece| piece.token)
        .collect();
    assert_eq!(
        tokens,
        [
            Token::Number(Number { digits: 60, scale: 0 }),
            Token::Word("min".to_owned()),
            Token::Word("masaji".to_owned()),
            Token::Mark('—'),
            Token::Number(Number { digits: 1, scale: 0 }),
            Token::Number(Number { digits: 50, scale: 2 }),
            Token::Ambiguous,
        ]
    );
}
