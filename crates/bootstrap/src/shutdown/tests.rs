use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_request_reaches_every_clone_and_those_that_ask_late() {
    let (shutdown, stop) = Shutdown::manual();
    let waiting = shutdown.clone();
    assert!(!shutdown.is_requested());
    stop(ShutdownCause::Interrupt);
    assert_eq!(runtime().block_on(waiting.requested()), ShutdownCause::Interrupt);
    assert_eq!(
        runtime().block_on(shutdown.clone().requested()),
        ShutdownCause::Interrupt
    );
    assert!(shutdown.is_requested());
}

#[test]
fn the_first_cause_wins() {
    let (shutdown, stop) = Shutdown::manual();
    stop(ShutdownCause::ParentGone);
    stop(ShutdownCause::Terminate);
    assert_eq!(
        runtime().block_on(shutdown.requested()),
        ShutdownCause::ParentGone
    );
}

#[test]
fn what_a_parent_says_is_not_its_end() {
    struct Talkative(u8);
    impl io::Read for Talkative {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.saturating_sub(1);
            match self.0 {
                0 => Ok(0),
                1 => Err(io::ErrorKind::Interrupted.into()),
                _ => Ok(buffer.len().min(3)),
            }
        }
    }
    let mut parent = Talkative(5);
    wait_for_end(&mut parent);
    assert_eq!(parent.0, 0);
}
