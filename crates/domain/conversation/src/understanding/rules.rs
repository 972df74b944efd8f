//! The phrases by which an intent is known, as data. The language of the patterns stands in [`super::pattern`].

mod words;

use super::Intent;
use super::pattern::Patterns;

pub(super) use words::{GLUE, GREETINGS, NO, NOT_YET, OFFER_FRAME, THANKS, YES};

/// Consent words; they count only as the whole message.
pub(super) const OPT_OUT_WORDS: &[&str] =
    &["stop", "acha", "out", "ondoa", "sitaki", "sitisha", "unsubscribe"];

/// Words that give consent again, as the whole message.
pub(super) const OPT_IN_WORDS: &[&str] = &["start", "anza"];

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
    "want|wish|like to unsubscribe",
    "remove|delete|take me|my .. list|number|database|group|off",
    "remove me",
    "niondo*|mniondo*|nitoe*|mnitoe|nitoeni .. list|group|orodha|namba|hii|hapo",
    "opt out",
    "usinisumbue|msinisumbue",
    "leave me alone",
]);

/// Phrases that ask a thing again, or a payment that is in doubt.
pub(super) static PAYMENT_DISPUTE: Patterns = Patterns::new(&[
    "+deduct .. mara|twice|double|zaidi|badala",
    "mara mbili|tatu .. +deduct|+pay",
    "@money .. mara mbili|tatu",
    "+pay .. mara mbili|tatu",
    "charged|deducted|debited|paid|billed|took|taken|sent .. twice|double",
    "charged|deducted|debited|billed .. again|extra|more|wrong|wrongly",
    "double charge*|payment|deduct*|billing",
    "overcharged|overcharge",
    "wrong amount",
    "mmenikat*|mmeikat*|mlinikat*|wamenikat*",
    "+deduct .. lakini|but|na .. -get|-see|haija*|no|not",
    "@money .. deducted|gone|taken|imekatwa|ilikatwa|zimekatwa .. but|lakini|no|na",
    "dispute",
    "pesa|hela zaidi",
]);

/// Promises to pay, which settle nothing.
pub(super) static PAY_LATER: Patterns = Patterns::new(&[
    "nitalip*|ntalip*|tutalip*|nitasend|nitatum*",
    "ill|will|gonna|going .. pay",
]);

pub(super) static REFUND: Patterns = Patterns::new(&[
    "refund|refunds|refunded|kurefund",
    "+refund",
    "+return .. @money",
    "+send .. @money .. back|nyuma",
    "@money .. irudi|zirudi|irudishwe|zirudishwe|irudishwi|back",
    "reverse|reversal|nireverse|mreverse|kureverse",
    "money|cash back",
    "give|want|need .. @money back",
]);

pub(super) static PAYMENT_RESEND: Patterns = Patterns::new(&[
    "-get|-see|-receive|-arrive .. @prompt",
    "sijapata|sijaona|sijareceive|sijaget|haijafika|haijakuja|haikuja|haikufika|haijaingia|haijatokea .. @prompt",
    "@prompt .. haija*|haiku*|haiji|haionekani|sija*|siku*|expired|imeexpire|ime*|ili* .. $",
    "@prompt .. not|didnt|hasnt|never|failed|expired|disappeared|gone|timed",
    "not|didnt|havent|never|yet|no|hasnt .. get|got|receive|received|see|seen|getting .. @prompt",
    "no|without @prompt",
    "hakuna|hamna @prompt",
    "nitum*|mnitum*|unitum*|tuma|tumia|tumeni|nisend*|unisend*|mnisend*|send|resend|resent|share|push .. stk|prompt|popup",
    "nitum*|mnitum*|unitum*|tuma|nisend*|send|resend .. mpesa .. again|tena|prompt|push|request|stk",
    "@prompt .. again|tena|ingine|nyingine",
    "+mistake .. pin",
    "wrong pin|password",
    "pin .. wrong|mbaya|incorrect|+mistake",
    "resend",
    "retry .. payment|mpesa",
    "try .. payment|paying .. again",
    "nijaribu|jaribu|tujaribu .. kulipa|malipo|tena",
    "try .. again",
    "tuma|itume|send tena|again",
    "+send it|hiyo|hilo|lile tena|again",
    "+send .. ombi|request .. tena|again|upya|jipya|lingine|ingine|nyingine",
    "nipe|nipeni|naomba|nataka|+want .. ombi|request .. tena|again|upya|jipya|lingine",
    "mpesa .. request|menu .. haija*|haiku*|not|again|tena",
]);

