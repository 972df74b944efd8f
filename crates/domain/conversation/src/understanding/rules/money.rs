//! Phrases about payments, prompts and money that should come back.

use super::super::pattern::Patterns;

/// Phrases that ask a thing again, or a payment that is in doubt.
pub(in crate::understanding) static PAYMENT_DISPUTE: Patterns = Patterns::new(&[
    "+deduct .. mara|twice|double|zaidi|badala",
    "mara mbili|tatu .. +deduct|+pay",
    "+charge .. mara mbili|tatu",
    "@money .. mara mbili|tatu",
    "@money .. twice",
    "two|2|three|3|many deductions|transactions|charges|payments",
    "@taken|~charge|~deduct .. didnt|havent|never",
    "~pay|~deduct .. kuliko",
    "mmechuku*|umechuku*|mlichuku* .. zaidi|kuliko",
    "+pay .. mara mbili|tatu",
    "charged|deducted|debited|paid|billed|took|taken|sent .. twice|double",
    "charged|deducted|debited|paid|billed|took|taken .. two|2|three|3 times",
    "+deduct .. # zaidi|extra|more",
    "+deduct .. @money nyingi|mingi|kubwa|zaidi",
    "@taken|~deduct|~charge|~pay|paid .. @excess",
    "@excess .. @taken|~deduct|~charge",
    "duplicate|double|wrong charge|payment|deduction|transaction",
    "@taken|~deduct|~charge|~pay|paid .. # badala|instead",
    "@taken .. too|so much|many",
    "why|mbona|kwanini .. @taken|+deduct|+charge",
    "mmechuku*|umechuku*|mlichuku*|wamechuku* .. @money",
    "kwa nini .. @taken|+deduct",
    "double charge*|payment|deduct*|billing",
    "overcharged|overcharge",
    "wrong amount",
    "mmenikat*|mmeikat*|mlinikat*|wamenikat*",
    "+deduct .. lakini|but|na .. -get|-see|haija*|hamja*|haipo|hakuna|no|not",
    "@money .. deducted|gone|taken|imekatwa|ilikatwa|zimekatwa .. but|lakini|no|na",
    "dispute",
    "there|see|is|was .. second|another|extra deduction|charge|transaction",
    "why .. take|took|deduct|charge .. #",
    "amount|charge|deduction|figure .. not|isnt|si|sio|siyo .. told|agreed|quoted|said|sawa|right|correct|tuliyokubaliana|tulikubaliana",
    "@money iliyo*|mliyo* .. si|sio|siyo|tofauti",
    "@money .. si|sio|siyo .. tuliyokubaliana|tulikubaliana|mliyosema|niliyoambiwa",
    "mmenitoz*|mlinitoz*|nimetoz*|mmenichar*|mlinichar* .. sana|nyingi|mingi|kupita",
    "+charge .. double|twice",
    "+pay .. # .. bei|price .. #",
    "explain .. difference|tofauti",
    "+charge|charged .. zaidi|extra|more than|ya",
    "told|said|quoted|aliniambia|mliniambia|niliambiwa|nimeambiwa .. # .. but|lakini|na .. +deduct|+charge|+pay|deducted|charged|took|taken|paid",
    "pesa|hela zaidi",
]);

/// Promises to pay, which settle nothing.
pub(in crate::understanding) static PAY_LATER: Patterns = Patterns::new(&[
    "nitalip*|ntalip*|tutalip*|nitasend|nitatum*",
    "ill|will|gonna|going .. pay",
]);

pub(in crate::understanding) static REFUND: Patterns = Patterns::new(&[
    "refund|refunds|refunded|kurefund",
    "+refund",
    "+return .. @money",
    "@money .. +return",
    "+send .. @money .. back|nyuma",
    "send|give|return|wire|transfer|pay .. back .. @money",
    "return|send .. @money .. back|me",
    "@money .. irudi|zirudi|irudishwe|zirudishwe|irudishwi|back",
    "reverse|reversal|nireverse|mreverse|kureverse",
    "send|give|pay|return|wire back .. i|we .. paid|sent",
    "send|give|pay|return|wire back what|everything .. paid|sent",
    "money|cash back",
    "give|want|need .. @money back",
    "return|release .. @money",
    "@money @mine +want",
    "@money .. returned|reversed|reimbursed",
    "+want|naomba|naweza|+can .. kurudishiwa|kurejeshewa",
    "nirudishi*|mnirudishi*|unirudishi*|munirudishi*|turudishi*|mturudishi*",
    "send|give|return|wire|transfer back .. @mine",
    "+want|want|nipe|nipeni|naomba|give|me @money @mine",
    "want|need|give @mine @money",
]);

