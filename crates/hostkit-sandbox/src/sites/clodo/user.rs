//! The profile, which shows what was set.

use clodo_proto::types::{DataCentre, DataCentreId, UserId, UserProfile};
use clodo_proto::user::{GetUser, UpdateUser};
use hostkit::Secret;
use hostkit::protocol::codec::{FromText, ToText};

use super::answer::{No, yes};
use super::visit::Visit;
use crate::site::Reply;
use crate::world::World;

/// The number of the one user.
pub(super) const NUMBER: u64 = 777;

/// The object under which the profile is remembered.
const OBJECT: &str = "profile";

/// Passes the fields that profile and update share to one macro per kind.
macro_rules! fields {
    ($text:ident, $secret:ident, $flag:ident) => {
        $text!(
            last_name,
            first_name,
            patronymic,
            jabber,
            email,
            phone,
            icq,
            skype,
            owner_kind,
            company,
            tax_number,
            legal_address,
            legal_form,
            actual_address,
            ogrn,
            okpo,
            kpp,
            director_position,
            director_document_number,
            director_document_date,
            director_name,
            accountant_name,
            work_phone,
            work_phone_extension,
            fax,
            fax_extension,
            postal_address,
            finance_last_name,
            finance_first_name,
            finance_patronymic,
            finance_work_phone,
            finance_work_phone_extension,
            finance_phone,
            finance_fax,
            finance_fax_extension,
            finance_email,
            birthday,
            director_document,
            low_balance_sms,
            default_server,
            default_storage
        );
        $secret!(
            bank_account,
            bank_code,
            bank_name,
            bank_correspondent_account,
            passport_series,
            passport_number,
            passport_date,
            passport_issuer
        );
        $flag!(
            finance_contact_is_same,
            no_announcements,
            server_end_sms,
            disk_deletion_sms,
            no_daily_costs,
            sign_in_sms
        );
    };
}

fn remembered<T: FromText>(world: &World, name: &str) -> Option<T> {
    T::from_text(world.setting(OBJECT, name)?)
}

impl Visit<'_> {
    pub(super) fn get_user(&mut self) -> Result<Reply, No> {
        let account = self.world.account(&self.account)?;
        let mut profile = UserProfile::new(UserId::new(NUMBER));
        profile.login = Some(account.login.clone());
        profile.balance = Some(account.balance.into());
        let mut centre = DataCentre::new(DataCentreId::from_text("ix").ok_or_else(No::nothing)?);
        centre.title = Some("IXcellerate".to_owned());
        profile.data_centres.push(centre);
        let world = &*self.world;
        macro_rules! show {
            ($($field:ident),*) => { $(profile.$field = remembered(world, stringify!($field));)* };
        }
        macro_rules! show_secret {
            ($($field:ident),*) => {
                $(profile.$field = remembered::<String>(world, stringify!($field)).map(Secret::new);)*
            };
        }
        macro_rules! show_flag {
            ($($field:ident),*) => { $(profile.$field = world.setting(OBJECT, stringify!($field)) == Some("1");)* };
        }
        fields!(show, show_secret, show_flag);
        yes::<GetUser>(self, &profile)
    }

    pub(super) fn update_user(&mut self, call: &UpdateUser) -> Result<Reply, No> {
        let mut settings = Vec::new();
        macro_rules! keep {
            ($($field:ident),*) => {
                $(if let Some(value) = &call.$field {
                    settings.push((stringify!($field), value.to_text().into_owned()));
                })*
            };
        }
        fields!(keep, keep, keep);
        self.world.set("profile changed", OBJECT.to_owned(), settings);
        yes::<UpdateUser>(self, &())
    }
}
