//! What is wrong with a case is told, all of it, and never ends in a panic.

use proptest::prelude::*;

use super::*;

/// A case with one member more.
fn with(member: &str) -> String {
    format!(r#"{{"day": "2026-05-13", "services": [{{"minutes": 60}}], {member}}}"#)
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    let case = r#"{
        "zone": "Mars/One",
        "day": "2026-02-30",
        "rules": {"grid_step": -3, "notice": {"chat": "soon", "fax": 3}, "gap_fit": "maybe", "nope": 1},
        "opening_hours": {"mon": "09:00-49:00", "tue": "9-17", "funday": "closed"},
        "holidays": {"2026-13-01": "closed"},
        "services": [
            {"id": "a", "minutes": 0, "buffers": {"after": 300}, "staff": ["nobody"]},
            {"id": "b", "segments": [{"minutes": 30, "staff": false}]}
        ],
        "staff": [{"id": "p", "leave": [{"from": "2026-05-13", "to": "2026-05-12"}]}, "p"],
        "bookings": [{"service": "c", "start": "10:00"}],
        "request": {"parts": [{"service": "a", "staff": "q"}], "most": 1.5},
        "zoen": "UTC"
    }"#;
    assert_eq!(
        faults_of(case),
        [
            "zoen: is not known here; known are: $schema, about, zone, currency, rules, opening_hours, holidays, services, staff, resources, engagements, bookings, relations, day, now, request, requests",
            "zone: must be the IANA name of a time zone, such as Africa/Nairobi",
            "day: is no date between the years 1970 and 2199",
            "rules.grid_step: must be a whole number from 0 to 1440",
            "rules.nope: is not known here; known are: approval, buffers, cancellation, cleanup_past_closing, cross_sell, deposit_after_no_shows, discount_limits, gap_fit, grid_anchor, grid_step, hold, horizon_days, notice, price_floor, request_lasts, rounding, wait_between_parts, waitlist_offer, share_buffers",
            "rules.notice.chat: must be a whole number from 0 to 527040",
            "rules.notice.fax: is not known here; known are: chat, desk, web",
            "rules.gap_fit: unknown variant `maybe`, expected `offered` or `grid_only`",
            "opening_hours.funday: is not known here; known are: daily, mon to sun, monday to sunday, and ranges such as mon-fri",
            "opening_hours.mon: must be hours such as 09:00-17:00, which begin before 24:00 and end by 48:00, midnight of the next day",
            "opening_hours.tue: must be hours such as 09:00-17:00, which begin before 24:00 and end by 48:00, midnight of the next day",
            "holidays.2026-13-01: is no date between the years 1970 and 2199",
            "staff[1]: the id `p` is used twice",
            "staff[0].leave[0]: ends before it begins, or as it begins",
            "services[0].buffers.after: must be a whole number from 0 to 240",
            "services[0].minutes: must be a whole number from 1 to 1440",
            "services[0].staff[0]: there is no staff member `nobody`",
            "services[1].segments: a service has 1 to 12 segments of 1 minute to a day, one of them with staff and one with the client",
            "bookings[0].service: there is no service `c`",
            "request.parts[0].staff: there is no staff member `q`",
            "request.most: must be a whole number from 1 to 100000",
        ]
    );
}

#[test]
fn a_member_that_is_there_twice_is_a_fault() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 60, "minutes": 30}], "day": "2026-05-14"}"#;
    let mut faults = faults_of(case);
    faults.sort();
    assert_eq!(
        faults,
        ["day: is given twice", "services[0].minutes: is given twice"]
    );
}

#[test]
fn what_is_not_json_or_no_object_says_so() {
    let told = [
        ("", "it is empty"),
        (
            "{",
            "it ends in line 1, before everything that was opened is closed",
        ),
        ("{} {}", "something follows after its end, in line 1, column 4"),
        (
            "{\"day\": 1,}",
            "there is a comma before the end of a list or an object, in line 1, column 11",
        ),
        (
            "{day: 1}",
            "the name of a member is wanted, in double quotes, in line 1, column 2",
        ),
        (
            "{\"day\" 1}",
            "a colon is wanted after the name of a member, in line 1, column 8",
        ),
        (
            "{\"a\": 1 \"b\": 2}",
            "a comma or the end of the object is wanted, in line 1, column 9",
        ),
        (
            "{\"a\": 'x'}",
            "a value is wanted: text in double quotes, a number, true, false, null, a list or an object, in line 1, column 7",
        ),
    ];
    for (text, words) in told {
        assert_eq!(
            faults_of(text),
            [format!("the case is not JSON: {words}")],
            "{text}"
        );
    }
    assert_eq!(faults_of("[]"), ["the case must be an object"]);
    assert!(faults_of(&"[".repeat(100_000))[0].contains("lie too deeply in one another"));
    assert_eq!(
        faults_of(&" ".repeat(BYTES_MOST + 1)),
        [format!("the case is longer than {BYTES_MOST} bytes")]
    );
    assert_eq!(
        faults_of("{}"),
        [
            "services: is missing",
            "request: must be about a time: give `day`, or `from` and `to`, or `at`"
        ]
    );
}

