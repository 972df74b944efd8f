//! The phrases by which an intent is known, as data. The language of the patterns stands in [`super::pattern`].

mod change;
mod money;
mod questions;
mod words;

use super::Intent;
use super::pattern::Patterns;

pub(super) use change::{
    ANOTHER_BOOKING, BOOKING_STATE, BOOKING_STATE_ASKED, CANCEL, CANCEL_AND_BOOK, CHANGE_DATE,
    CHANGE_SERVICE, CHANGE_TO, DAY_WORDS, INTO_ANOTHER, LET_BE, LETS, NO_OTHER, NOT_CANCELLED, NOT_COMING,
    NOT_LATE, NOT_MOVED, OTHER_WISH, OWN_BOOKING, REFUSAL, RESCHEDULE, RUNNING_LATE, SHOW_BOOKING,
    SOMETHING_OWN, WILL_NOT_COME,
};
pub(super) use money::{
    ABOUT_A_PROMPT, ABOUT_MONEY, MONEY_GONE, NOT_BY_CARD, NOT_RESENT, PAY_BY_CARD, PAY_LATER, PAY_QUESTION,
    PAYMENT_CLAIM, PAYMENT_DISPUTE, PAYMENT_RESEND, REFUND,
};
pub(super) use questions::{
    ANYTHING_OPEN, ASK_ADVICE, ASK_FLOOR, ASK_HOUR_OF, ASK_HOURS, ASK_INFO, ASK_LOCATION, ASK_OFFERED,
    ASK_PRICE, ASK_PROMO, ASK_TO_BRING, AVAILABILITY, AVAILABILITY_CLEAR, CANCELLATION_TERMS, HAVE_YOU,
    NO_MORE, ON_CONDITION, PERSON_THERE, RECEIPT, TOO_DEAR, WANTS_TO_KNOW, WHICH_KIND, WHO,
};
pub(super) use words::{GLUE, GREETINGS, NO, NOT_YET, OFFER_FRAME, THANKS, YES};

/// Consent words; they count only as the whole message.
pub(super) const OPT_OUT_WORDS: &[&str] =
    &["stop", "acha", "out", "ondoa", "sitaki", "sitisha", "unsubscribe"];

/// Words that give consent again, as the whole message.
pub(super) const OPT_IN_WORDS: &[&str] = &["start", "anza"];

/// Clear sentences that give consent again.
pub(super) static OPT_IN: Patterns = Patterns::new(&[
    "^ anza|anzeni|start|resume tena|again|upya $",
    "anza|anzeni|start|resume|continue|endelea|endeleeni .. sending|kunitumia|kunisend|kutuma|kunitext",
    "nirudish*|mnirudish*|unirudish*|niadd*|mniadd*|niongez*|mniongez*|niweke|niwekeni|add|put .. list|group|orodha|@message",
    "nirudish*|mnirudish* .. +want|+get .. @message",
    "+want|want|like|ready .. @message .. tena|again|back",
    "subscribe me|again|tena",
    "add|put|sign|include me back|again",
    "+want|naomba|like|want .. kurudi|kurejea|rejoin|return .. list|group|orodha|@message",
    "kuanza|kuendelea kupokea|kupata .. @message",
    "resume|restart .. @message",
]);

/// Clear sentences that withdraw consent.
pub(super) static OPT_OUT: Patterns = Patterns::new(&[
    "sitaki|hatutaki .. @message",
    "-want .. @message",
    "-send .. @message",
    "-send|-text tena",
    "usini*|msini*|usitu*|msitu* .. @message",
    "usini*|msini* tena",
    "acha|acheni|wacha|wacheni|koma|komeni kuni*|kutu*|kutuma|kusend",
    "acha|acheni|wacha|wacheni .. @message",
    "stop .. @message",
    "stop sending|contacting|disturbing|bothering|spamming",
    "dont|not|never|no .. text|texting|message|messages|messaging|contact|spam|disturb .. me|again|anymore|please",
    "dont|not|never .. send .. @message",
    "dont|not .. want|need|wish .. messages|message|texts|sms|updates|promotions",
    "no more @message",
    "unsubscribe .. me|this|now|from",
    "^ .. unsubscribe $",
    "longer want|need .. @message",
    "nimechoka|tumechoka|tired na|of .. @message",
    "want|wish|like to unsubscribe",
    "remove|delete|take me|my .. list|number|database|group|off",
    "remove me",
    "+cancel|+remove|toa|delete|remove .. namba|number|contact|contacts yangu",
    "delete|remove my number|contact|contacts",
    "niondo*|mniondo*|nitoe*|mnitoe|nitoeni .. list|group|orodha|namba|hii|hapo",
    "opt out",
    "usinisumbue|msinisumbue",
    "leave me alone",
]);

