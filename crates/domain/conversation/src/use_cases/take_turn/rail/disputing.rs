//! Closed commission in the chat: whoever earned it disputes a line, and whoever runs the business closes a month.
//!
//! The button under a statement, or the command, shows its lines; one of them is chosen, the reason is asked for and read back,
//! and the yes opens the dispute. Whose statement it is is looked up each time: a token of somebody else's shows nothing.

use ratiba_kernel::Outage;

use super::super::TakeTurn;
use super::{Answer, Asker, plain_answer, typed};
use crate::desk::{StatementCard, StatementLine};
use crate::inbound::Reading;
use crate::rail::{
    Act, AwaitedReason, Command, LINES_LIVE_FOR, LineTap, LinesTap, REASON_CHARACTERS_MAX, StatementTap,
    leading_number,
};
use crate::texts::{Placeholder, RailText, Values, format_month};
use crate::wording::statement;

impl Asker<'_> {
    /// The line of a number, if it can be disputed; else what is said instead.
    fn line_in<'a>(&self, card: &'a StatementCard, number: u32) -> Result<&'a StatementLine, Answer> {
        let values = Values::new()
            .with(Placeholder::First, number.to_string())
            .with(Placeholder::Date, statement::month_of(card, self.tongue));
        let line = card.lines.iter().find(|line| line.number == number);
        let line = line.ok_or_else(|| Answer::Say(RailText::NoSuchLine.render(self.tongue, &values)))?;
        if line.disputed {
            return Err(Answer::Say(RailText::DisputeIsOpen.render(self.tongue, &values)));
        }
        Ok(line)
    }

    /// Asks what is wrong with a line.
    fn ask_reason(&self, card: &StatementCard, number: u32) -> Answer {
        let line = match self.line_in(card, number) {
            Ok(line) => line,
            Err(answer) => return answer,
        };
        let values = statement::values_of(card, line, self.tongue);
        let awaits = AwaitedReason {
            statement: card.id,
            line: number,
            asked_at: self.now,
        };
        Answer::AskReason(RailText::AskReason.render(self.tongue, &values), awaits)
    }

    fn lines_of(&self, card: &StatementCard, from: usize) -> Answer {
        match statement::lines(card, from, self.tongue, self.now) {
            Some(list) => Answer::Show(list),
            None => {
                let month = Values::new().with(Placeholder::Date, statement::month_of(card, self.tongue));
                Answer::Say(RailText::NoLines.render(self.tongue, &month))
            }
        }
    }
}

impl TakeTurn {
    /// The lines of the newest statement; with a number that line, and with words behind it the question at once.
    pub(super) async fn dispute(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some(member) = &asker.member else {
            return Ok(asker.say(RailText::UnknownCommand));
        };
        let Some(card) = self.office.latest_statement(asker.tenant, member.id).await? else {
            return Ok(asker.say(RailText::NoStatement));
        };
        let Some((number, reason)) = leading_number(rest) else {
            return Ok(asker.lines_of(&card, 0));
        };
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if reason.is_empty() {
            return Ok(asker.ask_reason(&card, number));
        }
        self.ask_to_dispute(asker, &card, number, reason).await
    }

    /// Somebody tapped the button under a statement, or a line of it. Of somebody else's they are shown nothing.
    pub(super) async fn tapped_statement(
        &self,
        asker: &Asker<'_>,
        tap: StatementTap,
    ) -> Result<Answer, Outage> {
        let (StatementTap::Lines(LinesTap { statement, .. }) | StatementTap::Line(LineTap { statement, .. })) =
            tap;
        let Some(member) = &asker.member else {
            return Ok(asker.say(RailText::NoStatement));
        };
        let card = self.office.statement(asker.tenant, member.id, statement).await?;
        let Some(card) = card else {
            return Ok(asker.say(RailText::NoStatement));
        };
        Ok(match tap {
            StatementTap::Lines(LinesTap { from, .. }) => asker.lines_of(&card, from),
            StatementTap::Line(LineTap { shown_at, .. })
                if asker.message.sent_at - shown_at > LINES_LIVE_FOR =>
            {
                asker.say(RailText::LinesOld)
            }
            StatementTap::Line(LineTap { line, .. }) => asker.ask_reason(&card, line),
        })
    }

    /// The words of somebody who was asked what is wrong with a line; a bare no lets it be.
    pub(super) async fn awaited_reason(
        &self,
        asker: &Asker<'_>,
        reading: &Reading,
    ) -> Result<Option<Answer>, Outage> {
        let (Some(awaits), Some(words)) = (asker.slate.awaits, typed(&reading.received)) else {
            return Ok(None);
        };
        let Some(member) = asker
            .member
            .as_ref()
            .filter(|_| !awaits.is_over(asker.message.sent_at))
        else {
            return Ok(None);
        };
        if plain_answer(words) == Some(false) {
            return Ok(Some(asker.say(RailText::Dropped)));
        }
        let card = self
            .office
            .statement(asker.tenant, member.id, awaits.statement)
            .await?;
        let Some(card) = card else {
            return Ok(Some(asker.say(RailText::NoStatement)));
        };
        let answer = self.ask_to_dispute(asker, &card, awaits.line, words).await?;
        Ok(Some(answer))
    }

    /// Reads the reason back, and asks whether to open the dispute.
    async fn ask_to_dispute(
        &self,
        asker: &Asker<'_>,
        card: &StatementCard,
        number: u32,
        reason: &str,
    ) -> Result<Answer, Outage> {
        let line = match asker.line_in(card, number) {
            Ok(line) => line,
            Err(answer) => return Ok(answer),
        };
        let reason = reason.trim();
        if reason.chars().count() > REASON_CHARACTERS_MAX {
            let most = Values::new().with(Placeholder::First, REASON_CHARACTERS_MAX.to_string());
            return Ok(Answer::Meanwhile(
                RailText::ReasonTooLong.render(asker.tongue, &most),
            ));
        }
        let values = statement::values_of(card, line, asker.tongue).with(Placeholder::Reason, reason);
        let act = Act::Dispute {
            statement: card.id,
            line: number,
            reason: reason.to_owned(),
        };
        let what = RailText::ActDispute.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    /// Asks whether to close the earliest month of commission that waits.
    pub(super) async fn ask_to_close(&self, asker: &Asker<'_>) -> Result<Answer, Outage> {
        let waiting = match self.office.waiting_month(asker.tenant).await? {
            Some(Ok(waiting)) => waiting,
            Some(Err(refusal)) => {
                return Ok(asker.refused(&refusal, &Command::Close.usage().plain(asker.tongue)));
            }
            None => return Ok(asker.say(RailText::NothingWaits)),
        };
        let values = Values::new()
            .with(Placeholder::Date, format_month(waiting.month, asker.tongue))
            .with(Placeholder::People, waiting.people.to_string())
            .with(Placeholder::Commission, waiting.commission.to_string())
            .with(Placeholder::Least, waiting.tips.to_string());
        let what = RailText::ActClose.render(asker.tongue, &values);
        self.ask(asker, Act::Close { waiting }, what).await
    }
}
