//! The offer: one group of plans, two data centres, and the world's images as templates.

use hostkit::Decimal;
use macloud_proto::reference::{
    ListDatacenters, ListGroupDatacenters, ListGroupTemplates, ListServerGroups, ListServerPlans, ListTemplates,
};
use macloud_proto::types::{
    BackupPrice, CpuAmount, Datacenter, DatacenterId, DatacenterRef, GroupId, LeastAmount, PlanId, ServerGroup,
    ServerPlan, SizeAmount, Tariff, Template, TemplateId, TemplateLimits,
};

use super::Handler;
use super::envelope::{Answered, No, yes};
use crate::world::{Plan, World};

/// The one group.
pub(super) const GROUP: u64 = 1;
/// Its name.
pub(super) const GROUP_NAME: &str = "Standard servers";
/// Number, name, country, and whether servers can be ordered there.
const CENTRES: [(u64, &str, &str, bool); 2] = [(1, "Дата-центр RU", "ru", true), (2, "Дата-центр NL", "nl", false)];

/// Whether servers can be ordered there.
pub(super) fn is_open(centre: DatacenterId) -> bool {
    CENTRES.iter().any(|(number, _, _, is_open)| *number == centre.get() && *is_open)
}

/// Whether backups can be copied there.
pub(super) fn is_centre(centre: DatacenterId) -> bool {
    CENTRES.iter().any(|(number, ..)| *number == centre.get())
}

/// The data centre of that number, or the first.
pub(super) fn centre(number: Option<u64>) -> DatacenterRef {
    let wanted = number.unwrap_or(1);
    let (number, name, country) = CENTRES
        .iter()
        .find(|(number, ..)| *number == wanted)
        .map_or((1, "Дата-центр RU", "ru"), |(number, name, country, _)| (*number, *name, *country));
    let mut centre = DatacenterRef::new(DatacenterId::new(number), country);
    centre.name = Some(name.to_owned());
    centre
}

/// The resources of a plan or a server; a server also has totals.
pub(super) fn tariff(cores: u64, memory: u64, disk: u64, traffic: u64, is_server: bool) -> Tariff {
    let mut cpu = CpuAmount::new(cores);
    (cpu.kind, cpu.title, cpu.per) = (Some("integer".to_owned()), Some("vCPU".to_owned()), Some("core".to_owned()));
    cpu.total = is_server.then_some(cores);
    let size = |title: &str, kind: &str, mebibytes: u64, unit: (&str, u64), has_total: bool| {
        let value = (Decimal::from(mebibytes) / Decimal::from(unit.1)).normalize();
        let mut size = SizeAmount::new(value);
        (size.kind, size.title) = (Some(kind.to_owned()), Some(title.to_owned()));
        size.bytes = Some((mebibytes << 20).into());
        size.per = Some(unit.0.to_owned());
        if has_total {
            (size.total, size.total_bytes) = (Some(value), size.bytes);
        }
        size
    };
    let mut tariff = Tariff::new(cpu, size("RAM", "float", memory, ("ГБ", 1 << 10), is_server));
    tariff.disk = Some(size("NVMe", "integer", disk << 10, ("ГБ", 1 << 10), is_server));
    tariff.traffic = Some(size("Трафик", "float", traffic << 10, ("ТБ", 1 << 20), false));
    tariff
}

fn plan(plan: &Plan) -> ServerPlan {
    let mut shown = ServerPlan::new(PlanId::new(plan.number), plan.name, plan.price.into());
    shown.description = Some(String::new());
    shown.full_cost = Some(plan.price.into());
    (shown.period, shown.period_name) = (Some("month".to_owned()), Some("месяц".to_owned()));
    // A whole number in the document, and in the types of clients.
    shown.min_money = Some(plan.price.ceil().normalize().into());
    shown.can_bonus = Some(true);
    shown.tariff = Some(tariff(plan.cores, plan.memory, plan.disk, plan.traffic, false));
    shown.group = Some(GroupId::new(GROUP));
    shown.selected = Some(plan.number == 1);
    (shown.active, shown.enabled, shown.has_params) = (Some(true), Some(true), Some(false));
    let mut backup = BackupPrice::new(Decimal::new(500, 2).into());
    (backup.full_cost, backup.per) = (Some(Decimal::new(500, 2).into()), Some("ГБ".to_owned()));
    (backup.period, backup.period_name) = (Some("month".to_owned()), Some("месяц".to_owned()));
    shown.backup = Some(backup);
    shown
}

fn templates(world: &World) -> Vec<Template> {
    let plans: Vec<PlanId> = world.plans().iter().map(|plan| PlanId::new(plan.number)).collect();
    let least = |amount: i64| LeastAmount::new(Decimal::from(amount));
    let template = |image: &crate::world::Image| {
        let mut template = Template::new(TemplateId::new(image.number), image.title, plans.clone());
        template.image = Some(format!("https://example.org/template/{}.png", image.name));
        (template.active, template.has_instruction) = (Some(true), Some(false));
        template.ssh_key = Some(image.family != "freebsd");
        let mut limits = TemplateLimits::new(least(1));
        (limits.ram, limits.disk) = (Some(least(1)), Some(least(5)));
        template.limits = Some(limits);
        template
    };
    world.images().iter().map(template).collect()
}

fn centres() -> Vec<Datacenter> {
    let centre = |(number, name, country, is_open): &(u64, &str, &str, bool)| {
        let mut centre = Datacenter::new(DatacenterId::new(*number), *country);
        (centre.name, centre.active) = (Some((*name).to_owned()), Some(*is_open));
        centre
    };
    CENTRES.iter().map(centre).collect()
}

fn check(group: GroupId) -> Result<(), No> {
    if group.get() == GROUP { Ok(()) } else { Err(No::NotFound) }
}

impl Handler<'_> {
    pub(super) fn list_server_groups(&self) -> Answered {
        let mut group = ServerGroup::new(GroupId::new(GROUP), GROUP_NAME);
        group.description = Some("Servers on shared cores".to_owned());
        (group.active, group.kind) = (Some(true), Some("standard".to_owned()));
        group.image = Some(String::new());
        yes::<ListServerGroups>(200, "Groups list", &vec![group])
    }

    pub(super) fn list_datacenters(&self) -> Answered {
        yes::<ListDatacenters>(200, "Datacenters list", &centres())
    }

    pub(super) fn list_group_datacenters(&self, call: &ListGroupDatacenters) -> Answered {
        check(call.group)?;
        yes::<ListGroupDatacenters>(200, "Datacenters list", &centres())
    }

    pub(super) fn list_templates(&self) -> Answered {
        yes::<ListTemplates>(200, "OS templates list", &templates(self.world))
    }

    pub(super) fn list_group_templates(&self, call: &ListGroupTemplates) -> Answered {
        check(call.group)?;
        yes::<ListGroupTemplates>(200, "OS templates list", &templates(self.world))
    }

    pub(super) fn list_server_plans(&self, call: &ListServerPlans) -> Answered {
        check(call.group)?;
        yes::<ListServerPlans>(200, "Server plans list", &self.world.plans().iter().map(plan).collect())
    }
}