/// A card is to pay, or might.
pub(super) static PAY_BY_CARD: Patterns = Patterns::new(&[
    "^ kadi|card|cards|visa|mastercard $",
    "kwa|na|kutumia|natumia|nitumie|by|with|using|via .. kadi|card|visa|mastercard",
    "pay|paying|kulipa|nilipe|lipa|nalipa|nitalipa|payment|malipo .. kadi|card|visa|mastercard",
    "kadi|card .. payment|payments|malipo|instead|badala",
    "mnakubali|mnachukua|mnapokea|unakubali|accept|take .. kadi|card|cards|visa|mastercard",
]);

/// There is no card, or it is refused.
pub(super) static NOT_BY_CARD: Patterns =
    Patterns::new(&["sina|sitaki|sio|siyo|no|not|without|bila|dont .. kadi|card|cards|visa"]);

/// A new payment prompt is forbidden.
pub(super) static NOT_RESENT: Patterns = Patterns::new(&[
    "usini*|msini*|usitu*|msitu*|usise*|msise* .. @prompt|ombi|request",
    "dont|stop|never|not send|sending|resend|push .. @prompt|request",
]);

pub(super) static PAYMENT_CLAIM: Patterns = Patterns::new(&[
    "nime*|nisha*|nili*|tume*|tuli*|tusha*|ame*|mesha*|imesha* .. kulipa|kulipia|kutuma|kusend|kupay",
    "nimelip*|nimeshalip*|nishalip*|nililip*|tumelip*|tushalip*|tulilip*|amelip*|ameshalip*|imelip*|imeshalip*",
    "nimetum*|nimeshatum*|nishatum*|nilitum*|tumetum*|ametum*|imetumwa .. pesa|hela|money|mpesa|doh|deposit|chapaa|#",
    "nimetum*|nimeshatum*|nishatum*|nilitum*|tumetum* $",
    "nimesend|nishasend|nilisend|nimepay|nishapay|nilipay|tumepay|nimekulipa|nimekupay",
    "already|have|ive|just|i|we|was|has|been|its paid",
    "^ paid",
    "paid $",
    "ive|have|already|just|i sent|send .. money|pesa|cash|mpesa|deposit|payment|#",
    "payment|deposit|money|pesa .. done|made|sent|complete|completed|through|imeenda|imetumwa|successful",
    "done paying|payment|with",
    "nimemaliza kulipa",
    "nimeweka|nimeingiza|entered|put .. pin",
    "mmepata|umepata|mmereceive|umereceive|mmeona|received|got|see .. pesa|payment|malipo|money|deposit",
    "confirmed ksh|kes",
    "made .. payment|deposit",
]);

pub(super) static HUMAN: Patterns = Patterns::new(&[
    "nipigi*|mnipigi*|unipigi*|nipigen*|anipigie|tupigie*",
    "nicall*|mnicall*|unicall*|nicheki*",
    "call|ring|phone me|us",
    "give me a call",
    "+talk .. @person",
    "+talk na nani|nanyi|ninyi|nyinyi|wewe",
    "speak|talk|chat|connect .. to|with|me .. @person",
    "need|want|get|nataka|naomba|nipe|nipatie|nipeni|niunganishe .. @person $",
    "customer care|service|support",
    "agent|mhudumu|operator $",
    "^ human|person|agent|manager",
    "^ mtu $",
    "+want|naomba mtu|mhudumu|person $",
    "real|actual|live person|human|agent|someone",
    "mtu halisi|mzima|kweli",
    "+talk .. mtu|simu",
    "complain|complaint|complaints|complaining|malalamiko|+complain",
    "niliambi*|nimeambi*|mliniambi*|uliniambi*|waliniambi*|tuliambiwa .. #|bei|price",
    "was|were told .. #",
    "you told me|us",
    "not|si .. robot|bot|machine|roboti",
]);

