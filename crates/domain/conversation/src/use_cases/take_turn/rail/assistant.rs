//! Commands about the assistant itself: what it was told to answer, and whom it serves while it is on trial.

use ratiba_kernel::{Outage, PhoneNumber};

use super::super::TakeTurn;
use super::{Answer, Asker};
use crate::cohort::{Member, Standing};
use crate::knowledge::{Category, Content, ContentFault, Snippet};
use crate::rail::{Act, Command, LISTED_MAX, leading_number, leading_phone};
use crate::texts::{Placeholder, RailText, Tongue, Values, cut};
use crate::understanding::Language;
use crate::wording::rail::listing;

/// How much of an answer is shown in a list.
const SHOWN: usize = 60;

impl TakeTurn {
    pub(super) async fn list_faqs(&self, asker: &Asker<'_>) -> Result<Answer, Outage> {
        let snippets = self.knowledge.snippets(asker.tenant).await?;
        if snippets.is_empty() {
            return Ok(asker.say(RailText::FaqsNone));
        }
        let lines: Vec<String> = snippets
            .iter()
            .enumerate()
            .map(|(place, snippet)| format!("{}. {}", place + 1, shown(snippet)))
            .collect();
        let values = Values::new().with(Placeholder::Bookings, snippets.len().to_string());
        let head = RailText::FaqsHead.render(asker.tongue, &values);
        Ok(Answer::Say(listing(&head, &lines, LISTED_MAX, asker.tongue).0))
    }

    pub(super) async fn ask_to_add_faq(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some((title, body)) = title_and_body(rest) else {
            return Ok(asker.usage(Command::AddFaq));
        };
        let tongue = match asker.read(body).language {
            Language::English => Tongue::English,
            Language::Swahili | Language::Mixed | Language::Sheng => Tongue::Swahili,
        };
        let content = match Content::new(Category::General, tongue, title, body) {
            Ok(content) => content,
            Err(ContentFault::Title) => return Ok(asker.say(RailText::FaqTitleTooLong)),
            Err(ContentFault::Body) => return Ok(asker.say(RailText::FaqBodyTooLong)),
        };
        let values = Values::new()
            .with(Placeholder::First, content.title())
            .with(Placeholder::Second, content.body());
        let act = Act::AddFaq {
            title: content.title().to_owned(),
            body: content.body().to_owned(),
            tongue,
        };
        let what = RailText::ActAddFaq.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn ask_to_remove_faq(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        if rest.is_empty() {
            return Ok(asker.usage(Command::RemoveFaq));
        }
        let snippets = self.knowledge.snippets(asker.tenant).await?;
        let numbered = leading_number(rest).filter(|(_, behind)| behind.is_empty());
        let meant = match numbered {
            Some((number, _)) => number.checked_sub(1).and_then(|place| snippets.get(place)),
            None => {
                let wanted = rest.to_lowercase();
                let is_titled = |snippet: &&Snippet| snippet.content.title().to_lowercase() == wanted;
                snippets.iter().find(is_titled)
            }
        };
        let Some(snippet) = meant else {
            return Ok(asker.say(RailText::NoSuchFaq));
        };
        let values = Values::new().with(Placeholder::First, shown(snippet));
        let act = Act::RemoveFaq {
            snippet: snippet.id,
            version: snippet.version,
        };
        let what = RailText::ActRemoveFaq.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn list_cohort(&self, asker: &Asker<'_>) -> Result<Answer, Outage> {
        let cohort = self.office.cohort(asker.tenant).await?;
        let lines: Vec<String> = cohort
            .members
            .iter()
            .enumerate()
            .map(|(place, member)| format!("{}. {}", place + 1, named(member, asker.tongue)))
            .collect();
        let values = Values::new()
            .with(Placeholder::First, cohort.taken().to_string())
            .with(Placeholder::Second, cohort.places.to_string());
        let head = RailText::CohortHead.render(asker.tongue, &values);
        Ok(Answer::Say(listing(&head, &lines, LISTED_MAX, asker.tongue).0))
    }

    pub(super) async fn ask_to_invite(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some((phone, "")) = leading_phone(rest) else {
            return Ok(asker.usage(Command::Invite));
        };
        let values = Values::new().with(Placeholder::Customer, phone.e164());
        let what = RailText::ActInvite.render(asker.tongue, &values);
        self.ask(asker, Act::Invite { phone }, what).await
    }
}

/// A question and its answer: parted by a bar, a line break, a question mark or a colon, whichever comes first in this order.
fn title_and_body(text: &str) -> Option<(&str, &str)> {
    let parted = ['|', '\n', '?', ':']
        .into_iter()
        .find_map(|mark| text.split_once(mark));
    let (title, body) = parted?;
    let (title, body) = (title.trim(), body.trim());
    (!title.is_empty() && !body.is_empty()).then_some((title, body))
}

fn shown(snippet: &Snippet) -> String {
    let body = snippet.content.body().replace('\n', " ");
    format!("{}: {}", snippet.content.title(), cut(&body, SHOWN))
}

fn named(member: &Member, tongue: Tongue) -> String {
    let standing = match member.invitation.standing {
        Standing::Invited => RailText::CohortInvited,
        Standing::Joined => RailText::CohortJoined,
        Standing::Declined => RailText::CohortDeclined,
        Standing::Left | Standing::Withdrawn => RailText::CohortLeft,
    };
    let name = member.customer.name.clone();
    let name = name.unwrap_or_else(|| RailText::NoName.plain(tongue));
    let number = member.customer.phone.as_ref().map(PhoneNumber::e164);
    format!(
        "{name} {} – {}",
        number.unwrap_or_default(),
        standing.plain(tongue)
    )
}

#[cfg(test)]
mod tests {
    use super::title_and_body;

    #[test]
    fn a_question_ends_where_its_answer_begins() {
        let parted = |text| title_and_body(text);
        assert_eq!(
            parted("Parking: free behind the house"),
            Some(("Parking", "free behind the house"))
        );
        assert_eq!(
            parted("Is there wifi? Yes: ask us"),
            Some(("Is there wifi", "Yes: ask us"))
        );
        assert_eq!(
            parted("Wifi: yes | the password is on the wall"),
            Some(("Wifi: yes", "the password is on the wall"))
        );
        assert_eq!(parted("parking"), None);
        assert_eq!(parted(": an answer to nothing"), None);
        assert_eq!(parted("a question to nobody?"), None);
    }
}
