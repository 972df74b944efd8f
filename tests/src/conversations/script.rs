//! A transcript: what is said and what happens, and what is expected of it. `docs/conversations.md` explains the form.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use ratiba_tooling::yaml::{self, Fault, Name, Node, Value};

/// One scripted conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// What it proves, in a sentence.
    pub rule: String,
    /// Why the product does not keep to it yet; such a transcript must fail.
    pub pending: Option<String>,
    /// When it begins, if not at the demo's hour.
    pub begins: Option<OffsetDateTime>,
    /// In order.
    pub steps: Vec<Step>,
}

/// Something happens, and something is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it begins in the file.
    pub line: usize,
    /// Who does it; whoever spoke last, if nobody is named.
    pub from: Option<Person>,
    /// What happens.
    pub act: Act,
    /// Why, for the reader.
    pub note: Option<String>,
    /// Every message that goes out, to anybody, each as [`super::stage`] writes it.
    pub replies: Vec<String>,
    /// Rows that matter, and what they say.
    pub rows: Vec<(Row, String)>,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A message of words.
    Says(String),
    /// Several, before the first is worked on.
    SaysAtOnce(Vec<String>),
    /// A message without words.
    Sends(Thing),
    /// The newest choice with this title is tapped.
    Taps(String),
    /// It is tapped twice before the first is worked on.
    TapsTwice(String),
    /// The oldest choice with this title is tapped: one of a message from long ago.
    TapsOld(String),
    /// Somebody does something with the only open M-Pesa prompt.
    Mpesa(Mpesa),
    /// The only open page for a card ends.
    Card(CardEnd),
    /// So many shillings are sent by hand with the newest payment's reference.
    ByHand(u32),
    /// Time goes by.
    Passes(Duration),
    /// Time goes by until then.
    Until(OffsetDateTime),
    /// The next request or delivery of this target goes wrong like this, as `docs/simulator.md` names both.
    Breaks {
        /// What is struck.
        target: String,
        /// How.
        kind: String,
    },
    /// The owner orders something over the API.
    Desk(Order),
    /// The beta's gate: `on` or not.
    Cohort(bool),
}

/// An order over the API. `{payment}`, `{visit}`, `{customer}` and `{service NAME}` stand for identities; what a `PUT`
/// does not name stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `POST` or `PUT`.
    pub method: String,
    /// From `/api/v1` on.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
    /// A part of the problem that it is refused with, if it is to be.
    pub refused: Option<String>,
}

/// Things without words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A photo.
    Photo,
    /// A voice note.
    Voice,
    /// A sticker.
    Sticker,
    /// A place.
    Location,
    /// Somebody's card with a number.
    Contact,
    /// A thumb under the last message.
    Reaction,
    /// A film.
    Video,
    /// A file.
    Document,
}

impl Thing {
    const ALL: [(Self, &str); 8] = [
        (Self::Photo, "photo"),
        (Self::Voice, "voice note"),
        (Self::Sticker, "sticker"),
        (Self::Location, "location"),
        (Self::Contact, "contact"),
        (Self::Reaction, "reaction"),
        (Self::Video, "video"),
        (Self::Document, "document"),
    ];

    /// By its name in a file or a terminal.
    pub fn parse(name: &str) -> Option<Self> {
        named(&Self::ALL, name)
    }
}

/// How a prompt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mpesa {
    /// With the right PIN.
    Paid,
    /// With a wrong one.
    WrongPin,
    /// By a tap on cancel.
    Cancelled,
    /// Nobody answers.
    Silent,
    /// There is too little money.
    NoMoney,
    /// The amount is beyond the day's limit.
    Limit,
    /// The amount is more than may be sent at once.
    TooMuch,
    /// The business's account is full.
    ReceiverFull,
    /// The same amount was just sent.
    Repeated,
    /// M-Pesa as a whole is busy.
    SystemBusy,
    /// The prompt expired on the phone.
    Expired,
    /// The prompt never reached the phone.
    Undelivered,
    /// The business's credentials are wrong.
    Misconfigured,
    /// A code that nobody documented.
    Strange,
    /// M-Pesa is busy with another request of this phone.
    Busy,
    /// The PIN is blocked.
    PinBlocked,
}

