//! The offer: the world's plans as tariffs, its images as add-ons, and two add-ons that are not images.

use hostkit::{Currency, Decimal};
use hostkit::protocol::Csv;
use rootpanel_proto::Code;
use rootpanel_proto::types::{
    AddonId, LocationId, PlanKind, Tariff, TariffAddon, TariffId, TariffLocation, TariffPeriod,
};

use crate::world::{Plan, World};

/// A further address, for existing orders.
pub(super) const ADDRESS: u64 = 7;
/// A control panel, which costs nothing.
pub(super) const PANEL: u64 = 9;
/// Operating systems are add-ons from this number on.
const SYSTEMS: u64 = 100;
/// The locations of servers.
const LOCATIONS: [(u64, &str); 2] = [(3, "Амстердам"), (4, "Киев")];
/// The periods, in months.
const PERIODS: [u64; 4] = [1, 3, 6, 12];

/// Whether orders can have this period.
pub(super) fn has_period(months: u64) -> bool {
    PERIODS.contains(&months)
}

/// Whether there is such a location.
pub(super) fn has_location(location: LocationId) -> bool {
    LOCATIONS.iter().any(|(number, _)| *number == location.get())
}

/// The image that an add-on stands for.
pub(super) fn image_of(world: &World, addon: AddonId) -> Option<u64> {
    let number = addon.get().checked_sub(SYSTEMS)?;
    world.image(number).ok().map(|image| image.number)
}

/// The image of a new order; the first one if none is given.
pub(super) fn chosen_image(world: &World, addons: Option<&Csv<AddonId>>) -> Result<Option<u64>, Code> {
    let mut chosen = None;
    for addon in addons.into_iter().flat_map(|addons| addons.iter()) {
        match image_of(world, *addon) {
            Some(_) if chosen.is_some() => return Err(Code::AddonCountNotAllowed),
            Some(image) => chosen = Some(image),
            None if addon.get() == PANEL => {}
            None => return Err(Code::AddonNotAllowed),
        }
    }
    Ok(chosen.or_else(|| world.images().first().map(|image| image.number)))
}

/// The tariffs.
pub(super) fn tariffs(world: &World, only: Option<TariffId>, currency: Option<Currency>) -> Vec<Tariff> {
    let wanted = |plan: &&Plan| only.is_none_or(|tariff| tariff.get() == plan.number);
    world.plans().iter().filter(wanted).map(|plan| tariff(world, plan, currency)).collect()
}

fn tariff(world: &World, plan: &Plan, currency: Option<Currency>) -> Tariff {
    let mut tariff = Tariff::new(TariffId::new(plan.number));
    tariff.kind = Some(PlanKind::Vds);
    tariff.name = Some(plan.name.to_owned());
    tariff.monthly_cost = Some(plan.price.into());
    tariff.currency = currency;
    tariff.without_domain = true;
    tariff.periods = PERIODS.iter().map(|months| period(*months)).collect();
    tariff.addons =
        world.images().iter().map(|image| addon(SYSTEMS + image.number, image.title, Decimal::ZERO)).collect();
    let mut address = addon(ADDRESS, "IPv4-адрес", World::address_price());
    (address.existing_only, address.max_count) = (true, Some(10));
    tariff.addons.push(address);
    tariff.addons.push(addon(PANEL, "ISPmanager", Decimal::ZERO));
    tariff.locations = LOCATIONS.iter().map(|(number, name)| location(*number, name, plan.price)).collect();
    tariff
}

fn period(months: u64) -> TariffPeriod {
    let mut period = TariffPeriod::new(months);
    (period.discount, period.for_new, period.for_renewal) = (Some(Decimal::ZERO), true, true);
    period
}

fn addon(number: u64, name: &str, price: Decimal) -> TariffAddon {
    let mut addon = TariffAddon::new(AddonId::new(number));
    (addon.name, addon.monthly_cost, addon.max_count) = (Some(name.to_owned()), Some(price.into()), Some(1));
    addon
}

fn location(number: u64, name: &str, price: Decimal) -> TariffLocation {
    let mut location = TariffLocation::new(LocationId::new(number));
    (location.name, location.monthly_cost) = (Some(name.to_owned()), Some(price.into()));
    location
}
