//! A threaded loopback server that answers each path with fixed bytes.
//!
//! It is a process of its own, so that this process's CPU time is the clients' alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

/// `GET /v1/account` of Macloud.
pub const ACCOUNT: &str = include_str!("../../../specs/macloud/account/get_account/document.answer.json");
/// `getBalance` of RootPanel.
pub const BALANCE: &str = include_str!("../../../specs/rootpanel/account/get_balance/balance.answer.json");

/// A running server; stopped on drop.
pub struct Server {
    process: Child,
    /// Address that it listens on.
    pub address: String,
}

impl Server {
    /// Starts the server.
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        let mut process = command.arg("serve").stdout(Stdio::piped()).spawn().expect("a second process");
        let mut address = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut address).expect("its address");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until killed.
pub fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    for connection in listener.incoming().flatten() {
        thread::Builder::new().stack_size(64 << 10).spawn(move || answer(connection)).expect("a thread");
    }
}

/// Answers until the client closes the connection.
fn answer(mut connection: TcpStream) -> Option<()> {
    connection.set_nodelay(true).ok()?;
    let (account, balance) = (whole(ACCOUNT), whole(BALANCE));
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        let read = connection.read(&mut buffer[filled..]).ok().filter(|read| *read > 0)?;
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        if filled < head + 4 + length(&buffer[..head]) {
            continue;
        }
        let is_post = buffer.starts_with(b"POST /apih.php ");
        connection.write_all(if is_post { &balance } else { &account }).ok()?;
        filled = 0;
    }
}

fn whole(body: &str) -> Vec<u8> {
    let type_and_length = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
    format!(
        "HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n{type_and_length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Value of `Content-Length`; 0 if the header is missing.
fn length(head: &[u8]) -> usize {
    let name = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
    line.and_then(|line| std::str::from_utf8(&line[name.len()..]).ok()?.trim().parse().ok()).unwrap_or(0)
}
