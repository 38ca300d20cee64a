//! Communication with an implementation in another process.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::answer::Answer;
use crate::vector::Question;

/// The maximum length of an answer line, in bytes: many times the largest content of a vector in
/// Base64.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// The reason that there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessError {
    /// The process could not be started.
    NotStarted(String),
    /// The process ended before it answered.
    Ended,
    /// The process took too long.
    TimedOut(Duration),
    /// The output of the process is not an answer to the question.
    NoAnswer(String),
    /// The question was skipped, because this many questions in a row had no answer.
    NotAsked(usize),
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(why) => write!(f, "the implementation cannot be started: {why}"),
            Self::Ended => f.write_str("the implementation ended before it answered"),
            Self::TimedOut(limit) => {
                write!(f, "the implementation took longer than {} s", limit.as_secs())
            }
            Self::NoAnswer(why) => f.write_str(why),
            Self::NotAsked(faults) => {
                write!(f, "not asked: no answer to {faults} questions in a row")
            }
        }
    }
}

impl std::error::Error for ProcessError {}

/// The number of questions for each start of an implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversation {
    /// All questions: it is started once and answers line by line.
    Lines,
    /// One question: it is started once for each.
    OneShot,
}

/// The maximum number of questions in a row without an answer: later ones would probably fail too,
/// each after the whole timeout.
const MAX_FAULTS: usize = 5;

/// An implementation in its own process, started for the first question and restarted after it
/// ended.
#[derive(Debug)]
pub struct Process {
    words: Vec<String>,
    conversation: Conversation,
    timeout: Duration,
    running: Option<Running>,
    /// The number of questions without an answer since the last answer.
    faults: usize,
}

/// A running process.
#[derive(Debug)]
struct Running {
    child: Child,
    /// `None` after the process was notified that no question follows.
    input: Option<ChildStdin>,
    lines: Receiver<std::io::Result<Vec<u8>>>,
}

impl Process {
    /// Creates an implementation that is started with the program and arguments in `words`, without
    /// a shell. It has `timeout` for each answer.
    #[must_use]
    pub const fn new(words: Vec<String>, conversation: Conversation, timeout: Duration) -> Self {
        Self { words, conversation, timeout, running: None, faults: 0 }
    }

    /// Asks a question and waits for the answer.
    ///
    /// # Errors
    ///
    /// [`ProcessError`] if there is no answer. The process is then stopped and restarted for the
    /// next question, but not after five errors in a row.
    pub fn ask(&mut self, question: &Question) -> Result<Answer, ProcessError> {
        if self.faults >= MAX_FAULTS {
            return Err(ProcessError::NotAsked(self.faults));
        }
        let answer = self.ask_anew(question);
        self.faults = if answer.is_ok() { 0 } else { self.faults.saturating_add(1) };
        answer
    }

    fn ask_anew(&mut self, question: &Question) -> Result<Answer, ProcessError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.words)?,
        };
        let answer = running.ask(question, self.conversation, self.timeout)?;
        if self.conversation == Conversation::Lines {
            self.running = Some(running);
        }
        Ok(answer)
    }
}

impl Running {
    fn start(words: &[String]) -> Result<Self, ProcessError> {
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| ProcessError::NotStarted("no command was given".into()))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| ProcessError::NotStarted(format!("{program}: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ProcessError::NotStarted("its standard streams are not available".into()));
        };
        // Reading blocks, so another thread does it and this one can time out. A buffer of one line
        // is enough in lockstep.
        let (sender, lines) = sync_channel(1);
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            loop {
                let mut line = Vec::new();
                let read = (&mut output).take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
                let ends = !matches!(read, Ok(bytes) if bytes > 0);
                if ends || sender.send(read.map(|_| line)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, input: Some(input), lines })
    }

    fn ask(
        &mut self,
        question: &Question,
        conversation: Conversation,
        timeout: Duration,
    ) -> Result<Answer, ProcessError> {
        let line = format!("{}\n", question.to_line());
        let input = self.input.as_mut().ok_or(ProcessError::Ended)?;
        input
            .write_all(line.as_bytes())
            .and_then(|()| input.flush())
            .map_err(|_| ProcessError::Ended)?;
        if conversation == Conversation::OneShot {
            self.input = None;
        }
        let answer = match self.lines.recv_timeout(timeout) {
            Ok(Ok(line)) => line,
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(ProcessError::Ended),
            Err(RecvTimeoutError::Timeout) => return Err(ProcessError::TimedOut(timeout)),
        };
        let answer = String::from_utf8(answer)
            .map_err(|_| ProcessError::NoAnswer("the answer is not UTF-8".into()))?;
        Answer::from_line(&answer, &question.id).map_err(ProcessError::NoAnswer)
    }
}

impl Drop for Running {
    /// Notifies the process that no question follows, and stops it if it does not end by itself.
    fn drop(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        self.input = None;
        // Its output is closed when it ends.
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        // An error means that it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
