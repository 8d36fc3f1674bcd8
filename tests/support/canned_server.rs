//! A server on loopback that gives every request the same answer, and accepts every sign-in.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use hostkit::protocol::server::every::Served;

use crate::sign_in;

/// The status and the bytes that the server answers with.
#[derive(Debug, Clone, Default)]
pub struct Canned {
    pub status: u16,
    pub bytes: Vec<u8>,
}

/// A server on loopback with one answer for all requests but sign-ins.
pub struct Server {
    address: SocketAddr,
    answer: Arc<Mutex<Canned>>,
}

impl Server {
    /// A server for clients with these credentials.
    pub fn start<A: Served>(credentials: &A::Credentials) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let sign_in = sign_in::answer::<A>(credentials, &format!("http://{address}"), "token-of-a-test");
        let answer = Arc::new(Mutex::new(Canned::default()));
        let shared = answer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let canned = shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // A client may disconnect early.
                let _ = serve(stream, sign_in.as_ref(), &canned);
            }
        });
        Self { address, answer }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn answer_with(&self, status: u16, bytes: Vec<u8>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Canned { status, bytes };
    }
}

fn serve(mut stream: TcpStream, sign_in: Option<&sign_in::Answer>, canned: &Canned) -> std::io::Result<()> {
    let request = read_request(&mut stream)?;
    match sign_in.filter(|sign_in| sign_in.is_for(&request)) {
        Some(sign_in) => stream.write_all(&sign_in.bytes())?,
        None => {
            let (status, length) = (canned.status, canned.bytes.len());
            let head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            stream.write_all(&canned.bytes)?;
        }
    }
    stream.flush()
}

/// Reads a request with its body.
fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length:").map(|text| text.trim().to_owned())
                })
                .and_then(|text| text.parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + length {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(String::new());
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
}
