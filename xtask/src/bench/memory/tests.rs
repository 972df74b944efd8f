use super::*;

const STATUS: &str =
    "Name:\tratiba-api\nVmPeak:\t  900000 kB\nVmHWM:\t  250000 kB\nVmRSS:\t  125000 kB\nThreads:\t9\n";

#[test]
fn what_linux_calls_a_kilobyte_is_a_little_more() {
    let held = Held {
        now: 128_000,
        most: 256_000,
    };
    assert_eq!(Held::parse(STATUS), Some(held));
    // A process that has ended but was not waited for holds nothing any more.
    assert_eq!(Held::parse("Name:\tratiba-api\nState:\tZ (zombie)\n"), None);
}

#[test]
fn growth_is_from_the_first_third_to_the_end_and_no_peak_moves_it() {
    let mut looks: Vec<u64> = (0..300).collect();
    // Of the looks 70 to 99 and 270 to 299 the one in the middle counts.
    assert_eq!(growth(&looks).unwrap(), (85, 285));
    looks[84] = 1_000_000;
    looks[299] = 1_000_000;
    assert_eq!(growth(&looks).unwrap(), (86, 285));
}

#[test]
fn a_short_look_is_better_than_none() {
    assert_eq!(growth(&[7]).unwrap(), (7, 7));
    assert_eq!(growth(&[7, 8, 9]).unwrap(), (7, 9));
    assert!(growth(&[]).is_err());
}
