//! DNS domains and their records.

use std::net::{Ipv4Addr, Ipv6Addr};

use macloud_proto::dns::{
    CreateDomain, CreateRecord, DeleteDomain, DeleteRecord, GetDomain, ListRecords, UpdateRecord,
};
use macloud_proto::types::{
    CaaTag, Domain, DomainAbilities, DomainId, Record, RecordAbilities, RecordId, RecordType, ServiceStatus,
};

use super::Handler;
use super::envelope::{Answered, No, done, whole, yes};
use super::servers::is_domain;
use crate::world;

/// The TTL of records, which the API does not have.
const REFRESH: u64 = 600;

/// Checks that a value is valid for its type.
fn check(kind: &str, value: &str, tag: Option<&CaaTag>) -> Result<(), No> {
    let is_good = match kind {
        "A" => value.parse::<Ipv4Addr>().is_ok(),
        "AAAA" => value.parse::<Ipv6Addr>().is_ok(),
        "CNAME" | "MX" | "NS" => is_domain(value.trim_end_matches('.')),
        "CAA" if tag.is_none() => return Err(No::Missing(vec!["tag".to_owned()])),
        "CAA" | "SRV" | "TXT" => !value.is_empty(),
        _ => return Err(No::field("type", "Wrong type")),
    };
    if is_good { Ok(()) } else { Err(No::field("value", "Wrong value")) }
}

impl Handler<'_> {
    fn domain(&self, zone: &world::Zone) -> Domain {
        let mut domain = Domain::new(DomainId::new(zone.number), zone.name.as_str(), ServiceStatus::Active, false);
        domain.full_name = Some(format!("DNS #{} - {}", zone.number, zone.name));
        domain.can = Some(DomainAbilities::new(true));
        domain
    }

    pub(super) fn list_domains(&self) -> Answered {
        let domains: Vec<_> = self.world.zones(&self.account).into_iter().map(|zone| self.domain(zone)).collect();
        if domains.is_empty() {
            return Err(No::Empty("No DNS domains information"));
        }
        whole("DNS domains list", &domains, &["status_text"])
    }

    pub(super) fn get_domain(&self, call: &GetDomain) -> Answered {
        let domain = self.domain(self.world.zone(&self.account, call.id.get())?);
        whole("DNS domain information", &domain, &["status_text"])
    }

    /// A new domain has the hoster's name servers, and its own address where one was given.
    pub(super) fn create_domain(&mut self, call: &CreateDomain) -> Answered {
        if !is_domain(&call.name) {
            return Err(No::field("name", "Wrong domain name"));
        }
        let zone = self.world.create_zone(&self.account, &call.name)?;
        let mut records = vec![("NS", "ns1.example.org".to_owned()), ("NS", "ns2.example.org".to_owned())];
        records.extend(call.ip.map(|ip| (if ip.is_ipv4() { "A" } else { "AAAA" }, ip.to_string())));
        for (kind, content) in records {
            let (name, kind) = ("@".to_owned(), kind.to_owned());
            let record = world::Record { name, kind, content, ttl: REFRESH, priority: 0 };
            self.world.add_record(&self.account, zone, record)?;
        }
        yes::<CreateDomain>(202, "DNS domain created", &DomainId::new(zone))
    }

    pub(super) fn delete_domain(&mut self, call: &DeleteDomain) -> Answered {
        self.world.delete_zone(&self.account, call.id.get())?;
        done::<DeleteDomain>(200, "DNS domain deleted")
    }

    fn record(&self, number: u64, found: &world::Record) -> Record {
        let kind = RecordType::from_text(&found.kind);
        let mut record = Record::new(RecordId::new(number), kind, found.content.as_str());
        record.host = Some(found.name.clone());
        record.priority = matches!(found.kind.as_str(), "MX" | "SRV" | "CAA").then_some(found.priority);
        record.tag = self.world.record_tag(number).map(CaaTag::from_text);
        let is_own = found.kind != "NS";
        let mut can = RecordAbilities::new(is_own);
        can.update = Some(is_own);
        record.can = Some(can);
        record
    }

    pub(super) fn list_records(&self, call: &ListRecords) -> Answered {
        let zone = self.world.zone(&self.account, call.id.get())?;
        let records: Vec<_> = zone.records.iter().map(|(number, record)| self.record(*number, record)).collect();
        whole("DNS records list", &records, &["priority", "tag"])
    }

    pub(super) fn create_record(&mut self, call: &CreateRecord) -> Answered {
        check(call.kind.as_str(), &call.value, call.tag.as_ref())?;
        let record = world::Record {
            name: call.host.clone(),
            kind: call.kind.as_str().to_owned(),
            content: call.value.clone(),
            ttl: REFRESH,
            priority: call.priority.unwrap_or_default(),
        };
        let number = self.world.add_record(&self.account, call.id.get(), record)?;
        if let Some(tag) = &call.tag {
            self.world.tag_record(number, tag.as_str());
        }
        yes::<CreateRecord>(200, "DNS record created", &RecordId::new(number))
    }

    pub(super) fn update_record(&mut self, call: &UpdateRecord) -> Answered {
        let number = call.id.get();
        let zone = self.world.zone_of_record(&self.account, number)?;
        let kind = self.world.zone(&self.account, zone)?.records.get(&number).map(|record| record.kind.clone());
        let tag = call.tag.clone().or_else(|| self.world.record_tag(number).map(CaaTag::from_text));
        check(kind.as_deref().unwrap_or_default(), &call.value, tag.as_ref())?;
        self.world.change_record(&self.account, zone, number, |record| {
            record.content.clone_from(&call.value);
            record.priority = call.priority.unwrap_or(record.priority);
        })?;
        if let Some(tag) = &call.tag {
            self.world.tag_record(number, tag.as_str());
        }
        done::<UpdateRecord>(200, "DNS record updated")
    }

    pub(super) fn delete_record(&mut self, call: &DeleteRecord) -> Answered {
        let zone = self.world.zone_of_record(&self.account, call.id.get())?;
        self.world.delete_record(&self.account, zone, call.id.get())?;
        done::<DeleteRecord>(200, "DNS record deleted")
    }
}