pub(super) static HUMAN: Patterns = Patterns::new(&[
    "<call|nipigen*",
    "nicall*|mnicall*|unicall*|nicheki*",
    "call|ring|phone me|us",
    "give me a call",
    "+talk .. @person",
    "+want|naomba|naweza|tunaweza +talk",
    "+talk na nani|nanyi|ninyi|nyinyi|wewe",
    "speak|talk|chat|connect .. to|with|me .. @person",
    "need|want|get|nataka|naomba|nipe|nipatie|nipeni|niunganishe .. @person $",
    "customer care|service|support",
    "agent|mhudumu|operator $",
    "^ human|person|agent|manager",
    "^ mtu $",
    "^ .. kuna mtu|@person $",
    "^ .. is|are .. anyone|anybody|someone|somebody there|here|around|online",
    "+call mimi|sisi|me|us",
    "+want|naomba mtu|mhudumu|person $",
    "nipe|nipeni|nipatie|natafuta .. @person .. +talk",
    "nipe|nipeni|nipatie|lete|leta|leteni|+want|naomba .. msee|mse|mtu|mtu|boss|manager .. +talk",
    "+want|naomba .. msee|mtu|someone .. anicall*|anipig*|anitext*|anisaidi*",
    "nipe|nipeni|nipatie|lete|leta|leteni .. +talk na|naye|nao",
    "give|get|call|bring me .. @person",
    "bot|robot|machine|assistant .. not|haisaidii|haielewi|hainielewi|hainishiki|useless|stupid",
    "lete|leta|leteni|niitie|mniitie|niitieni @person",
    "piga|pigeni simu",
    "nambari|namba|number|contact|contacts .. @person",
    "@person number|contact|contacts",
    "real|actual|live person|human|agent|someone",
    "mtu halisi|mzima|kweli",
    "@person|msee wa|wa kweli|ukweli",
    "human being|beings",
    "word with .. @person",
    "@person .. speak|talk with|to them|him|her",
    "+want|want|like|need|let .. speak|talk with|to them|him|her|whoever",
    "escalate*",
    "text|call|ring|write|message|reply me|us back",
    "kuna|iko mtu|msee|mhudumu .. kunijibu|kujibu|kunisaidia|kusaidia|kunihudumia|anijibu|anisaidie",
    "@person wenu|wako ako|yuko|yupo|wapi",
    "nataka|naomba|nitaka kumspeak|kumtalk|kumuongelesha|kumwongelesha",
    "unipe*|mnipe*|unipatie|mnipatie mtu|msee|@person",
    "let me|us talk|speak",
    "+talk .. mtu|simu",
    "complain|complaint|complaints|complaining|malalamiko|+complain",
    "~tell|=tell .. #|bei|price",
    "told me|us .. #",
    "not|isnt|arent .. happy|satisfied|pleased|impressed",
    "disappointed|terrible|horrible|awful|rude|unprofessional",
    "huduma|service .. mbaya|vibaya|hovyo|poor|bad|worst",
    "sijafurah*|sikufurah*|hatujafurah*",
    "niitie|mniitie|niitieni|muite|mwite",
    "@person .. talk|speak|respond|reply|assist",
    "mtu|msee wa +talk",
    "get|have @person on|to",
    "unganish*|niunganish*|mniunganish* .. @person",
    "nipe|nipeni simu $",
    "report .. problem|issue|tatizo|shida",
    "was|were told .. #",
    "you told me|us",
    "not|si|sio|siyo|dont|sitaki .. robot|bot|machine|roboti",
    "+put|weka|wekeni|niwekee mtu|msee|someone",
    "^ @person yuko|yupo|ako|wapi",
    "+talk|talk|talking|chat|chatting .. bot|robot|machine",
    "put|transfer|connect|forward me|us .. to|through",
    "namba|number|nambari|contact .. +call",
    "@you said|quoted .. was|is|be|for #",
]);

/// Thanks for something: what is named there is not wanted again.
pub(super) static THANKED: Patterns = Patterns::new(&[
    "^ asante|thanks|shukran|nashukuru|tunashukuru for|kwa",
    "^ thank you|u for",
    "^ asante sana|nyingi kwa",
    "^ @yes .. asante|thanks|shukran|nashukuru for|kwa",
    "^ @yes thank you|u for",
    "^ thank you|u .. so|very|much .. was",
    "^ asante|thanks|thank .. was|ilikuwa .. amazing|heavenly|great|good|lovely|wonderful|poa|nzuri|tamu|fire|moto|safi|perfect",
    "love|like|loved|enjoyed|+want .. kazi yenu|yako|nzuri",
    "love|loved|enjoyed|like .. your work",
    "youre|you|mko|uko the best|greatest",
    "you|youre|are so|very kind|sweet|helpful",
]);

