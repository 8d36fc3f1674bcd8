//! ISO images: downloaded first, then a service that costs money.

use hostkit::Decimal;

use super::objects::{Download, Iso};
use super::{World, WorldError};

/// The price of one image.
fn price() -> Decimal {
    Decimal::new(1000, 2)
}

impl World {
    /// Begins to download an image, which takes as long as building a server; returns its key.
    ///
    /// # Errors
    /// There is no such account, or the URL is not accepted.
    pub fn fetch_iso(&mut self, account: &str, url: &str) -> Result<String, WorldError> {
        self.account(account)?;
        if !["http://", "https://", "ftp://", "ftps://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(WorldError::Invalid("url"));
        }
        let number = self.number();
        let key = format!("{:016x}{number:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (from, to) = (self.now, self.now + self.build);
        let (account, url) = (account.to_owned(), url.to_owned());
        let download = Download { key: key.clone(), account, url, from, to, iso: None };
        self.services.downloads.insert(key.clone(), download);
        self.note("download begun", format!("download {key}"), Decimal::ZERO);
        Ok(key)
    }

    /// The download of an image.
    ///
    /// # Errors
    /// There is no such download.
    pub fn download(&self, account: &str, key: &str) -> Result<&Download, WorldError> {
        let found = self.services.downloads.get(key).filter(|download| download.account == account);
        found.ok_or(WorldError::NotFound("download"))
    }

    /// Makes an image from a download and charges for it; a second call returns the same image.
    ///
    /// # Errors
    /// There is no such download, it is not complete or not an image, or too little money.
    pub fn make_iso(&mut self, account: &str, key: &str) -> Result<u64, WorldError> {
        let download = self.download(account, key)?.clone();
        if let Some(number) = download.iso.filter(|number| self.services.isos.contains_key(number)) {
            return Ok(number);
        }
        if !download.is_image() || download.progress(self.now) < 100 {
            return Err(WorldError::WrongState);
        }
        self.can_pay(account, price())?;
        let (number, made) = (self.number(), self.now);
        let iso = Iso { number, account: account.to_owned(), url: download.url, made, server: None };
        self.services.isos.insert(number, iso);
        if let Some(download) = self.services.downloads.get_mut(key) {
            download.iso = Some(number);
        }
        self.pay(account, price(), "image made", format!("image {number}"));
        Ok(number)
    }

    /// The images of an account.
    pub fn isos(&self, account: &str) -> Vec<&Iso> {
        self.services.isos.values().filter(|iso| iso.account == account).collect()
    }

    /// An image.
    ///
    /// # Errors
    /// There is no such image.
    pub fn iso(&self, account: &str, number: u64) -> Result<&Iso, WorldError> {
        let found = self.services.isos.get(&number).filter(|iso| iso.account == account);
        found.ok_or(WorldError::NotFound("image"))
    }

    /// Deletes an image that is not attached to a server.
    ///
    /// # Errors
    /// There is no such image, or it is attached to a server.
    pub fn delete_iso(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.iso(account, number)?.server.is_some() {
            return Err(WorldError::WrongState);
        }
        self.services.isos.remove(&number);
        self.note("image deleted", format!("image {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Attaches an image to a server, in place of the present one.
    ///
    /// # Errors
    /// There is no such server or image.
    pub fn attach_iso(&mut self, account: &str, server: u64, number: u64) -> Result<(), WorldError> {
        self.server(account, server)?;
        self.iso(account, number)?;
        for iso in self.services.isos.values_mut() {
            if iso.number == number {
                iso.server = Some(server);
            } else if iso.server == Some(server) {
                iso.server = None;
            }
        }
        self.note("image attached", format!("server {server}"), Decimal::ZERO);
        Ok(())
    }

    /// Detaches the image of a server.
    ///
    /// # Errors
    /// There is no such server, or it has no image.
    pub fn detach_iso(&mut self, account: &str, server: u64) -> Result<(), WorldError> {
        self.server(account, server)?;
        let found = self.services.isos.values_mut().find(|iso| iso.server == Some(server));
        found.ok_or(WorldError::WrongState)?.server = None;
        self.note("image detached", format!("server {server}"), Decimal::ZERO);
        Ok(())
    }
}
