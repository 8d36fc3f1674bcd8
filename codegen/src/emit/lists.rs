//! Every list that an answer may hold, with its item limit, for the test that fills each one.

use crate::model::{Model, Output, Type, TypeKind, WireName, item_limit};

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
        let mut walk = Walk { model, folder, within: Vec::new(), lists: &mut lists };
        let start = Way::default();
        match &endpoint.output {
            Output::None | Output::Headers(_) | Output::Text(_) | Output::Bytes => {}
            Output::Whole(ty) => walk.value(ty, &start),
            Output::Under(ty, name) => walk.field(ty, &start.to(name), endpoint.surface.response.max_items),
        }
    }
    lists
}

#[derive(Debug, Clone, Default)]
struct Way {
    json: Vec<Step>,
    xml: Vec<Step>,
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

struct Walk<'m> {
    model: &'m Model,
    folder: String,
    /// Types being walked, to stop at recursive ones.
    within: Vec<&'m str>,
    lists: &'m mut Vec<AnswerList>,
}

impl<'m> Walk<'m> {
    fn field(&mut self, ty: &'m Type, way: &Way, max_items: Option<i64>) {
        if let Type::List(_) = ty {
            self.lists.push(AnswerList {
                endpoint: self.folder.clone(),
                json: way.json.clone(),
                xml: way.xml.clone(),
                max_items: usize::try_from(item_limit(max_items)).unwrap_or_default(),
            });
        }
        self.value(ty, way);
    }

    /// Walks a value; a list that is not a field itself has the reader's limit.
    fn value(&mut self, ty: &'m Type, way: &Way) {
        match ty {
            Type::List(item) => self.value(item, &way.item()),
            Type::Map(_, item) => self.value(item, &way.value()),
            Type::Option(item) => self.value(item, way),
            Type::Named(name) if !self.within.contains(&name.as_str()) => {
                self.within.push(name);
                match self.model.types.get(name).map(|entry| &entry.kind) {
                    Some(TypeKind::Struct(fields)) => {
                        for field in fields {
                            self.field(&field.ty, &way.to(&field.name), field.surface.max_items);
                        }
                    }
                    Some(TypeKind::Union { object, list, .. }) => {
                        [object, list].into_iter().flatten().for_each(|ty| self.value(ty, way));
                    }
                    _ => {}
                }
                self.within.pop();
            }
            _ => {}
        }
    }
}
