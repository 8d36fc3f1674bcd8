//! A pull parser over quick-xml's events, written by hand for one document, as a program without serde has it.

use bench_lenient::Scalar;
use bench_serde::clodo::{Address, Addresses, ServerDetail};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Why the document was not read.
pub type Error = Box<dyn std::error::Error>;

/// Reads Clodo's list of servers.
pub fn list_server_details(text: &str) -> Result<Vec<ServerDetail>, Error> {
    let mut reader = Reader::from_str(text);
    let mut servers = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(start) if start.name().as_ref() == "server" => servers.push(server(&mut reader)?),
            Event::Eof => return Ok(servers),
            _ => {}
        }
    }
}

fn server(reader: &mut Reader<&[u8]>) -> Result<ServerDetail, Error> {
    let (mut id, mut status) = (None, None);
    let mut server = blank()?;
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                let name = start.name();
                let name = name.as_ref();
                if name == "addresses" {
                    server.addresses = Some(addresses(reader)?);
                    continue;
                }
                let text = reader.read_text(start.name())?;
                let text = text.xml10_content();
                let text = quick_xml::escape::unescape(&text)?;
                match name {
                    "id" => id = scalar(&text)?,
                    "status" => status = scalar(&text)?,
                    "full_id" => server.full_id = scalar(&text)?,
                    "name" => server.name = scalar(&text)?,
                    "imageId" => server.image = scalar(&text)?,
                    "type" => server.server_type = scalar(&text)?,
                    "vps_memory" => server.memory = scalar(&text)?,
                    "vps_memory_max" => server.memory_max = scalar(&text)?,
                    "vps_mem_load" => server.memory_load = scalar(&text)?,
                    "vps_mem_max" => server.memory_allotted = scalar(&text)?,
                    "vps_mem_1h_min" => server.memory_hour_min = scalar(&text)?,
                    "vps_mem_1h_max" => server.memory_hour_max = scalar(&text)?,
                    "vps_mem_1h_avg" => server.memory_hour_average = scalar(&text)?,
                    "vps_cpu_load" => server.cpu_load = scalar(&text)?,
                    "vps_cpu_max" => server.cpu_max = scalar(&text)?,
                    "vps_cpu_1h_min" => server.cpu_hour_min = scalar(&text)?,
                    "vps_cpu_1h_max" => server.cpu_hour_max = scalar(&text)?,
                    "vps_cpu_1h_avg" => server.cpu_hour_average = scalar(&text)?,
                    "vps_disk_load" => server.disk_load = scalar(&text)?,
                    "vps_hdd_load" => server.disk_used = scalar(&text)?,
                    "vps_hdd_max" => server.disk = scalar(&text)?,
                    "vps_os_title" => server.os_title = scalar(&text)?,
                    "vps_os_version" => server.os_version = scalar(&text)?,
                    "vps_os_bits" | "os_bits" => server.os_bits = scalar(&text)?,
                    "vps_os_type" | "os_type" => server.os_type = scalar(&text)?,
                    "vps_vnc" => server.vnc = scalar(&text)?,
                    "vps_root_pass" => server.root_password = scalar(&text)?,
                    "vps_user_pass" => server.user_password = scalar(&text)?,
                    "vps_vnc_pass" => server.vnc_password = scalar(&text)?,
                    "vps_adddate" => server.ordered = scalar(&text)?,
                    "vps_createdate" => server.created = scalar(&text)?,
                    "vps_billingdate" => server.paid_until = scalar(&text)?,
                    "vps_update" => server.started = scalar(&text)?,
                    "vps_update_days" => server.uptime = scalar(&text)?,
                    "vps_traff" | "vps_traf" => server.traffic = scalar(&text)?,
                    "vps_traff_used" => server.traffic_left = scalar(&text)?,
                    "vps_traff_free" => server.free_traffic = scalar(&text)?,
                    "vps_traff_used_free" => server.free_traffic_left = scalar(&text)?,
                    "vps_traf_rx" => server.received = scalar(&text)?,
                    "vps_traf_tx" => server.sent = scalar(&text)?,
                    _ => {}
                }
            }
            Event::End(end) if end.name().as_ref() == "server" => {
                server.id = id.ok_or("no id")?;
                server.status = status.ok_or("no status")?;
                return Ok(server);
            }
            Event::Eof => return Err("cut off".into()),
            _ => {}
        }
    }
}

fn addresses(reader: &mut Reader<&[u8]>) -> Result<Addresses, Error> {
    let mut addresses = Addresses { public: Vec::new(), private: Vec::new() };
    let mut is_private = false;
    loop {
        match reader.read_event()? {
            Event::Start(start) if start.name().as_ref() == "private" => is_private = true,
            Event::Start(start) | Event::Empty(start) if start.name().as_ref() == "ip" => {
                let list = if is_private { &mut addresses.private } else { &mut addresses.public };
                list.push(address(&start)?);
            }
            Event::End(end) if end.name().as_ref() == "private" => is_private = false,
            Event::End(end) if end.name().as_ref() == "addresses" => return Ok(addresses),
            Event::Eof => return Err("cut off".into()),
            _ => {}
        }
    }
}

fn address(element: &BytesStart<'_>) -> Result<Address, Error> {
    let (mut ip, mut primary, mut panel_licence, mut ddos_protection) = (None, None, None, None);
    for attribute in element.attributes() {
        let attribute = attribute?;
        let text: &str = &attribute.value;
        match attribute.key.as_ref() {
            "addr" => ip = scalar(text)?,
            "primary_ip" | "is_primary" => primary = scalar(text)?,
            "isp" => panel_licence = scalar(text)?,
            "ddosprotect" => ddos_protection = scalar(text)?,
            _ => {}
        }
    }
    Ok(Address {
        ip: ip.ok_or("no address")?,
        primary: primary.unwrap_or_default(),
        panel_licence: panel_licence.unwrap_or_default(),
        ddos_protection,
    })
}

fn scalar<T: Scalar>(text: &str) -> Result<Option<T>, Error> {
    if T::is_absent(text) {
        return Ok(None);
    }
    T::read(text).map(Some).ok_or_else(|| format!("{text} is not {}", T::EXPECTED).into())
}

/// A server whose number and status are replaced before it is returned.
fn blank() -> Result<ServerDetail, Error> {
    Ok(ServerDetail {
        id: Scalar::read("1").ok_or("no id")?,
        status: Scalar::read("is_running").ok_or("no status")?,
        full_id: None,
        name: None,
        image: None,
        server_type: None,
        addresses: None,
        memory: None,
        memory_max: None,
        memory_load: None,
        memory_allotted: None,
        memory_hour_min: None,
        memory_hour_max: None,
        memory_hour_average: None,
        cpu_load: None,
        cpu_max: None,
        cpu_hour_min: None,
        cpu_hour_max: None,
        cpu_hour_average: None,
        disk_load: None,
        disk_used: None,
        disk: None,
        os_title: None,
        os_version: None,
        os_bits: None,
        os_type: None,
        vnc: None,
        root_password: None,
        user_password: None,
        vnc_password: None,
        ordered: None,
        created: None,
        paid_until: None,
        started: None,
        uptime: None,
        traffic: None,
        traffic_left: None,
        free_traffic: None,
        free_traffic_left: None,
        received: None,
        sent: None,
    })
}