pub(super) static RUNNING_LATE: Patterns = Patterns::new(&[
    "+late",
    "running|be|am|im|coming|arrive|arriving|come|bit|little|minutes|slightly|get|getting late",
    "late .. minutes|hour|kidogo|for|by|dakika",
    "niko|tuko|nipo kwa|kwenye|in jam|traffic|foleni",
    "niko|tuko|nipo|im|am|stuck .. jam|traffic|foleni",
    "stuck in|kwa|on",
    "jam|traffic imeni*|ime*|is|imekuwa",
    "nimekwama|tumekwama|nimestuck|nimeshikwa",
    "delayed|delay",
]);

pub(super) static SHOW_BOOKING: Patterns = Patterns::new(&[
    "@booking @mine .. saa|lini|ngapi|wapi|ipi|siku|when|what|gani|iko",
    "when|what|which .. @mine .. @booking",
    "what|which time|day|date .. @mine|i|booked",
    "when|lini .. i|nili|nime|am .. booked|booking",
    "when am i coming",
    "am i booked",
    "+book .. saa|siku|tarehe ngapi|gani",
    "+book lini",
    "niko|nina|nilikuwa|nipo .. @booking .. lini|saa|gani|yoyote|siku",
    "nina @booking",
    "do|have i have|got .. @booking",
    "show|view|see|check|remind|confirm|list me|my|of .. @booking",
    "show|view|see|check|list .. @mine .. @booking",
    "+show .. @booking|miadi",
    "@mine ni|iko|itakuwa saa|lini|siku|tarehe",
    "@booking @mine $",
    "^ @mine @booking $",
    "ni lini .. @booking|miadi",
    "details .. @booking",
]);