/// Imperatives and wishes that book, whatever else is asked.
pub(super) static BOOK_CLEAR: Patterns = Patterns::new(&[
    "nibook*|tubook*|nibuk*|mnibook*|unibook*|nireserv*|anibook*",
    "+put",
    "book|reserve|schedule|pencil|fix|squeeze|fit|slot|put|sign me|us|a|an|for|the|my|in",
    "^ book|booking|kubook",
    "to|kubook book|reserve|schedule|make|have .. @booking|massage|for|a",
    "kubook|kureserve",
    "i|id|we|want|like|need|can|could|may|please book",
    "make|set .. an|a .. appointment|booking|reservation",
    "new booking|appointment",
    "need|want|gimme|like a|an slot|appointment|booking|session",
    "give me a|an slot|appointment|booking|session",
    "niko|tuko|nipo|nitakuwa|nitakuwa|im|am free|available|huru",
    "book $",
]);

/// Softer wishes.
pub(super) static BOOK: Patterns = Patterns::new(&[
    "+want",
    "naomba|twaomba|tunaomba|ningeomba",
    "+ask",
    "+book",
    "want|need|wish|looking|like|love|prefer|interested|hoping|require",
    "nipatie|nipatieni|nipe|nipeni|utupe",
    "nakuja|nitakuja|tutakuja|tunakuja|nacome|nitacome|ntakuja|ntacome",
    "nitafurahi|ningefurahi|tutafurahi|tungefurahi",
    "ill|will|im|am come|coming|be|pass|drop",
    "coming",
    "count me in",
]);

pub(super) static CHOICE: Patterns = Patterns::new(&[
    "^ ya|la|cha|ile|wa|za|hiyo|lile|kile .. kwanza|pili|tatu|nne|tano|sita|saba|nane|tisa|kumi $",
    "^ .. option|number|namba|chaguo|no|choice|nambari #",
    "^ .. option|number|namba|chaguo|nambari la|ya kwanza|pili|tatu|nne|tano|sita|saba|nane|tisa|kumi",
    "^ .. first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|6th one|option|slot|time|choice $",
    "^ .. ya|la|ile kwanza|pili|tatu|nne|tano kutoka|from|ndo|ndio|inabamba|inanifaa|itanifaa|itafaa|inafaa",
    "hiyo|ile|hii ya mwisho|katikati",
    "^ ya|la mwisho|katikati $",
    "^ .. +choose|+want|nipe|nipeni|naomba|weka ya|la|ile|hiyo @nth_sw $",
    "^ .. ya|la|ile|hiyo @nth_sw sawa|poa|fiti|safi|nzuri",
    "^ .. ya|la|ile|hiyo @nth_sw ni|iko|itakuwa sawa|poa|fiti|safi|nzuri|yangu",
    "^ .. @pick|+choose .. the|that|your @nth one|option|slot|time|choice $",
    "^ .. @pick|+choose .. the|that|your @nth $",
    "^ .. @nth one|option|slot|choice is|works|sounds|suits|would|will|looks|fits",
    "^ the|that @nth works|sounds|suits|is",
    "^ .. the|that one in|at the middle|top|bottom|end $",
    "the|that|your last|final|middle|top|bottom one|option|slot|time|choice $",
    "^ lets|let|ill|i go|went with|for # $",
    "^ go with|for # $",
    "^ the @nth $",
    "^ first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th $",
    "^ # $",
    "^ .. !mara|mwezi|siku|wakati ya|la|cha|ile kwanza|pili|tatu|nne|tano $",
    "^ ya|la # $",
    "^ pick|choose|take|select|chagua|nachagua|chukua .. # $",
    "^ pick|choose|take|select|chagua|nachagua|chukua .. ya|la kwanza|pili|tatu|nne|tano|sita $",
    "^ nataka|nachagua|naomba|nipe|nichagulie|nachukua ya|la|cha|ile|hiyo|namba|option|number kwanza|pili|#|tatu|nne $",
    "^ i .. want|pick|choose|take|prefer|like option|number #",
    "^ i|ill .. pick|choose|chose|take|select # $",
    "^ last|final|middle|top|bottom option|one|slot|choice $",
    "^ i .. want|pick|choose|take|prefer|like the first|second|third|fourth|1st|2nd|3rd|4th one|option|slot $",
]);

