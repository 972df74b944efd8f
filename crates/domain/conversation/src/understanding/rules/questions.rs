//! Phrases that ask: for prices, hours, places, free times and facts.

use super::super::pattern::Patterns;

pub(in crate::understanding) static ASK_PROMO: Patterns = Patterns::new(&[
    "^ offer",
    "!you|u|they|services offer",
    "ofa|promo|promotion|discount|discounts|punguzo|mapunguzo|deal|deals|special|specials|voucher|vouchers",
    "offers|promos|promotions",
    "happy hour",
    "mnapunguza|unapunguza|punguza|punguzia|nipunguzie bei",
    "+get bei nzuri|poa|nafuu|chini|ndogo",
    "punguzeni|mnipunguzie|nipunguzie",
    "bei .. mnashusha|mnapunguza|mnapunguzaga|hupungua|inashuka|hushuka|shusheni",
]);

pub(in crate::understanding) static ASK_PRICE: Patterns = Patterns::new(&[
    "quote|quotation|estimate for|ya|please|of",
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
    "!mnafunga|mnafungua|hufunga|hufungua|saa|siku|dakika|masaa|mara|wiki|tarehe|wangapi|watu ngapi",
    "nitalipa|nalipa|tunalipa|tutalipa|nilipe|inalipwa .. ngapi|gani|how|pesa",
    "what .. rate|price|fee|deposit",
    "rate card|list",
    "what .. come|comes|add|adds to|up",
    "^ ngapi",
    "affordable|expensive|cheap|cheaper|ghali|rahisi",
    "pay less|more|half|extra|same",
]);

pub(in crate::understanding) static ASK_HOURS: Patterns = Patterns::new(&[
    "mnafung*|mnaopen|mnaclose|hufung*|wanafung*|mtafung*|mtaopen|mtaclose|mmefung*|mmeopen|mmeclose|unafung*|inafung*",
    "mko|mpo|muko|uko|mtakuwa|mkowazi|iko|mnakuwa|mkoje|huwa .. wazi",
    "mko|mpo|muko|mtakuwa|mnakuwa .. open|closed|opened|kazini",
    "are|r|is @you|the|spa|salon|shop|it|there .. open|closed|opened|working|operating",
    "are @you opening|closing",
    "is|are .. open|closed .. on|today|tomorrow|sunday|saturday|now",
    "do|does|will @you|the|it|spa|salon|shop .. open|close|work|operate",
    "you open|closed|close|work on|tomorrow|today|sundays|saturdays|at|sunday|saturday|monday",
    "open|opening|working|business|closing|operating|operation|work hours|time|times|hrs",
    "what|which time|hours|days .. close|open|opens|closes|operate|opening|work",
    "when .. open|close|opens|closes",
    "masaa|saa ya|za kazi|kufungua|kufunga",
    "masaa|saa yenu|zenu .. kazi",
    "mko|mpo|are|open .. 24",
    "siku|masaa|saa gani|zipi|ngapi .. hamfanyi|hamko|mnafanya|mpo kazi|wazi|kazini",
    "hamfung*|hamtafung*|hamjafung*|hamopen|hamfunguangi",
    "hamfanyi kazi|job",
    "mnafanya|mnadunda|mnachapa|mnapiga|mnakuwa|mnaanza|mnaacha|mnamaliza kazi|job|wera",
    "working|opening|business|operating days",
    "mnawork|mnaoperate",
    "kufungua|kufunga saa",
    "until|till|upto what|which time",
    "what|whats|your hours",
    "@you|your .. hours|schedule $",
    "@day hours|schedule $",
    "^ mko|mpo|muko|uko|mtakuwepo @day $",
    "@you hours",
    "your|the last|latest appointment|client|booking|slot|session|customer",
    "open .. $",
    "open until|till|from|at|on|weekends",
]);

pub(in crate::understanding) static ASK_LOCATION: Patterns = Patterns::new(&[
    "wapi",
    "location|directions|direction|address|ramani|map|maps|landmark",
    "+direct",
    "maelekezo|anwani|anuani",
    "mko|uko|mpo|ni mbali",
    "mko|uko|mpo|muko|iko|are .. road|street|avenue|mall|plaza|centre|center|cbd|town|towers",
    "wheres",
    "where .. are|is|r|find|located|your|you|u|place|spa|salon|shop|based|situated",
    "located|situated|based",
    "+arrive .. aje|vipi",
    "nafikaje|nitafikaje|nawezafikaje|tunafikaje|mnapatikanaje",
    "nawezaje|vipi|namna|how|jinsi .. kufika|kuwafikia|nifike|nitafika",
    "nitapataje|napataje|nitawapataje|nawapataje|tunawapataje|tutawapataje|mtapatikanaje",
    "how|hw .. get there|to",
    "how|hw .. reach|find|locate",
    "mko|uko|muko|mpo|iko pande|maeneo|side|area|mtaa",
    "pande|maeneo|side gani|zipi",
    "iko|mko|is|are .. opposite|karibu|near|next|behind|nyuma|mkabala .. nini|what|gani|wapi",
    "are|is @you|it|the .. near|opposite|beside|behind",
    "are|is @you|it|the .. next|close to",
    "how far|close|near are|is|from|away",
    "umbali gani",
    "mko|uko|mpo|muko !sawa|poa|fiti|open|wazi|closed|na|@day ama|au|or",
    "karibu|near|opposite|mkabala|nyuma .. nini|what",
    "what|whats|which .. near|opposite|beside|landmark",
    "nimepotea|tumepotea|nimelost",
    "matatu|mat|bus|basi|gari|stage gani|ngapi",
    "which matatu|mat|bus|stage",
    "im|am|we|are lost",
    "which|what side|part|building|street|road|area|town|floor|estate|mall|stage|stop|terminus|gate|junction",
    "mtaa|mall|stage|stendi|mlango|lango|gate|kituo|jengo|eneo|barabara|floor|town|area|building|upande|sehemu|mahali gani",
    "nitum*|mnitum*|tuma|tumeni|nirushi*|rusha|send|share|drop|naomba .. pin|loc",
]);

