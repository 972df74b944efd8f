//! Phrases about a booking that exists or is being made: shown, moved, given up, late.

use super::super::pattern::Patterns;

pub(in crate::understanding) static RUNNING_LATE: Patterns = Patterns::new(&[
    "+late",
    "running|be|am|im|coming|arrive|arriving|come|bit|little|minutes|slightly|get|getting late",
    "be|am|im|running .. late $",
    "nitafika|nafika|tutafika|tunafika|ntafika .. late",
    "nitalate|ntalate|tutalate|nimelate",
    "late .. minutes|hour|kidogo|for|by|dakika",
    "niko|tuko|nipo kwa|kwenye|in jam|traffic|foleni",
    "niko|tuko|nipo|im|am|stuck .. jam|traffic|foleni",
    "stuck in|kwa|on",
    "running|far .. behind",
    "minutes|mins|dakika|hour behind",
    "nitatokea|nitatokelezea|ntatokea .. late",
    "kuna|theres jam|traffic|foleni",
    "there is jam|traffic|foleni",
    "jam|foleni|traffic ni|iko|is|imekuwa|was .. mbaya|kali|kubwa|nyingi|bad|heavy|crazy|terrible|noma",
    "matatu|mat|car|gari|bus|basi|nduthi|boda|bodaboda|pikipiki|uber|taxi|bolt .. broke|broken|breakdown|imeharibika|imekwama|imezima|stalled|delayed|puncture",
    "jam|traffic imeni*|ime*|is|imekuwa",
    "nimekwama|tumekwama|nimestuck|nimeshikwa",
    "delayed|delay",
]);

pub(in crate::understanding) static SHOW_BOOKING: Patterns = Patterns::new(&[
    "@booking @mine .. saa|lini|ngapi|wapi|ipi|siku|when|what|gani|iko",
    "when|whens|what|whats|which .. @mine .. @booking",
    "+see|kuona|kuangalia @booking|miadi",
    "@booking @mine iliingia|imeingia|ilipita|imepita|iliandikwa",
    "do|did|have|is i|it still .. @booking|apointment|appointmnt",
    "what|which time|day|date .. @mine|i|booked",
    "when|lini .. i|nili|nime|am .. booked|booking",
    "when am i coming|supposed|meant|due|expected",
    "remind|nikumbushe|nikumbusheni .. booked|book|+book|@booking",
    "do|have i .. anything|something|any .. booked|scheduled|reserved",
    "when did i|we",
    "forgot|forgotten|nimesahau|tumesahau .. @booking",
    "what|which booking|bookings|appointment|appointments .. i|we|mine",
    "what|which|who did|have|had i|we book|booked",
    "remind|nikumbush* .. when|lini|saa|what",
    "@mine @booking|session|visit is|ni|iko|itakuwa|on|at at|on|what|which|when",
    "am i booked",
    "+book .. saa|siku|tarehe ngapi|gani",
    "+book lini",
    "~put .. saa|siku|tarehe ngapi|gani",
    "miadi|booking|appointment niliyo*|niliyonayo|nilio* .. lini|saa|siku",
    "niko|nipo|tuko na booking|appointment|miadi|reservation",
    "niko|nina|nilikuwa|nipo .. booking|appointment|miadi|reservation .. lini|saa|gani|yoyote|siku",
    "nina @booking",
    "do|have i have|got .. @booking",
    "show|view|see|check|remind|confirm|list me|my|of .. @booking",
    "show|view|see|check|list .. @mine .. @booking",
    "+show .. @booking|miadi",
    "@mine ni|iko|itakuwa saa|lini|siku|tarehe",
    "@booking @mine $",
    "@booking details|reference|confirmation",
    "^ @mine @booking $",
    "ni lini .. @booking|miadi",
    "details .. @booking",
]);

