//! The database: SQLite, one statement a function. Knows rows, no rules.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::catalog::AuthType;

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS linked_accounts (linked_account_id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session_tokens (
  jti TEXT PRIMARY KEY, linked_account_id TEXT NOT NULL REFERENCES linked_accounts, environment TEXT NOT NULL,
  iat INTEGER NOT NULL, exp INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, expired INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS session_tokens_of ON session_tokens (linked_account_id, environment, exp);
CREATE TABLE IF NOT EXISTS connections (
  connection_id TEXT PRIMARY KEY, linked_account_id TEXT NOT NULL REFERENCES linked_accounts,
  environment TEXT NOT NULL, slug TEXT NOT NULL, auth_type TEXT NOT NULL, identifier TEXT NOT NULL,
  expired INTEGER NOT NULL, connected_at INTEGER NOT NULL, secret BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS connections_of ON connections (linked_account_id, environment, slug);
CREATE TABLE IF NOT EXISTS authorizations (
  state_hash TEXT PRIMARY KEY, linked_account_id TEXT NOT NULL REFERENCES linked_accounts,
  environment TEXT NOT NULL, slug TEXT NOT NULL, created_at INTEGER NOT NULL, secret BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS configs (
  linked_account_id TEXT NOT NULL REFERENCES linked_accounts, environment TEXT NOT NULL, slug TEXT NOT NULL,
  config_id TEXT NOT NULL, created_at INTEGER NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (linked_account_id, environment, slug, config_id)
) STRICT;
CREATE TABLE IF NOT EXISTS executions (
  id TEXT PRIMARY KEY, linked_account_id TEXT NOT NULL REFERENCES linked_accounts, environment TEXT NOT NULL,
  slug TEXT NOT NULL, workflow_id TEXT NOT NULL, status TEXT NOT NULL, started_at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS executions_of ON executions (linked_account_id, environment, started_at);
";

pub(crate) struct Store(Mutex<Connection>);

type Result<T> = rusqlite::Result<T>;

/// Whose data, in which environment: every query of a session is bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) linked_account_id: String,
    pub(crate) environment: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct TokenRow {
    pub(crate) jti: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct ConnectionRow {
    pub(crate) connection_id: String,
    pub(crate) slug: String,
    pub(crate) auth_type: AuthType,
    pub(crate) identifier: String,
    pub(crate) expired: bool,
    /// Milliseconds since 1970.
    pub(crate) connected_at: i64,
    /// Sealed for the row `connection_id`.
    pub(crate) secret: Option<Vec<u8>>,
}

pub(crate) struct AuthorizationRow {
    pub(crate) scope: Scope,
    pub(crate) slug: String,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Sealed for the row `state_hash`.
    pub(crate) secret: Vec<u8>,
}

impl Store {
    pub(crate) fn open(path: &str) -> Result<Self> {
        let connection = if path == ":memory:" { Connection::open_in_memory()? } else { Connection::open(path)? };
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_linked_account(&self, id: &str, now_ms: i64) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO linked_accounts VALUES (?1, ?2)";
        Ok(self.db().execute(sql, params![id, now_ms])? == 1)
    }

    pub(crate) fn has_linked_account(&self, id: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM linked_accounts WHERE linked_account_id = ?1";
        Ok(self.db().query_row(sql, [id], |_| Ok(())).optional()?.is_some())
    }

    pub(crate) fn add_token(&self, scope: &Scope, token: &TokenRow) -> Result<()> {
        let sql = "INSERT INTO session_tokens (jti, linked_account_id, environment, iat, exp) VALUES (?1,?2,?3,?4,?5)";
        let values = params![token.jti, scope.linked_account_id, scope.environment, token.iat, token.exp];
        self.db().execute(sql, values).map(drop)
    }

    /// The youngest token that is still good at `now`, in seconds.
    pub(crate) fn valid_token(&self, scope: &Scope, now: i64) -> Result<Option<TokenRow>> {
        let sql = "SELECT jti, iat, exp FROM session_tokens WHERE linked_account_id = ?1 AND environment = ?2
                   AND exp > ?3 AND NOT revoked AND NOT expired ORDER BY exp DESC, rowid DESC LIMIT 1";
        let read = |row: &Row<'_>| Ok(TokenRow { jti: row.get(0)?, iat: row.get(1)?, exp: row.get(2)? });
        self.db().query_row(sql, params![scope.linked_account_id, scope.environment, now], read).optional()
    }

    pub(crate) fn token_is_live(&self, jti: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM session_tokens WHERE jti = ?1 AND NOT revoked AND NOT expired";
        Ok(self.db().query_row(sql, [jti], |_| Ok(())).optional()?.is_some())
    }

    pub(crate) fn revoke_token(&self, jti: &str) -> Result<usize> {
        self.db().execute("UPDATE session_tokens SET revoked = 1 WHERE jti = ?1 AND NOT revoked", [jti])
    }

    /// Ends all live tokens, or those of one linked account; answers how many.
    pub(crate) fn end_tokens(&self, linked_account_id: Option<&str>, revoke: bool, now: i64) -> Result<usize> {
        let column = if revoke { "revoked" } else { "expired" };
        let sql = format!(
            "UPDATE session_tokens SET {column} = 1
             WHERE (?1 IS NULL OR linked_account_id = ?1) AND NOT revoked AND NOT expired AND exp > ?2"
        );
        self.db().execute(&sql, params![linked_account_id, now])
    }

    /// All connections of a scope, oldest first.
    pub(crate) fn connections(&self, scope: &Scope) -> Result<Vec<ConnectionRow>> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT connection_id, slug, auth_type, identifier, expired, connected_at, secret FROM connections
             WHERE linked_account_id = ?1 AND environment = ?2 ORDER BY connected_at, rowid",
        )?;
        let rows = statement.query_map(params![scope.linked_account_id, scope.environment], |row| {
            Ok(ConnectionRow {
                connection_id: row.get(0)?,
                slug: row.get(1)?,
                auth_type: AuthType::parse(&row.get::<_, String>(2)?).unwrap_or(AuthType::OAuth2),
                identifier: row.get(3)?,
                expired: row.get(4)?,
                connected_at: row.get(5)?,
                secret: row.get(6)?,
            })
        })?;
        rows.collect()
    }

    /// Adds a connection; with `replace`, it takes the place of those of the same app and kind.
    pub(crate) fn add_connection(&self, scope: &Scope, connection: &ConnectionRow, replace: bool) -> Result<()> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let ConnectionRow { slug, auth_type, identifier, .. } = connection;
        let same = "linked_account_id = ?1 AND environment = ?2 AND slug = ?3 AND auth_type = ?4";
        let key = params![scope.linked_account_id, scope.environment, slug, auth_type.as_str()];
        if replace {
            transaction.execute(&format!("DELETE FROM connections WHERE {same}"), key)?;
        } else {
            let sql = format!("DELETE FROM connections WHERE {same} AND identifier = ?5");
            let account = params![scope.linked_account_id, scope.environment, slug, auth_type.as_str(), identifier];
            transaction.execute(&sql, account)?;
        }
        transaction.execute(
            "INSERT INTO connections VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                connection.connection_id,
                scope.linked_account_id,
                scope.environment,
                slug,
                auth_type.as_str(),
                identifier,
                connection.expired,
                connection.connected_at,
                connection.secret
            ],
        )?;
        transaction.commit()
    }

    pub(crate) fn remove_connections(&self, scope: &Scope, slug: &str, auth_type: Option<AuthType>) -> Result<usize> {
        let sql = "DELETE FROM connections WHERE linked_account_id = ?1 AND environment = ?2 AND slug = ?3
                   AND (?4 IS NULL OR auth_type = ?4)";
        let auth_type = auth_type.map(AuthType::as_str);
        self.db().execute(sql, params![scope.linked_account_id, scope.environment, slug, auth_type])
    }

    pub(crate) fn add_authorization(&self, state_hash: &str, row: &AuthorizationRow) -> Result<()> {
        let sql = "INSERT INTO authorizations VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let AuthorizationRow { scope, slug, created_at, secret } = row;
        let values = params![state_hash, scope.linked_account_id, scope.environment, slug, created_at, secret];
        self.db().execute(sql, values).map(drop)
    }

    /// Takes an authorization out: whoever asks for it again finds nothing.
    pub(crate) fn take_authorization(&self, state_hash: &str) -> Result<Option<AuthorizationRow>> {
        let sql = "DELETE FROM authorizations WHERE state_hash = ?1
                   RETURNING linked_account_id, environment, slug, created_at, secret";
        let read = |row: &Row<'_>| {
            Ok(AuthorizationRow {
                scope: Scope { linked_account_id: row.get(0)?, environment: environment(&row.get::<_, String>(1)?) },
                slug: row.get(2)?,
                created_at: row.get(3)?,
                secret: row.get(4)?,
            })
        };
        self.db().query_row(sql, [state_hash], read).optional()
    }

    /// Identifier and state of a configuration: the named one, else the oldest.
    pub(crate) fn config(&self, scope: &Scope, slug: &str, id: Option<&str>) -> Result<Option<(String, String)>> {
        let sql = "SELECT config_id, state FROM configs WHERE linked_account_id = ?1 AND environment = ?2 AND slug = ?3
                   AND (?4 IS NULL OR config_id = ?4) ORDER BY created_at, rowid LIMIT 1";
        let values = params![scope.linked_account_id, scope.environment, slug, id];
        self.db().query_row(sql, values, |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }

    pub(crate) fn config_ids(&self, scope: &Scope, slug: &str) -> Result<Vec<String>> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT config_id FROM configs WHERE linked_account_id = ?1 AND environment = ?2 AND slug = ?3
             ORDER BY created_at, rowid",
        )?;
        let values = params![scope.linked_account_id, scope.environment, slug];
        statement.query_map(values, |row| row.get(0))?.collect()
    }

    pub(crate) fn put_config(&self, scope: &Scope, slug: &str, id: &str, state: &str, now_ms: i64) -> Result<()> {
        let sql =
            "INSERT INTO configs VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET state = excluded.state";
        let values = params![scope.linked_account_id, scope.environment, slug, id, now_ms, state];
        self.db().execute(sql, values).map(drop)
    }

    pub(crate) fn remove_config(&self, scope: &Scope, slug: &str, id: &str) -> Result<usize> {
        let sql =
            "DELETE FROM configs WHERE linked_account_id = ?1 AND environment = ?2 AND slug = ?3 AND config_id = ?4";
        self.db().execute(sql, params![scope.linked_account_id, scope.environment, slug, id])
    }

    pub(crate) fn add_execution(&self, scope: &Scope, run: &super::executions::Run) -> Result<()> {
        let sql = "INSERT INTO executions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (account, environment) = (&scope.linked_account_id, scope.environment);
        let body = run.body.to_string();
        let values = params![run.id, account, environment, run.slug, run.workflow_id, run.status, run.started_at, body];
        self.db().execute(sql, values).map(drop)
    }

    pub(crate) fn has_executions(&self, scope: &Scope, slug: &str, workflow_id: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM executions
                   WHERE linked_account_id = ?1 AND environment = ?2 AND slug = ?3 AND workflow_id = ?4 LIMIT 1";
        let values = params![scope.linked_account_id, scope.environment, slug, workflow_id];
        Ok(self.db().query_row(sql, values, |_| Ok(())).optional()?.is_some())
    }

    /// How many runs match, and those of one page, newest first.
    pub(crate) fn executions(
        &self,
        scope: &Scope,
        status: Option<&str>,
        workflow_id: Option<&str>,
        (limit, offset): (u32, u64),
    ) -> Result<(u64, Vec<String>)> {
        let filter = "linked_account_id = ?1 AND environment = ?2 AND (?3 IS NULL OR status = ?3)
                      AND (?4 IS NULL OR workflow_id = ?4)";
        let db = self.db();
        let base = params![scope.linked_account_id, scope.environment, status, workflow_id];
        let count: i64 =
            db.query_row(&format!("SELECT count(*) FROM executions WHERE {filter}"), base, |r| r.get(0))?;
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let values = params![scope.linked_account_id, scope.environment, status, workflow_id, limit, offset];
        let sql = format!(
            "SELECT body FROM executions WHERE {filter} ORDER BY started_at DESC, rowid DESC LIMIT ?5 OFFSET ?6"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let bodies = statement.query_map(values, |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
        Ok((count.unsigned_abs(), bodies))
    }

    pub(crate) fn execution(&self, scope: &Scope, id: &str) -> Result<Option<String>> {
        let sql = "SELECT body FROM executions WHERE linked_account_id = ?1 AND environment = ?2 AND id = ?3";
        let values = params![scope.linked_account_id, scope.environment, id];
        self.db().query_row(sql, values, |row| row.get(0)).optional()
    }

    /// Forgets what users did; linked accounts and session tokens stay.
    pub(crate) fn reset_accounts(&self) -> Result<()> {
        self.db().execute_batch(
            "DELETE FROM connections; DELETE FROM authorizations; DELETE FROM configs; DELETE FROM executions;",
        )
    }
}

/// The static name of an environment, as keys and tokens carry it.
pub(crate) fn environment(name: &str) -> &'static str {
    if name == "production" { "production" } else { "test" }
}
