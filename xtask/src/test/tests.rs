use super::*;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn what_follows_the_dashes_is_the_runners() {
    for (line, suite, rest) in [
        ("", Suite::All, ""),
        ("unit", Suite::Unit, ""),
        ("-- -E test(x)", Suite::All, "-E test(x)"),
        ("integration -- --no-capture", Suite::Integration, "--no-capture"),
        ("contract --", Suite::Contract, ""),
    ] {
        let arguments = words(line);
        let (found, left) = parse(&arguments).unwrap();
        assert_eq!((found, left.to_vec()), (suite, words(rest)), "{line}");
    }
}

#[test]
fn an_unknown_suite_is_refused() {
    for line in ["everything", "unit contract", "unit --no-capture"] {
        assert!(parse(&words(line)).unwrap_err().is::<Usage>(), "{line}");
    }
}
