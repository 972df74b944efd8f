//! What each of Meta's error codes asks us to do. Decided by the code, never by the text.

use ratiba_conversation::outgoing::SendRefusal;
use time::Duration;

/// What to do about an error code. A code that nobody knows is a refusal that a person should look at.
#[must_use]
pub fn refusal_of(code: i64) -> SendRefusal {
    let later = |after: Duration| SendRefusal::RetryLater { code, after };
    match code {
        1 | 2 | 131_000 | 131_052 | 131_053 | 130_429 => later(Duration::seconds(5)),
        131_016 => later(Duration::seconds(10)),
        // About one message in six seconds to one person.
        131_056 => later(Duration::seconds(6)),
        4 | 80_007 => later(Duration::minutes(1)),
        131_057 => later(Duration::minutes(5)),
        131_048 | 136_024 => later(Duration::hours(1)),
        131_047 => SendRefusal::TemplateInstead { code },
        131_050 => SendRefusal::StoppedMarketing { code },
        // Experiments, countries, the recipient's own state, the health of the ecosystem, a hidden number.
        130_472 | 130_497 | 131_021 | 131_026 | 131_030 | 131_049 | 131_062 | 135_000 => {
            SendRefusal::Undeliverable { code }
        }
        // Token, permissions, parameters, account, registration, templates; and what we have never heard of.
        _ours => SendRefusal::Misconfigured { code },
    }
}

/// Whether an error with this code in an answer of HTTP 5xx leaves open whether the message went out.
#[must_use]
pub const fn says_nothing_certain(code: i64) -> bool {
    matches!(code, 1 | 2 | 131_000)
}

/// Whether an error with this code asks to send less from this number or account, whomever to.
#[must_use]
pub const fn says_to_wait(code: i64) -> bool {
    matches!(code, 4 | 80_007 | 130_429 | 131_016 | 131_057)
}