#[test]
fn each_fault_is_found_where_it_is() {
    let cases = [
        (
            r#""engagements": [{"from": "10:00", "to": "11:00"}]"#,
            "engagements[0]: must be an engagement of either `staff` or `resource`",
        ),
        (
            r#""engagements": [{"staff": "staff", "from": "11:00", "to": "10:00"}]"#,
            "engagements[0]: ends before it begins, or as it begins",
        ),
        (
            r#""engagements": [{"staff": "staff", "from": "10:00"}]"#,
            "engagements[0].to: is missing",
        ),
        (
            r#""engagements": [{"staff": "staff", "from": "10:00", "to": "11:00", "minutes": 5}]"#,
            "engagements[0].minutes: has no meaning here: `to` says already when it ends",
        ),
        (
            r#""engagements": [{"staff": "staff", "from": "10:00", "to": "11:00", "as": "held"}]"#,
            "engagements[0].until: is missing",
        ),
        (
            r#""engagements": [{"staff": "staff", "from": "10:00", "to": "11:00", "until": "10:00"}]"#,
            "engagements[0].until: has no meaning here: only what is held has a deadline",
        ),
        (
            r#""engagements": [{"staff": "staff", "seat": 1, "from": "10:00", "to": "11:00"}]"#,
            "engagements[0].seat: has no meaning here: people have no seats",
        ),
        (
            r#""resources": [{"id": "r", "kind": "room"}], "engagements": [{"resource": "r", "requested": true, "from": "10:00", "to": "11:00"}]"#,
            "engagements[0].requested: has no meaning here: people are asked for by name, resources are not",
        ),
        (
            r#""resources": [{"id": "r", "kind": "room"}], "engagements": [{"resource": "r", "seat": 1, "from": "10:00", "to": "11:00"}]"#,
            "engagements[0].seat: must be from 0 to 0, the last seat",
        ),
        (
            r#""resources": ["r"]"#,
            "resources[0]: must be an object with a `kind`",
        ),
        (
            r#""resources": [{"id": "r", "kind": "Room 1"}]"#,
            "resources[0].kind: must be a word of at most 40 lower-case letters, digits, dashes and underscores",
        ),
        (
            r#""staff": [{"id": " "}]"#,
            "staff[0].id: must be a word of 1 to 64 characters, or a UUID",
        ),
        (
            r#""staff": [{"hours": "09:00-17:00"}, "a"]"#,
            "staff[0].id: is missing",
        ),
        (
            r#""staff": [{"load": {"2026-05-12": 3}}]"#,
            "staff[0].load.2026-05-12: must be a Monday",
        ),
        (
            r#""staff": [{"hours": {"mon-wed": "closed", "tue-fri": "closed"}}]"#,
            "staff[0].hours.tue-fri: gives the hours of tuesday and wednesday a second time",
        ),
        (
            r#""opening_hours": {"mon": "09:00-17:00", "monday": "closed"}"#,
            "opening_hours.monday: gives the hours of monday a second time",
        ),
        (
            r#""opening_hours": "09:00-49:00""#,
            "opening_hours: must be hours such as 09:00-17:00, which begin before 24:00 and end by 48:00",
        ),
        (r#""staff": ["a", "a"]"#, "staff[1]: the id `a` is used twice"),
        (
            r#""staff": ["a"], "bookings": [{"start": "10:00", "resources": ["r"]}], "resources": [{"id": "r", "kind": "couch"}]"#,
            "bookings[0].resources[0]: the service needs no resource of the kind `couch`",
        ),
        (
            r#""relations": [{"primary": "service", "complement": "service", "confidence": 1}]"#,
            "relations[0].complement: must be another service than the primary",
        ),
        (
            r#""relations": [{"primary": "service", "complement": "facial", "confidence": 1}]"#,
            "relations[0].complement: there is no service `facial`",
        ),
        (r#""request": {"ask": "cross_sell"}"#, "request.at: is missing"),
        (
            r#""request": {"ask": "cross_sell", "at": ["10:00", "11:00"]}"#,
            "request.at: must be one time, the start of the slot that was chosen",
        ),
        (
            r#""request": {"ask": "cross_sell", "at": "10:00", "book": true}"#,
            "request.book: has no meaning here: it belongs to a question for slots",
        ),
        (
            r#""rules": {"buffers": "shared", "share_buffers": true}"#,
            "rules.share_buffers: has no meaning here: `buffers` says it already",
        ),
        (
            r#""rules": {"deposit_after_no_shows": [{"no_shows": 2, "deposit": 10001}]}"#,
            "rules.deposit_after_no_shows[0].deposit: must be a whole number from 0 to 10000",
        ),
        (
            r#""request": {"from": "10:00", "to": "10:00"}"#,
            "request.to: ends before it begins, or as it begins",
        ),
        (
            r#""request": {"from": "2026-05-13", "to": "2026-08-13"}"#,
            "request: is a window of more than 92 days",
        ),
        (
            r#""request": {"at": "10:00", "days": 2}"#,
            "request.days: has no meaning here: `at` says which starts are asked about",
        ),
        (
            r#""request": {"at": []}"#,
            "request.at: must be a time, or a list of at least one",
        ),
        (
            r#""request": {"at": "10:00", "explain": true}"#,
            "request.explain: has no meaning here: every start in `at` is explained anyway",
        ),
        (
            r#""request": {"ask": "turns", "at": "10:00"}"#,
            "request.at: has no meaning here: it belongs to a question for slots",
        ),
        (
            r#""request": {"parts": []}"#,
            "request.parts: a visit has 1 to 8 services",
        ),
        (
            r#""request": {"parts": [{"wish": "only"}]}"#,
            "request.parts[0].staff: is missing",
        ),
        (
            r#""request": {"parts": [{"wish": "any", "staff": "staff"}]}"#,
            "request.parts[0].staff: has no meaning here: with the wish `any` nobody is named",
        ),
        (
            r#""request": {"parts": [{"discount": {"basis_points": 1}}]}"#,
            "request.parts[0].discount: has no meaning here: it belongs to a question for the deposit",
        ),
        (
            r#""request": {"at": "2026-05-13T25:00"}"#,
            "request.at: must be a time such as 2026-05-13T10:00, 2026-05-13T07:00:00Z, or 10:00 where the case has a day",
        ),
        (
            r#""request": {}, "requests": [{}]"#,
            "requests: has no meaning here: there is a `request` already",
        ),
        (
            r#""requests": [{}, {"mots": 3}]"#,
            "requests[1].mots: is not known here",
        ),
    ];
    for (member, fault) in cases {
        let found = faults_of(&with(member));
        assert!(
            found.len() == 1 && found[0].starts_with(fault),
            "{member}: {found:?}\ninstead of {fault}"
        );
    }
}

/// What is wrong with an entry of a list is told once, and not again wherever the entry is named.
#[test]
fn what_follows_from_a_fault_is_no_fault_of_its_own() {
    let long = "x".repeat(65);
    let cases = [
        (
            format!(
                r#"{{"day": "2026-05-13", "services": [{{"id": "{long}", "minutes": 60}}], "request": {{"parts": ["{long}"]}}}}"#
            ),
            vec![
                "services[0].id: must be a word of 1 to 64 characters, or a UUID",
                "request.parts[0]: must be a word of 1 to 64 characters, or a UUID",
            ],
        ),
        (
            r#"{"day": "2026-05-13", "services": {"m": 60}, "bookings": [{"start": "10:00"}]}"#.to_owned(),
            vec!["services: must be a list"],
        ),
        (
            r#"{"day": "2026-05-13", "services": [], "bookings": [{"service": "m", "start": "10:00"}]}"#
                .to_owned(),
            vec!["services: must be a list of at least one service"],
        ),
        (
            r#"{"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "room"}],
                "staff": "a", "resources": [{"id": "r"}],
                "bookings": [{"staff": "a", "start": "10:00", "resources": ["r"]}]}"#
                .to_owned(),
            vec!["staff: must be a list", "resources[0].kind: is missing"],
        ),
        (
            r#"{"day": "2026-05-13", "services": [{"id": "m"}]}"#.to_owned(),
            vec!["services[0]: must be an object that gives `minutes` or `segments`"],
        ),
        (
            r#"{"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "romo"}],
                "resources": [{"kind": "room"}]}"#
                .to_owned(),
            vec!["services[0].resource_kind: there is no resource of the kind `romo`"],
        ),
        (
            r#"{"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "room"}]}"#.to_owned(),
            vec!["services[0].resource_kind: there is no resource of the kind `room`"],
        ),
    ];
    for (case, faults) in cases {
        assert_eq!(faults_of(&case), faults, "{case}");
    }
}