/// Phrases that ask for time to think.
pub(super) static WAIT: Patterns = Patterns::new(&[
    "not yet|sure|now",
    "not right|just now",
    "si|sio|siyo sasa",
    "^ subiri|subirini|ngoja|ngojea|ngojeni|wait .. dakika|minutes|kidogo|hour",
    "hold|hang on",
    "^ <wait $",
    "^ +wait kidogo|kwanza|tu",
    "ask|check|try me|us|back|again later",
    "^ subiri|subirini|ngoja|ngojea|ngojeni|tulia|wait|hebu .. kwanza|first|kiasi",
    "^ subiri|subirini|ngoja|ngojea|tulia nimaliz*|nipat*|niulize|nicheki|nione|niangalie|nitafut*|nimalize|nifik*",
    "^ bado kidogo|naangali*|nafikiri*|nacheki|naona|naongea|naulizi*|tunaongea",
    "bado .. subiri|ngoja",
    "give me time|some|few",
    "give me .. minutes|moment|second|seconds|sec|bit|while|hour",
    "nipe|nipatie muda|dakika",
    "^ dakika|one|1|a minute|minutes|moment|second|sec|moja|kidogo $",
    "let me think|check|see|confirm|ask|know",
    "need|want|have to think|decide|consult",
    "need|want|have to check|ask|confirm|see .. first",
    "think|decide about|on it",
    "acha|wacha|ngoja .. nifikiri*|niulize|nimuulize|niangalie|nicheki|nione|nijue|nipange",
    "sina|hatuna uhakika|hakika",
    "get back to",
    "^ in a bit|while|moment|sec|second",
    "nitakurudia|nitakujibu|nitakujulisha|nitakuconfirm*",
]);

/// Words on leaving: a day in them is no wish for one.
pub(super) static FAREWELL: Patterns = Patterns::new(&[
    "see you|u|ya",
    "tutaonana|tuonane",
    "bye|kwaheri|goodbye|byebye",
    "talk later|soon",
]);

/// What keeps the customer elsewhere: a day or a *now* beside it is no wish for that time.
pub(super) static ELSEWHERE: Patterns = Patterns::new(&[
    "niko|tuko|nipo|tupo|im|am|are|still|bado kazini|busy|bize|nyumbani|home|shuleni|shule|mkutanoni|ofisini|safarini|driving|asleep",
    "niko|tuko|nipo|tupo|im|am|are|still|bado at|in|kwa|kwenye|na a|the|work|home|school|class|meeting|mkutano|church|kanisa|office",
]);

/// *No problem* agrees, whatever the first word says.
pub(super) static NO_PROBLEM: Patterns =
    Patterns::new(&["no|hakuna|hamna|bila|sina|haina problem|shida|worries|tatizo|wasiwasi|shaka"]);

/// The message begins with a no.
pub(super) static NO_FIRST: Patterns = Patterns::new(&["^ hapana|no|la"]);

/// The customer will come back to it.
pub(super) static LATER: Patterns =
    Patterns::new(&["baadaye|later", "nikupigie|nitakupigia|nitakuambia|nitakujulisha"]);

/// The customer will write or call on a day, and comes on none.
pub(super) static IN_TOUCH: Patterns = Patterns::new(&[
    "nikupigie|niwapigie|nitakupigia|nitawapigia|nikucheki|nitakucheki|nitawacheki|nikutext|nitakutext|nitakuambia|nitawaambia|nitakujulisha|nitawajulisha",
    "ill|will|let call|text|message|ring|contact|inform you|u",
    "ill|will let you know",
]);

/// The open question is agreed to by a phrase without a word for yes.
pub(super) static ASSENT: Patterns = Patterns::new(&[
    "^ go on $",
    "^ .. go ahead $",
    "^ go for it|that $",
    "^ that|itll|this will do $",
    "^ lets|do do|it it|this|that $",
    "^ do it $",
]);

/// The open question is refused by a verb: *siitaki*, *sikubali hiyo*.
pub(super) static DENIAL: Patterns = Patterns::new(&[
    "^ -want|-confirm $",
    "^ -want|-confirm hiyo|hilo|hii|hizo|that|this|it $",
]);

/// The rules in the order in which they are tried; what is surer or graver stands first.
pub(super) const PAYMENT_AND_CARE: &[(Intent, &Patterns)] = &[
    (Intent::PaymentDispute, &PAYMENT_DISPUTE),
    (Intent::Refund, &REFUND),
    (Intent::PayByCard, &PAY_BY_CARD),
    (Intent::PaymentResend, &PAYMENT_RESEND),
    (Intent::PaymentClaim, &PAYMENT_CLAIM),
    (Intent::Human, &HUMAN),
];

/// Questions, which outrank the wish that may stand beside them.
pub(super) const QUESTIONS: &[(Intent, &Patterns)] = &[
    (Intent::AskPromo, &ASK_PROMO),
    (Intent::AskLocation, &ASK_FLOOR),
    (Intent::AskHours, &ASK_HOUR_OF),
    (Intent::AskPrice, &ASK_PRICE),
    (Intent::AskHours, &ASK_HOURS),
    (Intent::AskLocation, &ASK_LOCATION),
];