/// Which floor, asked with the word that asks for a price.
pub(in crate::understanding) static ASK_FLOOR: Patterns =
    Patterns::new(&["floor|ghorofa|gorofa|orofa|jengo|lift .. ngapi|gani"]);

/// The hour of opening or closing, asked with the word that asks for a price.
pub(in crate::understanding) static ASK_HOUR_OF: Patterns =
    Patterns::new(&["saa|masaa ya|za kufungua|kufunga|kufunguliwa|kufungwa|kazi"]);

/// Who renders something, or who works here at all.
pub(in crate::understanding) static WHO: Patterns = Patterns::new(&[
    "^ who|whos|whom|nani|kina|akina",
    "^ ni nani",
    "nani .. ana*|ata*|hu*|wana*|wata*",
    "who .. does|do|will|is|are|can|works|serves|braids|cuts",
    "by who|whom",
]);

/// Something to bring or to wear is asked for.
pub(in crate::understanding) static ASK_TO_BRING: Patterns = Patterns::new(&[
    "do|should|must|shall i|we .. bring|carry|wear|come with",
    "do i|we need|have .. bring|carry|wear|come .. own|my|towel|anything|something",
    "nibebe|nije|nikuje|tubebe .. nini|na|towel|taulo",
]);

/// Advice is asked for.
pub(in crate::understanding) static ASK_ADVICE: Patterns = Patterns::new(&[
    "which|what .. good|best|better|suitable|right for",
    "recommend|recommended|mnapendekeza|mnashauri",
    "pregnant|mjamzito|mimba|expecting .. ok|okay|safe|allowed|sawa|naweza|avoid",
    "gani|ipi .. nzuri|bora|inafaa kwa",
]);

