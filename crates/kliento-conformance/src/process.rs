//! Talking to an implementation that is another process.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::answer::Answer;
use crate::vector::Question;

/// Longest line that is read as an answer, in octets: the largest content of a vector in Base64 fits many times.
const MAX_LINE_OCTETS: u64 = 16 * 1024 * 1024;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The process could not be started.
    NotStarted(String),
    /// It ended before it answered.
    Ended,
    /// It took too long.
    TimedOut(Duration),
    /// What it wrote is no answer to the question.
    NoAnswer(String),
    /// It was not asked, because it gave no answer to so many questions in a row.
    NotAsked(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(why) => write!(f, "the implementation cannot be started: {why}"),
            Self::Ended => f.write_str("the implementation ended before it answered"),
            Self::TimedOut(limit) => {
                write!(f, "the implementation took longer than {} s", limit.as_secs())
            }
            Self::NoAnswer(why) => f.write_str(why),
            Self::NotAsked(faults) => {
                write!(f, "not asked: there was no answer to {faults} questions in a row")
            }
        }
    }
}

impl std::error::Error for Fault {}

/// How often an implementation is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversation {
    /// Once; it answers line by line.
    Lines,
    /// Once for each question.
    OneShot,
}

/// How many questions in a row may go without an answer: what fails so often fails for all, and each may take the whole time-out.
const MAX_FAULTS: usize = 5;

/// An implementation in a process of its own, started when it is first asked and again after it ended.
#[derive(Debug)]
pub struct Process {
    words: Vec<String>,
    conversation: Conversation,
    timeout: Duration,
    running: Option<Running>,
    /// Questions without an answer since the last that has one.
    faults: usize,
}

/// A process that can be asked.
#[derive(Debug)]
struct Running {
    child: Child,
    /// Until it is told that no question follows.
    input: Option<ChildStdin>,
    lines: Receiver<std::io::Result<Vec<u8>>>,
}

impl Process {
    /// An implementation that the program and arguments in `words` start, without a shell; it has `timeout` for each answer.
    #[must_use]
    pub const fn new(words: Vec<String>, conversation: Conversation, timeout: Duration) -> Self {
        Self { words, conversation, timeout, running: None, faults: 0 }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is none. The process is then ended, and started again for the next question, but not after five in a row.
    pub fn ask(&mut self, question: &Question) -> Result<Answer, Fault> {
        if self.faults >= MAX_FAULTS {
            return Err(Fault::NotAsked(self.faults));
        }
        let answer = self.ask_anew(question);
        self.faults = if answer.is_ok() { 0 } else { self.faults.saturating_add(1) };
        answer
    }

    fn ask_anew(&mut self, question: &Question) -> Result<Answer, Fault> {
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
    fn start(words: &[String]) -> Result<Self, Fault> {
        let (program, arguments) =
            words.split_first().ok_or_else(|| Fault::NotStarted("no command was given".into()))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Fault::NotStarted(format!("{program}: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Fault::NotStarted("its streams cannot be had".into()));
        };
        // Reading blocks, so that another thread does it and this one can stop waiting. One line ahead is enough in lockstep.
        let (sender, lines) = sync_channel(1);
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            loop {
                let mut line = Vec::new();
                let read = (&mut output).take(MAX_LINE_OCTETS).read_until(b'\n', &mut line);
                let ends = !matches!(read, Ok(octets) if octets > 0);
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
    ) -> Result<Answer, Fault> {
        let line = format!("{}\n", question.to_line());
        let input = self.input.as_mut().ok_or(Fault::Ended)?;
        input.write_all(line.as_bytes()).and_then(|()| input.flush()).map_err(|_| Fault::Ended)?;
        if conversation == Conversation::OneShot {
            self.input = None;
        }
        let answer = match self.lines.recv_timeout(timeout) {
            Ok(Ok(line)) => line,
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(Fault::Ended),
            Err(RecvTimeoutError::Timeout) => return Err(Fault::TimedOut(timeout)),
        };
        let answer = String::from_utf8(answer)
            .map_err(|_| Fault::NoAnswer("the answer is not UTF-8".into()))?;
        Answer::from_line(&answer, &question.id).map_err(Fault::NoAnswer)
    }
}

impl Drop for Running {
    /// Tells the process that no question follows, and ends it if it does not end by itself.
    fn drop(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        self.input = None;
        // Its output is closed when it ends.
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        // There is nobody to tell if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
