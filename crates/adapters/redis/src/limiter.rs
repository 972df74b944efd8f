//! The limiter of several processes: one script for each decision, so that nobody counts in between.

use std::time::Duration;

use async_trait::async_trait;
use ratiba_access::limits::{Ask, Limiter, Verdict, microseconds};
use ratiba_kernel::Outage;
use redis::{Client, Cmd};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::line::Line;
use crate::settings::RedisSettings;

/// What every key begins with: a Redis may be somebody else's too.
const PREFIX: &str = "ratiba:limit:";

/// Takes the instant, then what a request costs and the largest debt for each bucket; answers with the debts before it.
/// Lua counts in doubles, which are exact for microseconds since 1970. A key lives as long as its debt and a second.
const SCRIPT: &str = r"
local now, before, room = tonumber(ARGV[1]), {}, true
for i = 1, #KEYS do
  local costs, most = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local due = tonumber(redis.call('GET', KEYS[i]) or now)
  before[i] = math.min(math.max(due - now, 0), most)
  room = room and before[i] + costs <= most
end
if room then
  for i = 1, #KEYS do
    local debt = before[i] + tonumber(ARGV[2 * i])
    redis.call('SET', KEYS[i], string.format('%.0f', now + debt), 'PX', string.format('%.0f', math.ceil(debt / 1000) + 1000))
  end
end
return before
";

/// A limiter that all processes with the same Redis share.
///
/// It is one server, or a primary with its replicas; the keys of one decision would lie on several shards of a cluster. Its
/// processes' clocks agree as closely as they shall count together.
pub struct RedisLimiter {
    line: Line,
    answers_within: Duration,
}

impl RedisLimiter {
    /// A limiter that begins to look for its Redis, which need not be there yet. Must be called within a runtime, which it
    /// then keeps its connection on.
    ///
    /// # Errors
    /// [`Outage`] if there is no runtime, or the settings make no client.
    pub fn new(settings: &RedisSettings) -> Result<Self, Outage> {
        // Somebody else of the process may have chosen already; then that is as good.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let client = Client::open(settings.info()).map_err(Outage::new)?;
        Ok(Self {
            line: Line::open(client)?,
            answers_within: settings.answers_within(),
        })
    }
}

fn command(now: i64, asks: &[Ask]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(SCRIPT).arg(asks.len());
    for ask in asks {
        command.arg(format!("{PREFIX}{}", ask.bucket));
    }
    command.arg(now);
    for ask in asks {
        command.arg(ask.limit.costs()).arg(ask.limit.most());
    }
    command
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn count(&self, at: OffsetDateTime, asks: &[Ask]) -> Result<Option<Verdict>, Outage> {
        if asks.is_empty() {
            return Ok(None);
        }
        let by = Instant::now() + self.answers_within;
        let (number, mut connection) = tokio::time::timeout_at(by, self.line.connection())
            .await
            .map_err(Outage::new)??;
        let command = command(microseconds(at), asks);
        let asked = command.query_async::<Vec<i64>>(&mut connection);
        let cause = match tokio::time::timeout_at(by, asked).await {
            Ok(Ok(debts)) if debts.len() == asks.len() => {
                return Ok(Verdict::over(asks.iter().copied().zip(debts)));
            }
            Ok(Ok(_)) => "it answered for other buckets".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        self.line.lose(number, &cause);
        Err(Outage::new(cause))
    }
}