#[test]
fn a_booking_that_no_member_of_the_pool_can_take_is_a_fault() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "room"}],
        "resources": [{"kind": "room"}], "staff": ["a", "b"],
        "bookings": [{"staff": "a", "start": "10:00"}, {"staff": "b", "start": "10:30"}]}"#;
    assert_eq!(
        faults_of(case),
        ["bookings[1]: nothing of the kind `room` has room for it then"]
    );
}

#[test]
fn no_more_than_a_thousand_faults_are_told() {
    let engagements = vec![serde_json::json!({"staff": 1, "from": 2, "to": 3}); 20_000];
    let case =
        serde_json::json!({"day": "2026-05-13", "services": [{"minutes": 60}], "engagements": engagements});
    assert_eq!(faults_of(&case.to_string()).len(), 1_000);
}

#[test]
fn a_seat_that_nobody_named_must_be_free() {
    let engagement = serde_json::json!({"resource": "resource", "from": "10:00", "to": "11:00"});
    let case = |engagements: Vec<Value>| {
        serde_json::json!({"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "room"}],
            "resources": [{"kind": "room", "capacity": 2}], "engagements": engagements})
        .to_string()
    };
    assert!(Case::read(&case(vec![engagement.clone(); 2])).is_ok());
    assert_eq!(
        faults_of(&case(vec![engagement; 3])),
        ["engagements[2]: no seat of the resource is free then"]
    );
}

