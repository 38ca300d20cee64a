//! A fetch: asks the servers in turn, over connections that are kept open in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::time::timeout;
use veraid_dnssec::{Limit, Question};

use crate::connection::Connection;
use crate::error::{FailureReason, FetchError, ResponseCode, ServerFailure};
use crate::options::ResolverOptions;
use crate::query::Query;
use crate::response::Response;
use crate::server::{ResolverAddress, Transport};
use crate::tls::TlsClient;
use crate::udp;

/// The state of one fetch.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    options: &'a ResolverOptions,
    tls: &'a TlsClient,
    /// The idle connections to each server.
    idle: Vec<Mutex<Vec<Connection>>>,
    /// The server that answered last, which is asked first.
    preferred: AtomicUsize,
    asked: AtomicUsize,
    max_questions: usize,
}

/// A response and its server.
#[derive(Debug)]
pub(crate) struct ServerAnswer<'a> {
    pub(crate) server: &'a ResolverAddress,
    pub(crate) response: Response,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        options: &'a ResolverOptions,
        tls: &'a TlsClient,
        max_questions: usize,
    ) -> Self {
        Self {
            options,
            tls,
            idle: options.servers.iter().map(|_| Mutex::default()).collect(),
            preferred: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            max_questions,
        }
    }

    /// Asks the servers in turn until one answers: with records, without records (NOERROR), or that
    /// the name does not exist (NXDOMAIN).
    ///
    /// The order is that of the options, starting from the server that answered last, so that an
    /// unavailable server causes only one timeout.
    pub(crate) async fn ask(&self, question: &Question) -> Result<ServerAnswer<'a>, FetchError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) >= self.max_questions {
            return Err(FetchError::LimitExceeded(Limit::Messages));
        }
        let first = self.preferred.load(Ordering::Relaxed);
        let mut failures = Vec::new();
        for _ in 0..self.options.tries.get() {
            let in_turn = self.options.servers.iter().zip(&self.idle).enumerate();
            for (index, (server, idle)) in in_turn.clone().skip(first).chain(in_turn.take(first)) {
                match self.attempt(server, idle, question).await {
                    Ok(response) => {
                        self.preferred.store(index, Ordering::Relaxed);
                        return Ok(ServerAnswer { server, response });
                    }
                    Err(reason) => {
                        failures.push(ServerFailure { server: server.clone(), reason });
                    }
                }
            }
        }
        Err(FetchError::NoAnswer { question: question.clone(), failures })
    }

    async fn attempt(
        &self,
        server: &ResolverAddress,
        idle: &Mutex<Vec<Connection>>,
        question: &Question,
    ) -> Result<Response, FailureReason> {
        let after = self.options.query_timeout;
        let passed_over = AtomicUsize::new(0);
        let exchange = self.exchange(server, idle, question, &passed_over);
        let Ok(response) = timeout(after, exchange).await else {
            // A shared connection may be dead, so the next try opens a new one.
            replace(idle, None);
            let passed_over = passed_over.load(Ordering::Relaxed);
            return Err(FailureReason::TimedOut { after, passed_over });
        };
        let response = response?;
        if response.is_truncated() {
            return Err(FailureReason::Truncated);
        }
        match response.code() {
            ResponseCode::NO_ERROR | ResponseCode::NX_DOMAIN => Ok(response),
            code => Err(FailureReason::ResponseCode(code)),
        }
    }

    async fn exchange(
        &self,
        server: &ResolverAddress,
        idle: &Mutex<Vec<Connection>>,
        question: &Question,
        passed_over: &AtomicUsize,
    ) -> Result<Response, FailureReason> {
        if server.transport() == Transport::Udp
            && let Some(response) = udp::exchange(server, question, passed_over).await?
        {
            return Ok(response);
        }
        let query = match server.transport() {
            // A response cannot be injected into the connection, and responses to equal requests
            // can be cached (RFC 8484 section 4.1).
            Transport::Https => Query::new(question, 0),
            _ => Query::unpredictable(question).map_err(crate::tls::connection)?,
        };
        self.exchange_connected(server, idle, &query, question).await
    }

    async fn exchange_connected(
        &self,
        server: &ResolverAddress,
        idle: &Mutex<Vec<Connection>>,
        query: &Query,
        question: &Question,
    ) -> Result<Response, FailureReason> {
        // The server may have closed the connection meanwhile (RFC 7766 section 6.2.1): then a new
        // one is opened.
        if let Some(mut connection) = take(idle)
            && let Ok(octets) = connection.exchange(server, &query.octets).await
            && let Ok(response) = response_to(query, question, octets)
        {
            put(idle, connection);
            return Ok(response);
        }
        let mut connection = Connection::open(server, self.tls).await?;
        let octets = connection.exchange(server, &query.octets).await?;
        let response = response_to(query, question, octets)?;
        // Only after success: a late response on the connection would be taken for the answer to
        // the next question.
        put(idle, connection);
        Ok(response)
    }
}

/// Parses bytes and checks that they are the response to this query.
fn response_to(
    query: &Query,
    question: &Question,
    octets: Vec<u8>,
) -> Result<Response, FailureReason> {
    let response =
        Response::parse(octets).map_err(|problem| FailureReason::Malformed { problem })?;
    if response.answers_query(query.id, question) {
        Ok(response)
    } else {
        Err(FailureReason::NotForQuestion)
    }
}

fn take(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    // A panic with the lock held leaves a usable list of connections.
    let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
    idle.last().and_then(Connection::share).or_else(|| idle.pop())
}

fn put(idle: &Mutex<Vec<Connection>>, connection: Connection) {
    if connection.share().is_some() {
        // Keeps only the last one used, which can carry all queries.
        replace(idle, Some(connection));
    } else {
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

fn replace(idle: &Mutex<Vec<Connection>>, connection: Option<Connection>) {
    *idle.lock().unwrap_or_else(PoisonError::into_inner) = connection.into_iter().collect();
}
