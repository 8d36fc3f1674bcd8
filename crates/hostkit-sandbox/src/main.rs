//! The sandbox as a program: serves all APIs on loopback until it is stopped, and prints each request.

use std::io;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use hostkit_sandbox::{ApiName, Sandbox, credentials};

const USAGE: &str = "hostkit-sandbox [PORT]

Serves all APIs on 127.0.0.1 (a free port without PORT) and prints every call that arrives.
The money is not real; the credentials work only in the sandbox.";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let port = match (arguments.next(), arguments.next()) {
        (None, _) => 0,
        (Some(text), None) => match text.parse() {
            Ok(port) => port,
            Err(_) => return usage(&text),
        },
        (_, Some(more)) => return usage(&more),
    };
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(argument: &str) -> ExitCode {
    if matches!(argument, "-h" | "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    eprintln!("{argument:?} is not a port\n\n{USAGE}");
    ExitCode::FAILURE
}

fn serve(port: u16) -> io::Result<()> {
    let sandbox = Sandbox::all().port(port).start()?;
    println!("Base URLs and credentials:");
    let who = [
        (ApiName::Clodo, format!("login {}, key {}", credentials::CLODO_LOGIN, credentials::CLODO_KEY)),
        (ApiName::Inferno, format!("client {}, key {}", credentials::INFERNO_CLIENT, credentials::INFERNO_KEY)),
        (ApiName::RootPanel, format!("login {}, key {}", credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY)),
        (ApiName::Macloud, format!("token {}", credentials::MACLOUD_TOKEN)),
    ];
    for (api, secret) in who {
        println!("  {api:<10} {:<34} {secret}", sandbox.url(api));
    }
    println!("\nCalls:");
    let mut seen = 0;
    loop {
        let entries = sandbox.ledger().entries();
        for entry in entries.iter().skip(seen) {
            let ended = format!("{:?}", entry.ended).to_lowercase();
            println!("  {:>4} {} {:<10} {:<28} {ended}", entry.number, entry.at, entry.api, entry.operation);
        }
        seen = entries.len();
        thread::sleep(Duration::from_millis(200));
    }
}
