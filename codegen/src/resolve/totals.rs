//! Checks that what says how many items there are in all belongs to one list or map of an answer.

use crate::diagnostic::Diagnostics;
use crate::model::{Field, Model, Output, Type, TypeKind};

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut wrong = |field: &Field, message: &str, label: &str| {
        if let Some(total) = field.total() {
            diagnostics.add("E0236", &total.place, message, label);
        }
    };
    for entry in model.types.values() {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        let mut counted = fields.iter().filter_map(|field| Some((field, field.total()?)));
        if let Some((field, total)) = counted.next() {
            if !is_countable(&field.ty) {
                wrong(field, "only a list or a map has a total", "neither a list nor a map");
            }
            if fields.iter().any(|other| other.name.json == total.name.json || other.name.xml == total.name.xml) {
                wrong(field, "the total is read with its list: it is no field of its own", "also a field");
            }
        }
        for (field, _) in counted {
            wrong(field, "one list or map of a type may have a total", "the second one");
        }
    }
    for endpoint in &model.endpoints {
        let is_countable = matches!(&endpoint.output, Output::Under(ty, _) if is_countable(ty));
        if let Some(total) = endpoint.total().filter(|_| !is_countable) {
            let help = "the total of a list that is a field stands at that field";
            let message = "`total` is for an answer that is a list or a map under a root";
            diagnostics.add_with_help("E0236", &total.place, message, "this one is not", help);
        }
    }
}

fn is_countable(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Map(..))
}
