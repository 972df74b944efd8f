//! Commands in plain words. Words are compared as the rules of understanding spell them; what a command is about (days,
//! people, services, amounts) is left to those rules.

use super::args::{leading_number, leading_phone};
use super::command::Command;
use crate::understanding::folded_words;

/// How a phrase stands in the message.
#[derive(Clone, Copy)]
enum Place {
    /// It is all of it.
    Whole,
    /// It begins it, and what follows is what it is about.
    Begins,
    /// It is somewhere in it.
    Within,
}

use Place::{Begins, Whole, Within};

/// Phrases, the more particular ones first.
#[rustfmt::skip]
const PHRASES: &[(Command, Place, &[&str])] = &[
    (Command::Help, Whole, &["help", "msaada", "commands", "amri"]),
    (Command::MyDay, Within, &[
        "my day", "my schedule", "my clients", "my appointments today", "my bookings today", "what do i have today",
        "who do i have today", "siku yangu", "ratiba yangu", "wateja wangu", "nina nani leo", "nina wateja gani",
        "nina kazi gani leo", "niko na nani leo",
    ]),
    (Command::Dispute, Within, &[
        "dispute a line", "dispute line", "dispute my commission", "commission is wrong", "commission is not right",
        "pinga mstari", "napinga kamisheni", "kamisheni yangu si sahihi", "kamisheni yangu sio sahihi",
        "kamisheni si sahihi", "mstari si sahihi",
    ]),
    (Command::MyEarnings, Within, &[
        "my earnings", "my commission", "my tips", "have i earned", "did i earn", "have i made", "i have earned",
        "mapato yangu", "kamisheni yangu", "commission yangu", "nimepata ngapi", "nimepata pesa ngapi",
        "nimepata kiasi gani", "nimeingiza ngapi", "nimetengeneza ngapi", "nimemake ngapi",
    ]),
    (Command::Takings, Within, &[
        "takings", "mapato", "mauzo", "revenue", "sales", "did we make", "have we made", "we made today",
        "did we earn", "have we earned", "did we collect", "have we collected", "tumepata ngapi",
        "tumepata pesa ngapi", "tumepata kiasi gani", "tumeingiza ngapi", "tumeingiza pesa ngapi", "tumeuza ngapi",
        "tumemake ngapi", "tumetengeneza ngapi", "tulipata ngapi", "tulipata pesa ngapi", "tuliuza ngapi",
        "imeingia pesa ngapi", "pesa ngapi imeingia", "pesa ngapi zimeingia",
    ]),
    (Command::Close, Begins, &["close commission", "close the commission", "funga kamisheni"]),
    (Command::Commission, Within, &["commission", "commision", "comission", "kamisheni"]),
    (Command::Unrouted, Within, &[
        "unrouted", "dead letters", "unmatched payments", "unknown payments", "malipo yasiyojulikana",
        "malipo hayajulikani", "pesa zisizojulikana", "pesa isiyojulikana",
    ]),
    (Command::ListFaqs, Whole, &["faqs", "list faqs", "show faqs", "orodha ya maswali", "maswali na majibu"]),
    (Command::AddFaq, Begins, &["add faq", "add an faq", "ongeza swali", "ongeza jibu"]),
    (Command::RemoveFaq, Begins, &["remove faq", "delete faq", "ondoa swali", "futa swali"]),
    (Command::Cohort, Whole, &["cohort", "the cohort", "beta list", "who is in the beta", "nani wako kwenye beta"]),
    (Command::AddService, Begins, &["add service", "add a service", "add a new service", "ongeza huduma mpya", "ongeza huduma"]),
    (Command::UpdatePrice, Begins, &[
        "update price of", "update the price of", "update price", "change price of", "change the price of",
        "change price", "set price of", "set the price of", "set price", "badilisha bei ya", "badilisha bei",
        "weka bei ya", "weka bei",
    ]),
    (Command::Block, Begins, &["block off", "block out", "block", "please block", "zuia", "mzuie", "blocki", "tafadhali zuia"]),
    (Command::Find, Begins, &["find customer", "find", "look up", "search for", "search", "tafuta mteja", "tafuta"]),
];

