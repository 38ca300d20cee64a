//! The server behind the proxy, which records the requests that reach it.

use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::http::Message;

/// A server that answers every request with 200.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Message>>>,
}

impl Upstream {
    /// Starts the server, whose threads end with the test program.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let received = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &received));
            }
        });
        Self { address, received }
    }

    /// Takes the requests that have arrived since the last call.
    pub(crate) fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }
}

fn serve(stream: TcpStream, received: &Mutex<Vec<Message>>) {
    let Ok(mut answers) = stream.try_clone() else { return };
    let mut requests = BufReader::new(stream);
    while let Ok(Some(request)) = Message::read(&mut requests) {
        received.lock().unwrap().push(request);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nupstream";
        if answers.write_all(answer).is_err() {
            return;
        }
    }
}
