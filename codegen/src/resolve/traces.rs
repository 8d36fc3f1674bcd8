//! Where it shows that a call happened: the read, its inputs, and the fields that are compared.

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Endpoint, Field, Items, Model, Sign, Trace, Type, TypeKind};
use crate::source::{At, Span};
use crate::surface::{self, Pairs};

/// Resolves the traces of every endpoint.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut resolved = Vec::new();
    for endpoint in &model.endpoints {
        let trace = endpoint.surface.trace.as_ref();
        resolved.push(trace.and_then(|trace| Tracer { model, endpoint, diagnostics }.trace(trace)));
    }
    for (endpoint, trace) in model.endpoints.iter_mut().zip(resolved) {
        endpoint.trace = trace;
    }
}

struct Tracer<'m, 'd> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    diagnostics: &'d mut Diagnostics,
}

impl Tracer<'_, '_> {
    fn trace(&mut self, trace: &surface::Trace) -> Option<Trace> {
        let span = &trace.read.span;
        if self.endpoint.is_callable() {
            return self.wrong(span, "only calls that act leave a trace", "this call can simply be repeated");
        }
        let Some(read) = self.model.endpoint(&trace.read) else {
            let known: Vec<String> =
                self.model.endpoints.iter().map(|known| format!("{}/{}", known.module, known.name)).collect();
            let message = format!("there is no call `{}`", trace.read.value);
            return self.unknown(span, message, &trace.read, known.iter().map(String::as_str));
        };
        let Some(output) = read.output.ty().filter(|_| read.is_callable()) else {
            return self.wrong(span, "a trace is read with a safe call that has an output", "not such a call");
        };
        let (items, item) = self.items(trace, output)?;
        let fields = self.model.fields(item).unwrap_or_default();
        let sign = match (&trace.new, &trace.changed, trace.gone) {
            (Some(name), None, false) if items != Items::One => Sign::New(self.field(fields, name)?),
            (None, Some(name), false) => Sign::Changed(self.field(fields, name)?),
            (None, None, true) if items != Items::One => Sign::Gone,
            (None, None, false) if items == Items::One => Sign::Became,
            _ => {
                let label =
                    "of a list one of `new`, `changed` and `gone`; of an object `changed`, `is`, `where` or `named`";
                return self.wrong(span, "nothing says what shows it", label);
            }
        };
        let named = self.compared(fields, &trace.named)?;
        let filter = self.compared(fields, &trace.filter)?;
        let mut is = Vec::new();
        for constant in &trace.is {
            is.push((self.field(fields, &constant.key)?, constant.text.clone()));
        }
        let is_any = named.is_empty() && filter.is_empty() && is.is_empty();
        let takes_one =
            matches!(sign, Sign::Gone | Sign::Became) || matches!(sign, Sign::Changed(_)) && items != Items::One;
        if is_any && takes_one && !trace.not_found {
            return self.wrong(span, "any item would do", "`where`, `named` or `is` has to say which one");
        }
        let inputs = self.inputs(trace, read)?;
        Some(Trace {
            read: read.type_name.clone(),
            output: output.clone(),
            inputs,
            item: item.clone(),
            items,
            list: trace.list.as_ref().map(|list| list.value.clone()),
            sign,
            named,
            filter,
            is,
            not_found: trace.not_found,
            absent_is_no: trace.absent_is_no,
            settle: trace.settle,
        })
    }

