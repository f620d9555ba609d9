//! What can go wrong in a chore, each with the words a developer needs to go on.

use std::{fmt, io, path::PathBuf};

pub(crate) type Result<T = ()> = std::result::Result<T, Error>;

/// Why a chore stopped.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line was not understood.
    Usage(String),
    /// A program or file is needed that the chore cannot install itself.
    Missing { what: String, remedy: String },
    /// A program ran and reported failure; its own output is above.
    Command { command: String, status: String },
    /// A TCP port of this machine is taken by another process.
    PortBusy { port: u16, used_for: &'static str },
    /// A file or directory could not be read or written.
    File { path: PathBuf, source: io::Error },
    /// A server answered something other than what its contract says.
    Answer { from: String, problem: String },
    /// A measured size is over the budget file.
    OverBudget(String),
    /// Tests ran and some failed; the count has been printed.
    TestsFailed,
    /// SIGINT or SIGTERM asked for an end.
    Interrupted,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(f, "{text}"),
            Self::Missing { what, remedy } => write!(f, "{what} is missing: {remedy}"),
            Self::Command { command, status } => write!(f, "`{command}` failed: {status}"),
            Self::PortBusy { port, used_for } => {
                write!(f, "port {port}, needed for {used_for}, is in use by another process: stop that one first")
            }
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Answer { from, problem } => write!(f, "{from}: {problem}"),
            Self::OverBudget(text) => write!(f, "over the size budget: {text}"),
            Self::TestsFailed => write!(f, "tests failed"),
            Self::Interrupted => write!(f, "interrupted"),
        }
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

/// Names the file in an I/O error, which `std` leaves out.
pub(crate) trait AtPath<T> {
    fn at(self, path: impl Into<PathBuf>) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, path: impl Into<PathBuf>) -> Result<T> {
        self.map_err(|source| Error::File { path: path.into(), source })
    }
}
