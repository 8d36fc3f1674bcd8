//! A real nginx between client and server, with two upstreams and default settings: it repeats GET, PUT and DELETE if
//! an upstream commits without answering, and the client sees only the last answer.

use std::fmt::Debug;

use clodo_proto::Clodo;
use clodo_proto::ips::AddIp;
use clodo_proto::servers::{ChangeToScale, CreateServer, CreateServerOs, DeleteServer, GetServer, ListServers};
use clodo_proto::types::{ServerId, ServerType};
use hostkit::{FaultCode, Gibibytes, Mebibytes, Outcome, Perform, Recovery};
use hostkit_sandbox::fault::{Armed, Fault};
use hostkit_sandbox::{Sandbox, credentials};

use crate::real::program::{Program, is_wanted};
use hostkit_tests::clients::{BothClocks, Client, Kept};

/// The default configuration, but for the places of its files, for the header `Host`, which is usually passed on, and for
/// what is added to its `http` and its `location`. Every upstream is the sandbox: a fault strikes the first arrival,
/// whichever upstream that is.
pub(super) fn nginx(sandbox: &Sandbox, upstreams: usize, http: &str, location: &str) -> Program {
    let upstreams = format!("server {}; ", sandbox.address()).repeat(upstreams);
    Program::start(|folder, port| {
        let place = folder.display();
        let configuration = format!(
            "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;
            events {{}}
            http {{
                access_log off;
                client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
                uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
                upstream hoster {{ {upstreams}}}
                {http}
                server {{
                    listen 127.0.0.1:{port};
                    location / {{ proxy_pass http://hoster; proxy_set_header Host $http_host; {location} }}
                }}
            }}"
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, configuration).unwrap();
        ["nginx", "-p", &place.to_string(), "-c", &file.display().to_string()].map(str::to_owned).to_vec()
    })
}

/// What goes wrong at the first upstream after it has carried the call out.
struct Trouble {
    name: &'static str,
    fault: &'static str,
    /// A setting that replaces the default of a minute, which is too long for a test.
    more: &'static str,
}

const TROUBLES: [Trouble; 2] = [
    Trouble { name: "drops the connection", fault: "close-after-commit", more: "" },
    Trouble { name: "answers late", fault: "stall-after-commit", more: "proxy_read_timeout 1s;" },
];

/// A client behind an nginx, with a server to act on and an empty ledger.
struct Ground {
    sandbox: Sandbox,
    client: Client<Clodo>,
    kept: Kept,
    server: ServerId,
    _nginx: Program,
    row: String,
}

impl Ground {
    fn new(is_blocking: bool, trouble: &Trouble, operation: &str, method: &str) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let nginx = nginx(&sandbox, 2, "", trouble.more);
        let base = format!("http://127.0.0.1:{}/clodo", nginx.port);
        let key = clodo_proto::Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY);
        let (clock, kept) = (BothClocks::new(&sandbox), Kept::default());
        let client = Client::keeping(&kept, is_blocking, clock, &base, key);
        let server = client.perform(&order(&client, "web")).into_result().unwrap().id;
        // By then the server is built, and the token has expired, which the client notices.
        sandbox.clock().advance(std::time::Duration::from_secs(3600));
        assert_eq!(client.call(&ListServers::new()).len(), 1);
        sandbox.ledger().clear();
        sandbox.faults().arm(Armed::new(Fault::by_id(trouble.fault).unwrap()).on(operation));
        let name = if is_blocking { "blocking" } else { "async" };
        let row = format!("{method} {operation} | {} | {name}", trouble.name);
        Self { sandbox, client, kept, server, _nginx: nginx, row }
    }

    /// What the ticket of the last call finds out, whatever its answer was.
    fn said<E: Perform<Api = Clodo>>(&self) -> Recovery<E::Found, clodo_proto::Code> {
        let ticket = self.kept.lock().unwrap().take().expect("the hook got a ticket");
        self.client.recover::<E>(&ticket)
    }

    /// Prints the row, and compares what happened with what is expected.
    fn holds(&self, operation: &str, told: &str, arrivals: usize, commits: usize, found: &str) {
        let ledger = self.sandbox.ledger();
        let (arrived, committed) = (ledger.arrivals(operation), ledger.commits(operation));
        println!(
            "real: nginx | {} | told: {told} | arrived {arrived}, committed {committed} | found: {found}",
            self.row
        );
        assert_eq!((arrived, committed), (arrivals, commits), "{}", self.row);
    }
}

