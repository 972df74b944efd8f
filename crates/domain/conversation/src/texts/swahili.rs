//! The Swahili texts.

use super::TextKey;

/// The template of a key.
#[expect(
    clippy::too_many_lines,
    reason = "one table; the match proves that no key is missing"
)]
pub(super) const fn template(key: TextKey) -> &'static str {
    match key {
        TextKey::FirstContact => {
            "Karibu {business}. Mimi ni msaidizi wa kiotomatiki: naweza kukupangia, kuhamisha na kughairi \
             miadi hapa hapa kwenye chat. Andika \"mtu\" wakati wowote kuzungumza na mtu."
        }
        TextKey::Greeting => "Habari! Nikusaidie na nini leo?",
        TextKey::MeantBooking => "Nimekuelewa vizuri? Ungependa kupanga miadi?",
        TextKey::YouAreWelcome => "Karibu sana. Tuonane hivi karibuni!",
        TextKey::YouAreWelcomeFormal => "Karibu. Tunasubiri kwa hamu ujio wako.",
        TextKey::YouAreWelcomeBrief => "Karibu.",
        TextKey::TakeYourTimeFormal => "Tafadhali chukua muda unaohitaji, kisha uniandikie ukiwa tayari.",
        TextKey::TakeYourTimeBrief => "Hakuna haraka.",
        TextKey::NotUnderstoodFormal => {
            "Sijaelewa ujumbe huo. Tafadhali uandike kwa njia nyingine, kwa mfano: \"massage kesho saa tisa mchana\"."
        }
        TextKey::NotUnderstoodBrief => "Sijaelewa. Kwa mfano: \"massage kesho saa tisa mchana\".",
        TextKey::GreetingExplaining => {
            "Habari! Naweza kukupangia, kuhamisha au kughairi miadi, na kukuambia bei, saa za kazi na tulipo. Ungependa nini?"
        }
        TextKey::GreetingFormal => "Salaam. Nikusaidie vipi?",
        TextKey::AddressGuest => "Mgeni wetu mpendwa,",
        TextKey::ComplementRecommended => {
            "Tunakupendekezea mara tu baada yake: {service}, {when}, na {staff}. Zote mbili ni {price}, na {deposit} italipwa sasa. Nipange zote mbili? Kama sivyo, nitapanga ya kwanza pekee."
        }
        TextKey::ComplementRecommendedPaidThere => {
            "Tunakupendekezea mara tu baada yake: {service}, {when}, na {staff}. Zote mbili ni {price}, utalipa ukija. Nipange zote mbili? Kama sivyo, nitapanga ya kwanza pekee."
        }
        TextKey::CancelAskRegretful => "Pole kwamba hutaweza kufika. Nighairi {service}, {when}? {policy}",
        TextKey::CancelDoneRegretful => "Imeghairiwa: {service}, {when}. Tungefurahi kukuona siku nyingine.",
        TextKey::NotUnderstoodOnce => {
            "Samahani, sijaelewa vizuri. Unaweza kuandika kwa njia nyingine? Kwa mfano: \"massage kesho \
             saa tisa mchana\"."
        }
        TextKey::NotUnderstoodTwice => "Bado sijaelewa, pole. Tafadhali chagua moja kati ya hizi:",
        TextKey::NotUnderstoodThrice => "Naona sikuelewi vizuri. Je, nimwite mtu akusaidie?",
        TextKey::PhotoReceived => {
            "Asante kwa picha. Mimi siwezi kutazama picha, hivyo tafadhali andika unachohitaji; wenzangu \
             wanaweza kuiona."
        }
        TextKey::VoiceReceived => {
            "Asante kwa sauti. Bado siwezi kusikiliza sauti, tafadhali andika kwa ujumbe."
        }
        TextKey::UnsupportedReceived => "Aina hii ya ujumbe siwezi kuisoma. Tafadhali andika unachohitaji.",
        TextKey::HandoffStarted => {
            "Subiri kidogo tafadhali: mtu wa timu yetu ataendelea nawe hapa. Nimemweleza uliyoniambia."
        }
        TextKey::HandoffDelayed => "Pole kwa kusubiri. Mtu atakujibu kufikia {time}.",
        TextKey::HandoffAtOpening => "Pole kwa kusubiri. Sasa tumefunga; mtu atakujibu tukifungua: {when}.",
        TextKey::HandoffSoon => "Pole kwa kusubiri. Mtu atakujibu hapa mara tu atakapoweza.",
        TextKey::AssistantBack => "Msaidizi wa kiotomatiki amerudi. Nikusaidie nini kingine?",
        TextKey::SecretPasted => {
            "Tafadhali usitume namba ya kadi au ya kitambulisho hapa: hatuihitaji. Mtu wa timu yetu ataendelea nawe."
        }
        TextKey::EmergencyToPerson => {
            "Kama kuna mtu yuko hatarini, piga 999 au 112 sasa. Nimemwita mtu wa timu yetu; atakujibu hapa."
        }
        TextKey::OutsideCohort => {
            "Asante kwa ujumbe wako. Mtu atakujibu hapa. / Thank you for your message. A person will \
             answer you here."
        }
        TextKey::InvitationAsked => {
            "{business} imekualika kujaribu msaidizi wake wa kiotomatiki hapa. Malipo ya M-Pesa ndani yake bado ni ya \
             majaribio. Ukikubali, msaidizi atakujibu; unaweza kuondoka wakati wowote kwa kuandika ACHA. Je, unakubali?"
        }
        TextKey::InvitationAccepted => {
            "Asante kwa kujiunga na majaribio ya {business}. Kuanzia sasa msaidizi wa kiotomatiki atakujibu hapa: anapanga, \
             anahamisha na anaghairi miadi. Malipo ya M-Pesa ni ya majaribio. Andika \"mtu\" kuzungumza na mtu, na ACHA \
             kuondoka."
        }
        TextKey::InvitationDeclined => {
            "Sawa: msaidizi wa kiotomatiki hatakuandikia. Ukituhitaji, andika hapa na mtu atakujibu."
        }
        TextKey::OptedOut => {
            "Sawa: hutapokea tena ujumbe kutoka kwetu, isipokuwa ujumbe kuhusu miadi uliyonayo tayari. \
             Ukitaka kurudi, andika ANZA."
        }
        TextKey::OptedIn => {
            "Karibu tena! Utapokea majibu na vikumbusho kutoka kwa msaidizi wa kiotomatiki wa {business}. \
             Ukitaka kuondoka, andika ACHA."
        }
        TextKey::TakeYourTime => "Hakuna haraka. Niandikie ukiwa tayari.",
        TextKey::NothingOpen => "Kwa sasa hakuna swali lililobaki wazi. Ungependa kupanga miadi?",
        TextKey::PriceAnswer => "{service} ni {price} na huchukua {duration}. Ungependa nikupangie muda?",
        TextKey::PriceListAnswer => "Bei zetu:\n{list}\nUngependa ipi?",
        TextKey::DepositAnswer => "Deposit ya {service} ni {deposit}; ni sehemu ya bei ya {price}.",
        TextKey::HoursAnswer => "Tuko wazi:\n{hours}",
        TextKey::HoursOnDateAnswer => "{date} tuko wazi {hours}.",
        TextKey::ClosedOnDateAnswer => "{date} tumefunga. Saa zetu za kawaida:\n{hours}",
        TextKey::LocationAnswer => "Utatupata hapa: {address}",
        TextKey::NoOffers => "Kwa sasa hakuna ofa maalum. Bei zetu ni zile za kawaida.",
        TextKey::OffersAnswer => {
            "Ofa zilizopo sasa:\n{list}\nUkipanga kwa siku hizo, bei inapungua kiasi hicho."
        }
        TextKey::OfferLine => "{reason}: punguzo la {amount} kwa {service}, kuanzia {first} hadi {date}",
        TextKey::WhoRenders => "{service} hufanywa na: {list}. Ungependa nafasi?",
        TextKey::WhoWorksHere => "Timu yetu: {list}. Ungependa huduma gani?",
        TextKey::StaffHasTime => "{staff} ana nafasi wakati huo: {when}.",
        TextKey::StaffHasNoTime => "{staff} hana nafasi wakati huo: {when}.",
        TextKey::NoAnswerKnown => "Hilo silijui, na sipendi kubahatisha. Je, nimuulize mtu?",
        TextKey::AskService => "Ungependa kupanga huduma gani?",
        TextKey::AskServiceAgain => "Sijapata huduma hiyo. Hizi ndizo zetu:",
        TextKey::AskWhichService => "Unamaanisha ipi?",
        TextKey::AskDate => {
            "Nikupangie {service} siku gani na saa ngapi? Kwa mfano: \"kesho saa tisa mchana\"."
        }
        TextKey::AskTime => "{date} saa ngapi?",
        TextKey::AskFreeTimes => "Nafasi zilizopo {date}:",
        TextKey::AskStaff => "Ungependa kuhudumiwa na nani?",
        TextKey::WithStaff => "na {staff}",
        TextKey::ProposalWithDeposit => {
            "{service}: {when}, na {staff}, {price}. Deposit ya kulipa sasa: {deposit}. Je, ni sawa?"
        }
        TextKey::ProposalPaidInFull => "{service}: {when}, na {staff}. Ya kulipa sasa: {price}. Je, ni sawa?",
        TextKey::ProposalPaidThere => "{service}: {when}, na {staff}, {price}, utalipa ukija. Je, ni sawa?",
        TextKey::GroupTogether => "{service} ya watu {people}",
        TextKey::GroupInTurn => "{service} ya watu {people}, mmoja baada ya mwingine",
        TextKey::GroupEach => "{service} ya watu {people}, kila mtu yake",
        TextKey::GroupEachInTurn => "{service} ya watu {people}, kila mtu yake, mmoja baada ya mwingine",
        TextKey::AskEach => "Kwa watu {people}: kila mtu apate {service} zote, au kila mtu yake?",
        TextKey::AskForEach => {
            "Kila mmoja wa watu {people} angependa nini? Kwa mfano: \"massage moja na facial moja\"."
        }
        TextKey::ButtonAllEach => "Kila mtu zote",
        TextKey::ButtonOwnEach => "Kila mtu yake",
        TextKey::ComplementOffer => {
            "Ungependa pia {service} mara tu baada yake: {when}, na {staff}? Zote mbili ni {price}, na \
             {deposit} italipwa sasa. Kama sivyo, nitapanga ya kwanza pekee."
        }
        TextKey::ComplementOfferPaidThere => {
            "Ungependa pia {service} mara tu baada yake: {when}, na {staff}? Zote mbili ni {price}, utalipa \
             ukija. Kama sivyo, nitapanga ya kwanza pekee."
        }
        TextKey::ComplementGone => "Mtu mwingine amewahi: zote mbili pamoja hazipo tena.",
        TextKey::ProposalDeclined => "Sawa. Nibadilishe nini: siku, saa au huduma?",
        TextKey::SlotTaken => "Saa hiyo imechukuliwa: {when}. Nafasi za karibu ni hizi:",
        TextKey::NoSlotNear => "{when} hakuna nafasi, wala karibu yake. Siku gani nyingine itakufaa?",
        TextKey::StaffNotFree => "{when} {staff} hana nafasi. Nafasi za karibu za {staff} ni hizi:",
        TextKey::StaffNotFreeOthersAre => {
            "{when} {staff} hana nafasi. Mwenye nafasi wakati huo: {list}. Itakufaa, au muda mwingine?"
        }
        TextKey::StaffNotFreeNorNear => {
            "{when} {staff} hana nafasi, wala karibu yake. Siku gani nyingine itakufaa?"
        }
        TextKey::ClosedThen => "{when} tutakuwa tumefunga. Muda wa karibu ni {nearest}. Itakufaa?",
        TextKey::AlreadyPast => "{when} imeshapita. Unamaanisha muda upi?",
        TextKey::TooSoon => {
            "Ni mapema mno kwetu kujiandaa: tunahitaji taarifa ya {duration}. Muda wa karibu ni \
             {nearest}. Itakufaa?"
        }
        TextKey::TooFarAhead => "Tunapanga miadi hadi {date} tu. Tafadhali chagua siku ya karibu zaidi.",
        TextKey::WhichReading => "Unamaanisha {first} au {second}?",
        TextKey::IsThisTheTime => "Unamaanisha {when}?",
        TextKey::GroupNeedsPerson => "Kwa watu {people} nitamwomba mtu wa timu yetu apange nawe.",
        TextKey::PromptSent => {
            "Nimekushikia {service}, {when}, na {staff}, hadi {time}. Ombi la M-Pesa la {amount} limetumwa \
             kwa simu yako: weka PIN kuthibitisha."
        }
        TextKey::SandboxNotice => "(Majaribio: malipo haya ni ya kujaribu, hakuna pesa halisi inayokatwa.)",
        TextKey::SandboxShort => "(Majaribio, si pesa halisi)",
        TextKey::CardUnpaid => {
            "Malipo yako ya {service}, {when}, bado hayajakamilika. Unaweza kulipa kwa kadi hapa: {link}"
        }
        TextKey::ConfirmedPaid => {
            "Malipo yamepokelewa na miadi imethibitishwa. {service}: {when}, na {staff}. Tumepokea \
             {amount}, risiti {receipt}. Karibu!"
        }
        TextKey::ConfirmedPaidReceiptLater => {
            "Malipo yamepokelewa na miadi imethibitishwa. {service}: {when}, na {staff}. Tumepokea \
             {amount}. Karibu!"
        }
        TextKey::ConfirmedUnpaid => {
            "Miadi imethibitishwa. {service}: {when}, na {staff}. Namba yako ni {reference}. Karibu!"
        }
        TextKey::CardComing => {
            "Nafungua ukurasa wa kulipa {amount} kwa kadi; link itakuja hapa punde. Nafasi yako imeshikiliwa hadi {time}."
        }
        TextKey::CardLink => {
            "Lipa {amount} kwa kadi kwenye ukurasa huu: {link}\nNafasi yako imeshikiliwa hadi {time}. Ukishalipa, rudi \
             kwenye chat hii: nitathibitisha miadi yako hapa."
        }
        TextKey::CardButton => {
            "Lipa {amount} kwa kadi kwenye ukurasa unaofunguka kwa kitufe hiki. Nafasi yako imeshikiliwa hadi {time}. \
             Ukishalipa, rudi kwenye chat hii: nitathibitisha miadi yako hapa."
        }
        TextKey::CardUnpaidButton => {
            "Malipo yako ya {service}, {when}, bado hayajakamilika. Unaweza kulipa kwa kadi kwenye ukurasa unaofunguka kwa \
             kitufe hiki."
        }
        TextKey::PromptStillOpen => {
            "Ombi la malipo la awali bado liko wazi. Lijibu, au lighairi na usubiri kidogo; kisha andika \"kadi\"."
        }
        TextKey::CardsTaken => {
            "Ndiyo, unaweza kulipa kwa kadi. Nafasi yako ikishashikiliwa, andika \"kadi\" upate link ya ukurasa."
        }
        TextKey::CardsNotTaken => {
            "Hapa kwenye chat hatupokei kadi, tunapokea M-Pesa. Mtu wa timu yetu anaweza kukueleza njia nyingine za kulipa."
        }
        TextKey::FailedNumberRefused => {
            "M-Pesa haikukubali ombi kwa namba hii, hakuna kilicholipwa. Andika namba nyingine ya M-Pesa, au mtu \
             atakusaidia kulipa cash. Nafasi yako imeshikiliwa hadi {time}."
        }
        TextKey::FailedCard => {
            "Kadi haikukubaliwa, hakuna kilicholipwa. Unaweza kujaribu kadi tena au kulipa kwa M-Pesa. Nafasi yako \
             imeshikiliwa hadi {time}."
        }
        TextKey::RefundUnderWay => {
            "{business} inakurudishia {amount} ({way}). Nitakujulisha hapa ikishafika. Namba {reference}."
        }
        TextKey::RefundDone => {
            "RISITI YA KUREJESHEWA PESA\n{business}\nUmerudishiwa: {amount}\nKwa: {way}\nYa: {service}, {when}\nNamba: \
             {reference}"
        }
        TextKey::RefundNotDone => {
            "{amount} haikuweza kurudi kwako ({way}). Pesa yako iko salama kwa {business}: ni salio lako, au mtu \
             atakuandikia kuhusu njia nyingine."
        }
        TextKey::CreditGiven => {
            "{amount} ya {service}, {when}, sasa ni salio lako kwa {business}. Itahesabiwa kwenye miadi yako ijayo; \
             andika ukipenda kurudishiwa."
        }
        TextKey::CreditSpent => "{amount} ya salio lako kwa {business} imetumika kulipia {service}, {when}.",
        TextKey::TipThanks => {
            "Asante sana! Tip yako ya {amount} ({way}) kwa {service}, {when}, imefika. Ni ya waliokuhudumia na si sehemu ya \
             bei."
        }
        TextKey::TipOffer => {
            "Asante kwa kuja {business}! Ukipenda kuwapa tip waliokuhudumia kwa {service}, {when}, chagua kiasi nikutumie \
             ombi la M-Pesa. Yote ni yao, na si sehemu ya bei."
        }
        TextKey::TipAsk => {
            "Ungependa kutoa kiasi gani? Andika kwa shilingi kamili, kwa mfano \"300\": kuanzia {least} hadi {amount}."
        }
        TextKey::TipPromptSent => {
            "Ombi la M-Pesa la tip yako ya {amount} limetumwa kwa simu yako: weka PIN kuthibitisha. Asante sana!"
        }
        TextKey::TipDeclined => "Sawa. Asante kwa kuja, karibu tena wakati wowote!",
        TextKey::TipGiven => "Umeshatoa tip ya miadi hii. Asante sana!",
        TextKey::TipWaits => {
            "Kuna malipo mengine yaliyoombwa sasa hivi au ambayo hayajakamilika. Tafadhali yajibu kwanza, subiri dakika moja, \
             kisha chagua tip yako tena."
        }
        TextKey::TipAtDesk => {
            "Siwezi kupokea tip ya miadi hii hapa. Ukipenda, itoe mapokezi kwetu. Asante kwa wazo hilo!"
        }
        TextKey::TipFailed => {
            "Tip yako ya {amount} kwa {service}, {when}, haikulipwa: {reason}. Hakuna kilichokatwa. Ukipenda bado kuitoa, \
             ichague hapa tena; la sivyo iache tu. Asante!"
        }
        TextKey::StaffTipBack => {
            "{business}: {amount} ya tip yako kwa {service}, {when}, imerudi kwa mteja, hivyo si yako tena. Kama ulishalipwa, \
             mapokezi watamalizana nawe."
        }
        TextKey::StaffTip => {
            "{business}: umepata tip ya {amount} kwa {service}, {when}. Yote ni yako; utalipwa mapokezi."
        }
        TextKey::PartCameHeld => {
            "{amount} imefika ({way}) kwa {service}, {when}. Bado {left} ya kulipwa kabla ya {time} ili nafasi yako ibaki: \
             lipa mwenyewe ukiandika {reference} kama akaunti, au andika \"jaribu tena\" nikutumie ombi la kiasi hicho."
        }
        TextKey::PartCame => {
            "{amount} imefika ({way}) kwa {service}, {when}. Bado {left} ya kulipwa; ukilipa mwenyewe, andika {reference} \
             kama akaunti."
        }
        TextKey::FailedWrongPin => {
            "PIN haikuwa sahihi, hivyo hakuna kilicholipwa. Naweza kutuma ombi tena; nafasi yako \
             imeshikiliwa hadi {time}."
        }
        TextKey::FailedInsufficientFunds => {
            "Salio la M-Pesa halikutosha. Andika namba nyingine ya M-Pesa ili ombi litumwe huko, ongeza pesa uandike \"jaribu \
             tena\", au lipa cash kwa msaada wa mtu. Nafasi yako imeshikiliwa hadi {time}."
        }
        TextKey::FailedCancelled => {
            "Malipo yameghairiwa, hakuna kilicholipwa. Nafasi yako bado imeshikiliwa hadi {time}. Nitume \
             ombi tena?"
        }
        TextKey::FailedUnreachable => {
            "Simu yako haikujibu ombi kwa wakati, hakuna kilicholipwa. Hakikisha imewashwa, haijafungwa \
             na ina mtandao (piga *234# kusasisha menu ya M-Pesa), kisha nitatuma tena. Nafasi yako \
             imeshikiliwa hadi {time}."
        }
        TextKey::FailedLimit => {
            "M-Pesa haikuruhusu kiasi hiki kwa sababu ya kikomo cha akaunti. Andika namba \
             nyingine ya M-Pesa tujaribu huko, au mtu atakusaidia kulipa kwa njia nyingine."
        }
        TextKey::FailedTooSoonAgain => {
            "M-Pesa bado inashughulikia ombi la awali kwa namba hii. Tafadhali subiri dakika tatu, kisha \
             nitatuma tena."
        }
        TextKey::FailedSystemBusy => {
            "M-Pesa ina shughuli nyingi kwa sasa, hakuna kilicholipwa. Naweza kujaribu tena baada ya \
             dakika chache."
        }
        TextKey::FailedPinBlocked => {
            "PIN yako ya M-Pesa imefungwa. Safaricom watakusaidia kwa 100 au 200. Unaweza pia kuandika \
             namba nyingine ya M-Pesa."
        }
        TextKey::FailedOnOurSide => {
            "Malipo hayakuwezekana, na kosa ni letu. Mtu atakusaidia; hakuna kilicholipwa."
        }
        TextKey::StillChecking => {
            "Bado sijapata jibu la mwisho kutoka M-Pesa, naendelea kuangalia. Mara nyingi huchukua dakika chache; baada ya \
             saa moja mtu huiangalia. Tafadhali usilipe tena, nami situmi ombi la pili; nitakujulisha mara nitakapojua."
        }
        TextKey::ClaimBeingChecked => "Asante, naiangalia na M-Pesa. Tafadhali usilipe tena kwa sasa.",
        TextKey::NothingToPay => "Kwa sasa hakuna cha kulipa.",
        TextKey::ResendNotYet => {
            "M-Pesa inahitaji angalau dakika moja kati ya ombi na ombi. Tafadhali bonyeza tena baada ya \
             {duration}, au andika \"jaribu tena\"."
        }
        TextKey::PromptStillOut => {
            "Ombi la malipo nililotuma bado liko wazi: ombi la M-Pesa liko kwenye simu yako, au ukurasa wa kadi unakusubiri. \
             Ombi la M-Pesa huisha lenyewe ndani ya dakika mbili. Situmi la pili juu yake; likiondoka, andika \"jaribu tena\". \
             Tafadhali usilipe tena kwa njia nyingine kwa sasa."
        }
        TextKey::HeldPromptLater => {
            "Nimekushikia {service}, {when}, na {staff}, hadi {time}. M-Pesa inahitaji angalau dakika moja kati ya ombi na \
             ombi, na simu yako imepata moja sasa hivi: baada ya {duration} bonyeza au andika \"Jaribu tena\", nitume ombi la \
             {amount}."
        }
        TextKey::HoldExpired => "Nafasi ya {when} haikulipiwa na sasa iko wazi tena. Nitafute muda mwingine?",
        TextKey::HoldGivenBack => {
            "Pesa uliyolipia nafasi ya {when} imerudishwa kwako, kwa hiyo haishikiliwi tena na sasa iko wazi. Nitafute muda \
             mwingine?"
        }
        TextKey::PaidTooLate => {
            "Malipo yako ya {amount} yamefika baada ya nafasi kuachiliwa. Pesa yako iko salama: mtu \
             atakuandikia kuhusu muda mpya au kurudishiwa pesa."
        }
        TextKey::MoneyQuestionToPerson => {
            "Nimemweleza mhudumu wetu; ataangalia malipo yako na kukujibu hapa."
        }
        TextKey::AskPaymentNumber => "Ombi la M-Pesa litumwe kwa namba gani?",
        TextKey::ReminderDayBefore => "Kumbusho kutoka {business}: {service}, {when}, na {staff}. Utakuja?",
        TextKey::ReminderSoon => "Tutaonana hivi punde {business}: {service}, {when}, na {staff}.",
        TextKey::BookingShown => "Miadi yako: {service}, {when}, na {staff}. Namba {reference}.",
        TextKey::NoBooking => "Sioni miadi kwa namba yako. Ungependa kupanga?",
        TextKey::CancelAsk => "Nighairi {service}, {when}? {policy}",
        TextKey::CancelOrMove => {
            "Pole kwamba hutaweza kuja kwa {service}, {when}. Nikutafutie muda mwingine, au nighairi?"
        }
        TextKey::CancelDone => "Imeghairiwa: {service}, {when}. Karibu wakati wowote.",
        TextKey::CancelKept => "Sawa, miadi yako inabaki: {service}, {when}.",
        TextKey::MoveAsk => "Nihamishie {service} hadi {when}?",
        TextKey::MoveDone => "Imehamishwa: {service} sasa ni {when}, na {staff}.",
        TextKey::MoveAskWhen => {
            "Nihamishie {service}, {when}, hadi siku gani na saa ngapi? Kwa mfano: \"Ijumaa saa kumi jioni\". \
             Inabaki yako hadi muda mpya uthibitishwe."
        }
        TextKey::MoveNothingNear => {
            "Hakuna nafasi karibu na muda huo. Miadi yako inabaki kama ilivyo. Andika siku au saa nyingine, \
             au mtu anaweza kukuweka kwenye orodha ya kusubiri."
        }
        TextKey::MoveTooLate => {
            "{service}, {when}, ingeweza kuhamishwa hadi {time}; muda huo umepita. Mtu anaweza kuangalia \
             kinachowezekana, au nikueleze gharama ya kughairi."
        }
        TextKey::MoveWhich => "Nihamishe miadi ipi?",
        TextKey::CancelWhich => "Nighairi miadi ipi?",
        TextKey::CancelCostsNothing => "Haitakugharimu chochote.",
        TextKey::CancelCosts => "Kwa kanuni zetu, kughairi sasa ni {amount}.",
        TextKey::CancelCostsOfPaid => {
            "Kwa kanuni zetu, kughairi sasa ni {amount}; itatolewa kwenye ulicholipa."
        }
        TextKey::CancelGivesBack => "{amount} itarudi kwako kwa njia uliyolipia.",
        TextKey::CancelGivesCredit => "{amount} ya ulicholipa itakuwa salio lako kwa {business}.",
        TextKey::LatenessTooLong => {
            "Asante kwa kutujulisha: kama dakika {minutes}. Tunaweza kusubiri hadi {time}; baada ya hapo \
             nafasi inaweza kupewa mtu mwingine. Niihamishe?"
        }
        TextKey::BookingWaits => "Imeshikiliwa hadi {time} ikisubiri malipo.",
        TextKey::RequestReceived => {
            "{business} imepata ombi lako: {service}, {when}, na {staff}. Muda huo umewekwa kwa ajili yako; utapata \
             jibu kabla ya {time}."
        }
        TextKey::RequestAccepted => {
            "{business} imekubali: {service}, {when}, na {staff}. Deposit ya {amount} ilipwe kabla ya {time}. Nitume ombi \
             la M-Pesa?"
        }
        TextKey::RequestDeclined => {
            "Samahani, {business} haitaweza {service}, {when}. Andika siku au saa nyingine nikutafutie."
        }
        TextKey::CounterOffer => {
            "{business} inakupa muda mwingine: {service}, {when}, na {staff}. Umewekwa kwa ajili yako hadi {time}. \
             Tuuchukue?"
        }
        TextKey::WaitlistOffer => {
            "Habari njema kutoka {business}, nafasi imepatikana: {service}, {when}, na {staff}. Imewekwa kwa ajili yako \
             hadi {time}. Ungependa kuichukua?"
        }
        TextKey::OfferGone => "Muda huo haujawekwa tena. Nikutafutie mwingine?",
        TextKey::OfferPassed => {
            "Sawa, tutampa mtu mwingine nafasi hiyo. Andika wakati wowote ukitaka nyingine."
        }
        TextKey::LatenessNoted => {
            "Asante kwa kutujulisha. Nimewaambia wenzangu: utachelewa kama dakika {minutes}."
        }
        TextKey::LatenessNotedOpen => "Asante kwa kutujulisha. Nimewaambia wenzangu kuwa uko njiani.",
        TextKey::AuditInDoubt => {
            "Tafadhali angalia hili kwanza: kumbukumbu ya nani alibadilisha nini haikuweza kuthibitishwa. Mwambie anayekuendeshea Ratiba."
        }
        TextKey::DataRequestsOverdue => {
            "Tafadhali angalia hili kwanza: maombi ya wateja kuhusu taarifa zao yamechelewa ({overdue}). Sheria inayawekea muda; yajibu kwenye konsoli au mwambie anayekuendeshea Ratiba."
        }
        TextKey::OwnerDigest => {
            "{business}, {date}\nJana: miadi {bookings}, wasiofika {no_shows}\nMapato: {takings}\nMalipo \
             ya kuangalia: {open_payments}\nCallback zisizojulikana: {unrouted}\nHandoff: {handoffs}\nJob \
             zilizokwama: {dead_jobs}, ratiba zilizochelewa: {overdue}\nCommission ya mwezi: \
             {commission}\nLeo:\n{list}"
        }
        TextKey::HandoffBrief => {
            "Mteja anahitaji mtu ({reason}).\nTunachojua: {customer}\nKilichofanyika: {tried}\nUjumbe wa \
             mwisho:\n{list}\nPendekezo: {next_step}"
        }
        TextKey::HandoffStillWaits => "Mteja bado anasubiri mtu, sasa ni dakika {minutes}.",
        TextKey::HandoffYours => {
            "Sasa mazungumzo na {customer} ni yako. Unachoandika hapa kinamfikia neno kwa neno; ukimaliza, andika /handback.\nUjumbe wa mwisho:\n{list}"
        }
        TextKey::HandoffTaken => "{staff} anaongea na {customer} sasa.",
        TextKey::HandoffTakenAlready => "{staff} tayari ana mazungumzo hayo; hakuna kilichotumwa.",
        TextKey::HandoffOver => "Msaidizi ameyachukua tena mazungumzo na {customer}.",
        TextKey::HandoffUntouched => {
            "Hakuna aliyemwandikia {customer} kwa dakika {minutes}: msaidizi ameyachukua tena mazungumzo."
        }
        TextKey::HandoffGone => "Mazungumzo hayo yako na msaidizi; hakuna kilichotumwa.",
        TextKey::HandoffWhich => {
            "Una mazungumzo kadhaa. Tafadhali jibu ujumbe wa mteja unayemlenga; hakuna kilichotumwa."
        }
        TextKey::HandoffWordsOnly => "Maneno tu ndiyo yanayoweza kumfikia mteja; hiki hakikutumwa.",
        TextKey::ButtonTakeOver => "Nitajibu",
        TextKey::OwnerNotice => "{business}: {reason}.\nKuhusu: {known}\nPendekezo: {next_step}",
        TextKey::NotComputable => "haiwezi kukokotolewa",
        TextKey::ButtonYes => "Ndiyo",
        TextKey::ButtonNo => "Hapana",
        TextKey::ButtonBoth => "Zote mbili",
        TextKey::ButtonOnlyFirst => "Ya kwanza pekee",
        TextKey::ButtonOtherTime => "Muda mwingine",
        TextKey::ButtonPerson => "Zungumza na mtu",
        TextKey::ButtonTryAgain => "Jaribu tena",
        TextKey::ButtonOtherNumber => "Namba nyingine",
        TextKey::ButtonCard => "Lipa kwa kadi",
        TextKey::ButtonBook => "Panga miadi",
        TextKey::ButtonPrices => "Bei",
        TextKey::ButtonMove => "Hamisha",
        TextKey::ButtonCancel => "Ghairi",
        TextKey::ButtonKeep => "Iache",
        TextKey::ButtonComing => "Nitakuja",
        TextKey::ListServices => "Ona huduma",
        TextKey::ListTimes => "Ona nafasi",
        TextKey::ListStaff => "Ona wahudumu",
        TextKey::ButtonOtherTip => "Kiasi kingine",
        TextKey::ButtonNoTip => "Hapana, asante",
        TextKey::ListTips => "Chagua tip",
        TextKey::AnyStaff => "Yeyote aliye huru",
        TextKey::StaffToBeNamed => "timu yetu",
    }
}
