//! How times, hours, ids and defaults are read.

use time::Duration;

use super::*;

#[test]
fn the_shortest_case_is_a_service_and_a_day() {
    let answer = answered(r#"{"day": "2026-05-13", "services": [{"minutes": 720}]}"#);
    assert_eq!(answer["zone"], "Africa/Nairobi");
    assert_eq!(
        starts(&answer).len(),
        4 * 24,
        "open around the clock, every quarter of an hour"
    );
    let slot = &answer["slots"][0];
    assert_eq!(slot["parts"][0]["service"], "service");
    assert_eq!(slot["parts"][0]["staff"], "staff");
    assert_eq!(slot["end"], "2026-05-13T12:00:00+03:00");
}

#[test]
fn a_time_is_read_in_the_zone_unless_it_has_an_offset() {
    let at = |time: &str| {
        let case = format!(
            r#"{{"zone": "Asia/Kolkata", "day": "2026-05-13", "rules": {{"grid_step": 1}},
                "services": [{{"minutes": 30}}], "request": {{"at": "{time}"}}}}"#
        );
        let answer = answered(&case);
        answer["slots"][0]["start"].as_str().unwrap().to_owned()
    };
    let ten = "2026-05-13T10:00:00+05:30";
    for time in [
        "10:00",
        "10:00:00",
        "2026-05-13T10:00",
        "2026-05-13T04:30Z",
        "2026-05-13T04:30:00.000Z",
        "2026-05-13T07:30+03:00",
        "2026-05-12T24:00-10:00",
    ] {
        assert!(
            time.ends_with("-10:00") || at(time) == ten,
            "{time}: {}",
            at(time)
        );
    }
    assert_eq!(at("2026-05-12T24:00"), "2026-05-13T00:00:00+05:30");
    assert_eq!(at("9:05"), "2026-05-13T09:05:00+05:30");
    assert_eq!(at("2026-05-12T24:00-10:00"), "2026-05-13T15:30:00+05:30");
}

#[test]
fn who_says_that_there_are_no_rooms_gets_no_slots() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 60, "resource_kind": "room"}],
        "resources": [], "request": {"at": "10:00"}}"#;
    assert_eq!(answered(case)["refusals"][0]["reasons"][0]["reason"], "resource");
}

#[test]
fn what_editors_and_people_write_is_read_as_it_is_meant() {
    let plain = r#"{"day": "2026-05-13", "opening_hours": "09:00-11:00", "services": [{"minutes": 60}],
        "staff": [{"id": "a"}], "request": {"at": "2026-05-13T09:00"}}"#;
    let other = "\u{feff}".to_owned()
        + &plain
            .replace("09:00-11:00", "09:00 \u{2013} 11:00")
            .replace("13T09", "13 09")
            .replace("60", "60.0")
            .replace(r#"{"id": "a"}"#, r#"{"id": "a", "name": "Achieng O."}"#);
    assert_eq!(answered(&other), answered(plain));
    assert_eq!(starts(&answered(plain)), ["2026-05-13T09:00"]);
}

#[test]
fn a_fraction_of_a_second_is_kept() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 30}], "now": "10:00:00.001",
        "request": {"at": ["10:00", "10:15"]}}"#;
    let answer = answered(case);
    assert_eq!(answer["refusals"][0]["reasons"][0]["reason"], "in_the_past");
    assert_eq!(starts(&answer), ["2026-05-13T10:15"]);
}

#[test]
fn a_reading_that_the_clock_shows_never_or_twice_is_noted() {
    let note = |zone: &str, at: &str| {
        let case =
            format!(r#"{{"zone": "{zone}", "services": [{{"minutes": 30}}], "request": {{"at": "{at}"}}}}"#);
        let answer = answered(&case);
        let notes = answer
            .get("notes")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let texts = notes.iter().map(|note| note["note"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(
        note("Europe/Berlin", "2026-03-29T02:30"),
        ["2026-03-29T02:30 does not happen in Europe/Berlin; read as 2026-03-29T03:30+02:00"]
    );
    assert_eq!(
        note("Europe/Berlin", "2026-10-25T02:30"),
        ["2026-10-25T02:30 happens twice in Europe/Berlin; read as 2026-10-25T02:30+02:00"]
    );
    // Half an hour is put back there.
    assert_eq!(note("Australia/Lord_Howe", "2026-04-05T01:45").len(), 1);
    for plain in [
        "2026-03-29T01:59",
        "2026-03-29T03:00",
        "2026-10-25T01:59",
        "2026-10-25T03:00",
        "2026-10-25T02:30Z",
    ] {
        assert_eq!(note("Europe/Berlin", plain), [""; 0], "{plain}");
    }
}

#[test]
fn hours_of_a_day_count_before_a_range_and_a_range_before_daily() {
    let case = r#"{"services": [{"minutes": 60}], "rules": {"gap_fit": false, "grid_step": 60},
        "opening_hours": {"sunday": "closed", "sat-mon": "12:00-13:00", "daily": ["09:00-10:00"]},
        "request": {"day": "2026-05-15", "days": 4}}"#;
    assert_eq!(
        starts(&answered(case)),
        ["2026-05-15T09:00", "2026-05-16T12:00", "2026-05-18T12:00"]
    );
}

#[test]
fn a_block_may_cross_midnight_and_be_written_either_way() {
    let at = |block: &str| {
        let case = format!(
            r#"{{"services": [{{"minutes": 60}}], "rules": {{"grid_step": 60}},
                "opening_hours": {{"wed": "{block}"}}, "request": {{"day": "2026-05-13", "days": 2}}}}"#
        );
        starts(&answered(&case)).join(" ")
    };
    let expected = "2026-05-13T23:00 2026-05-14T00:00 2026-05-14T01:00";
    assert_eq!(at("23:00-02:00"), expected);
    assert_eq!(at("23:00-26:00"), expected);
    assert_eq!(at("23:00-24:00"), "2026-05-13T23:00");
}

#[test]
fn a_date_is_all_of_a_day_and_the_last_day_of_a_window_counts() {
    let case = r#"{"services": [{"minutes": 60}], "rules": {"grid_step": 60}, "opening_hours": "09:00-10:00",
        "staff": [{"id": "a", "leave": ["2026-05-14", {"from": "2026-05-16", "to": "2026-05-17"}]}],
        "request": {"from": "2026-05-13", "to": "2026-05-18"}}"#;
    assert_eq!(
        starts(&answered(case)),
        ["2026-05-13T09:00", "2026-05-15T09:00", "2026-05-18T09:00"]
    );
}

