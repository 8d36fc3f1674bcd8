//! A proxy on loopback that changes the answers that pass through it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// An answer on its way.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The lines of the head but the first, without those about length and connection.
    pub(super) headers: Vec<String>,
    pub(super) body: Vec<u8>,
}

/// A running proxy; it ends when dropped.
pub(super) struct Proxy {
    address: SocketAddr,
    is_ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Passes requests on to `target`; `change` sees the bytes of each request as text, and its answer.
    pub(super) fn start(target: SocketAddr, change: impl Fn(&str, &mut Answer) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let is_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_ended);
        thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                pass(client.unwrap(), target, &change);
            }
        });
        Self { address, is_ended }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::Relaxed);
        // Wakes the thread, which then ends.
        drop(TcpStream::connect(self.address));
    }
}

/// One request over one connection.
fn pass(mut client: TcpStream, target: SocketAddr, change: &impl Fn(&str, &mut Answer)) {
    let request = message(&mut client);
    let Some((head, body)) = split(&request) else { return };
    let lines = head.split("\r\n").filter(|line| !is_header(line, "connection"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    let mut server = TcpStream::connect(target).unwrap();
    server.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    server.write_all(body).unwrap();
    let received = message(&mut server);
    let (head, body) = split(&received).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
    let is_kept = |line: &&str| !is_header(line, "connection") && !is_header(line, "content-length");
    let headers = lines.filter(is_kept).map(str::to_owned).collect();
    let mut answer = Answer { status, headers, body: body.to_owned() };
    change(&String::from_utf8_lossy(&request), &mut answer);
    let Answer { status, headers, body } = answer;
    let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}{length}Connection: close\r\n\r\n");
    client.write_all(head.as_bytes()).unwrap();
    client.write_all(&body).unwrap();
}

fn is_header(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
}

fn split(message: &[u8]) -> Option<(&str, &[u8])> {
    let end = message.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some((std::str::from_utf8(&message[..end]).ok()?, &message[end + 4..]))
}

/// A head, and the body whose length it says.
fn message(from: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = split(&bytes) {
            let length = head.split("\r\n").find(|line| is_header(line, "content-length"));
            let length: usize = length.map_or(0, |line| line.split_once(':').unwrap().1.trim().parse().unwrap());
            if body.len() >= length && !head.to_lowercase().contains("transfer-encoding: chunked") {
                return bytes;
            }
        }
        match from.read(&mut buffer).unwrap() {
            0 => return bytes,
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
