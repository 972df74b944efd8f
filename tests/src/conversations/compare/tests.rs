use super::*;

#[test]
fn three_dots_stand_for_any_text_and_for_nothing_else() {
    for (expected, text, fit) in [
        ("all of it", "all of it", true),
        ("all of it", "all of it!", false),
        ("…", "", true),
        ("Hello … there", "Hello you there", true),
        ("Hello … there", "Hello you here", false),
        ("… and …", "this and that", true),
        ("a…a", "a", false),
        ("begins…", "begins and goes\non", true),
    ] {
        assert_eq!(fits(expected, text), fit, "{expected:?} {text:?}");
    }
}

#[test]
fn a_difference_marks_what_is_missing_and_what_is_new() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let shown = difference(&lines("one two three"), &lines("one 2 three four"));
    assert_eq!(shown.replace("\n    ", "|"), "|  one|- two|+ 2|  three|+ four");
}

#[test]
fn what_is_accepted_keeps_the_lines_that_leave_something_open() {
    let expected = ["with …, until 8:05\nold words".to_owned()];
    let came = vec![
        "with Wanjiru, until 8:05\nnew words".to_owned(),
        "more".to_owned(),
    ];
    let mut misses = 0;
    let kept = replies(&expected, came, |_| misses += 1);
    assert_eq!(
        (misses, kept),
        (
            1,
            vec!["with …, until 8:05\nnew words".to_owned(), "more".to_owned()]
        )
    );
}