/// What is sold at all is asked for; the list of everything with its price answers it.
pub(in crate::understanding) static ASK_OFFERED: Patterns = Patterns::new(&[
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
pub(in crate::understanding) static WHICH_KIND: Patterns =
    Patterns::new(&["what|which|wat|gani|zipi|ipi|aina|kind|kinds|type|types"]);

/// Somebody is asked for having something.
pub(in crate::understanding) static HAVE_YOU: Patterns = Patterns::new(&[
    "mna|mnayo|mnazo|mnatoa|mnafanya|mnauza|mnaoffer|mnado|kuna",
    "mko na",
    "do|does @you|the .. have|offer|do|provide|sell|give",
    "are there",
]);

/// Phrases that ask for a free time and for nothing else.
pub(in crate::understanding) static AVAILABILITY_CLEAR: Patterns = Patterns::new(&[
    "kuna|mna|iko|ipo|pana|kutakuwa|zipo|hakuna|nitapata|kama .. nafasi|slot|slots|space|opening|appointment",
    "mko|uko|muko|mpo .. nafasi|slot|slots|space|opening",
    "mko|uko|muko|mpo|una|mna|ana|wana na muda|wakati|time|chance",
    "ana|wana|una nafasi|slot|slots|space|muda",
    "mko|uko|muko|mpo na mtu|msee|fundi|stylist",
    "mko|uko|muko|mpo|yuko busy|bize|full|booked",
    "what|which .. slots|openings|times|spaces",
    "is|are .. taken|gone|occupied",
    "nafasi|slot|space .. iko|ipo|ziko|inapatikana|zipo|kuna|zimebaki|zinapatikana|imebaki",
    "any|a|an|no|more .. slot|slots|opening|openings|availability|space|vacancy|chance",
    "available|availability|inapatikana|anapatikana|mnapatikana|zinapatikana|upatikanaji",
    "iko|mko|yuko|uko|muko|upo|yupo|mpo|atakuwa|mtakuwa .. free|huru",
    "free slot|slots|time|space|times",
    "mko|kuna|mna|uko na|gap|gaps .. gap|gaps|mmejaa",
    "are|is|r .. you|u|there|he|she|it|anyone|slot .. free",
    "is|are .. free $",
    "do|have @you .. slot|slots|space|time|opening|openings|room|free|appointment|appointments",
    "when|what|which .. can|could|times|slots .. come|free|book|get|have|open|see|fit|take|squeeze|do",
    "how soon|early can|could",
    "what|whats|when|whens .. earliest|soonest",
    "utakuwa|mtakuwa|kutakuwa|itakuwa|mtakua|utakua na nafasi|slot|slots|space|room",
    "lini .. nafasi|naweza|nipate|nije",
    "nije|nikuje|naweza|nipate|tuje lini",
    "nije|nikuje|tuje|nipite|nifike .. saa|siku ngapi|gani",
    "nafasi .. lini",
    "fully booked",
    "mmejaa|kumejaa|imejaa",
    "any|which times",
    "which time",
]);

/// *Do you have anything open?* asks for a time, not for the hours of the house.
pub(in crate::understanding) static ANYTHING_OPEN: Patterns = Patterns::new(&[
    "anything|something|any .. open|free|available",
    "is .. still open|free|available",
    "what|which slots|times|openings|spaces .. open|free|left|available|have",
    "do|have @you .. a|any|some|more|another slot|slots|space|opening|openings",
]);

pub(in crate::understanding) static AVAILABILITY: Patterns = Patterns::new(&[
    "+can .. +come|+get|+arrive|+do|+see",
    "naweza|tunaweza|mnaweza|ninaweza|waweza|anaweza|unaweza",
    "can|could|may|might|shall i|we|u|you|she|he",
    "can|could|will|would .. see|take|serve|attend|help me|us|my",
    "!as|if|kama|ikiwa possible|inawezekana|yawezekana|itawezekana",
    "^ possible|inawezekana|yawezekana|itawezekana",
    "any time",
    "nipate|napata|nitapata|tunapata|tutapata|kupata",
    "naezaku*|nawezaku*|tunawezaku*",
    "nije|nikuje|tuje|nikam|nipitie|nipite",
    "is|would|will|does|how .. ok|okay|fine|good|work|convenient|about",
    "how|what about",
    "vipi|je",
    "-get .. nafasi|slot|appointment",
    "mtu|fundi|stylist|barber|therapist|anyone|someone .. yuko|yupo|ako|atakuwa|who|wa",
]);

/// Whether somebody works then; a name stands beside it.
pub(in crate::understanding) static PERSON_THERE: Patterns = Patterns::new(&[
    "yuko|yupo|ako|atakuwa|atakuwepo|anakuwa|anapatikana|anafanya|anakuja|hayuko|hayupo|atakuja",
    "is|will|would|are .. in|around|there|working|available|free|on|off",
    "does|do|will|is .. work",
]);

pub(in crate::understanding) static ASK_INFO: Patterns = Patterns::new(&[
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
    "mnachukua|mnapokea|walkin|walkins",
    "walk in|ins",
    "refundable|policy|terms|masharti",
    "does|do .. hurt|help|work|include|male|female",
    "kwa wanaume|wanawake|watoto|wajawazito",
    "wanaruhusiwa|inaruhusiwa|tunaruhusiwa|naruhusiwa|ruhusa|mnaruhusu|allowed",
    "pregnant|mjamzito|allergy|allergic|safe|mzio",
    "je",
    "why|kwanini|mbona",
]);

/// The terms are asked, and nothing is given up.
pub(in crate::understanding) static CANCELLATION_TERMS: Patterns = Patterns::new(&[
    "cancellation|cancelation policy|fee|charges",
    "policy|penalty|penalti|faini|fine .. cancel*|akicancel|nikicancel|ukicancel|+cancel",
    "cancel*|akicancel|nikicancel|ukicancel|+cancel .. policy|penalty|penalti|faini|fine|charge|charged",
]);

/// A wish that hangs on whether it can be had asks for nothing: *kama Achieng ako available*.
pub(in crate::understanding) static ON_CONDITION: Patterns = Patterns::new(&[
    "kama|if|ikiwa|iwapo .. available|around|free|possible|inawezekana|itawezekana|yuko|yupo|ako|atakuwa|atakuwepo|hes|shes",
]);

/// What is dear is refused, not asked for.
pub(in crate::understanding) static TOO_DEAR: Patterns = Patterns::new(&[
    "too|so|very|mno expensive|much|ghali",
    "expensive|ghali|bei sana|mno|too|kwangu",
]);

/// No more than this.
pub(in crate::understanding) static NO_MORE: Patterns = Patterns::new(&["just|only", "tu $", "peke yake"]);

/// The receipt is asked for.
pub(in crate::understanding) static RECEIPT: Patterns = Patterns::new(&["receipt|risiti|invoice|stakabadhi"]);

/// A wish to know, not to book.
pub(in crate::understanding) static WANTS_TO_KNOW: Patterns =
    Patterns::new(&["+know", "know|ask|inquire|enquire|find|check"]);