    /// How the items stand in the output, and their type.
    fn items<'t>(&mut self, trace: &surface::Trace, output: &'t Type) -> Option<(Items, &'t Type)>
    where
        Self: 't,
    {
        let model: &'t Model = self.model;
        let whole = match &trace.list {
            None => output,
            Some(list) => {
                let fields = model.fields(output).unwrap_or_default();
                match fields.iter().find(|field| field.rust == list.value && !field.is_option()) {
                    Some(field) => &field.ty,
                    None => {
                        let message = format!("the answer has no list `{}`", list.value);
                        return self.unknown(&list.span, message, list, fields.iter().map(|field| field.rust.as_str()));
                    }
                }
            }
        };
        Some(match whole {
            Type::List(item) => (Items::List, item),
            Type::Map(_, item) => (Items::Values, item),
            _ if trace.list.is_some() => {
                return self.wrong(&trace.read.span, "`list` is no list", "what it names is one value");
            }
            one => (Items::One, one),
        })
    }

    fn inputs(&mut self, trace: &surface::Trace, read: &Endpoint) -> Option<Vec<(Field, Field)>> {
        for (name, _) in &trace.inputs {
            if read.inputs().all(|input| input.rust != name.value) {
                let message = format!("`{}` has no input `{}`", read.name, name.value);
                return self.unknown(&name.span, message, name, read.inputs().map(|input| input.rust.as_str()));
            }
        }
        let mut inputs = Vec::new();
        for input in read.inputs() {
            let given = trace.inputs.iter().find(|(name, _)| name.value == input.rust).map(|(_, own)| own);
            if given.is_none() && !input.is_required() {
                continue;
            }
            let name = given.map_or(input.rust.as_str(), |own| own.value.as_str());
            let span = given.map_or(&trace.read.span, |own| &own.span);
            match self.endpoint.inputs().find(|own| own.rust == name) {
                Some(own) if own.ty == input.ty && !own.is_option() => inputs.push((input.clone(), own.clone())),
                Some(_) => {
                    let message = format!("`{name}` does not fit the input `{}` of the read", input.rust);
                    return self.wrong(span, message, "another type, or it may be absent");
                }
                None => {
                    let message = format!("the read needs `{}`, and this call has no input `{name}`", input.rust);
                    return self.wrong(span, message, "`inputs` says which input it is");
                }
            }
        }
        if read.one_of.iter().any(|group| group.required) {
            return self.wrong(&trace.read.span, "the read takes one of several inputs", "a trace cannot choose");
        }
        Some(inputs)
    }

    /// Paths through fields of the item, with the inputs that they hold.
    fn compared(&mut self, fields: &[Field], pairs: &Pairs) -> Option<Vec<(Vec<Field>, Field)>> {
        let mut compared = Vec::new();
        for (name, input) in pairs {
            let mut path: Vec<Field> = Vec::new();
            for part in name.value.split('.') {
                let part = At { value: part.to_owned(), span: name.span.clone() };
                let inner = path.last().map(|last| self.model.fields(&last.ty).unwrap_or_default());
                let field = self.field(inner.unwrap_or(fields), &part)?;
                path.push(field);
            }
            let Some(own) = self.endpoint.inputs().find(|own| own.rust == input.value) else {
                let message = format!("there is no input `{}`", input.value);
                return self.unknown(&input.span, message, input, self.endpoint.inputs().map(|own| own.rust.as_str()));
            };
            if path.last().is_none_or(|last| last.ty != own.ty) {
                let message = format!("`{}` and `{}` are of different types", name.value, input.value);
                return self.wrong(&name.span, message, "they can never be equal");
            }
            compared.push((path, own.clone()));
        }
        Some(compared)
    }

    fn field(&mut self, fields: &[Field], name: &At<String>) -> Option<Field> {
        match fields.iter().find(|field| field.rust == name.value) {
            Some(field) => Some(field.clone()),
            None => {
                let message = format!("what is read has no field `{}`", name.value);
                self.unknown(&name.span, message, name, fields.iter().map(|field| field.rust.as_str()))
            }
        }
    }

    fn unknown<'n, T>(
        &mut self,
        span: &Span,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Option<T> {
        let help = match did_you_mean(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "fields and inputs have their Rust names, calls are `module/endpoint`".to_owned(),
        };
        self.diagnostics.add_with_help("E0230", span, message, "not there", help);
        None
    }

    fn wrong<T>(&mut self, span: &Span, message: impl Into<String>, label: &str) -> Option<T> {
        self.diagnostics.add("E0230", span, message, label);
        None
    }
}

/// Whether a value of the type is copied, not cloned.
pub(crate) fn is_copy(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Uint | Type::Decimal | Type::Flag | Type::Switch | Type::UnixTime | Type::Ip => true,
        Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => true,
        Type::Named(name) => {
            model.types.get(name).is_some_and(|entry| matches!(entry.kind, TypeKind::Id { is_number: true }))
        }
        _ => false,
    }
}