impl Mpesa {
    const ALL: [(Self, &str); 16] = [
        (Self::Paid, "ok"),
        (Self::WrongPin, "wrong-pin"),
        (Self::Cancelled, "cancel"),
        (Self::Silent, "timeout"),
        (Self::NoMoney, "no-money"),
        (Self::Limit, "limit"),
        (Self::TooMuch, "too-much"),
        (Self::ReceiverFull, "receiver-full"),
        (Self::Repeated, "repeated"),
        (Self::SystemBusy, "system-busy"),
        (Self::Expired, "expired"),
        (Self::Undelivered, "undelivered"),
        (Self::Misconfigured, "misconfigured"),
        (Self::Strange, "strange"),
        (Self::Busy, "busy"),
        (Self::PinBlocked, "pin-blocked"),
    ];

    /// By its name in a file or a terminal.
    pub fn parse(name: &str) -> Option<Self> {
        named(&Self::ALL, name)
    }

    /// All names, for whoever typed another one.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(_, name)| *name).collect()
    }

    /// The provider's code of what is no payment.
    pub(super) const fn code(self) -> Option<u32> {
        match self {
            Self::Paid => None,
            Self::WrongPin => Some(2001),
            Self::Cancelled => Some(1032),
            Self::Silent => Some(1037),
            Self::NoMoney => Some(1),
            Self::Limit => Some(4),
            Self::TooMuch => Some(2),
            Self::ReceiverFull => Some(8),
            Self::Repeated => Some(17),
            Self::SystemBusy => Some(26),
            Self::Expired => Some(1019),
            Self::Undelivered => Some(1025),
            Self::Misconfigured => Some(2028),
            Self::Strange => Some(7777),
            Self::Busy => Some(1001),
            Self::PinBlocked => Some(8006),
        }
    }
}

/// How a page for a card ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardEnd {
    /// Paid.
    Paid,
    /// The card was not accepted.
    Failed,
}

impl CardEnd {
    const ALL: [(Self, &str); 2] = [(Self::Paid, "ok"), (Self::Failed, "fail")];

    /// By its name in a file or a terminal.
    pub fn parse(name: &str) -> Option<Self> {
        named(&Self::ALL, name)
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// A new customer.
    Asha,
    /// Another new customer.
    Brian,
    /// A customer of former months.
    Amina,
    /// A new customer whose webhooks carry no number.
    Nameless,
    /// The owner.
    Owner,
    /// One of the therapists.
    Wanjiru,
}

impl Person {
    /// Everybody who can write, with their names in files.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Asha, "Asha"),
        (Self::Brian, "Brian"),
        (Self::Amina, "Amina"),
        (Self::Nameless, "somebody without a number"),
        (Self::Owner, "the owner"),
        (Self::Wanjiru, "Wanjiru"),
    ];

    /// The name in a file.
    pub fn name(self) -> &'static str {
        name_of(&Self::ALL, self)
    }

    /// The digits of the phone.
    pub const fn number(self) -> &'static str {
        match self {
            Self::Asha => crate::ASHA,
            Self::Brian => "254700000124",
            Self::Amina => "254700000101",
            Self::Nameless => "254700000199",
            Self::Owner => crate::OWNER,
            Self::Wanjiru => "254700000011",
        }
    }

    /// Whether webhooks leave the number out.
    pub const fn hides_number(self) -> bool {
        match self {
            Self::Nameless => true,
            Self::Asha | Self::Brian | Self::Amina | Self::Owner | Self::Wanjiru => false,
        }
    }
}

/// Rows that a step may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Where the newest thread of whoever spoke last stands, and who drives it.
    Thread,
    /// Every appointment made in the transcript.
    Visits,
    /// What is owed.
    Payments,
    /// What was tried to get it.
    Attempts,
    /// What went back.
    Refunds,
    /// What was agreed to and withdrawn.
    Consents,
    /// Who is invited to the beta, and what became of it.
    Cohort,
    /// What is known of who spoke last.
    Customer,
    /// Prompts on phones.
    Prompts,
    /// Jobs that wait, by kind; those that were given up.
    Jobs,
    /// Messages that did not go out, and why.
    Unsent,
}

