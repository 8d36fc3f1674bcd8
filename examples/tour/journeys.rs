//! The journeys, written once for both clients: their methods are the same, and the async expansion adds `.await` to
//! every call.

use hostkit::protocol::Value;

/// Id of the first product. The document does not describe the fields of a product, so they are an untyped tree.
fn first_product(products: &Value) -> Option<u64> {
    let Value::List(products) = products else {
        return None;
    };
    let Some(Value::Map(fields)) = products.first() else {
        return None;
    };
    match fields.iter().find(|(name, _)| name == "pid") {
        Some((_, Value::Number(number) | Value::Text(number))) => number.parse().ok(),
        _ => None,
    }
}

macro_rules! journeys {
    ($module:ident, $client:ident, $label:literal, ($($asynchronous:ident)?), ($($wait:tt)*)) => {
        pub(crate) mod $module {
            use std::error::Error;

            use hostkit::{Gibibytes, Mebibytes};
            use hostkit_sandbox::{ApiName, credentials};
            use $client::Client;

            use crate::Stop;
            use crate::log::Log;

            /// Clodo: sign in, images, order, wait, read, delete.
            pub(crate) $($asynchronous)? fn clodo(stop: &Stop<'_>, log: &mut Log) -> Result<(), Box<dyn Error>> {
                use clodo_proto::images::ListImages;
                use clodo_proto::billing::GetBalance;
                use clodo_proto::servers::{CreateServer, CreateServerOs, DeleteServer, GetServer, ServerRunning};
                use clodo_proto::types::{ImageId, ServerType};
                use clodo_proto::{Clodo, Credentials};

                log.begin("Clodo", $label, stop.format);
                let client = Client::<Clodo>::builder(Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY))
                    .base_url(stop.sandbox.url(ApiName::CLODO).parse()?)
                    .format(stop.format)
                    .clock(stop.sandbox.clock())
                    .build()?;
                let balance = client.call(&GetBalance::new())$($wait)*?;
                log.step("sign in, balance", format!("{balance} RUB"));
                let images = client.call(&ListImages::new())$($wait)*?;
                let image = images.first().map(|image| image.id).unwrap_or(ImageId::new(1));
                log.step("images", format!("{} images, the first is {image}", images.len()));
                let order = CreateServer::new(
                    "tour",
                    ServerType::Virtual,
                    Mebibytes(512),
                    Gibibytes(5),
                    CreateServerOs::Image(image),
                );
                let outcome = client.perform(&order)$($wait)*;
                let said = outcome.as_str();
                let server = outcome.into_result()?;
                log.step("order", format!("{said}: server {}", server.id));
                let running = client.wait(ServerRunning::new(GetServer::new(server.id)), |_| {})$($wait)*?;
                log.step("wait", format!("server {} is {}", running.id, running.status));
                let read = client.call(&GetServer::new(server.id))$($wait)*?;
                let address = read.addresses.as_ref().and_then(|all| all.public.first());
                log.step("read", address.map_or("no address".to_owned(), |address| format!("address {}", address.ip)));
                let outcome = client.perform(&DeleteServer::new(server.id))$($wait)*;
                log.step("delete", outcome.as_str());
                outcome.into_result()?;
                Ok(())
            }

            /// Inferno: products, balance, order, dry-run install, install, wait, read, stop.
            pub(crate) $($asynchronous)? fn inferno(stop: &Stop<'_>, log: &mut Log) -> Result<(), Box<dyn Error>> {
                use inferno_proto::account::GetBalance;
                use inferno_proto::orders::CreateOrder;
                use inferno_proto::products::ListProducts;
                use inferno_proto::servers::{
                    CheckInstall, GetInfo, GetInfoServer, Install, OrderActive, ServerOnline, Stop as StopServer,
                };
                use inferno_proto::types::ProductId;
                use inferno_proto::{Credentials, Inferno};

                log.begin("Inferno", $label, stop.format);
                let client =
                    Client::<Inferno>::builder(Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY))
                        .base_url(stop.sandbox.url(ApiName::INFERNO).parse()?)
                        .clock(stop.sandbox.clock())
                        .build()?;
                let catalogue = client.call(&ListProducts::new())$($wait)*?;
                let product = super::first_product(&catalogue.products).ok_or("no product")?;
                let templates = catalogue.templates.names();
                let template = templates.first().ok_or("no template")?.to_string();
                log.step("products", format!("{} templates, the first is {template}", templates.len()));
                let balance = client.call(&GetBalance::new())$($wait)*?;
                let text = balance.balance.map_or("not shown".to_owned(), |balance| balance.to_string());
                log.step("balance", text);
                let outcome = client.perform(&CreateOrder::new(ProductId::new(product)))$($wait)*;
                let said = outcome.as_str();
                let order = outcome.into_result()?;
                log.step("order", format!("{said}: order {}", order.order));
                let info = GetInfo::new(GetInfoServer::Order(order.order));
                client.wait(OrderActive::new(info.clone()), |_| {})$($wait)*?;
                log.step("wait", "paid and active");
                client.call(&CheckInstall::new(order.order, template.clone()))$($wait)*?;
                log.step("dry-run install", "it would work");
                let outcome = client.perform(&Install::new(order.order, template))$($wait)*;
                log.step("install", format!("{} (print_r)", outcome.as_str()));
                outcome.into_result()?;
                let online = client.wait(ServerOnline::new(info.clone()), |_| {})$($wait)*?;
                log.step("wait", format!("order {} is online", online.order));
                let read = client.call(&info)$($wait)*?;
                let address = read.vps.as_ref().and_then(|vps| vps.ip);
                log.step("read", address.map_or("no address".to_owned(), |address| format!("address {address}")));
                client.call(&StopServer::new(order.order))$($wait)*?;
                log.step("stop", "done");
                Ok(())
            }

            /// RootPanel: tariffs, order, wait, read, suspend.
            pub(crate) $($asynchronous)? fn rootpanel(stop: &Stop<'_>, log: &mut Log) -> Result<(), Box<dyn Error>> {
                use rootpanel_proto::orders::{CreateOrder, GetOrders, OrderProcessed, SuspendOrder};
                use rootpanel_proto::tariffs::GetTarifs;
                use rootpanel_proto::types::TariffId;
                use rootpanel_proto::{Credentials, RootPanel};

                log.begin("RootPanel", $label, stop.format);
                let keys = Credentials::api_key(credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY);
                let client = Client::<RootPanel>::builder(keys)
                    .base_url(stop.sandbox.url(ApiName::ROOTPANEL).parse()?)
                    .format(stop.format)
                    .clock(stop.sandbox.clock())
                    .build()?;
                let tariffs = client.call(&GetTarifs::new())$($wait)*?;
                let tariff = tariffs.first().map(|tariff| tariff.id).unwrap_or(TariffId::new(1));
                log.step("tariffs", format!("{} tariffs, the first is {tariff}", tariffs.len()));
                let outcome = client.perform(&CreateOrder::new(tariff, 1))$($wait)*;
                let said = outcome.as_str();
                let order = outcome.into_result()?;
                log.step("order", format!("{said}: order {}", order.order));
                let read = GetOrders::new().order(order.order);
                client.wait(OrderProcessed::new(read.clone()), |_| {})$($wait)*?;
                log.step("wait", "processed");
                let orders = client.call(&read)$($wait)*?;
                let address = orders.first().and_then(|order| order.ipv4);
                log.step("read", address.map_or("no address".to_owned(), |address| format!("address {address}")));
                let outcome = client.perform(&SuspendOrder::new(order.order))$($wait)*;
                log.step("suspend", outcome.as_str());
                outcome.into_result()?;
                Ok(())
            }

            /// Macloud: sign in, plans, order, wait, read, delete.
            pub(crate) $($asynchronous)? fn macloud(stop: &Stop<'_>, log: &mut Log) -> Result<(), Box<dyn Error>> {
                use macloud_proto::account::GetAccount;
                use macloud_proto::reference::{ListDatacenters, ListServerGroups, ListServerPlans, ListTemplates};
                use macloud_proto::servers::{CreateServer, CreateServerSource, DeleteServer, GetServer, ServerActive};
                use macloud_proto::{Credentials, Macloud};

                log.begin("Macloud", $label, stop.format);
                let password = Credentials::password(credentials::MACLOUD_EMAIL, credentials::MACLOUD_PASSWORD);
                let client = Client::<Macloud>::builder(password)
                    .base_url(stop.sandbox.url(ApiName::MACLOUD).parse()?)
                    .clock(stop.sandbox.clock())
                    .build()?;
                let account = client.call(&GetAccount::new())$($wait)*?;
                log.step("sign in, account", format!("account {}", account.account.id));
                let groups = client.call(&ListServerGroups::new())$($wait)*?;
                let group = groups.first().ok_or("no group of plans")?.id;
                let plans = client.call(&ListServerPlans::new(group))$($wait)*?;
                let plan = plans.first().ok_or("no plan")?;
                log.step("plans", format!("{} plans, the first is {} at {}", plans.len(), plan.id, plan.cost));
                let datacenter = client.call(&ListDatacenters::new())$($wait)*?.first().ok_or("no data centre")?.id;
                let template = client.call(&ListTemplates::new())$($wait)*?.first().ok_or("no template")?.id;
                log.step("data centres, templates", format!("{datacenter}, {template}"));
                let order = CreateServer::new(datacenter, plan.id).source(CreateServerSource::Template(template));
                let outcome = client.perform(&order)$($wait)*;
                let said = outcome.as_str();
                let server = outcome.into_result()?;
                log.step("order", format!("{said}: server {server}"));
                client.wait(ServerActive::new(GetServer::new(server)), |_| {})$($wait)*?;
                log.step("wait", "active");
                let read = client.call(&GetServer::new(server))$($wait)*?;
                let address = read.addresses.first();
                log.step("read", address.map_or("no address".to_owned(), |address| format!("address {}", address.ip)));
                let outcome = client.perform(&DeleteServer::new(server))$($wait)*;
                log.step("delete", outcome.as_str());
                outcome.into_result()?;
                Ok(())
            }
        }
    };
}

journeys!(blocking, hostkit_ureq, "blocking", (), ());
journeys!(asynchronous, hostkit_reqwest, "async", (async), (.await));