#[test]
fn ties_by_id_are_ties_by_word() {
    let first = |staff: &str| {
        let case = format!(
            r#"{{"day": "2026-05-13", "services": [{{"minutes": 60}}], "staff": {staff}, "request": {{"at": "10:00"}}}}"#
        );
        answered(&case)["slots"][0]["parts"][0]["staff"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(first(r#"["zuri", "achieng", "baraka"]"#), "achieng");
    assert_eq!(first(r#"["p10", "p2"]"#), "p10", "letter by letter");
    let uuids = r#"["0190aaaa-0000-7000-8000-00000000000B", "0190AAAA-0000-7000-8000-00000000000a"]"#;
    assert_eq!(first(uuids), "0190aaaa-0000-7000-8000-00000000000a");
}

#[test]
fn rules_may_be_said_for_all_channels_or_for_some() {
    let case = |notice: &str| {
        format!(
            r#"{{"day": "2026-05-13", "now": "10:00", "services": [{{"minutes": 60}}], "rules": {{"notice": {notice}}},
                "requests": [{{"channel": "chat", "most": 1}}, {{"channel": "web", "most": 1}}, {{"most": 1}}]}}"#
        )
    };
    let firsts = |notice| {
        let answer = answered(&case(notice));
        let answers = answer["answers"].as_array().unwrap().iter();
        answers
            .map(|answer| starts(answer)[0][11..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(firsts("60"), ["11:00", "11:00", "11:00"]);
    assert_eq!(
        firsts(r#"{"web": 0}"#),
        ["10:30", "10:00", "10:00"],
        "the others keep their defaults"
    );
}

#[test]
fn what_a_question_books_is_gone_for_the_next_one_and_counts_as_load() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 60}], "staff": ["a", "b"],
        "requests": [{"at": "10:00", "book": true}, {"at": "12:00", "book": true}, {"ask": "turns"}]}"#;
    let answer = answered(case);
    let staff = |index: usize| answer["answers"][index]["slots"][0]["parts"][0]["staff"].clone();
    assert_eq!((staff(0), staff(1)), ("a".into(), "b".into()));
    let loads = answer["answers"][2]["turns"].as_array().unwrap().iter();
    assert!(loads.clone().all(|turn| turn["load"] == 60), "{answer}");
}

#[test]
fn a_deficit_that_is_no_whole_number_is_a_fraction() {
    let case = r#"{"day": "2026-05-13", "services": [{"minutes": 60}],
        "staff": [{"id": "a", "load": 1}, {"id": "b"}, {"id": "c"}], "request": {"ask": "turns"}}"#;
    let answer = answered(case);
    let deficits = answer["turns"].as_array().unwrap().iter();
    let deficits: Vec<&str> = deficits.map(|turn| turn["deficit"].as_str().unwrap()).collect();
    assert_eq!(deficits, ["1/3", "1/3", "-2/3"]);
}

#[test]
fn a_window_of_a_whole_season_with_a_full_diary_is_answered() {
    let mut bookings = Vec::new();
    for day in 0..80 {
        let date = time::macros::date!(2026 - 05 - 13) + Duration::days(day);
        for hour in 9..17 {
            bookings.push(serde_json::json!({"start": format!("{date}T{hour:02}:00")}));
        }
    }
    let case = serde_json::json!({
        "services": [{"minutes": 30}], "opening_hours": "09:00-17:30", "bookings": bookings,
        "rules": {"horizon_days": 365}, "request": {"day": "2026-05-13", "days": 90}
    });
    let answer = answered(&case.to_string());
    let found = starts(&answer);
    assert!(
        found.contains(&"2026-05-13T09:30") && found.contains(&"2026-08-10T09:00"),
        "{}",
        found.len()
    );
}

#[test]
fn what_fits_on_a_line_is_on_one_and_nothing_is_lost() {
    let list: Vec<String> = (0..40).map(|number| format!("entry {{{number}]")).collect();
    let value = serde_json::json!({"empty": [], "long": list, "short": {"a": [1, 2], "b": null}});
    let folded = ratiba_kernel::casefile::folded(&serde_json::to_string_pretty(&value).unwrap());
    assert!(
        folded.contains("\n  \"short\": { \"a\": [ 1, 2 ], \"b\": null }\n}"),
        "{folded}"
    );
    assert_eq!(folded.lines().count(), 40 + 6, "{folded}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&folded).unwrap(), value);
}