pub(in crate::understanding) static PAYMENT_RESEND: Patterns = Patterns::new(&[
    "-get|-see|-receive|-arrive .. @prompt",
    "@prompt haija*|haiku*|haiwez*|haionek*",
    "-get|-see|-receive .. ombi|request .. malipo|payment|mpesa|simu|phone|tena|again",
    "sijapata|sijaona|sijareceive|sijaget|haijafika|haijakuja|haikuja|haikufika|haijaingia|haijatokea .. @prompt",
    "@prompt .. haija*|haiku*|haiji|haionekani|sija*|siku*|expired|imeexpire|ime*|ili*|ika* .. $",
    "haija*|haiku* .. prompt|stk|popup",
    "-see|-get|-receive kitu|chochote|anything",
    "-see|-get|-receive .. kwa|kwenye simu|phone",
    "nothing .. came|come|appeared|arrived|shown|received|popped",
    "namba|nambari|neno ya|la siri",
    "pin .. sahihi",
    "+late .. pin|prompt|stk",
    "request .. expired|failed|lapsed|timed",
    "haija*|haiku* .. kwa|kwenye simu|phone",
    "+send .. ombi",
    "<send tena|again $",
    "pin vibaya|mbaya|incorrect|wrong",
    "+send .. ombi|request .. malipo|kulipa|payment",
    "naomba|+want|nipe|nipeni|want|need stk|prompt|popup",
    "+send .. stk|prompt|popup",
    "trigger|initiate|redo|repeat|restart|generate .. payment|prompt|stk|request|mpesa",
    "@prompt .. not|didnt|hasnt|never|failed|expired|disappeared|gone|timed",
    "not|didnt|havent|never|yet|no|hasnt .. get|got|receive|received|see|seen|getting .. @prompt",
    "no|without @prompt",
    "hakuna|hamna @prompt",
    "nitum*|mnitum*|unitum*|tuma|tumia|tumeni|nisend*|unisend*|mnisend*|send|resend|resent|share|push .. stk|prompt|popup",
    "nitum*|mnitum*|unitum*|tuma|nisend*|send|resend .. mpesa .. again|tena|prompt|push|request|stk",
    "@prompt .. again|tena|ingine|nyingine",
    "+mistake .. pin",
    "cancel*|+cancel|closed|dismissed|missed|ignored .. prompt|stk|popup",
    "wrong pin|password",
    "+fail .. +pay",
    "pin .. wrong|mbaya|incorrect|+mistake",
    "resend",
    "@prompt|request .. not|hasnt|didnt|never|havent come|came|arrive|arrived|reach|reached|appear|appeared|shown",
    "@prompt|request .. not|hasnt|didnt|never|havent yet|even|ever come|came|arrive|arrived|reach|reached|appear|appeared|shown",
    "push|send .. payment|request .. again|anew|more",
    "nimekosa|nilikosa|tumekosa|niliikosa|nimeikosa .. prompt|stk|popup|ombi",
    "ombi .. halija*|haliku*|halionekani",
    "imepotea|ilipotea|imeisha|iliisha|imeenda|ilienda .. tuma|tumia|nitum*|send|nisend*|rudia",
    "nirushi*|mnirushi*|rusha|rusheni|irushe .. tena|again|ingine|nyingine",
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
pub(in crate::understanding) static PAY_BY_CARD: Patterns = Patterns::new(&[
    "^ kadi|card|cards|visa|mastercard $",
    "kwa|na|kutumia|natumia|nitumie|by|with|using|via .. kadi|card|visa|mastercard",
    "pay|paying|kulipa|nilipe|lipa|nalipa|nitalipa|payment|malipo .. kadi|card|visa|mastercard",
    "kadi|card .. payment|payments|malipo|instead|badala",
    "mnakubali|mnachukua|mnapokea|unakubali|accept|take .. kadi|card|cards|visa|mastercard",
]);

/// There is no card, or it is refused.
pub(in crate::understanding) static NOT_BY_CARD: Patterns =
    Patterns::new(&["sina|sitaki|sio|siyo|no|not|without|bila|dont .. kadi|card|cards|visa"]);

/// A new payment prompt is forbidden.
pub(in crate::understanding) static NOT_RESENT: Patterns = Patterns::new(&[
    "usini*|msini*|usitu*|msitu*|usise*|msise* .. @prompt|ombi|request",
    "dont|stop|never|not send|sending|resend|push .. @prompt|request",
]);

pub(in crate::understanding) static PAYMENT_CLAIM: Patterns = Patterns::new(&[
    "nime*|nisha*|nili*|tume*|tuli*|tusha*|ame*|mesha*|imesha* .. kulipa|kulipia|kutuma|kusend|kupay",
    "nimekwisha|nimeisha|tumekwisha|nishakwisha lipa|lipia|tuma",
    "~pay",
    "~send .. pesa|hela|money|mpesa|doh|deposit|chapaa|#",
    "nimetum*|nimeshatum*|nishatum*|nilitum*|tumetum*|nimewatum*|nimekutum*|nimeitum* $",
    "~send leo|jana|asubuhi|sasa|sahi|sai|tayari|already|kwa",
    "nimesend|nishasend|nilisend|nimepay|nishapay|nilipay|tumepay|nimekulipa|nimekupay",
    "already|have|ive|just|i|we|was|has|been|its paid",
    "^ paid",
    "^ @yes|asante|thanks paid",
    "@money|mpesa ~go|nimefanya|nishafanya|imefanywa|imeshafanywa",
    "nimefanya|nishafanya|tumefanya @money",
    "paid now|already|tayari|tiyari",
    "confirmation|mpesa|transaction code|message|msg|meseji .. ndo|ndio|ni|is .. hii|hiyo|this",
    "confirmation ndo|ndio|ni|is",
    "nishatum*|nimetum*|nishasend|nimesend|tushatum* .. till|paybill|namba|number|account",
    "paid $",
    "ive|have|already|just|i sent|send .. money|pesa|cash|mpesa|deposit|payment|#",
    "payment|deposit|money|pesa|transaction .. done|made|sent|complete|completed|through|imeenda|imetumwa|successful",
    "done paying|payment|with",
    "~finish .. kulipa|malipo|payment",
    "did pay|send",
    "transferred|deposited|wired .. @money|#",
    "^ sent $",
    "~put .. @money|till|paybill",
    "@money ~arrive|~send",
    "@money iko kwenu|tayari",
    "mpesa|transaction|confirmation code ni|is|ndo|ndio|hii",
    "did|have @you .. receive|received|get|got|see|seen .. payment|money|deposit",
    "nimeweka|nimeingiza|entered|put .. pin",
    "mmepata|umepata|umeona|mmeshapata|umeshapata|mmereceive|umereceive|mmeona|received|got|see .. pesa|payment|malipo|money|deposit",
    "confirmed ksh|kes",
    "made|completed|finished|done .. payment|paying|deposit|transaction",
]);

/// The money has gone, whatever the name of the way it went.
pub(in crate::understanding) static MONEY_GONE: Patterns = Patterns::new(&[
    "mpesa|@money ~go|imetumwa|imeshatumwa|imeingia|went|sent .. tayari|already|through",
    "mpesa|@money ~go|imetumwa|imeshatumwa|imeingia $",
]);

/// It is money that is spoken of.
pub(in crate::understanding) static ABOUT_MONEY: Patterns =
    Patterns::new(&["@money|mpesa|payment|paid", "+pay"]);

/// How or when money may be given is asked.
pub(in crate::understanding) static PAY_QUESTION: Patterns = Patterns::new(&[
    "naweza|tunaweza|ninaweza|naeza|can|could|may|should|must|lazima .. +pay",
    "nilipe|tulipe .. lini|wapi|aje|vipi|kwa|saa",
]);

/// The payment prompt is spoken of.
pub(in crate::understanding) static ABOUT_A_PROMPT: Patterns = Patterns::new(&["prompt|stk"]);
