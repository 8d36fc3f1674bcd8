//! DNS zones and their records.

use std::collections::BTreeMap;

use hostkit::Decimal;

use super::objects::{Record, Zone};
use super::{World, WorldError};

impl World {
    /// The zones of an account.
    pub fn zones(&self, account: &str) -> Vec<&Zone> {
        self.zones.values().filter(|zone| zone.account == account).collect()
    }

    /// A zone.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn zone(&self, account: &str, number: u64) -> Result<&Zone, WorldError> {
        self.zones.get(&number).filter(|zone| zone.account == account).ok_or(WorldError::NotFound("zone"))
    }

    fn zone_mut(&mut self, account: &str, number: u64) -> Result<&mut Zone, WorldError> {
        self.zones.get_mut(&number).filter(|zone| zone.account == account).ok_or(WorldError::NotFound("zone"))
    }

    /// Creates a zone.
    ///
    /// # Errors
    /// The name is taken or not valid.
    pub fn create_zone(&mut self, account: &str, name: &str) -> Result<u64, WorldError> {
        self.account(account)?;
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(WorldError::Invalid("name"));
        }
        if self.zones.values().any(|zone| zone.name == name) {
            return Err(WorldError::Taken);
        }
        let number = self.number();
        let (account, name) = (account.to_owned(), name.to_owned());
        self.zones.insert(number, Zone { number, account, name, records: BTreeMap::new() });
        self.note("zone created", format!("zone {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Deletes a zone with its records.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn delete_zone(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.zone(account, number)?;
        self.zones.remove(&number);
        self.note("zone deleted", format!("zone {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Adds a record.
    ///
    /// # Errors
    /// There is no such zone.
    pub fn add_record(&mut self, account: &str, zone: u64, record: Record) -> Result<u64, WorldError> {
        self.zone(account, zone)?;
        let number = self.number();
        self.zone_mut(account, zone)?.records.insert(number, record);
        self.note("record added", format!("record {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Changes a record.
    ///
    /// # Errors
    /// There is no such zone or record.
    pub fn change_record(
        &mut self,
        account: &str,
        zone: u64,
        number: u64,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), WorldError> {
        let found = self.zone_mut(account, zone)?.records.get_mut(&number);
        change(found.ok_or(WorldError::NotFound("record"))?);
        self.note("record changed", format!("record {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Deletes a record.
    ///
    /// # Errors
    /// There is no such zone or record.
    pub fn delete_record(&mut self, account: &str, zone: u64, number: u64) -> Result<(), WorldError> {
        let removed = self.zone_mut(account, zone)?.records.remove(&number);
        removed.ok_or(WorldError::NotFound("record"))?;
        self.note("record deleted", format!("record {number}"), Decimal::ZERO);
        Ok(())
    }

    /// The zone of an account that has a record.
    ///
    /// # Errors
    /// No zone of the account has it.
    pub fn zone_of_record(&self, account: &str, record: u64) -> Result<u64, WorldError> {
        let has = |zone: &&Zone| zone.records.contains_key(&record);
        let found = self.zones(account).into_iter().find(has);
        found.map(|zone| zone.number).ok_or(WorldError::NotFound("record"))
    }

    /// The tag of a CAA record.
    pub fn record_tag(&self, record: u64) -> Option<&str> {
        self.services.tags.get(&record).map(String::as_str)
    }

    /// Sets the tag of a CAA record; only the change of the record itself is noted.
    pub fn tag_record(&mut self, record: u64, tag: &str) {
        self.services.tags.insert(record, tag.to_owned());
    }
}