fn order(client: &Client<Clodo>, name: &str) -> CreateServer {
    let image = client.call(&clodo_proto::images::ListImages::new()).first().unwrap().id;
    CreateServer::new(name, ServerType::Virtual, Mebibytes(512), Gibibytes(5), CreateServerOs::Image(image))
}

fn word<T: Debug, C: FaultCode>(outcome: &Outcome<T, C>) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_lowercase(),
    }
}

fn each(test: impl Fn(bool, &Trouble)) {
    if is_wanted("nginx") {
        for trouble in &TROUBLES {
            [true, false].into_iter().for_each(|is_blocking| test(is_blocking, trouble));
        }
    }
}

/// The client saw "done": the ticket that the hook got finds both addresses.
#[test]
fn a_put_is_repeated_and_the_second_address_is_found() {
    each(|is_blocking, trouble| {
        let ground = Ground::new(is_blocking, trouble, "add_ip", "PUT");
        let outcome = ground.client.perform(&AddIp::new(ground.server));
        let said = ground.said::<AddIp>();
        ground.holds("add_ip", &word(&outcome), 2, 2, &said.to_string());
        assert!(matches!(outcome, Outcome::Done(())), "{outcome:?}");
        assert!(matches!(&said, Recovery::Several(found) if found.len() == 2), "{said}");
    });
}

/// The second arrival finds the change made, and the hoster refuses it: two reads show the change.
#[test]
fn a_get_that_acts_is_repeated_and_denied_and_the_change_is_found() {
    each(|is_blocking, trouble| {
        let ground = Ground::new(is_blocking, trouble, "change_to_scale", "GET");
        let outcome = ground.client.perform(&ChangeToScale::new(ground.server));
        let now = ground.client.call(&GetServer::new(ground.server)).server_type;
        let found = format!("{now:?}");
        ground.holds("change_to_scale", &word(&outcome), 2, 1, &found);
        assert!(matches!(outcome, Outcome::Done(())), "{outcome:?}");
        assert_eq!(now, Some(ServerType::Scale));
    });
}

/// Here, too: the answer is that there is no such server, and two reads show that it is gone.
#[test]
fn a_delete_is_repeated_and_denied_and_the_server_is_gone() {
    each(|is_blocking, trouble| {
        let ground = Ground::new(is_blocking, trouble, "delete_server", "DELETE");
        let outcome = ground.client.perform(&DeleteServer::new(ground.server));
        let servers = ground.client.call(&ListServers::new());
        let is_gone = servers.iter().all(|server| server.id != ground.server);
        ground.holds("delete_server", &word(&outcome), 2, 1, if is_gone { "gone" } else { "there" });
        assert!(matches!(outcome, Outcome::Done(())), "{outcome:?}");
        assert!(is_gone);
    });
}

#[test]
fn a_post_is_not_repeated_and_is_found_by_recovery() {
    each(|is_blocking, trouble| {
        let ground = Ground::new(is_blocking, trouble, "create_server", "POST");
        let outcome = ground.client.perform(&order(&ground.client, "second"));
        let told = word(&outcome);
        let Outcome::Unresolved(ticket) = outcome else { panic!("the end should be open: {outcome:?}") };
        let said = ground.client.recover::<CreateServer>(&ticket);
        let found = if matches!(said, Recovery::Happened(_)) { "it happened" } else { "nothing" };
        ground.holds("create_server", &told, 1, 1, found);
        assert!(matches!(said, Recovery::Happened(_)), "{said:?}");
    });
}

/// The control: without a fault nothing arrives twice.
#[test]
fn without_trouble_each_call_arrives_once() {
    if !is_wanted("nginx") {
        return;
    }
    {
        let ground = Ground::new(true, &TROUBLES[0], "add_ip (nothing struck)", "PUT");
        let outcome = ground.client.perform(&AddIp::new(ground.server));
        let said = ground.said::<AddIp>();
        ground.holds("add_ip", &word(&outcome), 1, 1, &said.to_string());
        assert!(matches!(said, Recovery::Happened(_)), "{said}");
    }
}
