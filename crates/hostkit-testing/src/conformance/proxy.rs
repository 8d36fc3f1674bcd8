//! A loopback HTTP proxy that opens or refuses tunnels, and records what it receives.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How a proxy answers `CONNECT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tunnel {
    /// Opens a tunnel.
    Opens,
    /// Answers with this status.
    Says(u16),
    /// Closes the connection.
    Closes,
    /// Does not answer.
    IsSilent,
    /// Answers one byte at a time, without end.
    Drips,
}

/// A proxy that listens until the program ends.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(tunnel: Tunnel) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let proxy = Self { address: listener.local_addr()?, heard: Arc::default() };
        let heard = Arc::clone(&proxy.heard);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let heard = Arc::clone(&heard);
                // On any error the client sees the end of the connection.
                thread::spawn(move || serve(client, tunnel, &heard));
            }
        });
        Ok(proxy)
    }

    /// Its URL, with this user and password: `user:password`, or nothing.
    pub fn url(&self, user: &str) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        format!("http://{user}{at}{}", self.address)
    }

    /// All bytes received so far, including those in tunnels.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

fn serve(mut client: TcpStream, tunnel: Tunnel, heard: &Arc<Mutex<Vec<u8>>>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? == 1 {
        head.extend_from_slice(&byte);
    }
    keep(heard, &head);
    match tunnel {
        Tunnel::Opens => {
            let head = String::from_utf8_lossy(&head).into_owned();
            let target = head.split(' ').nth(1).and_then(|target| target.rsplit(':').next()?.parse().ok());
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, target.unwrap_or(0)))?;
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let (back, out) = ((server.try_clone()?, client.try_clone()?), Arc::clone(heard));
            thread::spawn(move || copy(back.0, back.1, None));
            copy(client, server, Some(out))
        }
        Tunnel::Says(status) => {
            write!(client, "HTTP/1.1 {status} Proxy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Tunnel::Closes => Ok(()),
        Tunnel::IsSilent => client.read(&mut byte).map(drop),
        Tunnel::Drips => {
            client.write_all(b"HTTP/1.1 200 OK\r\nX-Drip: ")?;
            loop {
                client.write_all(b"-")?;
                thread::sleep(Duration::from_millis(30));
            }
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, heard: Option<Arc<Mutex<Vec<u8>>>>) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while let Ok(amount @ 1..) = from.read(&mut buffer) {
        let some = buffer.get(..amount).unwrap_or_default();
        if let Some(heard) = &heard {
            keep(heard, some);
        }
        to.write_all(some)?;
    }
    to.shutdown(Shutdown::Write)
}

fn keep(heard: &Mutex<Vec<u8>>, bytes: &[u8]) {
    heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
}
