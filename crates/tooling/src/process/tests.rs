use super::*;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn an_answer_is_given_and_a_failure_is_none() {
    let patience = Duration::from_secs(20);
    assert_eq!(ask(&mut shell("echo ' yes '"), patience).as_deref(), Some("yes"));
    assert_eq!(ask(&mut shell("echo yes; exit 3"), patience), None);
    assert_eq!(
        ask(&mut Command::new("a-program-that-nobody-has"), patience),
        None
    );
}

#[test]
fn what_a_program_writes_is_given_whole_also_when_no_pipe_could_hold_it() {
    let told = output("sh", &mut shell("head -c 300000 /dev/zero | tr '\\0' x")).unwrap();
    assert_eq!(told.len(), 300_000);
    assert!(output("sh", &mut shell("echo half; exit 3")).is_err());
}

#[test]
fn a_program_that_hangs_is_not_waited_for() {
    assert_eq!(ask(&mut shell("exec sleep 600"), Duration::from_millis(50)), None);
}

#[test]
fn a_child_that_ignores_sigterm_is_ended_all_the_same() {
    let mut child = shell("trap '' TERM; echo ready; while :; do :; done");
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0_u8; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    let pid = child.id();
    end(&mut child, Duration::from_millis(50));
    assert!(!signal(pid, Signal::Probe));
}

#[test]
fn a_process_is_told_from_another_by_its_start() {
    let mine = identity(std::process::id());
    assert!(mine.is_some());
    assert_eq!(mine, identity(std::process::id()));
    assert_eq!(identity(u32::MAX), None);
}
