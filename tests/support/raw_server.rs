//! A server that answers every request with given bytes, records the request line, and closes the connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::sign_in;

#[derive(Default)]
pub struct Script {
    /// The whole answer; if empty, the connection is closed without one.
    pub answer: Vec<u8>,
    /// The answer to a sign-in.
    pub sign_in: Option<sign_in::Answer>,
    /// The request lines.
    pub targets: Vec<String>,
    /// Whether the answer's body is an echo of the request.
    pub is_echo: bool,
}

pub struct RawServer {
    pub url: String,
    script: Arc<Mutex<Script>>,
}

impl RawServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = script.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client may disconnect early.
                let _ = serve(stream, &shared);
            }
        });
        Self { url, script }
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let request = read(&mut stream)?;
    let answer = {
        let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
        script.targets.push(request.lines().next().unwrap_or_default().to_owned());
        let sign_in = script.sign_in.as_ref().filter(|sign_in| sign_in.is_for(&request));
        match (sign_in, script.is_echo) {
            (Some(sign_in), _) => sign_in.bytes(),
            (None, true) => {
                let head = format!("HTTP/1.1 500 Error\r\nContent-Length: {}\r\n\r\n", request.len());
                [head.as_bytes(), request.as_bytes()].concat()
            }
            (None, false) => script.answer.clone(),
        }
    };
    stream.write_all(&answer)?;
    stream.flush()
}

fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(String::new()),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
