//! What people of the business are told on the rail: both languages side by side.

use super::{Tongue, Values, cut, fill};
use crate::outgoing::TEXT_CHARACTERS_MAX;

/// One text in two languages each; with the same places in both.
macro_rules! catalogue {
    ($($(#[$meaning:meta])+ $key:ident: $english:literal / $swahili:literal;)+) => {
        /// One text of the rail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum RailText {
            $($(#[$meaning])+ $key,)+
        }

        impl RailText {
            /// Every text.
            pub const ALL: &[Self] = &[$(Self::$key,)+];

            /// The template, with its places in braces.
            #[must_use]
            pub const fn template(self, tongue: Tongue) -> &'static str {
                match (self, tongue) {
                    $((Self::$key, Tongue::English) => $english,
                    (Self::$key, Tongue::Swahili) => $swahili,)+
                }
            }
        }
    };
}

catalogue! {
    /// How `/today` is written, and what it does.
    Today: "/today – today's visits; /today friday – those of another day"
        / "/today – wateja wa leo; /today ijumaa – wa siku nyingine";
    /// How `/tomorrow` is written.
    Tomorrow: "/tomorrow – tomorrow's visits" / "/tomorrow – wateja wa kesho";
    /// How `/find` is written.
    Find: "/find Amina – customers by name or number, with their visits"
        / "/find Amina – tafuta mteja kwa jina au namba, na miadi yake";
    /// How `/book` is written.
    Book: "/book 0712345678 massage friday 3pm Wanjiru – books a customer in"
        / "/book 0712345678 massage ijumaa saa tisa Wanjiru – mwekee mteja nafasi";
    /// How `/cancel` is written.
    Cancel: "/cancel 2 – cancels number 2 of your last list"
        / "/cancel 2 – ghairi namba 2 ya orodha yako ya mwisho";
    /// How `/reschedule` is written.
    Reschedule: "/reschedule 2 friday 3pm – moves number 2 of your last list"
        / "/reschedule 2 ijumaa saa tisa – hamisha namba 2 ya orodha yako ya mwisho";
    /// How `/block` is written.
    Block: "/block Wanjiru tomorrow 2pm-4pm – nobody is booked with them then"
        / "/block Wanjiru kesho saa nane hadi saa kumi – asiwekewe mteja wakati huo";
    /// How `/handback` is written.
    HandBack: "/handback – gives your conversation back to the assistant"
        / "/handback – rudisha mazungumzo yako kwa msaidizi";
    /// How `/add-service` is written.
    AddService: "/add-service Hot stone massage, 4500, 75 minutes – sells a new service; add category massage, tax 16% if you like"
        / "/add-service Hot stone massage, 4500, dakika 75 – ongeza huduma mpya; ukipenda ongeza aina masaji, kodi 16%";
    /// How `/update-price` is written.
    UpdatePrice: "/update-price massage 4000 – another price from now on"
        / "/update-price massage 4000 – bei mpya kuanzia sasa";
    /// How `/takings` is written.
    Takings: "/takings – what came in today; /takings yesterday – another day"
        / "/takings – mapato ya leo; /takings jana – ya siku nyingine";
    /// How `/commission` is written.
    Commission: "/commission Wanjiru – this month's commission, and why"
        / "/commission Wanjiru – kamisheni ya mwezi huu, na sababu zake";
    /// How `/unrouted` is written.
    Unrouted: "/unrouted – payment messages that nobody could place"
        / "/unrouted – ujumbe wa malipo ambayo hayajajulikana ni ya nani";
    /// How `/list-faqs` is written.
    ListFaqs: "/list-faqs – what the assistant was told to answer" / "/list-faqs – majibu ambayo msaidizi ameambiwa";
    /// How `/add-faq` is written.
    AddFaq: "/add-faq Parking: free behind the house – the assistant answers that"
        / "/add-faq Maegesho: bure nyuma ya nyumba – msaidizi atajibu hivyo";
    /// How `/remove-faq` is written.
    RemoveFaq: "/remove-faq 2 – takes number 2 of /list-faqs away"
        / "/remove-faq 2 – ondoa namba 2 ya /list-faqs";
    /// How `/cohort` is written.
    Cohort: "/cohort – who is invited to the beta" / "/cohort – walioalikwa kwenye majaribio";
    /// How `/invite` is written.
    Invite: "/invite 0712345678 – invites a customer to the beta"
        / "/invite 0712345678 – mwalike mteja kwenye majaribio";
    /// How `/my-day` is written.
    MyDay: "/my-day – your own visits today" / "/my-day – wateja wako wa leo";
    /// How `/my-earnings` is written.
    MyEarnings: "/my-earnings – your commission this month, and why"
        / "/my-earnings – kamisheni yako ya mwezi huu, na sababu zake";
    /// How `/dispute` is written.
    Dispute: "/dispute – a line of your commission statement is wrong; /dispute 3 – line 3 of the newest one"
        / "/dispute – mstari wa taarifa yako ya kamisheni si sahihi; /dispute 3 – mstari wa 3 wa taarifa mpya";
    /// How `/close` is written.
    Close: "/close – closes the month of commission that waits for you"
        / "/close – funga mwezi wa kamisheni unaokusubiri";
    /// How `/help` is written.
    Help: "/help – this list" / "/help – orodha hii";

    /// Above the list of commands.
    HelpHead: "You can write:" / "Unaweza kuandika:";
    /// Below it.
    HelpFoot: "Plain words do as well: \"what's on tomorrow\". What changes something asks first."
        / "Maneno ya kawaida pia yanafaa: \"kesho kuna nani\". Kinachobadilisha kitu huuliza kwanza.";
    /// There is no such command.
    UnknownCommand: "There is no such command. /help shows what there is."
        / "Hakuna amri kama hiyo. /help inaonyesha zilizopo.";
    /// A command that could not be read; the list is how it is written.
    Usage: "I could not read that. It is written like this:\n{list}"
        / "Sijaelewa. Huandikwa hivi:\n{list}";
    /// A number that the last list does not have.
    NoSuchNumber: "Your last list has no number {first}. Ask for a new one with /today or /tomorrow."
        / "Orodha yako ya mwisho haina namba {first}. Omba mpya kwa /today au /tomorrow.";
    /// Nobody of that name works here; the list is who does.
    NoSuchStaff: "Whom do you mean? Here work: {list}." / "Unamaanisha nani? Wanaofanya kazi hapa: {list}.";
    /// No service of that name is sold, or several are.
    WhichService: "Which service do you mean? There are: {list}." / "Unamaanisha huduma gani? Zipo: {list}.";
    /// They have no conversation to give back.
    NothingToGiveBack: "You have no conversation with a customer." / "Huna mazungumzo na mteja yeyote.";

    /// Above the visits of a day.
    DayHead: "{date} ({bookings}):" / "{date} (wateja {bookings}):";
    /// A day without visits.
    DayEmpty: "{date}: no bookings." / "{date}: hakuna miadi.";
    /// Below a list that was cut.
    AndMore: "…and {bookings} more." / "…na {bookings} zaidi.";
    /// Waits for somebody to agree.
    StateRequested: "waits for an answer" / "inasubiri jibu";
    /// Waits for money.
    StateHeld: "waits for payment" / "inasubiri malipo";
    /// Agreed.
    StateConfirmed: "confirmed" / "imethibitishwa";
    /// The customer is here.
    StateArrived: "is here" / "amefika";
    /// It has begun.
    StateUnderWay: "under way" / "inaendelea";
    /// It was rendered.
    StateDone: "done" / "imekamilika";
    /// Nobody came.
    StateNoShow: "did not come" / "hakufika";
    /// It will not happen.
    StateGone: "cancelled" / "imeghairiwa";
    /// A customer without a name.
    NoName: "no name" / "bila jina";

    /// Nobody fits.
    FoundNobody: "No customer fits \"{first}\"." / "Hakuna mteja anayelingana na \"{first}\".";

    /// Above the takings of a day.
    TakingsHead: "Takings of {date}: {amount}" / "Mapato ya {date}: {amount}";
    /// Nothing moved.
    TakingsNothing: "Takings of {date}: {amount}. Nothing came in." / "Mapato ya {date}: {amount}. Hakuna kilichoingia.";

    /// Above the lines of a month's commission.
    EarningsHead: "{staff}, since {date}: commission {amount}, tips {least}, {bookings} services."
        / "{staff}, tangu {date}: kamisheni {amount}, bakshishi {least}, huduma {bookings}.";
    /// A month without lines.
    EarningsNothing: "Nothing was rendered yet this month." / "Bado hakuna huduma iliyofanywa mwezi huu.";
    /// The month cannot be computed.
    EarningsUnknown: "The commission of this month cannot be computed: something on record must be put right first."
        / "Kamisheni ya mwezi huu haiwezi kukokotolewa: kuna kitu kwenye kumbukumbu kinachohitaji kurekebishwa kwanza.";

    /// Above the figures of a statement.
    StatementHead: "{business}: your commission for {date}" / "{business}: kamisheni yako ya {date}";
    /// Above the figures of a correction: what changed, line by line.
    CorrectionHead: "{business}: a correction of your commission for {date}. What changed:\n{list}\n\nDifferences:"
        / "{business}: marekebisho ya kamisheni yako ya {date}. Kilichobadilika:\n{list}\n\nTofauti:";
    /// The figures of either.
    StatementFigures: "Services: {bookings}\nBase: {price}\nCommission: {commission}\nTips: {least}\nDeductions: {left}\n\
        Top-up: {second}\n*Total: {amount}*\n\nFingerprint: {reference}"
        / "Huduma: {bookings}\nMsingi: {price}\nKamisheni: {commission}\nBakshishi: {least}\nMakato: {left}\n\
        Nyongeza: {second}\n*Jumla: {amount}*\n\nAlama ya hati: {reference}";
    /// The month of a correction, where only that tells that it is one.
    CorrectedMonth: "{date} (a correction: only what changed)" / "{date} (marekebisho: kilichobadilika tu)";
    /// A line of a correction.
    CorrectedLine: "• {service}, {date}: commission {commission}, tip {least}"
        / "• {service}, {date}: kamisheni {commission}, bakshishi {least}";
    /// On the button below a statement.
    DisputeButton: "Dispute a line" / "Pinga mstari";
    /// No statement yet.
    NoStatement: "You have no closed commission statement." / "Huna taarifa ya kamisheni iliyofungwa.";
    /// A statement without lines.
    NoLines: "Your statement for {date} has no lines." / "Taarifa yako ya {date} haina mistari.";
    /// Above the lines to choose from.
    WhichLine: "Your commission for {date}: which line is wrong?" / "Kamisheni yako ya {date}: mstari upi si sahihi?";
    /// Opens the list of lines.
    SeeLines: "See the lines" / "Ona mistari";
    /// On the last row of a list with more behind it.
    MoreLines: "More lines" / "Mistari zaidi";
    /// Of a line about which a dispute is open.
    LineDisputed: "disputed" / "imepingwa";
    /// The list was made too long ago.
    LinesOld: "That list is old. Write /dispute for a new one." / "Orodha hiyo ni ya zamani. Andika /dispute upate mpya.";
    /// The statement has no line of that number.
    NoSuchLine: "Your statement for {date} has no line {first}." / "Taarifa yako ya {date} haina mstari wa {first}.";
    /// A dispute about that line is open.
    DisputeIsOpen: "Your dispute about line {first} is open already: nobody has decided yet. You are told here what comes of it."
        / "Tayari umepinga mstari wa {first}: bado haijaamuliwa. Utaambiwa hapa matokeo.";
    /// Asks for the reason.
    AskReason: "Line {first}: {service}, {when}, base {price}, commission {commission}, tip {least}.\n\
        What is wrong with it? Write it in one message."
        / "Mstari wa {first}: {service}, {when}, msingi {price}, kamisheni {commission}, bakshishi {least}.\n\
        Kuna kosa gani? Andika kwa ujumbe mmoja.";
    /// The reason is too long.
    ReasonTooLong: "That is too long: I can pass on {first} characters. Write it shorter."
        / "Ni ndefu mno: naweza kupitisha herufi {first}. Andika kwa ufupi.";
    /// What: a dispute.
    ActDispute: "Dispute line {first} of {date} ({service}, {when}, commission {commission}): \"{reason}\""
        / "Pinga mstari wa {first} wa {date} ({service}, {when}, kamisheni {commission}): \"{reason}\"";
    /// It was opened.
    DisputeOpened: "Your dispute is open: {known}.\nA manager looks at it, and you are told here what they decide."
        / "Umepinga: {known}.\nMsimamizi ataangalia, na utaambiwa hapa alichoamua.";
    /// A line that is spoken of.
    LineOf: "line {first} of {date} ({service}, {when})" / "mstari wa {first} wa {date} ({service}, {when})";
    /// It was decided for whoever disputed.
    DisputeAccepted: "Your dispute about {known} was accepted: the line is wrong. What it changes comes to you as a correction."
        / "Pingamizi lako kuhusu {known} limekubaliwa: mstari si sahihi. Marekebisho yatakufikia.";
    /// It was decided against them.
    DisputeRejected: "Your dispute about {known} was looked at, and the line stays as it is."
        / "Pingamizi lako kuhusu {known} limeangaliwa, na mstari unabaki ulivyo.";
    /// Why it was decided so.
    DecisionReason: "The reason: {reason}" / "Sababu: {reason}";
    /// In a template: it was accepted.
    OutcomeAccepted: "accepted, and a correction follows" / "limekubaliwa, na marekebisho yatafuata";
    /// In a template: it was rejected.
    OutcomeRejected: "not accepted, the line stays" / "halikukubaliwa, mstari unabaki";
    /// To the owners: a line is disputed.
    OwnerDispute: "a line of commission is disputed" / "mstari wa kamisheni umepingwa";
    /// To the owners: what to do about it.
    OwnerDisputeNext: "accept or reject it in the console, with a reason; an accepted one is corrected there"
        / "mkubalie au mkatalie kwenye console, na utoe sababu; ukikubali, marekebisho hufanywa hapo";
    /// In the digest: months that wait.
    CommissionWaits: "commission for {list} waits: /close or the console"
        / "kamisheni ya {list} inasubiri: /close au console";
    /// In the digest: something came late for frozen months.
    CommissionLate: "late changes to closed commission wait for a decision: {list}"
        / "mabadiliko yaliyochelewa yanasubiri uamuzi: {list}";
    /// No month waits to be closed.
    NothingWaits: "No month of commission waits to be closed." / "Hakuna mwezi wa kamisheni unaosubiri kufungwa.";
    /// What: a month is closed.
    ActClose: "Close the commission for {date}: {people} people, commission {commission}, tips {least}; it cannot be reopened"
        / "Funga kamisheni ya {date}: watu {people}, kamisheni {commission}, bakshishi {least}; haifunguliwi tena";
    /// Why not: a dispute is open.
    WhyDisputed: "a dispute about that line is open already" / "mstari huo tayari umepingwa";
    /// Why not: it is not theirs.
    WhyNotTheirs: "that is no line of yours" / "huo si mstari wako";
    /// Why not: the month is closed.
    WhyClosedAlready: "the month is closed already" / "mwezi huo tayari umefungwa";

    /// Nothing waits.
    UnroutedNothing: "No payment message waits for a person." / "Hakuna ujumbe wa malipo unaosubiri mtu.";
    /// Above those that wait.
    UnroutedHead: "Payment messages that nobody could place ({bookings}):"
        / "Ujumbe wa malipo usiojulikana ni wa nani ({bookings}):";
    /// Below them.
    UnroutedFoot: "The console tells what each says, and there it is settled."
        / "Console inaonyesha kila mmoja unasema nini, na hapo ndipo unashughulikiwa.";

    /// Above what the assistant answers.
    FaqsHead: "The assistant was told to answer ({bookings}):" / "Msaidizi ameambiwa ajibu ({bookings}):";
    /// It was told nothing.
    FaqsNone: "The assistant was told nothing yet. /add-faq tells it something."
        / "Msaidizi bado hajaambiwa kitu. Mwambie kwa /add-faq.";
    /// No answer has that number or title.
    NoSuchFaq: "There is no such answer. /list-faqs shows what there is." / "Hakuna jibu hilo. /list-faqs inaonyesha yaliyopo.";
    /// What is asked is too long for a title.
    FaqTitleTooLong: "What is asked can have 80 characters, in one line." / "Swali liwe na herufi 80 tu, mstari mmoja.";
    /// The answer is too long.
    FaqBodyTooLong: "An answer can have 700 characters." / "Jibu liwe na herufi 700 tu.";

    /// Above those who are invited.
    CohortHead: "{first} of {second} places of the beta are taken." / "Nafasi {first} kati ya {second} za majaribio zimechukuliwa.";
    /// No answer yet.
    CohortInvited: "invited, no answer yet" / "amealikwa, bado hajajibu";
    /// They agreed.
    CohortJoined: "takes part" / "anashiriki";
    /// They said no.
    CohortDeclined: "said no" / "alikataa";
    /// They are not in it any more.
    CohortLeft: "left" / "ametoka";

    /// A question before something is changed.
    Ask: "{known}?\nYES / NO" / "{known}?\nNDIYO / HAPANA";
    /// Before the question, where it is put again for another price.
    AskForPrice: "Nothing was booked: the price is {price} by now." / "Hakuna kilichowekwa: sasa bei ni {price}.";
    /// It was done.
    Done: "Done. {known}." / "Tayari. {known}.";
    /// It was dropped.
    Dropped: "Nothing was changed." / "Hakuna kilichobadilishwa.";
    /// The answer came too late.
    TooLate: "That question is over, nothing was changed. Ask again if you still want it: {known}."
        / "Swali hilo limepitwa na wakati, hakuna kilichobadilishwa. Omba tena kama bado unataka: {known}.";
    /// The answer was to a question that is not open.
    NoQuestion: "No question is open; nothing was changed." / "Hakuna swali lililo wazi; hakuna kilichobadilishwa.";
    /// It was not done.
    Refused: "Nothing was changed: {reason}.\n({known})" / "Hakuna kilichobadilishwa: {reason}.\n({known})";

    /// What: a cancellation.
    ActCancel: "Cancel {customer}'s {service}, {when}" / "Ghairi {service} ya {customer}, {when}";
    /// What: a move.
    ActMove: "Move {customer}'s {service} from {first} to {when}"
        / "Hamisha {service} ya {customer} kutoka {first} hadi {when}";
    /// What: a booking.
    ActBook: "Book {customer} for {service} with {staff}, {when}, {price}, nothing asked in advance"
        / "Mwekee {customer} {service} na {staff}, {when}, {price}, bila malipo ya awali";
    /// What: a block.
    ActBlock: "Block {staff} from {first} to {second}" / "Zuia {staff} kuanzia {first} hadi {second}";
    /// What: a new service.
    ActAddService: "Add the service {service}, {price}, {duration}, done by {list}, category {first}, {second}"
        / "Ongeza huduma {service}, {price}, {duration}, inayofanywa na {list}, aina {first}, {second}";
    /// A tax that was named.
    TaxNamed: "tax {first}" / "kodi {first}";
    /// The tax of a new service of which none was named.
    TaxAsUsual: "taxed like all your services (no tax if they differ)" / "kodi kama huduma zako zote (bila kodi kama zinatofautiana)";
    /// What: a new price.
    ActUpdatePrice: "Change the price of {service} from {first} to {price}"
        / "Badilisha bei ya {service} kutoka {first} hadi {price}";

    /// What: one answer more.
    ActAddFaq: "Let the assistant answer \"{first}\" with \"{second}\"" / "Msaidizi ajibu \"{first}\" hivi: \"{second}\"";
    /// What: one answer less.
    ActRemoveFaq: "Take away the answer \"{first}\"" / "Ondoa jibu hili la msaidizi: \"{first}\"";
    /// What: an invitation.
    ActInvite: "Invite {customer} to the beta" / "Mwalike {customer} kwenye majaribio";

    /// Why not: it is over or has begun.
    WhyGone: "it is over, or has begun" / "imekwisha, au imeanza";
    /// Why not: the customer cancelled it.
    WhyCancelledByCustomer: "the customer cancelled it already, {when}" / "mteja alishaighairi, {when}";
    /// Why not: somebody of the business cancelled it.
    WhyCancelledByBusiness: "it was cancelled already by the business, {when}" / "ilishaghairiwa na biashara, {when}";
    /// Why not: the price is another.
    WhyCosts: "it costs {price} by now" / "sasa bei ni {price}";
    /// Why not: it is not as it was.
    WhyChanged: "it changed since you asked" / "imebadilika tangu ulipoomba";
    /// Why not: the time is not free.
    WhyNotFree: "that time is not free" / "muda huo hauna nafasi";
    /// …and what is near.
    WhyNotFreeNear: "that time is not free; near it is {list}" / "muda huo hauna nafasi; iliyo karibu ni {list}";
    /// Why not: it has passed.
    WhyPast: "that time has passed" / "muda huo umepita";
    /// Why not: bookings stand there.
    WhyInTheWay: "{bookings} bookings stand there; move them first"
        / "kuna miadi {bookings} wakati huo; ihamishe kwanza";
    /// Why not: something blocks it already.
    WhyBlocked: "that time is blocked already" / "muda huo tayari umezuiwa";
    /// Why not: the name is taken.
    WhyNameTaken: "there is a service of that name already" / "tayari kuna huduma yenye jina hilo";
    /// Why not: what is wrong with it, in the words of the rules.
    WhyFaulty: "the business's rules do not allow it ({reason})" / "kanuni za biashara haziruhusu ({reason})";
    /// Why not: it is not sold.
    WhyNotOffered: "it is not offered, or not by them" / "haitolewi, au si na yeye";
    /// Why not: there are too many.
    WhyTooManyFaqs: "the assistant can be told {first} answers, and has them" / "msaidizi anaweza kuambiwa majibu {first}, na tayari anayo";
    /// What the rules do not allow: a name.
    FaultName: "a name has 1 to 80 letters" / "jina liwe na herufi 1 hadi 80";
    /// What the rules do not allow: a category.
    FaultWord: "a category is one word of small letters" / "aina ni neno moja la herufi ndogo";
    /// What the rules do not allow: no price.
    FaultNoPrice: "the price must be above zero" / "bei lazima izidi sifuri";
    /// What the rules do not allow: cents.
    FaultCents: "the price must be in whole shillings" / "bei lazima iwe shilingi kamili";
    /// What the rules do not allow: a deposit above the price.
    FaultDeposit: "the deposit would be above the price; change it in the console first"
        / "malipo ya awali yangezidi bei; yabadilishe kwanza kwenye console";
    /// What the rules do not allow: a number.
    FaultRange: "it must be from {first} to {second}" / "lazima iwe kati ya {first} na {second}";
    /// What the rules do not allow: the past.
    FaultPast: "the time has passed" / "muda huo umepita";
    /// What the rules do not allow: so long a time.
    FaultDays: "it may last at most {first} days" / "isizidi siku {first}";
    /// What the rules do not allow: what is gone.
    FaultNotThere: "somebody or something of it is not there any more" / "mtu au kitu kimoja cha hilo hakipo tena";
    /// What the rules do not allow: one more.
    FaultTooMany: "there are {first} already, and no more may be" / "tayari ziko {first}, na haziruhusiwi zaidi";
    /// What the rules do not allow: to move what several people render together.
    FaultSeveralStaff: "several people render it together; cancel it and book it anew"
        / "inafanywa na watu kadhaa pamoja; ighairi na uweke upya";
    /// What the rules do not allow, where only the console tells more.
    FaultElsewhere: "the console says what is wrong" / "console inaeleza kasoro yake";
    /// Why not: every place is held.
    WhyFull: "all {first} places of the beta are taken" / "nafasi zote {first} za majaribio zimechukuliwa";
    /// Why not: the number is no Kenyan mobile number.
    WhyNotKenyan: "that is no Kenyan mobile number" / "hiyo si namba ya simu ya mkononi ya Kenya";
    /// Why not: they opted out.
    WhyOptedOut: "they opted out, and only they can come back, by writing START or ANZA"
        / "walijitoa, na ni wao tu wanaoweza kurudi kwa kuandika START au ANZA";
    /// Why not: they said no.
    WhyDeclined: "they said no; take them off the list in the console if they changed their mind"
        / "walikataa; waondoe kwenye orodha ya console kama wamebadili nia";
    /// Why not: the template is not approved.
    WhyTemplate: "WhatsApp has not approved the invitation yet" / "WhatsApp bado haijaidhinisha mwaliko";
    /// Why not: it is so already.
    WhySame: "it is so already" / "tayari iko hivyo";
}

impl RailText {
    /// The text with its values, cut to what a message may have.
    #[must_use]
    pub fn render(self, tongue: Tongue, values: &Values) -> String {
        cut(&fill(self.template(tongue), values), TEXT_CHARACTERS_MAX)
    }

    /// A text without places.
    #[must_use]
    pub fn plain(self, tongue: Tongue) -> String {
        self.render(tongue, &Values::new())
    }
}
