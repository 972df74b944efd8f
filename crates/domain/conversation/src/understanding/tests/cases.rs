//! The worked cases, and other sentences of their kind, as tables that print each miss.

use super::{MASSAGE, read, when};
use crate::understanding::Intent;

pub(super) const WORKED_CASES: &str = include_str!("../../../tests/data/utterances.csv");

/// Fields of one CSV line; quotes are only around whole fields here.
pub(super) fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

/// Compares intent, time and question of each row; returns the misses.
fn misses(rows: &[(&str, &str, &str, &str)]) -> Vec<String> {
    rows.iter()
        .filter_map(|(text, intent, expected_when, ask)| {
            let understood = read(text);
            let got = (
                understood.intent.name(),
                when(&understood),
                if understood.ask { "yes" } else { "no" },
            );
            let same = got.0 == *intent && got.1 == *expected_when && got.2 == *ask;
            (!same).then(|| {
                format!(
                    "{text:?}: expected {intent} [{expected_when}] {ask}, got {} [{}] {}",
                    got.0, got.1, got.2
                )
            })
        })
        .collect()
}

#[test]
fn every_worked_case_is_read_as_written() {
    let lines: Vec<Vec<String>> = WORKED_CASES.lines().skip(1).map(fields).collect();
    let rows: Vec<(&str, &str, &str, &str)> = lines
        .iter()
        .filter_map(|row| match &row[..] {
            [_group, text, _language, intent, when, ask, _note] => {
                Some((&**text, &**intent, &**when, &**ask))
            }
            _other => None,
        })
        .collect();
    assert_eq!(rows.len(), 144);
    let misses = misses(&rows);
    assert!(
        misses.is_empty(),
        "{} misses:\n{}",
        misses.len(),
        misses.join("\n")
    );
}

#[test]
fn the_demo_message_books_a_massage_tomorrow_at_two() {
    let understood = read("Niaje, nataka massage kesho saa nane mchana");
    assert_eq!(understood.intent, Intent::Book);
    assert_eq!(when(&understood), "2026-05-13 14:00");
    assert!(!understood.ask);
    assert_eq!(understood.service(), Some(MASSAGE));
}