/// The state of the own booking is asked for, or told in the words of such a question: *am I booked?*,
/// *imethibitishwa?*
pub(in crate::understanding) static BOOKING_STATE: Patterns = Patterns::new(&[
    "is|isnt|was|has|hasnt @mine .. @settled",
    "is|isnt @mine @booking .. still|on|there",
    "is|isnt|was|has|hasnt the|that|this .. @booking .. @settled",
    "is|was|has it|everything|all .. confirmed",
    "am|was|are|were i|we .. confirmed|booked|scheduled",
    "have|has i|we|it been .. @settled",
    "have|did @you .. book|booked|confirm|confirmed|reserve|reserved me|us|my",
    "did @mine .. @booking .. through",
    "=confirm|=book|=put|=move|=change|=cancel",
    "iko|ziko|niko|tuko .. confirmed|booked",
]);

/// The same with no verb before it; a question mark has to say that it asks.
pub(in crate::understanding) static BOOKING_STATE_ASKED: Patterns =
    Patterns::new(&["^ @mine .. @settled", "^ ~book .. kweli|tayari"]);

/// Clear words for giving a booking up.
pub(in crate::understanding) static CANCEL: Patterns = Patterns::new(&[
    "+cancel",
    "cancel*",
    "wachana|achana|wachaneni|achaneni|wachananeni na",
    "call .. off",
    "forget|tusahau|sahau .. @booking|about|it",
    "drop|scrap|kill|remove|delete|withdraw|revoke|void .. @booking",
    "+remove|toa .. @booking|jina",
    "futilia mbali",
    "kuacha|niache|tuache .. booking|appointment|miadi|reservation",
    "no longer need|want|coming|interested",
    "-want .. @booking",
    "-want|sihitaji tena .. kuja",
    "count me|us out",
    "skip .. @booking",
    "dont|not|longer want|need the|my|that|this .. @booking",
    "dont|not|longer want|need .. anymore|again $",
    "sihitaji|sitaki .. @booking",
]);

/// The customer will not come: more is meant, or less, than giving the booking up.
pub(in crate::understanding) static NOT_COMING: Patterns = Patterns::new(&[
    "-come",
    "-arrive",
    "-can .. +come|+arrive|+do|kuwa|kuhudhuria|make|+get",
    "-can $",
    "sidhani|hatudhani .. +come|+arrive|+can",
    "no longer .. make|come|attend|able",
    "sitakuwepo|hatutakuwepo|sitapatikana|hatutapatikana",
    "siji|hatuji|sikuji|hatukuji|sitokuja|hatutokuja",
    "+fail .. +come|+arrive|+do|+get|kuhudhuria",
    "-can kesho|leo|jumatatu|jumanne|jumatano|alhamisi|ijumaa|jumamosi|jumapili|tena",
    "kesho|leo -can",
    "@cannot .. come|coming|make|attend|able",
    "@cannot be there|able",
    "sitakuwa|hatutakuwa na .. +come|+arrive",
    "haiwezekani|haitawezekana +come|+arrive",
    "dont|not expect|wait|expecting me|us|for",
    "+get .. emergency|dharura|msiba|matatizo|shida",
    "emergency .. imetokea|came|has|imekuja",
    "something .. came|come up",
    "nimeugua",
    "nimekuwa|niko|ni mgonjwa",
    "im|am|fallen|feeling sick|unwell|ill",
]);

/// The customer will not come, in the words for coming.
pub(in crate::understanding) static WILL_NOT_COME: Patterns = Patterns::new(&[
    "-come|-arrive|+come|+arrive",
    "siji|hatuji|come|coming|make|attend",
]);

/// *Let's do* another time: a move if only the time is named.
pub(in crate::understanding) static LETS: Patterns = Patterns::new(&[
    "tufanye|tuifanye|tufanyeni|tuseme|tuiweke",
    "lets|let do|make|say|go|us",
]);

/// Moving a booking, or the time under discussion.
pub(in crate::understanding) static RESCHEDULE: Patterns = Patterns::new(&[
    "+move",
    "+change",
    "move|push|shift|change|switch|rebook .. @booking|it|my|the|to|time|forward|back|mine|that|ours",
    "bring .. @booking|it|forward|mine|that",
    "later|earlier than .. booked|planned|my|before|scheduled|agreed",
    "resched*|postpone*|rebook*",
    "+return nyuma|mbele",
    "acha|wacha|basi|ifanye|fanya iwe|ikuwe",
    "iwe|ikuwe|ifanye|iwekwe",
    "^ make it|that|mine",
    "swap|exchange",
    "!cant|cannot|wont|not|to|able|couldnt|never make it|that|mine",
    "let it be",
    "lets make|do it",
    "instead",
    "badala ya",
    "same day|siku but|lakini",
    "same|ileile day|siku .. but|lakini",
    "rather|better",
    "come|arrive|it .. earlier|later|sooner",
    "hour|hours|minutes|day|week later|earlier",
]);

