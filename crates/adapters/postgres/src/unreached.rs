//! What may be told of a connection that did not come about.

use deadpool_diesel::{Error as PoolCause, PoolError};
use diesel::ConnectionError;

/// How the client library begins to speak of a server that it called. Then it names host, port and what the server said; of an
/// address that it cannot read it quotes parts, with the password in them.
const OF_A_SERVER: [&str; 4] = [
    "connection to server ",
    "could not connect to server",
    "timeout expired",
    "FATAL:",
];

/// Why there is no connection, without any of its URL but the host's address and port.
#[must_use]
pub fn told(error: &ConnectionError) -> String {
    let text = if let ConnectionError::BadConnection(text) = error {
        text.as_str()
    } else {
        ""
    };
    if OF_A_SERVER.iter().any(|begins| text.starts_with(begins)) {
        text.trim_end().to_owned()
    } else {
        "the URL of the database cannot be read, or its host is not known".to_owned()
    }
}

/// The same of the pool, for which it may also have taken too long.
pub(crate) fn told_of_pool(error: &PoolError) -> String {
    if let PoolError::Backend(PoolCause::Connection(cause)) = error {
        told(cause)
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use diesel::{Connection as _, PgConnection};

    use super::told;

    #[test]
    fn an_address_that_cannot_be_read_is_not_quoted() {
        for url in [
            "postgres://ratiba_app:mark0pass%zz@127.0.0.1:9/x",
            "postgres://ratiba_app:mark0pass@[::1/x",
            "postgres://ratiba_app:mark0pass@127.0.0.1:mark0pass/x",
            "postgres://ratiba_app:before@mark0pass@127.0.0.1:9/x",
            "postgres://ratiba_app@127.0.0.1:9/x?mark0pass=1",
            "postgres://ratiba_app@127.0.0.1:9/x?sslmode=mark0pass",
            "mark0pass\0",
        ] {
            let error = PgConnection::establish(url).err().unwrap();
            let said = told(&error);
            assert!(!said.contains("mark0pass"), "{said}");
            assert!(said.starts_with("the URL of the database"), "{said}");
        }
    }

    #[test]
    fn a_server_that_does_not_answer_is_named() {
        let url = "postgres://ratiba_app:mark0pass@127.0.0.1:9/x";
        let said = told(&PgConnection::establish(url).err().unwrap());
        assert!(said.contains("127.0.0.1") && said.contains("port 9"), "{said}");
        assert!(!said.contains("mark0pass"), "{said}");
    }
}