impl Row {
    pub(super) const ALL: [(Self, &'static str); 11] = [
        (Self::Thread, "thread"),
        (Self::Visits, "visits"),
        (Self::Payments, "payments"),
        (Self::Attempts, "attempts"),
        (Self::Refunds, "refunds"),
        (Self::Consents, "consents"),
        (Self::Cohort, "cohort"),
        (Self::Customer, "customer"),
        (Self::Prompts, "prompts"),
        (Self::Jobs, "jobs"),
        (Self::Unsent, "unsent"),
    ];

    /// The name in a file.
    pub fn name(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

fn named<T: Copy>(all: &[(T, &str)], name: &str) -> Option<T> {
    all.iter().find(|(_, known)| *known == name).map(|(it, _)| *it)
}

fn name_of<T: PartialEq>(all: &[(T, &'static str)], it: T) -> &'static str {
    let found = all.iter().find(|(known, _)| *known == it);
    found.map_or("?", |(_, name)| name)
}

/// Reads a transcript strictly: what is not known is a fault.
///
/// # Errors
/// The first fault, with its line.
pub fn read(text: &str) -> Result<Transcript, Fault> {
    let root = yaml::read(text)?;
    let line = root.line;
    let mut known = Transcript {
        rule: String::new(),
        pending: None,
        begins: None,
        steps: Vec::new(),
    };
    for (name, node) in entries(root)? {
        match name.text.as_str() {
            "rule" => known.rule = words(node)?,
            "pending" => known.pending = Some(words(node)?),
            "begins" => known.begins = Some(instant(&node)?),
            "steps" => known.steps = list(node)?.into_iter().map(step).collect::<Result<_, _>>()?,
            other => return Err(unknown(&name, other, "rule, pending, begins, steps")),
        }
    }
    if known.rule.is_empty() || known.steps.is_empty() {
        return Err(Fault::at(line, "a transcript has a rule and steps"));
    }
    Ok(known)
}

fn step(node: Node) -> Result<Step, Fault> {
    let line = node.line;
    let (mut from, mut note, mut replies, mut rows) = (None, None, Vec::new(), Vec::new());
    let (mut act, mut body, mut refused) = (None, None, None);
    for (name, node) in entries(node)? {
        match name.text.as_str() {
            "from" => {
                let said = words(node)?;
                from = Some(named(&Person::ALL, &said).ok_or_else(|| {
                    let all: Vec<_> = Person::ALL.iter().map(|(_, name)| *name).collect();
                    Fault::at(
                        name.line,
                        format!("nobody is called {said:?}: {}", all.join(", ")),
                    )
                })?);
            }
            "note" => note = Some(words(node)?),
            "replies" => replies = list(node)?.into_iter().map(words).collect::<Result<_, _>>()?,
            "then" => rows = self::rows(node)?,
            "body" => body = Some((name.line, words(node)?)),
            "refused" => refused = Some((name.line, words(node)?)),
            _what_happens => {
                if act.is_some() {
                    return Err(Fault::at(name.line, "one thing happens in a step"));
                }
                act = Some(self::act(&name, node)?);
            }
        }
    }
    let mut act = act.ok_or_else(|| Fault::at(line, "nothing happens in this step"))?;
    if let Act::Desk(order) = &mut act {
        order.body = body.map(|(_, text)| text);
        order.refused = refused.map(|(_, text)| text);
    } else if let Some((line, _)) = body.or(refused) {
        let why = "only an order of the desk has a body or is refused";
        return Err(Fault::at(line, why));
    }
    Ok(Step {
        line,
        from,
        act,
        note,
        replies,
        rows,
    })
}

fn act(name: &Name, node: Node) -> Result<Act, Fault> {
    let line = node.line;
    let no = |what: &str| Fault::at(line, what.to_owned());
    Ok(match name.text.as_str() {
        "says" => Act::Says(words(node)?),
        "says at once" => Act::SaysAtOnce(list(node)?.into_iter().map(words).collect::<Result<_, _>>()?),
        "sends" => {
            let thing = Thing::parse(&words(node)?);
            let all: Vec<_> = Thing::ALL.iter().map(|(_, name)| *name).collect();
            Act::Sends(thing.ok_or_else(|| no(&format!("one of {}", all.join(", "))))?)
        }
        "taps" => Act::Taps(words(node)?),
        "taps twice" => Act::TapsTwice(words(node)?),
        "taps the oldest" => Act::TapsOld(words(node)?),
        "mpesa" => {
            let end = Mpesa::parse(&words(node)?);
            Act::Mpesa(end.ok_or_else(|| no(&format!("one of {}", Mpesa::names().join(", "))))?)
        }
        "card" => Act::Card(CardEnd::parse(&words(node)?).ok_or_else(|| no("ok or fail"))?),
        "by hand" => Act::ByHand(words(node)?.parse().map_err(|_| no("whole shillings"))?),
        "passes" => {
            let span = span(&words(node)?);
            Act::Passes(span.ok_or_else(|| no("a span: 90s, 5m, 2h, 7d"))?)
        }
        "until" => Act::Until(instant(&node)?),
        "breaks" => {
            let said = words(node)?;
            let (target, kind) = said
                .split_once(' ')
                .ok_or_else(|| no("a target and a kind, as daraja.callback lose"))?;
            Act::Breaks {
                target: target.to_owned(),
                kind: kind.to_owned(),
            }
        }
        "desk" => {
            let said = words(node)?;
            match said.split_once(' ') {
                Some((method @ ("POST" | "PUT"), path)) if path.starts_with("/api/v1/") => Act::Desk(Order {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    body: None,
                    refused: None,
                }),
                _another => return Err(no("POST or PUT, and a path from /api/v1/ on")),
            }
        }
        "cohort" => match words(node)?.as_str() {
            "on" => Act::Cohort(true),
            "off" => Act::Cohort(false),
            _another => return Err(no("on or off")),
        },
        other => {
            let known = "from, note, says, says at once, sends, taps, taps twice, taps the oldest, mpesa, card, \
                         by hand, passes, until, breaks, desk, body, refused, cohort, replies, then";
            return Err(unknown(name, other, known));
        }
    })
}

fn rows(node: Node) -> Result<Vec<(Row, String)>, Fault> {
    let mut rows = Vec::new();
    for (name, node) in entries(node)? {
        let all: Vec<_> = Row::ALL.iter().map(|(_, name)| *name).collect();
        let row = named(&Row::ALL, &name.text);
        let row = row.ok_or_else(|| unknown(&name, &name.text, &all.join(", ")))?;
        rows.push((row, words(node)?));
    }
    Ok(rows)
}

fn unknown(name: &Name, given: &str, known: &str) -> Fault {
    Fault::at(
        name.line,
        format!("{given:?} is not known here; known are {known}"),
    )
}

fn entries(node: Node) -> Result<Vec<(Name, Node)>, Fault> {
    match node.value {
        Value::Map(entries) => Ok(entries),
        Value::Text(_) | Value::List(_) => Err(Fault::at(node.line, "a mapping is wanted here")),
    }
}

fn list(node: Node) -> Result<Vec<Node>, Fault> {
    match node.value {
        Value::List(nodes) => Ok(nodes),
        Value::Text(_) | Value::Map(_) => Err(Fault::at(node.line, "a list is wanted here")),
    }
}

fn words(node: Node) -> Result<String, Fault> {
    match node.value {
        Value::Text(text) if !text.is_empty() => Ok(text),
        Value::Text(_) | Value::List(_) | Value::Map(_) => Err(Fault::at(node.line, "a text is wanted here")),
    }
}

fn instant(node: &Node) -> Result<OffsetDateTime, Fault> {
    let text = words(node.clone())?;
    OffsetDateTime::parse(&text, &Rfc3339)
        .map_err(|_| Fault::at(node.line, "a time is wanted, as 2026-05-13T14:00:00+03:00"))
}

/// A span of time as files and terminals write it: `90s`, `5m`, `2h`, `7d`.
pub fn span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _another => return None,
    };
    let number: i64 = number.parse().ok()?;
    (1..=10_000)
        .contains(&number)
        .then(|| Duration::seconds(number * seconds))
}

/// The transcript as a file.
pub fn write(transcript: &Transcript) -> String {
    let mut file = format!("rule: {}\n", scalar(&transcript.rule));
    if let Some(reason) = &transcript.pending {
        file.push_str(&format!("pending: {}\n", scalar(reason)));
    }
    if let Some(at) = transcript.begins {
        file.push_str(&format!("begins: {}\n", stamp(at)));
    }
    file.push_str("steps:\n");
    for step in &transcript.steps {
        let mut lines = Vec::new();
        if let Some(note) = &step.note {
            lines.push(format!("note: {}", scalar(note)));
        }
        if let Some(person) = step.from {
            lines.push(format!("from: {}", person.name()));
        }
        write_act(&step.act, &mut lines);
        if !step.replies.is_empty() {
            lines.push("replies:".to_owned());
            for reply in &step.replies {
                lines.push("- |-".to_owned());
                lines.extend(reply.lines().map(|line| {
                    if line.is_empty() {
                        String::new()
                    } else {
                        format!("  {line}")
                    }
                }));
            }
        }
        if !step.rows.is_empty() {
            lines.push("then:".to_owned());
            lines.extend(
                step.rows
                    .iter()
                    .map(|(row, said)| format!("  {}: {}", row.name(), scalar(said))),
            );
        }
        for (index, line) in lines.iter().enumerate() {
            let lead = match (index, line.is_empty()) {
                (0, _) => "- ",
                (_, true) => "",
                (_, false) => "  ",
            };
            file.push_str(&format!("{lead}{line}\n"));
        }
    }
    file
}

fn write_act(act: &Act, lines: &mut Vec<String>) {
    let line = match act {
        Act::Says(text) => format!("says: {}", scalar(text)),
        Act::SaysAtOnce(texts) => {
            lines.push("says at once:".to_owned());
            lines.extend(texts.iter().map(|text| format!("- {}", scalar(text))));
            return;
        }
        Act::Sends(thing) => format!("sends: {}", name_of(&Thing::ALL, *thing)),
        Act::Taps(title) => format!("taps: {}", scalar(title)),
        Act::TapsTwice(title) => format!("taps twice: {}", scalar(title)),
        Act::TapsOld(title) => format!("taps the oldest: {}", scalar(title)),
        Act::Mpesa(end) => format!("mpesa: {}", name_of(&Mpesa::ALL, *end)),
        Act::Card(end) => format!("card: {}", name_of(&CardEnd::ALL, *end)),
        Act::ByHand(shillings) => format!("by hand: {shillings}"),
        Act::Passes(span) => format!("passes: {}", span_text(*span)),
        Act::Until(at) => format!("until: {}", stamp(*at)),
        Act::Breaks { target, kind } => format!("breaks: {target} {kind}"),
        Act::Desk(order) => {
            lines.push(format!("desk: {} {}", order.method, order.path));
            if let Some(body) = &order.body {
                lines.push("body: |-".to_owned());
                lines.extend(body.lines().map(|line| format!("  {line}")));
            }
            if let Some(refused) = &order.refused {
                lines.push(format!("refused: {}", scalar(refused)));
            }
            return;
        }
        Act::Cohort(on) => format!("cohort: {}", if *on { "on" } else { "off" }),
    };
    lines.push(line);
}

fn stamp(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn span_text(span: Duration) -> String {
    let seconds = span.whole_seconds();
    let fits = |unit: i64| seconds % unit == 0;
    match seconds {
        _ if fits(86_400) => format!("{}d", seconds / 86_400),
        _ if fits(3_600) => format!("{}h", seconds / 3_600),
        _ if fits(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// A text on one line: plain where no reader could take it for anything else.
fn scalar(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " ,.'?!()+/-_<>;".contains(c);
    let plain = text.starts_with(char::is_alphanumeric) && !text.ends_with(' ') && text.chars().all(harmless);
    if plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests;
