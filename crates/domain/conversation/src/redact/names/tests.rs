use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A masker that asked who is meant, at a business with customers of these names.
fn asking(text: &str, customers: &[&str]) -> Masker {
    let known: BTreeSet<String> = spellings_of(customers);
    let asked = NameWords::of([text]);
    let found = asked.iter().filter(|word| known.contains(*word));
    let found = found.map(str::to_owned).collect();
    Masker::default()
        .everyday(["Deep Tissue Massage", "Facial"])
        .knowing(&asked, found)
}

fn masked(text: &str, customers: &[&str]) -> String {
    asking(text, customers).mask(text)
}

#[test]
fn names_of_other_customers_are_masked_however_they_are_written() {
    let customers = ["Njeri Ng'ang'a", "Wanjikũ Mary-Anne"];
    for (said, shown) in [
        ("book for my sister NJERI", "book for my sister [name]"),
        ("na dada yangu njeri, kesho", "na dada yangu [name], kesho"),
        ("Nganga's wife", "[name] wife"),
        ("(Ng’ang’a) atakuja", "([name]) atakuja"),
        ("wanjiku@work", "[name]"),
        ("Wanjik\u{169}! au anne?", "[name]! au [name]?"),
        ("Nje\u{200b}ri", "[name]"),
        ("[name]Njeri na [id]njeri", "[[name] na [[name]"),
        ("njerika kesho saa nane", "njerika kesho saa nane"),
    ] {
        assert_eq!(masked(said, &customers), shown);
    }
}

#[test]
fn a_word_that_everybody_says_is_a_name_only_where_one_is_told() {
    let customers = [
        "May Achieng",
        "Salama",
        "Massage Queen",
        "Friday Otieno",
        "God is Good",
    ];
    for (said, shown) in [
        ("on 5 May please", "on 5 May please"),
        ("with May Achieng on Friday", "with [name] [name] on Friday"),
        ("my name is May", "my name is [name]"),
        ("naitwa Salama", "naitwa [name]"),
        ("habari, salama?", "habari, salama?"),
        ("jina langu ni Friday.", "jina langu ni [name]."),
        ("a massage on friday is good", "a massage on friday is good"),
        ("Friday Otieno and me", "[name] [name] and me"),
        ("thank god", "thank [name]"),
    ] {
        assert_eq!(masked(said, &customers), shown);
    }
}

#[test]
fn a_name_that_is_a_word_of_praise_is_masked_wherever_it_stands() {
    for name in [
        "Grace", "Baraka", "Neema", "Imani", "Joy", "Hope", "Rehema", "Amani", "Zawadi", "Pendo", "Tumaini",
        "Faith", "Mercy", "Wanjiru", "Achieng", "Kamau", "Njeri", "Amina", "Halima", "Asha", "Juma", "Mary",
        "Otieno", "Mwangi", "Wambui", "Nyambura", "Chebet", "Kiprono", "Akinyi", "Odhiambo", "Mutua",
        "Fatuma", "Zainab", "Brian", "Kevin", "Sharon", "Cynthia", "Esther", "Ruth", "Eunice",
    ] {
        let said = format!("kesho na {name} saa nane");
        assert_eq!(masked(&said, &[name]), "kesho na [name] saa nane", "{name}");
    }
}

#[test]
fn what_whoever_reads_it_knows_is_shown() {
    let said = "Njeri wants Wanjiru, like Achieng";
    let masker = asking(said, &["Njeri Kamau", "Wanjiru", "Achieng"]).showing(["Njeri Kamau", "Wanjiru"]);
    assert_eq!(masker.mask(said), "Njeri wants Wanjiru, like [name]");
}

#[test]
fn of_more_words_than_are_asked_for_the_rest_is_masked() {
    let mut said: Vec<String> = (0..NAMES_ASKED_MAX + 5)
        .map(|number| {
            format!(
                "x{}",
                number.to_string().replace(char::is_numeric, "q") + &letters(number)
            )
        })
        .collect();
    said.push("njeri".to_owned());
    let said = said.join(" ");
    let shown = masked(&said, &["Njeri"]);
    assert!(!shown.contains("njeri"), "{shown}");
    assert_eq!(shown.matches("[name]").count(), 6, "{shown}");
    assert_eq!(NameWords::of([said.as_str()]).iter().count(), NAMES_ASKED_MAX);
}

fn letters(number: usize) -> String {
    let digits = number.to_string();
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

proptest! {
    #[test]
    fn no_text_leaves_with_a_name_that_is_known(
        name in "[A-Z][a-zĩũé]{2,9}([ -][A-Z][a-z]{2,9}){0,2}",
        others in prop::collection::vec("[A-Z][a-z]{2,9}", 0..4),
        before in "([a-z]{1,6}[,.]? ){0,4}",
        after in "( [a-z]{1,6}){0,4}",
        mark in prop::sample::select(vec!["", ",", "!", "'s", "’s", ")", "..."]),
        loud in any::<bool>(),
    ) {
        let written = if loud { name.to_uppercase() } else { name.clone() };
        let text = format!("{before}{written}{mark}{after}");
        let customers: Vec<&str> = others.iter().map(String::as_str).chain([name.as_str()]).collect();
        let left = spellings_of([masked(&text, &customers)]);
        for word in spellings_of([&name]) {
            prop_assert!(is_everyday(&word) || !left.contains(&word) || word == "name", "{} of {}", word, text);
        }
    }

    #[test]
    fn what_is_masked_stays_so(text in "\\PC{0,80}", name in "[a-z]{3,8}") {
        let masker = asking(&text, &[&name]);
        let once = masker.mask(&text);
        prop_assert_eq!(asking(&once, &[&name]).mask(&once), once);
    }
}
