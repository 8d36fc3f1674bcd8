//! Zones and records. A DELETE with a body deletes one record; without the body it deletes the whole zone.

use std::net::IpAddr;

use clodo_proto::dns::{
    AddRecords, CreateZone, DeleteRecord, DeleteZone, GetZone, ListZones, SetZoneMaster, UpdateRecords,
};
use clodo_proto::types::{
    CreatedZone, DeletedRecord, DnsOverview, RecordId, ReverseId, ReverseName, ServerAddress, Zone, ZoneId,
    ZoneSummary, ZoneType,
};
use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;

use super::answer::{No, flags_as_text, yes, yes_with};
use super::visit::Visit;
use crate::site::Reply;
use crate::world::{Record, WorldError};

const TYPE: &str = "newdomain_type";
const MASTER: &str = "slave_addr";
/// What PHP makes of the zero date of MySQL, as recorded.
const ZERO_DATE: &str = "30.11.-0001 00:00";
const DEFAULT_TTL: u64 = 3600;
const RECORD_TYPES: [&str; 8] = ["A", "AAAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT"];

fn object(id: ZoneId) -> String {
    format!("zone {}", id.get())
}

impl Visit<'_> {
    fn zone_type(&self, id: ZoneId) -> ZoneType {
        self.world.setting(&object(id), TYPE).map_or(ZoneType::Master, ZoneType::from_text)
    }

    pub(super) fn list_zones(&mut self) -> Result<Reply, No> {
        let domains = self.world.zones(&self.account).into_iter().map(|zone| {
            let id = ZoneId::new(zone.number);
            let mut summary = ZoneSummary::new(id, zone.name.as_str());
            summary.kind = Some(self.zone_type(id));
            summary.records_count = u64::try_from(zone.records.len()).ok();
            summary.unchecked = Some(false);
            summary
        });
        let mut overview = DnsOverview::new(domains.collect());
        overview.domains_check = Some(Value::List(Vec::new()));
        for server in self.world.servers(&self.account) {
            for address in server.addresses() {
                let ip = IpAddr::V4(address.ip);
                let mut reverse = ReverseName::new(ip);
                reverse.server_title = Some(server.name.clone());
                reverse.resellers_id = Some(0);
                let [a, b, c, d] = address.ip.octets();
                reverse.reverse_value = Some(format!("{d}.{c}.{b}.{a}.in-addr.arpa"));
                reverse.domain_value = Some(format!("777-{}.vm.example.org.", server.number));
                reverse.id = Some(ReverseId::new(u64::from(u32::from(address.ip))));
                overview.reverse.push(reverse);
                let mut listed = ServerAddress::new(server.name.as_str());
                listed.ip = Some(ip);
                overview.servers.push(listed);
            }
        }
        if self.format != Format::Json {
            return yes::<ListZones>(self, &overview);
        }
        let mut tree = overview.to_wire(self.format).unwrap_or(Value::Null);
        flags_as_text(&mut tree, &["unchecked"]);
        let domains = match &mut tree {
            Value::Map(entries) => entries.iter_mut().find(|(name, _)| name == "domains"),
            _ => None,
        };
        if let Some((_, Value::List(domains))) = domains {
            for domain in domains {
                if let Value::Map(fields) = domain {
                    fields.push(("unchecked_expire".into(), Value::Text(ZERO_DATE.to_owned())));
                }
            }
        }
        yes_with(self, "dns", tree)
    }

    pub(super) fn get_zone(&mut self, call: &GetZone) -> Result<Reply, No> {
        let zone = self.world.zone(&self.account, call.id.get())?;
        let records = zone.records.iter().map(|(number, found)| {
            let mut record = clodo_proto::types::Record::new(RecordId::new(*number));
            record.zone = Some(call.id);
            record.name = Some(found.name.clone());
            record.kind = Some(found.kind.clone());
            record.content = Some(found.content.clone());
            record.ttl = Some(found.ttl);
            record.priority = Some(found.priority);
            record
        });
        let mut shown = Zone::new(records.collect());
        shown.record_types = RECORD_TYPES.map(str::to_owned).to_vec();
        yes::<GetZone>(self, &shown)
    }

    pub(super) fn create_zone(&mut self, call: &CreateZone) -> Result<Reply, No> {
        let is_slave = call.kind == ZoneType::Slave;
        if !call.kind.is_known() || is_slave != call.master.is_some() {
            return Err(No::new(400, "Некорректные данные в запросе"));
        }
        let refuse = |error: WorldError| match error {
            WorldError::Invalid(_) | WorldError::Taken => No::new(400, "Некорректные данные в запросе"),
            other => other.into(),
        };
        let id = ZoneId::new(self.world.create_zone(&self.account, &call.domain).map_err(refuse)?);
        self.world.remember(object(id), TYPE, call.kind.as_str().to_owned());
        if let Some(master) = call.master {
            self.world.remember(object(id), MASTER, master.to_string());
        }
        yes::<CreateZone>(self, &CreatedZone::new(id))
    }

    pub(super) fn set_zone_master(&mut self, call: &SetZoneMaster) -> Result<Reply, No> {
        self.world.zone(&self.account, call.id.get())?;
        if self.zone_type(call.id) != ZoneType::Slave {
            return Err(No::new(400, "Ошибка во входных параметрах"));
        }
        self.world.set("zone master set", object(call.id), vec![(MASTER, call.master.to_string())]);
        yes::<SetZoneMaster>(self, &())
    }

    pub(super) fn add_records(&mut self, call: &AddRecords) -> Result<Reply, No> {
        self.world.zone(&self.account, call.id.get())?;
        if call.records.iter().any(|record| !RECORD_TYPES.contains(&record.kind.as_str())) {
            return Err(No::new(400, "Ошибка во входных параметрах"));
        }
        for new in &call.records {
            let record = Record {
                name: new.name.clone(),
                kind: new.kind.clone(),
                content: new.content.clone(),
                ttl: new.ttl.unwrap_or(DEFAULT_TTL),
                priority: new.priority.unwrap_or(0),
            };
            self.world.add_record(&self.account, call.id.get(), record)?;
        }
        yes::<AddRecords>(self, &())
    }

    /// Changes all of the records, or none if one does not exist.
    pub(super) fn update_records(&mut self, call: &UpdateRecords) -> Result<Reply, No> {
        let zone = self.world.zone(&self.account, call.id.get())?;
        if call.changes.keys().any(|id| !zone.records.contains_key(&id.get())) {
            return Err(WorldError::NotFound("record").into());
        }
        for (id, change) in &call.changes {
            self.world.change_record(&self.account, call.id.get(), id.get(), |record| {
                record.name = change.name.clone().unwrap_or_else(|| record.name.clone());
                record.kind = change.kind.clone().unwrap_or_else(|| record.kind.clone());
                record.content = change.content.clone().unwrap_or_else(|| record.content.clone());
                record.ttl = change.ttl.unwrap_or(record.ttl);
                record.priority = change.priority.unwrap_or(record.priority);
            })?;
        }
        yes::<UpdateRecords>(self, &())
    }

    pub(super) fn delete_record(&mut self, call: &DeleteRecord) -> Result<Reply, No> {
        self.world.delete_record(&self.account, call.id.get(), call.record.get())?;
        yes::<DeleteRecord>(self, &Some(DeletedRecord::new(self.now.unix())))
    }

    pub(super) fn delete_zone(&mut self, call: &DeleteZone) -> Result<Reply, No> {
        self.world.delete_zone(&self.account, call.id.get())?;
        yes::<DeleteZone>(self, &())
    }
}
