//! Child processes that never outlive the chore: each in its own process group, ended when its guard is dropped.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal, test_kill_process_group};

use crate::{
    error::{AtPath, Error, Result},
    paths, tools,
};

/// How often a waiting chore looks at its children and at the signal flag.
const POLL: Duration = Duration::from_millis(25);
/// How long a child may take to end after SIGTERM before SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Turns SIGINT, SIGTERM and SIGHUP into a flag that every wait looks at.
pub(crate) fn catch_signals() -> Result {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&INTERRUPTED)).at("signal handler")?;
    }
    Ok(())
}

/// Sleeps one poll interval, or reports that a signal came.
pub(crate) fn pause() -> Result {
    if INTERRUPTED.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    thread::sleep(POLL);
    Ok(())
}

/// A program to run from the root of the work tree, with the project's own tools first on PATH and no stdin.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root()).env("PATH", tools::search_path()).stdin(Stdio::null());
    command
}

/// The command line as a developer would type it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A running child and all its descendants; dropping it ends them.
pub(crate) struct Group {
    child: Child,
    name: String,
}

impl Group {
    /// Starts a command in a process group of its own.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let name = line(command);
        command.process_group(0);
        // SAFETY: between fork and exec only one async-signal-safe system call is made.
        unsafe {
            // A chore killed by SIGKILL cannot clean up; the kernel then ends its children.
            command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::TERM))?));
        }
        let child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing {
                what: command.get_program().to_string_lossy().into_owned(),
                remedy: "install it, or run `cargo xtask setup`".into(),
            },
            _ => Error::Command { command: name.clone(), status: error.to_string() },
        })?;
        Ok(Self { child, name })
    }

    /// The child's standard output, if it was piped and not yet taken.
    pub(crate) fn stdout(&mut self) -> Option<impl Read + Send + 'static> {
        self.child.stdout.take()
    }

    /// An error if the child has ended: for children that are expected to stay.
    pub(crate) fn still_running(&mut self) -> Result {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.failed(status)),
            Err(source) => Err(Error::File { path: self.name.clone().into(), source }),
        }
    }

    /// Waits for the end, or for a signal.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait().at(&self.name)? {
                return Ok(status);
            }
            pause()?;
        }
    }

    fn failed(&self, status: ExitStatus) -> Error {
        Error::Command { command: self.name.clone(), status: status.to_string() }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return };
        let deadline = Instant::now() + GRACE;
        // The group outlives its leader while any descendant runs, so the group is what is asked and ended.
        let _ = kill_process_group(group, Signal::TERM);
        loop {
            let leader_gone = matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
            if leader_gone && test_kill_process_group(group).is_err() {
                return;
            }
            if Instant::now() > deadline {
                break;
            }
            thread::sleep(POLL);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Runs a command to its end; its output is shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result {
    let mut group = Group::spawn(command)?;
    let status = group.wait()?;
    if status.success() { Ok(()) } else { Err(group.failed(status)) }
}

/// Runs a command to its end with its output in a log file, which is shown when it fails.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result {
    let file = log_file(log)?;
    command.stdout(file.try_clone().at(log)?).stderr(file);
    run(command).inspect_err(|error| {
        if !matches!(error, Error::Interrupted) {
            show_log(log);
        }
    })
}

/// Opens a log file for writing, emptied.
pub(crate) fn log_file(log: &Path) -> Result<File> {
    paths::write(log, "")?;
    File::options().append(true).open(log).at(log)
}

/// Prints the end of a log file to standard error.
pub(crate) fn show_log(log: &Path) {
    let text = paths::read(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(60)) {
        eprintln!("  {line}");
    }
}

/// Runs a command to its end, showing its standard output and handing each line to `each` as well.
pub(crate) fn run_lines(command: &mut Command, mut each: impl FnMut(&str) + Send) -> Result<ExitStatus> {
    let mut group = Group::spawn(command.stdout(Stdio::piped()))?;
    let Some(stdout) = group.stdout() else { return group.wait() };
    thread::scope(|scope| {
        scope.spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
                println!("{line}");
                each(&line);
            }
        });
        // On a signal the group must end before the scope joins the reader, which ends with the group's output.
        let status = group.wait();
        drop(group);
        status
    })
}

/// Whether a command succeeds, and all that it prints.
pub(crate) fn output_with_status(command: &mut Command) -> Result<(bool, String)> {
    let output = command.output().at(line(command))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&text).trim().to_owned()))
}

/// What a short command prints, or nothing if it cannot run or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts a shell whose own child sleeps, and gives the grandchild's process id.
    fn with_grandchild(script: &str) -> Option<(Group, Pid)> {
        let mut group = Group::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::piped())).ok()?;
        let mut line = String::new();
        BufReader::new(group.stdout()?).read_line(&mut line).ok()?;
        Some((group, Pid::from_raw(line.trim().parse().ok()?)?))
    }

    /// A dead process whose new parent has not looked yet still has an id: its state tells.
    fn runs(pid: Pid) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    }

    #[test]
    fn dropping_a_group_ends_its_descendants() {
        let Some((group, grandchild)) = with_grandchild("sleep 60 & echo $!; wait") else { panic!("no shell") };
        assert!(runs(grandchild));
        drop(group);
        assert!(!runs(grandchild));
    }

    #[test]
    fn a_descendant_outliving_its_parent_is_ended_too() {
        let Some((mut group, grandchild)) = with_grandchild("sleep 60 >/dev/null & echo $!") else {
            panic!("no shell")
        };
        assert!(group.wait().is_ok_and(|status| status.success()));
        assert!(runs(grandchild));
        drop(group);
        assert!(!runs(grandchild));
    }

    #[test]
    fn a_panic_ends_the_group() {
        let pid = std::panic::catch_unwind(|| {
            let Some((_group, grandchild)) = with_grandchild("sleep 60 & echo $!; wait") else { return };
            std::panic::panic_any(grandchild);
        });
        let Some(pid) = pid.err().and_then(|thrown| thrown.downcast_ref::<Pid>().copied()) else { panic!("no shell") };
        assert!(!runs(pid));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere"));
        assert!(error.is_err_and(|error| error.to_string().starts_with("no-such-program-anywhere is missing")));
    }
}
