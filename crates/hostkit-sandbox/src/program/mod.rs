//! The sandbox as a program: arguments that any program can take over, and what it does with them.
//!
//! ```no_run
//! use clap::Parser;
//!
//! #[derive(Parser)]
//! struct MyProgram {
//!     #[command(flatten)]
//!     sandbox: hostkit_sandbox::program::Arguments,
//! }
//!
//! hostkit_sandbox::program::serve(&MyProgram::parse().sandbox)?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod lines;
mod values;

use std::io::{self, Write};
use std::thread;

use clap::{Args, ValueEnum};

use crate::api_name::ApiName;
use crate::clock::{Clock, Moment};
use crate::control::{Control, Recent, Urls};
use crate::fault::Armed;
use crate::sandbox::Sandbox;
use crate::service::Seed;
use crate::sites;

/// What the sandbox is started with.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Port of the APIs on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the control address on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    control_port: u16,
    /// What the worlds hold at the start
    #[arg(long, value_enum, default_value_t = Start::Empty)]
    seed: Start,
    /// How many times faster than real time the clock runs; 0 stops it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=i64::from(Clock::FASTEST)))]
    speed: u32,
    /// When the sandbox's time begins, in Moscow, such as 2026-11-01T12:00; without it, now
    #[arg(long, value_name = "TIME", value_parser = values::moment)]
    clock: Option<Moment>,
    /// Arms a fault: FAULT, FAULT@OPERATION or FAULT@API/OPERATION, and *TIMES or *always behind it
    #[arg(long, value_name = "FAULT", value_parser = values::armed)]
    fault: Vec<Armed>,
    /// Prints base URLs and credentials as `export` lines of a shell
    #[arg(long)]
    env: bool,
}

/// What the worlds hold at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Start {
    /// An account with money
    Empty,
    /// Servers in several states, zones, backups, keys, tickets, a month of statistics and charges
    Demo,
}

/// Serves all APIs until the process ends; prints where on stdout, and a line per request on stderr.
///
/// # Errors
/// A port is taken, or stdout cannot be written.
pub fn serve(arguments: &Arguments) -> io::Result<()> {
    let seed = match arguments.seed {
        Start::Empty => Seed::Empty,
        Start::Demo => Seed::Demo,
    };
    let clock = arguments.clock.map_or_else(Clock::new, Clock::at);
    let sandbox = Sandbox::builder().port(arguments.port).seed(seed).clock(clock).start()?;
    sandbox.clock().set_speed(arguments.speed);
    for armed in &arguments.fault {
        sandbox.faults().arm(armed.clone());
    }
    let recent = Recent::default();
    let kept = recent.clone();
    sandbox.hub.watch.set(move |exchange| {
        kept.keep(exchange);
        // A closed stderr is no reason to stop serving.
        let _ = writeln!(io::stderr(), "{}", lines::line(exchange));
    });
    let urls = urls(&sandbox);
    let control = Control::start(arguments.control_port, sandbox.hub.clone(), recent, urls.clone())?;
    let address = format!("http://{}", control.address());
    let mut out = io::stdout().lock();
    match arguments.env {
        true => write_exports(&mut out, &urls, &address)?,
        false => write_table(&mut out, &urls, &address)?,
    }
    out.flush()?;
    drop(out);
    loop {
        // The servers have threads of their own.
        thread::park();
    }
}

fn urls(sandbox: &Sandbox) -> Urls {
    let mut urls: Urls = ApiName::ALL.iter().copied().map(|api| (api.as_str(), sandbox.url(api))).collect();
    urls.push(("vdsina", sandbox.vdsina_url()));
    urls
}

/// The credentials at a base URL, of which one is that of a sister: name and value.
fn secrets(name: &str) -> Vec<(&'static str, String)> {
    sites::secrets(ApiName::from_text(name).unwrap_or(ApiName::MACLOUD))
}

fn write_table(out: &mut impl Write, urls: &Urls, control: &str) -> io::Result<()> {
    writeln!(out, "Base URLs and credentials, which are valid only here:")?;
    for (name, url) in urls {
        let secrets = secrets(name).into_iter().map(|(name, value)| format!("{name} {value}"));
        writeln!(out, "  {name:<10} {url:<34} {}", secrets.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out, "\nControl address, with a page for a browser:\n  {control}/")
}

fn write_exports(out: &mut impl Write, urls: &Urls, control: &str) -> io::Result<()> {
    for (name, url) in urls {
        let prefix = name.to_uppercase();
        writeln!(out, "export {prefix}_URL={url}")?;
        for (name, value) in secrets(name) {
            writeln!(out, "export {prefix}_{}={value}", name.to_uppercase())?;
        }
    }
    writeln!(out, "export HOSTKIT_SANDBOX_CONTROL={control}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_one_line_each_and_need_no_quotes() {
        let urls =
            vec![("clodo", "http://127.0.0.1:1/clodo".to_owned()), ("vdsina", "http://127.0.0.1:1/vdsina".to_owned())];
        let mut out = Vec::new();
        write_exports(&mut out, &urls, "http://127.0.0.1:2").unwrap();
        let text = String::from_utf8(out).unwrap();
        let is_plain = |line: &str| {
            line.strip_prefix("export ")
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_=:/.-".contains(&byte)))
        };
        assert!(text.lines().all(is_plain), "{text}");
        assert!(
            text.contains("export CLODO_KEY=sandbox-clodo-key-0001\n") && text.contains("export VDSINA_TOKEN=5a4d")
        );
    }
}
