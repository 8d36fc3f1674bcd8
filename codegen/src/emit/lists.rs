//! Every list that an answer may hold, with its item limit, for the test that fills each one; and every id.

use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind, WireName, item_limit};

/// A list in the answer of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerList {
    /// API, module and name of the endpoint, joined by slashes.
    pub endpoint: String,
    /// Path to the list in JSON and similar formats.
    pub json: Vec<Step>,
    /// Path to its items in XML, where they may have no element around them.
    pub xml: Vec<Step>,
    /// Item limit.
    pub max_items: usize,
}

/// A step of the path to a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An entry with one of these names.
    Entry(Vec<String>),
    /// Any item, or any value of a map.
    Any,
}

/// The lists of the answers of one API.
pub(crate) fn collect(model: &Model) -> Vec<AnswerList> {
    let mut lists = Vec::new();
    for endpoint in &model.endpoints {
        let folder = format!("{}/{}/{}", model.api, endpoint.module, endpoint.name);
        walk(model, endpoint, &mut |found| {
            if let Found::List(Way { json, xml }, max_items) = found {
                let max_items = usize::try_from(item_limit(max_items)).unwrap_or_default();
                lists.push(AnswerList { endpoint: folder.clone(), json, xml, max_items });
            }
        });
    }
    lists
}

/// Something in an answer, with the way to it.
pub(super) enum Found<'m> {
    /// A list, and its item limit if the spec sets one.
    List(Way, Option<i64>),
    /// A value of an id's type.
    Id(Way, &'m str),
    /// A map whose keys are of an id's type.
    Keys(Way, &'m str),
    /// An object that is kept as it came, with the fields that the spec knows.
    Kept(Way, &'m [Field]),
}

/// Shows every list and every id of the answer of an endpoint.
pub(super) fn walk<'m>(model: &'m Model, endpoint: &'m Endpoint, see: &mut dyn FnMut(Found<'m>)) {
    let mut walk = Walk { model, within: Vec::new(), see };
    let start = Way::default();
    match &endpoint.output {
        Output::None | Output::Headers(_) | Output::Text(_) | Output::Bytes => {}
        Output::Whole(ty @ Type::List(_)) if endpoint.surface.response.item.is_none() => {
            let max_items = endpoint.surface.response.max_items;
            if max_items.is_some() { walk.field(ty, &start, max_items) } else { walk.value(ty, &start) }
        }
        Output::Whole(ty) => walk.value(ty, &start),
        Output::Under(ty, name) => walk.field(ty, &start.to(name), endpoint.surface.response.max_items),
    }
}

/// The path to a value in JSON and similar formats, and in XML.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    pub(super) json: Vec<Step>,
    pub(super) xml: Vec<Step>,
}

impl Way {
    fn to(&self, name: &WireName) -> Self {
        let mut way = self.clone();
        let entries = |path: &[String]| path.iter().map(|key| Step::Entry(vec![key.clone()])).collect::<Vec<_>>();
        let (mut json, mut xml) = (entries(&name.json), entries(&name.xml));
        // Alternative names apply to one-step paths only.
        for path in [&mut json, &mut xml] {
            if let [Step::Entry(names)] = &mut path[..] {
                names.extend(name.also.iter().cloned());
            }
        }
        way.json.extend(json);
        way.xml.extend(xml);
        way
    }

    fn item(&self) -> Self {
        let mut way = self.clone();
        way.json.push(Step::Any);
        way
    }

    fn value(&self) -> Self {
        let mut way = self.item();
        way.xml.push(Step::Any);
        way
    }
}

struct Walk<'m, 's> {
    model: &'m Model,
    /// Types being walked, to stop at recursive ones.
    within: Vec<&'m str>,
    see: &'s mut dyn FnMut(Found<'m>),
}

impl<'m> Walk<'m, '_> {
    fn field(&mut self, ty: &'m Type, way: &Way, max_items: Option<i64>) {
        if let Type::List(_) = ty {
            (self.see)(Found::List(way.clone(), max_items));
        }
        self.value(ty, way);
    }

    fn is_id(&self, ty: &'m Type) -> Option<&'m str> {
        match ty {
            Type::Named(name) => {
                matches!(self.model.types.get(name)?.kind, TypeKind::Id { .. }).then_some(name.as_str())
            }
            _ => None,
        }
    }

    /// Walks a value; a list that is not a field itself has the reader's limit.
    fn value(&mut self, ty: &'m Type, way: &Way) {
        match ty {
            Type::List(item) => self.value(item, &way.item()),
            Type::Map(key, item) => {
                if let Some(id) = self.is_id(key) {
                    (self.see)(Found::Keys(way.clone(), id));
                }
                self.value(item, &way.value());
            }
            Type::Option(item) | Type::Nullable(item) | Type::Judged(item) => self.value(item, way),
            Type::Named(name) if !self.within.contains(&name.as_str()) => {
                self.within.push(name);
                let entry = self.model.types.get(name);
                match entry.map(|entry| &entry.kind) {
                    Some(TypeKind::Struct(fields)) => {
                        if entry.is_some_and(|entry| entry.keep_raw) {
                            (self.see)(Found::Kept(way.clone(), fields));
                        }
                        for field in fields {
                            self.field(&field.ty, &way.to(&field.name), field.surface.max_items);
                        }
                    }
                    Some(TypeKind::Union { number, scalar, object, list }) => {
                        [number, scalar, object, list].into_iter().flatten().for_each(|ty| self.value(ty, way));
                    }
                    Some(TypeKind::Objects(objects)) => objects.iter().for_each(|(_, ty)| self.value(ty, way)),
                    Some(TypeKind::Id { .. }) => (self.see)(Found::Id(way.clone(), name)),
                    _ => {}
                }
                self.within.pop();
            }
            _ => {}
        }
    }
}