/// The state of the own booking is asked for, or told in the words of such a question: *am I booked?*,
/// *imethibitishwa?*
pub(super) static BOOKING_STATE: Patterns = Patterns::new(&[
    "is|isnt|was|has|hasnt @mine .. @settled",
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
pub(super) static BOOKING_STATE_ASKED: Patterns = Patterns::new(&["^ @mine .. @settled"]);

/// It is money that is spoken of.
pub(super) static ABOUT_MONEY: Patterns = Patterns::new(&["@money|mpesa|payment|paid", "+pay"]);

/// Clear words for giving a booking up.
pub(super) static CANCEL: Patterns = Patterns::new(&[
    "+cancel",
    "cancel*",
    "wachana|achana na",
    "call .. off",
    "forget|tusahau|sahau .. @booking|about|it",
    "drop|scrap|remove|delete .. @booking",
    "+remove|toa .. @booking|jina",
    "futilia mbali",
    "no longer need|want|coming|interested",
    "-want|sihitaji tena .. @booking|kuja",
    "sihitaji|sitaki .. @booking",
]);

/// The customer will not come: more is meant, or less, than giving the booking up.
pub(super) static NOT_COMING: Patterns = Patterns::new(&[
    "-come",
    "-arrive",
    "-can .. +come|+arrive|+do|kuwa|kuhudhuria|make|+get",
    "-can $",
    "-can kesho|leo|jumatatu|jumanne|jumatano|alhamisi|ijumaa|jumamosi|jumapili|tena",
    "kesho|leo -can",
    "@cannot .. come|coming|make|attend|able",
    "@cannot be there|able",
    "+get .. emergency|dharura|msiba|matatizo|shida",
    "emergency .. imetokea|came|has|imekuja",
    "something .. came|come up",
    "nimeugua|nimeshindwa|nimekuwa mgonjwa",
]);

/// Moving a booking, or the time under discussion.
pub(super) static RESCHEDULE: Patterns = Patterns::new(&[
    "+move",
    "+change",
    "move|push|shift|bring|change|switch|rebook .. @booking|it|my|the|to|time|forward|back|mine|that|ours",
    "resched*|postpone*|rebook*",
    "rudisha nyuma|mbele",
    "acha|wacha|basi|ifanye|fanya iwe|ikuwe",
    "iwe|ikuwe|ifanye|iwekwe",
    "^ make it|that|mine",
    "!cant|cannot|wont|not|to|able|couldnt|never make it|that|mine",
    "let it be",
    "lets make|do it",
    "instead",
    "badala ya",
    "rather|better",
]);

/// Another service is asked for, by the word.
pub(super) static CHANGE_SERVICE: Patterns = Patterns::new(&[
    "+change|change|switch|badili .. huduma|service|services|treatment|style",
    "huduma|service|treatment|style @other",
    "@other huduma|service|treatment|style",
]);

/// Another day or time is asked for, and none is named.
pub(super) static CHANGE_DATE: Patterns = Patterns::new(&[
    "+change|change|switch|badili .. siku|tarehe|date|day",
    "siku|tarehe|muda|saa|wakati|time|slot|nafasi @other",
    "@other siku|tarehe|muda|date|day|time|slot|times|days|dates|slots",
    "+change|change .. saa|muda|wakati|time",
]);

pub(super) static ASK_PROMO: Patterns = Patterns::new(&[
    "^ offer",
    "!you|u|they|services offer",
    "ofa|promo|promotion|discount|discounts|punguzo|mapunguzo|deal|deals|special|specials|voucher|vouchers",
    "offers|promos|promotions",
    "happy hour",
    "+get|mnapunguza|unapunguza|punguza|punguzia|nipunguzie bei",
    "punguzeni|mnipunguzie|nipunguzie",
]);

pub(super) static ASK_PRICE: Patterns = Patterns::new(&[
    "bei|gharama|price|prices|pricing|cost|costs|rates|charges|pricelist|kiasi|pricelists|fees",
    "@money ngapi|gani",
    "how much",
    "hw much",
    "+charge .. ngapi|gani|how|kiasi|pesa|what",
    "how|what .. charge|cost",
    "what .. i|we pay",
    "mna|una|wana charge",
    "mnacharge*|mnachaj*|mnatoza*|mnalipisha*|unacharge*|unatoza*|inacost*|zinacost*|inagharimu|yagharimu",
    "ni|huwa|iko|ziko|itakuwa|inakuwa|hutoka ngapi",
    "!saa|siku|dakika|masaa|mara|wiki|tarehe|wangapi|watu ngapi",
    "nitalipa|nalipa|tunalipa|tutalipa|nilipe|inalipwa .. ngapi|gani|how|pesa",
    "what .. rate|price|fee|deposit",
    "affordable|expensive|ghali|rahisi",
]);

pub(super) static ASK_HOURS: Patterns = Patterns::new(&[
    "mnafung*|mnaopen|mnaclose|hufung*|wanafung*|mtafung*|mtaopen|mtaclose|mmefung*|mmeopen|mmeclose|unafung*|inafung*",
    "mko|mpo|muko|uko|mtakuwa|mkowazi|iko|mnakuwa|mkoje|huwa .. wazi",
    "mko|mpo|muko|mtakuwa|mnakuwa .. open|closed|opened|kazini",
    "are|r|is @you|the|spa|salon|shop|it|there .. open|closed|opened|working|operating",
    "is|are .. open|closed .. on|today|tomorrow|sunday|saturday|now",
    "do|does|will @you|the|it|spa|salon|shop .. open|close|work|operate",
    "you open|closed|close|work on|tomorrow|today|sundays|saturdays|at|sunday|saturday|monday",
    "open|opening|working|business|closing|operating|operation|work hours|time|times|hrs",
    "what|which time|hours|days .. close|open|opens|closes|operate|opening|work",
    "when .. open|close|opens|closes",
    "masaa|saa ya|za kazi|kufungua|kufunga",
    "mnafanya kazi|job",
    "mnawork|mnaoperate",
    "kufungua|kufunga saa",
    "until|till|upto what|which time",
    "open .. $",
    "open until|till|from|at|on|weekends",
]);

pub(super) static ASK_LOCATION: Patterns = Patterns::new(&[
    "wapi",
    "location|directions|direction|address|ramani|map|maps|landmark",
    "+direct",
    "where .. are|is|r|find|located|your|you|u|place|spa|salon|shop|based|situated",
    "located|situated|based",
    "+arrive .. aje|vipi",
    "nafikaje|nitafikaje|nawezafikaje|tunafikaje|mnapatikanaje",
    "nawezaje|vipi|namna|how|jinsi .. kufika|kuwafikia|nifike|nitafika",
    "how|hw .. get there|to",
    "how|hw .. reach|find|locate",
    "which|what building|street|road|area|town|floor|estate|mall",
    "mtaa|jengo|eneo|barabara|floor|town|area|building gani",
    "nitum*|mnitum*|send|share|drop|naomba .. pin|loc",
]);

/// What is sold at all is asked for; the list of everything with its price answers it.
pub(super) static ASK_OFFERED: Patterns = Patterns::new(&[
    "huduma|services|treatments .. gani|zipi|zenu|zote|aina",
    "gani|zipi huduma",
    "mna|mnatoa|mnafanya|mnauza|mnaoffer|mnado|mnapeana nini $",
    "what|which|wat services|treatments",
    "what|which|wat kind|kinds|type|types|sort|sorts of services|service|treatments|treatment",
    "what|wat .. do|does|are @you .. offer|offering|have|sell|provide|do $",
    "what .. can|could i|we book|order|choose $",
    "your|all|the|of|about|available services|treatments",
    "services|treatments @you|that .. offer|have|do|provide",
    "menu|catalogue|catalog|brochure|pricelist",
    "orodha .. huduma|bei",
]);

/// A kind is asked for: *massage gani*, *what massages*.
pub(super) static WHICH_KIND: Patterns =
    Patterns::new(&["what|which|wat|gani|zipi|ipi|aina|kind|kinds|type|types"]);

/// Somebody is asked for having something.
pub(super) static HAVE_YOU: Patterns = Patterns::new(&[
    "mna|mnayo|mnazo|mnatoa|mnafanya|mnauza|mnaoffer|mnado|kuna",
    "mko na",
    "do|does @you|the .. have|offer|do|provide|sell|give",
    "are there",
]);

/// Phrases that ask for a free time and for nothing else.
pub(super) static AVAILABILITY_CLEAR: Patterns = Patterns::new(&[
    "kuna|mna|iko|ipo|pana|kutakuwa|zipo|hakuna|nitapata|kama .. nafasi|slot|slots|space|opening|appointment",
    "nafasi|slot|space .. iko|ipo|inapatikana|zipo|kuna|zimebaki|zinapatikana|imebaki",
    "any|a|an|no|more .. slot|slots|opening|openings|availability|space|vacancy|chance",
    "available|availability|inapatikana|anapatikana|mnapatikana|zinapatikana|upatikanaji",
    "iko|mko|yuko|uko|muko|upo|yupo|mpo|atakuwa|mtakuwa .. free|huru",
    "free slot|slots|time|space|times",
    "are|is|r .. you|u|there|he|she|it|anyone|slot .. free",
    "is|are .. free $",
    "do|have @you .. slot|slots|space|time|opening|openings|room|free|appointment|appointments",
    "when|what|which .. can|could|times|slots .. come|free|book|get|have|open",
    "lini .. nafasi|naweza|nipate|nije",
    "nafasi .. lini",
    "fully booked",
    "mmejaa|kumejaa|imejaa",
    "any|which time|times",
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
    "nakuja|nitakuja|tutakuja|tunakuja|nacome|nitacome|nikuje|ntakuja|ntacome",
    "ill|will|im|am come|coming|be|pass|drop",
    "coming",
    "count me in",
]);

pub(super) static AVAILABILITY: Patterns = Patterns::new(&[
    "+can .. +come|+get|+arrive|+do|+see",
    "naweza|tunaweza|mnaweza|ninaweza|waweza|anaweza|unaweza",
    "can|could|may|might|shall i|we|u|you|she|he",
    "possible|inawezekana|yawezekana|itawezekana",
    "nipate|nipatie|napata|nitapata|tunapata|tutapata|kupata",
    "nije|nikuje|tuje|nikam|nipitie|nipite",
    "is|would|will|does|how .. ok|okay|fine|good|work|convenient|about",
    "how|what about",
    "vipi|je",
    "-get .. nafasi|slot|appointment",
]);

pub(super) static ASK_INFO: Patterns = Patterns::new(&[
    "parking|wifi|shower|showers|maegesho|toilet|playground|kids|card|cards|visa|mastercard|paybill|till|sauna",
    "huduma|services|treatments|massages .. gani|zipi|zenu|zote|aina",
    "aina gani|ngapi",
    "what|which|wat .. services|treatments|massages|types|kind|products|service",
    "services|menu|catalogue|catalog|brochure",
    "mna|mnayo|mnazo|mnatoa|mnafanya|mnauza|mnatumia|mnakubali|mnaaccept|mnaoffer|mnado",
    "do|does|can|will @you .. have|do|offer|accept|take|sell|allow|provide|cater|use|give|serve",
    "how long|many",
    "muda|dakika|masaa|siku gani|ngapi|kiasi",
    "inachukua|huchukua|itachukua|inakaa|inatake",
    "what|nini .. bring|wear|carry|included|include",
    "nibebe|nivae|nije|nikuje|nivalie .. nini",
    "+pay aje|vipi|how|wapi|kwa|na",
    "how|aje|vipi .. pay",
    "can|could|may i|we pay",
    "naweza|tunaweza kulipa|lipa|kupay|pay",
    "can|could i|we bring|come|wear|shower|eat|park",
    "is|are there|it|you|they",
    "ni nini|gani",
    "what|whats|wat is|are|s",
    "whats",
    "tell|know|learn|explain .. about|more",
    "niambie|nieleze|elezea|eleza|kuhusu",
    "maelezo|information|info|details|more about",
    "kuna|iko|ipo",
    "does|do .. hurt|help|work|include|male|female",
    "kwa wanaume|wanawake|watoto|wajawazito",
    "pregnant|mjamzito|allergy|allergic|safe|mzio",
    "je",
    "why|kwanini|mbona",
]);

pub(super) static CHOICE: Patterns = Patterns::new(&[
    "^ ya|la|cha|ile|wa|za|hiyo|lile|kile .. kwanza|pili|tatu|nne|tano|sita|saba|nane|tisa|kumi $",
    "^ .. option|number|namba|chaguo|no|choice|nambari #|la|ya",
    "^ .. first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|6th one|option|slot|time|choice $",
    "^ the first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|6th $",
    "^ first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th $",
    "^ # $",
    "^ nataka|nachagua|naomba|nipe|nichagulie|nachukua ya|la|cha|ile|hiyo|namba|option|number kwanza|pili|#|tatu|nne $",
    "^ i .. want|pick|choose|take|prefer|like option|number #",
    "^ i .. want|pick|choose|take|prefer|like the first|second|third|fourth|1st|2nd|3rd|4th one|option|slot $",
]);

/// Phrases that ask for time to think.
pub(super) static WAIT: Patterns = Patterns::new(&[
    "not yet|sure",
    "hold on",
    "give|nipe|nipatie me|muda|dakika",
    "^ dakika|one|1|a minute|minutes|moment|second|sec|moja|kidogo $",
    "let me think|check|see|confirm|ask|know",
    "acha|wacha|ngoja .. nifikiri*|niulize|niangalie|nicheki",
    "get back to",
    "nitakurudia|nitakujibu|nitakujulisha|nitakuconfirm*",
]);

/// Words on leaving: a day in them is no wish for one.
pub(super) static FAREWELL: Patterns = Patterns::new(&[
    "see you|u|ya",
    "tutaonana|tuonane",
    "bye|kwaheri|goodbye",
    "talk later|soon",
]);

/// The payment prompt is spoken of.
pub(super) static ABOUT_A_PROMPT: Patterns = Patterns::new(&["prompt|stk"]);

/// *No problem* agrees, whatever the first word says.
pub(super) static NO_PROBLEM: Patterns =
    Patterns::new(&["no|hakuna|hamna|bila|sina problem|shida|worries|tatizo|wasiwasi|shaka"]);

/// The message begins with a no.
pub(super) static NO_FIRST: Patterns = Patterns::new(&["^ hapana|no|la"]);

/// A move is forbidden.
pub(super) static NOT_MOVED: Patterns = Patterns::new(&["dont|not|usi* move|change|badilisha|reschedule"]);

/// Late, and nobody is.
pub(super) static NOT_LATE: Patterns = Patterns::new(&["late night", "not late"]);

/// A booking beside the one that there is.
pub(super) static ANOTHER_BOOKING: Patterns = Patterns::new(&["@other|new @booking"]);

/// A cancellation is forbidden.
pub(super) static NOT_CANCELLED: Patterns = Patterns::new(&["dont|not|usi*|never cancel*", "-cancel"]);

/// One booking is given up for another.
pub(super) static CANCEL_AND_BOOK: Patterns =
    Patterns::new(&["+cancel|cancel* .. .. book|+put|kubook|nibook*"]);

/// The terms are asked, and nothing is given up.
pub(super) static CANCELLATION_TERMS: Patterns =
    Patterns::new(&["cancellation|cancelation policy|fee|charges"]);

/// The customer's own booking.
pub(super) static OWN_BOOKING: Patterns = Patterns::new(&["@booking @mine", "@mine @booking"]);

/// Something is refused.
pub(super) static REFUSAL: Patterns = Patterns::new(&["sitaki|not|sio|siyo"]);

/// The day is what changes.
pub(super) static DAY_WORDS: Patterns = Patterns::new(&["siku|tarehe|date|day"]);

/// Instead of coming then, something else is wished.
pub(super) static OTHER_WISH: Patterns = Patterns::new(&[
    "!-can +want|naomba|nipe|tufanye",
    "but|lakini|instead .. can|naweza",
]);

/// What is changed belongs to the customer already.
pub(super) static SOMETHING_OWN: Patterns = Patterns::new(&["@mine"]);

/// What follows replaces what there is.
pub(super) static INTO_ANOTHER: Patterns =
    Patterns::new(&["to|into|for|with|iwe|ikuwe|kuwa|hadi|kwa|badala|instead"]);

/// A change to something.
pub(super) static CHANGE_TO: Patterns = Patterns::new(&["+change", "change|switch to"]);

/// The receipt is asked for.
pub(super) static RECEIPT: Patterns = Patterns::new(&["receipt|risiti|invoice|stakabadhi"]);

/// The customer will come back to it.
pub(super) static LATER: Patterns =
    Patterns::new(&["baadaye|later", "nikupigie|nitakupigia|nitakuambia|nitakujulisha"]);

/// A wish to know, not to book.
pub(super) static WANTS_TO_KNOW: Patterns = Patterns::new(&["+know", "know|ask|inquire|enquire|find|check"]);

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
    (Intent::AskPrice, &ASK_PRICE),
    (Intent::AskHours, &ASK_HOURS),
    (Intent::AskLocation, &ASK_LOCATION),
];
