//! Answers made and served by a real PHP, with `serialize`, `json_encode` and `print_r`, read by both clients.

use std::path::Path;

use hostkit::protocol::server::example::{self, Place};
use hostkit::{Api, BaseUrl, Format};
use hostkit_sandbox::Sandbox;

use crate::real::program::{Program, is_wanted};
use hostkit_tests::clients::Client;

fn specs() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").display().to_string()
}

fn php() -> Program {
    let router = Path::new(env!("CARGO_MANIFEST_DIR")).join("promises/real/router.php").display().to_string();
    Program::start(|_, port| {
        let command = ["env", &format!("EXAMPLES={}", specs()), "php", "-S", &format!("127.0.0.1:{port}"), &router];
        command.map(str::to_owned).to_vec()
    })
}

/// Runs a test with both clients and each of the formats.
fn each<A: Api>(api: &str, forms: &[&str], credentials: impl Fn() -> A::Credentials, test: impl Fn(&Client<A>, &str)) {
    if !is_wanted("php") {
        return;
    }
    let (php, clock) = (php(), Sandbox::start().unwrap());
    for form in forms {
        for (is_blocking, name) in [(true, "blocking"), (false, "async")] {
            let base = format!("http://127.0.0.1:{}/{form}/{api}", php.port);
            assert!(base.parse::<BaseUrl>().is_ok());
            test(&Client::new(is_blocking, &clock, &base, credentials()), &format!("{form} | {name}"));
        }
    }
}

fn holds(value: &impl std::fmt::Debug, folder: &'static str, case: &'static str, row: &str) {
    println!("real: php | {folder}/{case} | {row}");
    let place = Place { root: concat!(env!("CARGO_MANIFEST_DIR"), "/.."), folder, case };
    assert_eq!(format!("{value:#?}\n"), example::recorded(&place, Format::Json), "{folder}/{case}, {row}");
}

#[test]
fn answers_of_rootpanel_in_two_forms() {
    use rootpanel_proto::account::GetBalance;
    use rootpanel_proto::orders::GetOrders;
    use rootpanel_proto::tariffs::GetTarifs;
    let credentials = || rootpanel_proto::Credentials::api_key("login", "key");
    each::<rootpanel_proto::RootPanel>("rootpanel", &["serialize", "json"], credentials, |client, row| {
        holds(&client.call(&GetBalance::new()), "rootpanel/account/get_balance", "balance", row);
        holds(&client.call(&GetOrders::new()), "rootpanel/orders/get_orders", "extra_addresses", row);
        holds(&client.call(&GetTarifs::new()), "rootpanel/tariffs/get_tarifs", "keyed", row);
    });
}

#[test]
fn json_of_clodo_as_php_writes_it() {
    let key = || clodo_proto::Credentials::key("login", "key");
    each::<clodo_proto::Clodo>("clodo", &["json"], key, |client, row| {
        let images = client.call(&clodo_proto::images::ListImages::new());
        holds(&images, "clodo/images/list_images", "recorded", row);
    });
}

#[test]
fn installations_of_inferno_as_print_r_writes_them() {
    use inferno_proto::servers::Install;
    let key = || inferno_proto::Credentials::key(777, "key");
    each::<inferno_proto::Inferno>("inferno", &["print_r", "json"], key, |client, row| {
        let install = Install::new(inferno_proto::types::OrderId::new(47000), "debian12");
        let installed = client.with(hostkit::CallOptions::new().unread()).perform(&install).into_result().unwrap();
        holds(&installed, "inferno/servers/install", "accepted", row);
    });
}