/// Before the number of a list.
const CANCEL: &[&str] = &[
    "cancel number",
    "cancel no",
    "cancel",
    "ghairi namba",
    "ghairi nambari",
    "ghairi",
];
/// Before the number of a list.
#[rustfmt::skip]
const MOVE: &[&str] = &[
    "reschedule number", "reschedule no", "reschedule", "move number", "move no", "move", "hamisha namba",
    "hamisha nambari", "hamisha", "sogeza namba", "sogeza nambari", "sogeza", "ahirisha namba", "ahirisha",
];
/// Before somebody's number.
#[rustfmt::skip]
const BOOK: &[&str] = &[
    "book for", "book in", "book", "make a booking for", "booking for", "mwekee nafasi", "mwekee", "weka booking ya",
    "weka nafasi ya", "weka", "andika",
];

/// Before the number of somebody who is invited to the beta.
const INVITE: &[&str] = &["invite", "please invite", "alika", "mwalike", "mualike"];

/// Asks who comes; the day stands beside it.
#[rustfmt::skip]
const WHO_COMES: &[&str] = &[
    "kuna nani", "nani anakuja", "nani yuko", "nani wanakuja", "whats on", "what is on", "whats happening",
    "who is coming", "whos coming", "who is in", "who do we have", "what do we have", "bookings", "appointments",
    "schedule", "booking za", "booking ya", "miadi ya", "wateja wa", "ratiba ya", "orodha ya", "list for", "tuko na nani",
    "tuna nani", "tuna wateja gani", "tuko na wateja gani", "visits",
];
/// The day, as far as it decides that a list is meant.
#[rustfmt::skip]
const DAYS: &[&str] = &[
    "today", "todays", "leo", "tomorrow", "tomorrows", "kesho", "yesterday", "jana", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "jumatatu", "jumanne", "jumatano", "alhamisi", "ijumaa", "jumamosi",
    "jumapili", "keshokutwa",
];
/// Words of somebody who speaks of their own visit, or wants one.
#[rustfmt::skip]
const OWN: &[&str] = &["my", "mine", "i", "me", "yangu", "zangu", "nataka", "naomba", "want", "please", "book"];

/// The command that plain words mean, and what they say of it.
pub(super) fn command(text: &str, may: impl Fn(Command) -> bool) -> Option<(Command, &str)> {
    let words = folded_words(text);
    let numbered = [(Command::Cancel, CANCEL), (Command::Reschedule, MOVE)];
    for (command, phrases) in numbered {
        let rest = phrases.iter().find_map(|phrase| after(text, phrase));
        if let Some(rest) = rest.filter(|rest| may(command) && leading_number(rest).is_some()) {
            return Some((command, rest));
        }
    }
    let booked = BOOK
        .iter()
        .filter_map(|phrase| after(text, phrase))
        .find(|rest| leading_phone(rest).is_some());
    if let Some(rest) = booked.filter(|_| may(Command::Book)) {
        return Some((Command::Book, rest));
    }
    let invited = INVITE.iter().find_map(|phrase| after(text, phrase));
    if let Some(rest) = invited.filter(|rest| may(Command::Invite) && leading_phone(rest).is_some()) {
        return Some((Command::Invite, rest));
    }
    for (command, place, phrases) in PHRASES.iter().filter(|(command, ..)| may(*command)) {
        for phrase in *phrases {
            match place {
                Whole if words.join(" ") == *phrase => return Some((*command, "")),
                Begins => {
                    if let Some(rest) = after(text, phrase).filter(|rest| !rest.is_empty()) {
                        return Some((*command, rest));
                    }
                }
                Within if holds(&words, phrase) => return Some((*command, text)),
                Whole | Within => {}
            }
        }
    }
    let own = words.iter().any(|word| OWN.contains(&word.as_str()));
    let asks = WHO_COMES.iter().any(|phrase| holds(&words, phrase));
    let day = words.iter().any(|word| DAYS.contains(&word.as_str()));
    (may(Command::Today) && asks && day && !own).then_some((Command::Today, text))
}

/// Whether the words of the phrase stand in the message one after the other.
fn holds(words: &[String], phrase: &str) -> bool {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    words.windows(wanted.len()).any(|some| some == wanted.as_slice())
}

/// What follows the phrase where the message begins with it; as it was written.
fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let mut rest = text.trim_start();
    for wanted in phrase.split(' ') {
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if !word.eq_ignore_ascii_case(wanted) {
            return None;
        }
        rest = behind.trim_start_matches([' ', ':', ',', '#']);
    }
    Some(rest.trim())
}