#[test]
fn a_service_that_the_catalogue_would_refuse_is_a_fault() {
    let case = r#"{"day": "2026-05-13",
        "services": [{"minutes": 60, "price_minor": 10000, "deposit": {"flat_minor": 10001}}]}"#;
    let faults = faults_of(case);
    assert_eq!(
        faults,
        ["services[0]: the deposit must be above zero and not above the price"]
    );
    let cents = r#"{"day": "2026-05-13", "services": [{"minutes": 60, "price_minor": 10050}]}"#;
    assert_eq!(faults_of(cents).len(), 1);
    let exact = cents.replace("{\"day\"", "{\"rules\": {\"rounding\": \"exact\"}, \"day\"");
    assert!(Case::read(&exact).is_ok());
}

/// Values that stand where others are expected.
fn odd() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        " ",
        "24:00",
        "00:00-00:00",
        "23:59-48:00",
        "-",
        ":",
        "T",
        "2026-02-29",
        "9999-12-31",
        "2199-12-31",
        "1970-01-01T00:00Z",
        "2199-12-31T24:00",
        "2026-03-29T02:30",
        "2026-05-13T10:00:60",
        "held",
        "any",
        "daily",
        "é",
        "2026-05-13T10:00+99:99",
        "0",
        "١٢:٣٠",
    ];
    let numbers = [
        0,
        1,
        -1,
        7,
        8,
        1_440,
        65_536,
        i64::from(u32::MAX) + 1,
        i64::MAX,
        i64::MIN,
    ];
    prop_oneof![
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        proptest::sample::select(numbers.to_vec()).prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(Value::Array(Vec::new())),
        Just(serde_json::json!({})),
        Just(serde_json::json!([{}])),
        Just(serde_json::json!({"from": "2026-01-01", "to": "2026-12-31"})),
        Just(serde_json::json!(1.5)),
    ]
}

/// Every place of a value, as a JSON pointer.
fn places(at: &str, value: &Value, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(&format!("{at}/{name}"), value, found);
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(&format!("{at}/{index}"), value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// A case with odd values in places of its own is read or refused with faults, and what is read the
    /// schema allows.
    #[test]
    fn no_case_makes_the_reader_panic_and_what_it_takes_the_schema_allows(
        example in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), odd()), 1..3),
    ) {
        let examples = examples();
        let (_, text, _) = example.get(&examples);
        let mut case: Value = serde_json::from_str(text).unwrap();
        for (place, value) in changes {
            let mut found: Vec<String> = Vec::new();
            places("", &case, &mut found);
            if let Some(old) = case.pointer_mut(place.get(found.as_slice()).as_str()) {
                *old = value;
            }
        }
        match Case::read(&case.to_string()) {
            Err(refused) => prop_assert!(!refused.faults.is_empty()),
            Ok(read) => {
                let schema = schema::Schema::load();
                prop_assert_eq!(schema.faults_of_case(&case), Vec::<String>::new(), "{}", case);
                if let Ok(answer) = read.answer() {
                    let answer = serde_json::to_value(answer).unwrap();
                    prop_assert_eq!(schema.faults_of_answer(&answer), Vec::<String>::new());
                }
            }
        }
    }
}
