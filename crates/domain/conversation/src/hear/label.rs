//! The label of a choice, typed where it could have been tapped.

use crate::machine::{Meaning, Question};
use crate::outgoing::Content;
use crate::understanding::{bare_words, without_lead};

/// No label is longer than this, with a yes and a please around it.
const CHARACTERS_MAX: usize = 120;

/// What the words mean if they are the label of one of the choices that `shown`, the message of the open question,
/// offers: in any case and punctuation, with or without politeness and with a yes or a no before it. A label that two
/// choices share names neither, and *no* before a label that says yes contradicts it.
pub(super) fn typed(text: &str, question: &Question, shown: &Content) -> Option<Meaning> {
    if text.chars().count() > CHARACTERS_MAX {
        return None;
    }
    let said = bare_words(text);
    let labels = labels(shown);
    let (agrees, rest) = without_lead(&said);
    let place = only(&labels, &said).or_else(|| only(&labels, rest).filter(|_| !rest.is_empty()))?;
    let meaning = question.options.get(place)?;
    let whole = only(&labels, &said).is_some();
    (whole || agrees != Some(false) || *meaning != Meaning::Yes).then(|| meaning.clone())
}

/// Each label with its place; one that had to be cut counts as it was before, too.
fn labels(shown: &Content) -> Vec<(usize, String)> {
    let mut labels = Vec::new();
    match shown {
        Content::Buttons(buttons) => {
            let titles = buttons
                .buttons()
                .iter()
                .map(|button| joined(&bare_words(&button.title)));
            labels.extend(titles.enumerate());
        }
        Content::List(list) => {
            for (place, row) in list.rows().iter().enumerate() {
                labels.push((place, joined(&bare_words(&row.title))));
                let full = row
                    .description
                    .as_deref()
                    .and_then(|text| text.split(" · ").next());
                labels.extend(
                    full.filter(|_| row.title.ends_with('…'))
                        .map(|full| (place, joined(&bare_words(full)))),
                );
            }
        }
        Content::Text(_) | Content::Link(_) | Content::Template(_) | Content::Document(_) => {}
    }
    labels.retain(|(_, label)| !label.is_empty());
    labels
}

/// Spaces say nothing: `9:00am` is `9:00 am`.
fn joined(words: &[String]) -> String {
    words.concat()
}

/// The place of the one choice with this label.
fn only(labels: &[(usize, String)], words: &[String]) -> Option<usize> {
    let said = joined(words);
    let mut places = labels
        .iter()
        .filter(|(_, label)| *label == said)
        .map(|(place, _)| *place);
    let first = places.next()?;
    places.all(|place| place == first).then_some(first)
}
