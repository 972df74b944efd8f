use super::*;

/// A server that answers each message with the word that it is ready, and counts what came.
fn server() -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let hears = Arc::clone(&heard);
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, hears) = (connection.unwrap(), Arc::clone(&hears));
            thread::spawn(move || {
                let (mut waiting, mut in_session, mut buffer) = (Vec::new(), false, [0; 1024]);
                while let Ok(came @ 1..) = connection.read(&mut buffer) {
                    waiting.extend_from_slice(&buffer[..came]);
                    while let Some(length) = message(&waiting, in_session) {
                        let whole: Vec<u8> = waiting.drain(..length).collect();
                        if in_session {
                            hears.lock().unwrap().push(whole[5]);
                        }
                        in_session = true;
                        connection.write_all(b"Z\0\0\0\x05I").unwrap();
                    }
                }
            });
        }
    });
    (address, heard)
}

fn session(tap: &Tap) -> TcpStream {
    let mut program = TcpStream::connect(tap.address()).unwrap();
    program
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    program.write_all(&[0, 0, 0, 8, 0, 3, 0, 0]).unwrap();
    assert!(is_answered(&mut program));
    program
}

fn say(program: &mut TcpStream, word: u8) {
    program.write_all(&[b'Q', 0, 0, 0, 5, word]).unwrap();
}

fn is_answered(program: &mut TcpStream) -> bool {
    program.read_exact(&mut [0; 6]).is_ok()
}

fn until_struck(tap: &Tap) {
    while !tap.has_struck() {
        thread::yield_now();
    }
}

#[test]
fn a_program_is_stopped_before_a_statement_or_before_its_answer_and_the_next_one_is_not() {
    for (moment, reached) in [(Moment::Before, "a"), (Moment::After, "ab")] {
        let (address, heard) = server();
        let tap = Tap::before(address).unwrap();
        let (mut program, mut other) = (session(&tap), session(&tap));
        tap.arm(Some(Strike { step: 2, moment }));
        say(&mut program, b'a');
        assert!(is_answered(&mut program));
        say(&mut program, b'b');
        until_struck(&tap);
        assert_eq!(*heard.lock().unwrap(), reached.as_bytes(), "{moment:?}");
        assert!(!is_answered(&mut program), "{moment:?}");
        say(&mut other, b'c');
        assert!(!is_answered(&mut other), "{moment:?}: no connection goes on");
        tap.let_go();
        let mut next = session(&tap);
        say(&mut next, b'd');
        assert!(is_answered(&mut next), "{moment:?}");
        assert_eq!(
            *heard.lock().unwrap(),
            [reached.as_bytes(), b"d"].concat(),
            "{moment:?}"
        );
    }
}

#[test]
fn what_is_not_armed_only_counts() {
    let (address, _) = server();
    let tap = Tap::before(address).unwrap();
    let mut program = session(&tap);
    tap.arm(None);
    for word in *b"abc" {
        say(&mut program, word);
        assert!(is_answered(&mut program));
    }
    assert_eq!(tap.disarm(), 3);
}

fn query(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len() + 5).unwrap().to_be_bytes();
    [b"Q", &length[..], text.as_bytes(), b"\0"].concat()
}

#[test]
fn a_transaction_is_one_step_and_so_is_a_statement_of_its_own() {
    let mut inside = false;
    let said = [
        "UPDATE a",
        "BEGIN",
        "UPDATE b",
        "SAVEPOINT c",
        "ROLLBACK TO SAVEPOINT c",
        "UPDATE d",
        "COMMIT",
    ];
    let steps: Vec<bool> = said
        .iter()
        .map(|text| is_a_step(&query(text), &mut inside))
        .collect();
    assert_eq!(steps, [true, false, false, false, false, false, true]);
    assert!(!is_a_step(&query("BEGIN"), &mut inside) && inside);
    assert!(!is_a_step(&query("ROLLBACK"), &mut inside) && !inside);
    assert!(is_a_step(b"E\0\0\0\x09\0\0\0\0\0", &mut inside));
    assert!(!is_a_step(b"S\0\0\0\x04", &mut inside));
}
