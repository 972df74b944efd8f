//! Just enough of a PostgreSQL URL to point it at another role and another database.

/// The administrator's URL, in the parts that change and the parts that do not.
#[derive(Clone)]
pub(crate) struct ServerUrl {
    user_info: String,
    host_and_port: String,
    database: String,
    query: String,
}

impl ServerUrl {
    /// Reads `postgres://user:password@host:port/database?options`. `None` for anything else, the form
    /// `host=… user=…` included.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user_info, host_and_port) = authority.rsplit_once('@')?;
        if user_info.is_empty() || host_and_port.is_empty() {
            return None;
        }
        Some(Self {
            user_info: user_info.into(),
            host_and_port: host_and_port.into(),
            database: if database.is_empty() {
                "postgres".into()
            } else {
                database.into()
            },
            query: query.into(),
        })
    }

    /// The administrator, in the database that the URL named.
    pub(crate) fn administrator(&self) -> String {
        self.assemble(&self.user_info, &self.database)
    }

    /// The administrator, in another database.
    pub(crate) fn administrator_in(&self, database: &str) -> String {
        self.assemble(&self.user_info, database)
    }

    /// Another role; neither argument may need escaping.
    pub(crate) fn role_in(&self, role: &str, password: &str, database: &str) -> String {
        self.assemble(&format!("{role}:{password}"), database)
    }

    /// What only somebody who may administer this server knows.
    pub(crate) fn shared_secret(&self) -> &str {
        &self.user_info
    }

    fn assemble(&self, user_info: &str, database: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!(
            "postgres://{user_info}@{}/{database}{separator}{}",
            self.host_and_port, self.query
        )
    }
}

#[cfg(test)]
mod tests;
