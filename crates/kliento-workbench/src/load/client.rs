//! A client that sends requests as fast as they are answered, or at a given rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

/// Requests that are sent in turn.
pub(super) type Requests = Arc<Vec<Vec<u8>>>;

/// The time after which a request counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The results of requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Valid tokens.
    pub(super) valid: usize,
    /// Other verdicts.
    pub(super) refused: usize,
    /// Answers 503, for lack of capacity.
    pub(super) shed: usize,
    /// Requests without an answer.
    pub(super) failed: usize,
    /// The times of answers other than 503, in microseconds.
    times: Vec<u32>,
    took: Duration,
}

impl Outcome {
    /// Valid answers a second.
    pub(super) fn goodput(&self) -> f64 {
        per_second(self.valid, self.took)
    }

    /// Answers of any kind a second.
    pub(super) fn answered(&self) -> f64 {
        per_second(self.valid + self.refused + self.shed, self.took)
    }

    /// The time in milliseconds within which this share of answers arrived.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            clippy::as_conversions,
            reason = "a float is precise enough for an index into some million times"
        )]
        let place = (last as f64 * share).round() as usize;
        times.get(place).map_or(f64::NAN, |&time| f64::from(time) / 1000.0)
    }

    /// Adds the results of requests made afterwards.
    pub(super) fn add(&mut self, other: Self) {
        self.add_beside(&other);
        self.took += other.took;
    }

    /// Adds the results of requests made at the same time.
    fn add_beside(&mut self, other: &Self) {
        self.valid += other.valid;
        self.refused += other.refused;
        self.shed += other.shed;
        self.failed += other.failed;
        self.times.extend_from_slice(&other.times);
    }

    fn note(&mut self, answer: Option<Answer>, since: Instant) {
        match answer {
            Some(Answer::Shed) => self.shed += 1,
            Some(answer) => {
                let time = since.elapsed().as_micros();
                self.times.push(u32::try_from(time).unwrap_or(u32::MAX));
                if answer == Answer::Valid { self.valid += 1 } else { self.refused += 1 }
            }
            None => self.failed += 1,
        }
    }
}

fn per_second(count: usize, took: Duration) -> f64 {
    float(count) / took.as_secs_f64()
}

/// The count as a float; all counts here fit.
pub(super) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::NAN, f64::from)
}

/// The condition for stopping.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// After this time.
    Time(Duration),
    /// After this number of requests.
    Count(usize),
}

/// Sends the next request on each of so many connections as soon as the last one is answered.
pub(super) async fn closed(
    port: u16,
    requests: &Requests,
    connections: usize,
    until: Until,
) -> Outcome {
    let start = Instant::now();
    let sent = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (requests, sent) = (Arc::clone(requests), Arc::clone(&sent));
        tasks.spawn(async move {
            let (mut connection, mut outcome) = (Connection::new(port), Outcome::default());
            loop {
                let number = sent.fetch_add(1, Ordering::Relaxed);
                let is_over = match until {
                    Until::Time(duration) => start.elapsed() >= duration,
                    Until::Count(count) => number >= count,
                };
                if is_over {
                    return outcome;
                }
                let Some(request) = requests.get(number % requests.len()) else { return outcome };
                let since = Instant::now();
                outcome.note(connection.ask(request).await, since);
            }
        });
    }
    gather(tasks, start).await
}

/// Connections that are opened before the first request is timed, so that opening them is not
/// measured.
pub(super) struct Opened(Vec<Connection>);

impl Opened {
    /// Opens so many connections, one after another.
    pub(super) async fn new(port: u16, count: usize) -> Self {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            let mut connection = Connection::new(port);
            // A failed connection is opened again by its first request, which is timed.
            let _ = connection.connected().await;
            connections.push(connection);
        }
        Self(connections)
    }

    /// Sends so many requests a second, each at its due time if its connection is free by then.
    ///
    /// Times are measured from when a request was due, so that waiting for a connection counts too.
    /// If the connection was free, they are measured from when the timer fired, which has a
    /// resolution of a millisecond.
    pub(super) async fn ask(self, requests: &Requests, rate: f64, duration: Duration) -> Outcome {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        let count = self.0.len();
        let interval = Duration::from_secs_f64(float(count) / rate);
        for (number, mut connection) in self.0.into_iter().enumerate() {
            let requests = Arc::clone(requests);
            tasks.spawn(async move {
                let mut outcome = Outcome::default();
                let mut due = start + interval.mul_f64(float(number) / float(count));
                let mut next = number;
                let end = start + duration;
                while due < end {
                    let mut since = due;
                    let now = Instant::now();
                    if now < due {
                        sleep_until(due.into()).await;
                        since = Instant::now();
                    } else if now >= end {
                        // A connection that is late stops at the same time as the others.
                        break;
                    }
                    let Some(request) = requests.get(next % requests.len()) else { break };
                    outcome.note(connection.ask(request).await, since);
                    next += count;
                    due += interval;
                }
                outcome
            });
        }
        gather(tasks, start).await
    }
}

async fn gather(mut tasks: JoinSet<Outcome>, start: Instant) -> Outcome {
    let mut all = Outcome::default();
    while let Some(outcome) = tasks.join_next().await {
        all.add_beside(&outcome.unwrap_or_default());
    }
    all.took = start.elapsed();
    all
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Valid,
    Refused,
    Shed,
}

/// A connection that is reopened when necessary.
struct Connection {
    port: u16,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    fn new(port: u16) -> Self {
        Self { port, stream: None, buffer: vec![0; 2 * 1024] }
    }

    /// Sends a request and reads the answer; `None` if there is none.
    async fn ask(&mut self, request: &[u8]) -> Option<Answer> {
        let answer = timeout(PATIENCE, self.exchange(request)).await.ok().flatten();
        if answer.is_none() {
            self.stream = None;
        }
        answer
    }

    async fn connected(&mut self) -> Option<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
            stream.set_nodelay(true).ok()?;
            self.stream = Some(stream);
        }
        self.stream.as_mut()
    }

    async fn exchange(&mut self, request: &[u8]) -> Option<Answer> {
        self.connected().await?.write_all(request).await.ok()?;
        let mut filled = 0;
        loop {
            let read = self.stream.as_mut()?.read(self.buffer.get_mut(filled..)?).await.ok()?;
            if read == 0 {
                return None;
            }
            filled += read;
            let octets = self.buffer.get(..filled)?;
            let Some(head_length) = find(octets, b"\r\n\r\n") else { continue };
            let (head, content) = octets.split_at_checked(head_length + 4)?;
            let length = content_length(head)?;
            if content.len() < length {
                continue;
            }
            let status = head.get(9..12)?;
            let answer = match status {
                b"503" => Answer::Shed,
                b"200" if length == 0 || find(content, b"\"status\":\"valid\"").is_some() => {
                    Answer::Valid
                }
                _ => Answer::Refused,
            };
            if find(head, b"connection: close").is_some() {
                self.stream = None;
            }
            return Some(answer);
        }
    }
}

fn find(octets: &[u8], pattern: &[u8]) -> Option<usize> {
    octets.windows(pattern.len()).position(|window| window == pattern)
}

/// The content length; chunked responses are not supported.
fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })
}