/// Another service is asked for, by the word.
pub(in crate::understanding) static CHANGE_SERVICE: Patterns = Patterns::new(&[
    "+change|change|switch|badili .. huduma|service|services|treatment|style",
    "huduma|service|treatment|style @other",
    "@other huduma|service|treatment|style",
]);

/// Another day or time is asked for, and none is named.
pub(in crate::understanding) static CHANGE_DATE: Patterns = Patterns::new(&[
    "+change|change|switch|badili .. siku|tarehe|date|day",
    "siku|tarehe|muda|saa|wakati|time|slot|nafasi @other",
    "@other siku|tarehe|muda|date|day|time|slot|times|days|dates|slots",
    "+change|change .. saa|muda|wakati|time",
    "time|day|date|slot .. doesnt|dont|does|wont|not .. suit|work|fit",
    "saa|siku|muda|wakati|tarehe .. haifai|hainifai|haitafaa|haitanifaa|hautanifaa|haunifai|hazinifai",
]);

/// A move is forbidden.
pub(in crate::understanding) static NOT_MOVED: Patterns = Patterns::new(&[
    "dont|not|usi* move|change|badilisha|reschedule",
    "no longer",
    "imebadilik*|yamebadilik*|zimebadilik*|mmebadilik*",
]);

/// Late, and nobody is.
pub(in crate::understanding) static NOT_LATE: Patterns =
    Patterns::new(&["late night|evening|afternoon|morning", "not late"]);

/// A booking beside the one that there is.
pub(in crate::understanding) static ANOTHER_BOOKING: Patterns = Patterns::new(&["@other|new @booking"]);

/// A cancellation is forbidden.
pub(in crate::understanding) static NOT_CANCELLED: Patterns =
    Patterns::new(&["dont|not|usi*|never cancel*", "-cancel"]);

/// One booking is given up for another.
pub(in crate::understanding) static CANCEL_AND_BOOK: Patterns =
    Patterns::new(&["+cancel|cancel* .. .. book|+put|kubook|nibook*"]);

/// The customer's own booking.
pub(in crate::understanding) static OWN_BOOKING: Patterns =
    Patterns::new(&["@booking @mine", "@mine @booking"]);

/// Something is let be for something else.
pub(in crate::understanding) static LET_BE: Patterns = Patterns::new(&["wachana|achana na"]);

/// Something is refused.
pub(in crate::understanding) static REFUSAL: Patterns =
    Patterns::new(&["sitaki|not|sio|siyo|acha|wacha|forget|skip|toa|ondoa|remove"]);

/// Another is refused, and so what there is stays.
pub(in crate::understanding) static NO_OTHER: Patterns =
    Patterns::new(&["dont|not|sitaki|-want .. another|different|other|@other"]);

/// The day is what changes.
pub(in crate::understanding) static DAY_WORDS: Patterns = Patterns::new(&["siku|tarehe|date|day"]);

/// Instead of coming then, something else is wished.
pub(in crate::understanding) static OTHER_WISH: Patterns = Patterns::new(&[
    "!-can +want|naomba|nipe|tufanye",
    "can|could|shall we|i do|have|come|try|make|get",
    "how|what about",
    "naweza|tunaweza kuja|kufanya",
    "but|lakini|instead .. can|naweza",
]);

/// What is changed belongs to the customer already.
pub(in crate::understanding) static SOMETHING_OWN: Patterns = Patterns::new(&["@mine"]);

/// What follows replaces what there is.
pub(in crate::understanding) static INTO_ANOTHER: Patterns =
    Patterns::new(&["to|into|for|with|iwe|ikuwe|kuwa|hadi|kwa|badala|instead"]);

/// A change to something.
pub(in crate::understanding) static CHANGE_TO: Patterns =
    Patterns::new(&["+change", "change|switch|swap to"]);