#[test]
fn other_sentences_of_the_same_kind_are_read_by_the_same_rules() {
    let rows = [
        // Swahili, hours in words
        (
            "Ningependa miadi Alhamisi saa tisa na nusu mchana",
            "book",
            "2026-05-14 15:30",
            "no",
        ),
        (
            "naomba appointment ya facial kesho saa kumi na mbili kasoro dakika kumi jioni",
            "book",
            "2026-05-13 17:50",
            "no",
        ),
        (
            "Nipangie Jumamosi saa tatu u nusu asubuhi tafadhali",
            "book",
            "2026-05-16 09:30",
            "no",
        ),
        (
            "Niwekee pedicure Jumapili saa sita na robo mchana",
            "book",
            "2026-05-17 12:15",
            "no",
        ),
        (
            "kesho kutwa saa nane kasorobo mchana",
            "book",
            "2026-05-14 13:45",
            "no",
        ),
        ("Jumatatu alasiri saa tisa", "book", "2026-05-18 15:00", "no"),
        ("saa kumi na tano jioni kesho", "book", "2026-05-13", "yes"),
        ("kesho saa kumi asubuhi", "book", "2026-05-13 10:00", "yes"),
        ("Ijumaa saa kumi na mbili jioni", "book", "2026-05-15 18:00", "no"),
        (
            "Tarehe pili Juni saa nane mchana",
            "book",
            "2026-06-02 14:00",
            "no",
        ),
        (
            "tarehe tano mwezi ujao saa tatu asubuhi",
            "book",
            "2026-06-05 09:00",
            "no",
        ),
        (
            "Mwezi wa kumi na mbili tarehe ishirini na nne saa tano asubuhi",
            "book",
            "2026-12-24 11:00",
            "no",
        ),
        (
            "baada ya siku mbili saa kumi jioni",
            "book",
            "2026-05-14 16:00",
            "no",
        ),
        ("nakuja baada ya nusu saa", "book", "2026-05-12 08:30", "yes"),
        (
            "Nitakuja baada ya lisaa limoja na nusu",
            "book",
            "2026-05-12 09:30",
            "no",
        ),
        ("Jumanne saa nne asubuhi", "book", "2026-05-12 10:00", "yes"),
        ("Jumatano hii saa nane", "book", "2026-05-13 14:00", "no"),
        ("Jumatano ijayo saa nane", "book", "2026-05-20 14:00", "yes"),
        ("baada ya saa kumi kesho", "book", "2026-05-13 16:00..18:59", "no"),
        (
            "baada ya saa nane mchana Ijumaa",
            "book",
            "2026-05-15 14:00..15:59",
            "no",
        ),
        (
            "Jumamosi ya kwanza ya mwezi wa sita saa nne asubuhi",
            "book",
            "2026-06-06 10:00",
            "no",
        ),
        // Digits
        ("kesho saa 2 mchana", "book", "2026-05-13 14:00", "yes"),
        ("Jmosi saa 10 mchana", "book", "2026-05-16 16:00", "yes"),
        ("kesho saa 5 asubuhi", "book", "2026-05-13 11:00", "no"),
        ("J3 saa 9:30 mchana", "book", "2026-05-18 15:30", "no"),
        ("kesho saa 16:30", "book", "2026-05-13 16:30", "no"),
        ("kesho 4 jioni", "book", "2026-05-13 16:00", "yes"),
        // English
        (
            "Can I get a facial tomorrow at 3pm?",
            "availability",
            "2026-05-13 15:00",
            "no",
        ),
        (
            "I'd like to book a massage for Saturday at 10 am",
            "book",
            "2026-05-16 10:00",
            "no",
        ),
        ("half past four tomorrow", "book", "2026-05-13 16:30", "no"),
        ("tomorrow quarter past 10", "book", "2026-05-13 10:15", "no"),
        (
            "Thursday at three in the afternoon",
            "book",
            "2026-05-14 15:00",
            "no",
        ),
        ("tomorrow morning at 10", "book", "2026-05-13 10:00", "no"),
        ("June 20 at 2pm", "book", "2026-06-20 14:00", "no"),
        ("the 3rd of June 11am", "book", "2026-06-03 11:00", "no"),
        ("next week Friday 4pm", "book", "2026-05-22 16:00", "no"),
        ("Friday next week 4pm", "book", "2026-05-22 16:00", "no"),
        ("in 3 days at 2pm", "book", "2026-05-15 14:00", "no"),
        ("tomorrow at noon", "book", "2026-05-13 12:00", "no"),
        ("tomorrow at 10", "book", "2026-05-13 10:00", "yes"),
        ("tomorrow afternoon", "book", "2026-05-13 12:00..16:59", "no"),
        ("Saturday evening", "book", "2026-05-16 17:00..20:59", "no"),
        ("Friday after work", "book", "2026-05-15 17:00..20:59", "no"),
        ("this weekend", "book", "2026-05-16..2026-05-17", "no"),
        (
            "between 2 and 4pm tomorrow",
            "book",
            "2026-05-13 14:00..16:00",
            "no",
        ),
        ("last Friday of June 3pm", "book", "2026-06-26 15:00", "no"),
        ("Boxing day 11am", "book", "2026-12-26 11:00", "no"),
        ("tonight", "book", "2026-05-12 19:00..23:59", "no"),
        ("Wednesday 14 May 3pm", "book", "2026-05-14 15:00", "yes"),
        ("31 June 2pm", "book", "", "yes"),
        ("yesterday 3pm", "book", "2026-05-11 15:00", "yes"),
        // Mixed
        (
            "Niaje msee, nibookie massage kesho saa nane",
            "book",
            "2026-05-13 14:00",
            "no",
        ),
        (
            "2moro saa nne asubuhi iko slot?",
            "availability",
            "2026-05-13 10:00",
            "no",
        ),
        (
            "Wanjiru yuko free Ijumaa saa tisa mchana?",
            "availability",
            "2026-05-15 15:00",
            "no",
        ),
        (
            "Kuna nafasi kesho asubuhi?",
            "availability",
            "2026-05-13 06:00..11:59",
            "no",
        ),
        (
            "naeza kuja sato saa nane?",
            "availability",
            "2026-05-16 14:00",
            "no",
        ),
        (
            "Habari za asubuhi, naomba nafasi kesho saa nane mchana",
            "book",
            "2026-05-13 14:00",
            "no",
        ),
        ("kexho saa tisa mchana plz", "book", "2026-05-13 15:00", "no"),
        // Changes
        (
            "Nataka kubadilisha booking yangu iwe Ijumaa saa nane mchana",
            "reschedule",
            "2026-05-15 14:00",
            "no",
        ),
        (
            "Please move my Friday appointment to Saturday 11am",
            "reschedule",
            "2026-05-16 11:00",
            "no",
        ),
        (
            "Naomba kusogeza miadi hadi kesho kutwa",
            "reschedule",
            "2026-05-14",
            "no",
        ),
        (
            "siwezi kuja kesho, naomba Ijumaa saa tano",
            "reschedule",
            "2026-05-15 11:00",
            "no",
        ),
        ("Not 3pm, 4pm please", "reschedule", "16:00", "no"),
        ("iwe saa tisa", "reschedule", "15:00", "no"),
        ("siku nyingine", "change_date", "", "no"),
        ("Can we do another day?", "change_date", "", "no"),
        ("nataka huduma nyingine", "change_service", "", "no"),
        ("Sitaki massage, nataka facial", "change_service", "", "no"),
        ("Nighairie booking ya Ijumaa", "cancel", "2026-05-15", "no"),
        ("naomba ucancel appointment yangu", "cancel", "", "no"),
        ("I can't make it tomorrow", "cancel", "2026-05-13", "yes"),
        ("Siwezi kufika leo", "cancel", "2026-05-12", "yes"),
        ("Nimepata emergency", "cancel", "", "yes"),
        ("futa miadi yangu", "cancel", "", "no"),
        ("nitachelewa dakika kumi", "running_late", "", "no"),
        ("niko jam", "running_late", "", "no"),
        // Questions
        ("Facial ni how much?", "ask_price", "", "no"),
        ("gharama ya pedicure", "ask_price", "", "no"),
        ("what do you charge for a massage", "ask_price", "", "no"),
        ("Mko na discount?", "ask_promo", "", "no"),
        (
            "What time do you close tomorrow?",
            "ask_hours",
            "2026-05-13",
            "no",
        ),
        ("mnafungua saa ngapi", "ask_hours", "", "no"),
        ("mko open leo?", "ask_hours", "2026-05-12", "no"),
        ("Where are you located?", "ask_location", "", "no"),
        ("Nielekeze jinsi ya kufika", "ask_location", "", "no"),
        ("do you have parking?", "ask_info", "", "no"),
        ("Mnatoa huduma gani?", "ask_price", "", "no"),
        ("when is my appointment?", "show_booking", "", "no"),
        ("Booking yangu ni lini?", "show_booking", "", "no"),
        // Answers and small talk
        ("Ndiyo", "confirm", "", "no"),
        ("sawa sawa", "confirm", "", "no"),
        ("sawaaa", "confirm", "", "no"),
        ("Haya basi", "confirm", "", "no"),
        ("ok thanks", "confirm", "", "no"),
        ("xawa", "confirm", "", "no"),
        ("👍", "confirm", "", "no"),
        ("hapana asante", "deny", "", "no"),
        ("No thanks", "deny", "", "no"),
        ("sitaki hiyo", "deny", "", "no"),
        ("ngoja kidogo", "not_yet", "", "no"),
        ("wait", "not_yet", "", "no"),
        ("the second one", "choose_option", "", "no"),
        ("ya kwanza", "choose_option", "", "no"),
        ("2", "choose_option", "", "no"),
        ("Good morning", "greet", "", "no"),
        ("Habari yako", "greet", "", "no"),
        ("xaxa", "greet", "", "no"),
        ("Mambo vipi", "greet", "", "no"),
        ("thank you so much", "thanks", "", "no"),
        ("Nashukuru sana", "thanks", "", "no"),
        // Money, people, consent
        ("nishalipa", "payment_claim", "", "no"),
        ("I have paid", "payment_claim", "", "no"),
        ("nimetuma pesa", "payment_claim", "", "no"),
        ("the prompt did not come", "payment_resend", "", "no"),
        ("nimekosea PIN", "payment_resend", "", "no"),
        ("send the stk again", "payment_resend", "", "no"),
        ("nimekatwa pesa mara mbili", "payment_dispute", "", "no"),
        ("I was charged twice", "payment_dispute", "", "no"),
        ("naomba mnirudishie pesa yangu", "refund", "", "no"),
        ("can I talk to a person", "human", "", "no"),
        ("naomba niongee na mtu", "human", "", "no"),
        ("call me please", "human", "", "no"),
        ("Stop!!!", "opt_out", "", "no"),
        ("sitaki tena meseji zenu", "opt_out", "", "no"),
        ("please stop sending me messages", "opt_out", "", "no"),
        ("START", "opt_in", "", "no"),
        ("acha nifikirie", "not_yet", "", "no"),
        (
            "Ijumaa haiwezekani, Jumamosi je?",
            "reschedule",
            "2026-05-16",
            "no",
        ),
        ("not tomorrow", "deny", "", "no"),
        ("don't cancel my booking", "deny", "", "no"),
        ("nitalipa kesho", "not_yet", "", "no"),
        ("nilikatwa 2000 badala ya 1000", "payment_dispute", "", "no"),
        ("how do I pay?", "ask_info", "", "no"),
        ("what services do you offer?", "ask_price", "", "no"),
        ("nije na nini?", "ask_info", "", "no"),
        ("when can I come?", "availability", "", "no"),
        ("mtu", "human", "", "no"),
        ("try again", "payment_resend", "", "no"),
        (
            "siku ya Mashujaa saa nne asubuhi",
            "book",
            "2026-10-20 10:00",
            "no",
        ),
        ("thanks, see you tomorrow", "thanks", "", "no"),
        ("give me a minute", "not_yet", "", "no"),
        ("nachagua ya tatu", "choose_option", "", "no"),
        ("Hi, how are you today?", "greet", "", "no"),
        ("book me for 2", "book", "2026-05-12 14:00", "yes"),
        ("saa ya ukutani", "none", "", "no"),
        ("asdf qwer", "none", "", "no"),
    ];
    let misses = misses(&rows);
    assert!(
        misses.is_empty(),
        "{} misses of {}:\n{}",
        misses.len(),
        rows.len(),
        misses.join("\n")
    );
}
