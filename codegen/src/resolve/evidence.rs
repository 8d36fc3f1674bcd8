//! Evidence that a call happened: resolves the read, its inputs, and the compared fields.

use super::conditions;
use super::kinds::{has_few_values, is_copy, is_read_as, is_text, is_word, may_be_read_as, number_id};
use super::limits;
use super::names::with_slashes;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{
    ByItself, Compared, EchoedInput, Endpoint, Evidence, Field, ITSELF, Items, Made, Model, OneOf, Origin, Sign, Slot,
    Type, TypeKind,
};
use crate::source::{At, Span};
use crate::surface::{self, IdKind, Pairs, Wanted};

/// What names an item of `first`, or an input of it.
const FIRST: &str = "first/";

/// The kind of a fault which says that there is no such object.
const NOT_FOUND: &str = "not-found";

/// What stands behind an input that the hoster fills in where it is not given.
const FILLED: &str = "?";

/// Resolves the evidence of every endpoint.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut resolved = Vec::new();
    for endpoint in &model.endpoints {
        is_said(endpoint, diagnostics);
        let evidence = endpoint.surface.evidence.as_ref();
        resolved.push(
            evidence
                .and_then(|evidence| Tracer { model, endpoint, diagnostics, choices: Vec::new() }.evidence(evidence)),
        );
    }
    for (endpoint, evidence) in model.endpoints.iter_mut().zip(resolved) {
        endpoint.evidence = evidence;
    }
}

/// Checks that a call that acts has a `[evidence]` or says why not.
fn is_said(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let surface = &endpoint.surface;
    let help = "`[evidence]` says where it shows; `no-evidence = \"…\"` says why nothing on the API does";
    match (&surface.no_evidence, &surface.evidence) {
        (None, None) if !endpoint.is_callable() => {
            let span = &surface.effect.span;
            diagnostics.add_with_help(
                "E0239",
                span,
                "nothing says what shows that it happened",
                "this call acts",
                help,
            );
        }
        (Some(why), Some(_)) => {
            diagnostics.add_with_help(
                "E0239",
                &why.span,
                "`[evidence]` says where it shows",
                "and this says that no call does",
                help,
            );
        }
        (Some(why), None) if endpoint.is_callable() => {
            let label = "this call can simply be repeated";
            diagnostics.add_with_help("E0239", &why.span, "only calls that act need evidence", label, help);
        }
        _ => {}
    }
}

/// What an input of a read is, as the spec has it.
#[derive(Clone)]
enum Source {
    /// An input of the call, or a field of what is read first.
    Own(At<String>),
    Constant(String),
}

/// The name of a field of an object that is an input of a read.
fn part_of<'n>(input: &Field, name: &'n At<String>) -> Option<&'n str> {
    let is_object = matches!(input.ty, Type::Named(_));
    name.strip_prefix(input.rust.as_str()).filter(|_| is_object)?.strip_prefix('/')
}

struct Tracer<'m, 'd> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    diagnostics: &'d mut Diagnostics,
    /// Where the compared inputs stand that are in a variant, by their names.
    choices: Vec<(String, EchoedInput)>,
}

impl<'m> Tracer<'m, '_> {
    fn evidence(&mut self, evidence: &surface::Evidence) -> Option<Evidence> {
        let span = &evidence.read.span;
        if self.endpoint.is_callable() {
            return self.wrong(span, "only calls that act need evidence", "this call can simply be repeated");
        }
        let read = self.called(&evidence.read)?;
        let first = match &evidence.first {
            Some(name) => Some(self.called(name)?),
            None => None,
        };
        if [Some(read), first].into_iter().flatten().any(|read| read.surface.response.is_each.is_some()) {
            let label = "another call lists all there is";
            return self.wrong(span, "a list with faults among its items shows nothing of what there is", label);
        }
        let Some(output) = read.output.ty().filter(|_| read.is_callable()) else {
            return self.wrong(span, "evidence is read by a safe call with an output", "not such a call");
        };
        // The answers of several reads are a list, whatever each of them gives.
        let is_single = first.is_some() && !matches!(output, Type::List(_));
        let (items, item) = match is_single {
            true if matches!(output, Type::Named(_)) && evidence.lists.is_empty() => (Items::List, output),
            true => return self.wrong(span, "a read for each item of `first` gives a list, or one object", "neither"),
            false => self.items(evidence, output)?,
        };
        let fields = self.model.fields(item).unwrap_or_default();
        let sign = match (&evidence.new, &evidence.changed, &evidence.there, evidence.gone) {
            (Some(name), None, None, false) if items != Items::One => {
                Sign::New(Box::new(self.key(item, fields, name)?))
            }
            (None, Some(name), None, false) => self.change(evidence, item, fields, name)?,
            (None, None, Some(name), false) if items == Items::One => {
                Sign::There(self.appearing(read, item, fields, name)?)
            }
            // An object that is gone shows by not being found.
            (None, None, None, true) if items != Items::One || evidence.not_found => Sign::Gone,
            (None, None, None, false) if items == Items::One => Sign::Became,
            (Some(name), None, None, false) => return self.no_list(&name.span, "new", fields),
            (None, None, None, true) => return self.no_list(span, "gone", fields),
            _ => {
                let label = "of a list one of `new`, `changed` and `gone`; of an object `changed`, `there`, `is`, `where`, or `gone` with `not-found`";
                return self.wrong(span, "nothing says which field shows it", label);
            }
        };
        let (filter, each) = match &evidence.each {
            None => (self.compared(item, fields, &evidence.filter)?, None),
            Some(input) => {
                if !matches!(sign, Sign::New(_)) {
                    return self.wrong(
                        &input.span,
                        "`each` goes with `new` and `where`",
                        "nothing else distinguishes them",
                    );
                }
                // What names no field of the list is an input that each of its items has.
                let is_listed = |(_, own): &(_, At<String>)| {
                    own.value.strip_prefix(&input.value).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                let (listed, own) = evidence.filter.iter().cloned().partition::<Pairs, _>(is_listed);
                let each = self.each(item, fields, input, &listed)?;
                (self.compared(item, fields, &own)?, Some(each))
            }
        };
        let is_list = filter.iter().any(|(_, own)| matches!(own.ty, Type::List(_)));
        if is_list && !matches!(sign, Sign::Gone) {
            return self.wrong(span, "only `gone` can be compared with a list", "use `each` for new items");
        }
        let mut is = Vec::new();
        for condition in &evidence.is {
            let path = self.path(item, fields, &condition.path)?;
            self.is_stated(&path, condition, &sign)?;
            is.push((path, condition.wanted.clone()));
        }
        // With `changed`, `is` states the new value and does not identify the item.
        let is_change = matches!(sign, Sign::Changed(_) | Sign::Grew(..) | Sign::Paid(..));
        let is_any = filter.is_empty() && (is.is_empty() || is_change);
        let is_alone = matches!(items, Items::Maybe | Items::Fields);
        let takes_one = matches!(sign, Sign::Gone | Sign::Became) && !is_alone || is_change && items != Items::One;
        if is_any && takes_one && !evidence.not_found {
            return self.wrong(span, "any item would fit", "`where` or `is` has to say which one");
        }
        let names_it =
            |key: &Field| filter.iter().any(|(path, _)| matches!(&path[..], [field] if field.rust == key.rust));
        if let (Sign::New(key), Some(new), None) = (&sign, &evidence.new, &evidence.already)
            && names_it(key)
        {
            let label =
                "`where` compares it: it may be there before the call; `already = \"refused\"` does not send it then";
            return self.wrong(&new.span, "what is new is named by the call itself", label);
        }
        let below = self.compared(item, fields, &evidence.below)?;
        for ((_, name), (_, own)) in evidence.below.iter().zip(&below) {
            if matches!(own.ty, Type::List(_)) {
                let message = format!("`{}` is a list, and `below` compares one value", name.value);
                return self.wrong(&name.span, message, "only `where` compares the items of a list");
            }
        }
        let filled_in = self.filled_in(evidence, &sign)?;
        let by_itself = self.by_itself(evidence, fields, &sign)?;
        let only_changes = match sign {
            Sign::Grew(..) | Sign::Paid(..) => true,
            Sign::Changed(_) => is.is_empty(),
            _ => false,
        };
        if let Some(already) = evidence.already.as_ref().filter(|_| only_changes) {
            return self.wrong(&already.span, "nothing says when it is so already", "a change is never so already");
        }
        let own = evidence.inputs.iter().map(|(name, own)| (name.clone(), Source::Own(own.clone())));
        let constants = evidence.with.iter().map(|it| (it.key.clone(), Source::Constant(it.text.clone())));
        let (of_first, of_read): (Vec<_>, Vec<_>) =
            own.chain(constants).partition(|(name, _)| first.is_some() && name.starts_with(FIRST));
        let unprefixed = |(name, own): (At<String>, Source)| {
            (At { value: name.value.trim_start_matches(FIRST).to_owned(), span: name.span }, own)
        };
        let of_first: Vec<_> = of_first.into_iter().map(unprefixed).collect();
        let first_inputs = match (first, &evidence.first) {
            (Some(first), Some(name)) => self.inputs(&of_first, &name.span, first, None)?,
            _ => Vec::new(),
        };
        let inputs = self.inputs(&of_read, span, read, first)?;
        self.are_read_once(first_inputs.iter().chain(&inputs), span)?;
        let made = match &sign {
            Sign::New(key) => self.made(evidence, item, key),
            _ => None,
        };
        Some(Evidence {
            first: first.map(|first| first.type_name.clone()),
            read: read.type_name.clone(),
            output: if is_single { Type::List(Box::new(output.clone())) } else { output.clone() },
            inputs,
            first_inputs,
            is_single,
            item: item.clone(),
            items,
            lists: evidence.lists.iter().map(|list| list.value.clone()).collect(),
            sign,
            filter,
            below,
            choices: std::mem::take(&mut self.choices),
            each,
            count: match &evidence.count {
                Some(name) if evidence.new.is_some() => Some(self.number(name)?),
                Some(name) => return self.wrong(&name.span, "`count` goes with `new`", "there is no `new`"),
                None => None,
            },
            is,
            made,
            not_found: evidence.not_found,
            absent_is_no: evidence.absent_is_no,
            unseen_is_no: self.unseen_is_no(evidence)?,
            filled_in,
            by_itself,
            already_is_refused: evidence.already.is_some(),
            lag: evidence.lag,
        })
    }

    /// Reports a sign of the items of a list where one object is read.
    fn no_list<T>(&mut self, span: &Span, key: &str, fields: &[Field]) -> Option<T> {
        let lists: Vec<String> = fields
            .iter()
            .filter(|field| matches!(field.ty, Type::List(_) | Type::Map(..)))
            .map(|field| format!("`list = \"{}\"`", field.rust))
            .collect();
        let help = match lists.as_slice() {
            [] => "of an object, `changed`, `there`, `is` or `where` shows it; or `gone` with `not-found`".to_owned(),
            lists => format!("{} names the field that has the items", lists.join(" or ")),
        };
        let message = format!("`{key}` is for the items of a list, and this read gives one object");
        self.diagnostics.add_with_help("E0230", span, message, "nothing says where the items are", help);
        None
    }

    /// Whether not seeing it means that it did not happen: by default not where the call, or any call of the API, may be
    /// carried out much later.
    fn unseen_is_no(&mut self, evidence: &surface::Evidence) -> Option<bool> {
        let is_done_later = self.endpoint.surface.flags.iter().any(|flag| flag == "async");
        let may_be_later = is_done_later || self.model.service.errors.iter().any(|code| code.accepted.is_some());
        match &evidence.not_seen {
            None => Some(!may_be_later),
            Some(word) if word.value == "nothing" => Some(false),
            Some(word) if !may_be_later => {
                let label = "leave it out: that is so without the flag `async` and a code that is `accepted`";
                self.wrong(&word.span, "nothing is taken for later here", label)
            }
            Some(_) => Some(true),
        }
    }

    /// The inputs that the hoster fills in where they are not given, by their Rust names.
    fn filled_in(&mut self, evidence: &surface::Evidence, sign: &Sign) -> Option<Vec<String>> {
        let mut filled = Vec::new();
        for (_, input) in evidence.filter.iter().chain(&evidence.below) {
            let Some(name) = input.value.strip_suffix(FILLED) else { continue };
            let is_option = name.contains('/') || self.endpoint.inputs().any(|own| own.rust == name && own.is_option());
            if !is_option || !matches!(sign, Sign::New(_)) {
                let message = format!("`{name}` has no value that the hoster fills in");
                return self.wrong(
                    &input.span,
                    message,
                    "`?` stands behind an input that may be left out, beside `new`",
                );
            }
            filled.push(name.to_owned());
        }
        Some(filled)
    }

    /// The way to a field that is not there before the call: one that an object may be without, or any where the API says
    /// that there is no object.
    fn appearing(&mut self, read: &Endpoint, item: &Type, fields: &[Field], name: &At<String>) -> Option<Vec<Field>> {
        let path = self.path(item, fields, name)?;
        if path.iter().any(Field::is_option) || self.may_be_missing(read) {
            return Some(path);
        }
        let message = format!("`{}` is there before the call, too", name.value);
        let label = "`there` is for a field that may be absent, or an object that may be not found";
        self.wrong(&name.span, message, label)
    }

    /// Whether the document says that what this call reads may be not found.
    fn may_be_missing(&self, read: &Endpoint) -> bool {
        let service = &self.model.service;
        let of_status = service.statuses.iter().chain(&read.surface.statuses).map(|status| &status.means);
        service.errors.iter().map(|code| &code.kind).chain(of_status).any(|kind| kind == NOT_FOUND)
    }

    /// How a field changes: at all, to a value, by a number, or as a date that is paid.
    fn change(
        &mut self,
        evidence: &surface::Evidence,
        item: &Type,
        fields: &[Field],
        name: &At<String>,
    ) -> Option<Sign> {
        let path = self.path(item, fields, name)?;
        let field = path.last()?;
        let by = match &evidence.by {
            Some(by) => Some(self.number(by)?),
            None => None,
        };
        let ty = if let Type::Option(ty) = &field.ty { ty } else { &field.ty };
        let is_number = matches!(ty, Type::Uint | Type::Decimal);
        // What is paid until a date is renewed; a schedule changes a date to the present.
        let by_itself = evidence.by_itself_if.as_ref().and_then(|name| fields.iter().find(|it| it.rust == name.value));
        let is_renewed = by_itself.is_some_and(|field| *field.ty.item() == Type::Flag);
        let is_paid = by.is_some() || is_renewed && matches!(ty, Type::Date | Type::DateTime);
        match by {
            Some(by) if is_number => Some(Sign::Grew(path, Box::new(by))),
            by if is_paid && is_text(self.model, ty) && !is_number => Some(Sign::Paid(path, by.map(Box::new))),
            None => Some(Sign::Changed(path)),
            Some(_) => self.wrong(&name.span, "`by` goes with a number or a date", "this is neither"),
        }
    }

    /// Checks that a field can have what `is` says of it.
    fn is_stated(&mut self, path: &[Field], condition: &surface::Condition, sign: &Sign) -> Option<()> {
        let (name, last) = (&condition.path, path.last()?);
        let is_flag = matches!(last.ty, Type::Flag | Type::Worded(_));
        if matches!(condition.wanted, Wanted::There | Wanted::Absent) && !is_flag {
            let message = format!("`{}` is no flag, which is on or off", name.value);
            return self.wrong(&name.span, message, "write the value that it has");
        }
        if !is_text(self.model, &last.ty) {
            let message = format!("`{}` is no single value", name.value);
            return self.wrong(&name.span, message, "nothing can be equal to it");
        }
        // An item without the field would be none of those that are to go.
        if matches!(sign, Sign::Gone) && path.iter().any(Field::is_option) {
            let message = format!("`{}` may be absent, and nobody knows then whether it is gone", name.value);
            return self.wrong(&name.span, message, "with `gone`, it has to be `required`");
        }
        conditions::check(self.model, condition, &last.ty, "E0230", self.diagnostics);
        Some(())
    }

    /// Whether the hoster does the same by itself.
    fn by_itself(&mut self, evidence: &surface::Evidence, fields: &[Field], sign: &Sign) -> Option<ByItself> {
        let Some(name) = &evidence.by_itself_if else {
            return Some(if evidence.by_itself { ByItself::Yes } else { ByItself::No });
        };
        let field = self.field(fields, name)?;
        if !matches!(sign, Sign::Changed(_) | Sign::Paid(..)) {
            return self.wrong(&name.span, "a field says so only of what changes", "use `by-itself = true`");
        }
        match field.ty == Type::Flag || field.is_option() {
            true => Some(ByItself::If(Box::new(field))),
            false => {
                let message = format!("`{}` is no flag, and always there", name.value);
                self.wrong(&name.span, message, "a `flag` is wanted here, or a field that may be absent")
            }
        }
    }

    /// An input that is a number.
    fn number(&mut self, name: &At<String>) -> Option<Field> {
        match self.endpoint.inputs().find(|own| own.rust == name.value) {
            Some(own) if own.ty == Type::Uint && own.is_required() => Some(own.clone()),
            Some(_) => {
                let message = format!("`{}` is not a required number", name.value);
                self.wrong(&name.span, message, "expected a required `uint`")
            }
            None => {
                let message = format!("there is no input `{}`", name.value);
                self.unknown(&name.span, message, name, self.endpoint.inputs().map(|own| own.rust.as_str()))
            }
        }
    }

    /// Where the output, or each item of it, has the key of what the call makes: the only field of the key's own type, or
    /// the key of the only field that is such an item.
    fn made(&self, evidence: &surface::Evidence, item: &Type, key: &Field) -> Option<Made> {
        let output = match self.endpoint.output.ty()? {
            Type::List(made) => made.judged(),
            output => output,
        };
        let Type::Named(_) = &key.ty else { return None };
        if *output == key.ty {
            return Some(Made::Output);
        }
        if output == item {
            return Some(Made::Item);
        }
        let only = |is_it: &dyn Fn(&Field) -> bool| {
            let mut fields = self.model.fields(output)?.iter().filter(|field| is_it(field));
            fields.next().filter(|_| fields.next().is_none()).cloned().map(Box::new)
        };
        if let Some(field) = only(&|field| field.ty == key.ty) {
            return Some(Made::Field(field));
        }
        // A list that is answered to a call for one item may be all that there are.
        let is_several = evidence.each.is_some() || evidence.count.is_some();
        let is_item = |field: &Field| match &field.ty {
            Type::List(made) => is_several && **made == *item,
            ty => ty == item,
        };
        let is_object = self.endpoint.output.ty() == Some(output);
        only(&is_item).filter(|_| is_object).map(Made::Within)
    }

    fn called(&mut self, name: &At<String>) -> Option<&'m Endpoint> {
        let model: &'m Model = self.model;
        match model.endpoint(name) {
            Some(found) => Some(found),
            None if model.unread.contains(&name.value) => None,
            None => {
                let known: Vec<String> =
                    model.endpoints.iter().map(|known| format!("{}/{}", known.module, known.name)).collect();
                let message = format!("there is no call `{}`", name.value);
                self.unknown(&name.span, message, name, known.iter().map(String::as_str))
            }
        }
    }

    /// Place of the items in the output, and their type.
    fn items(&mut self, evidence: &surface::Evidence, output: &'m Type) -> Option<(Items, &'m Type)> {
        let model: &'m Model = self.model;
        let outer = if let Type::List(item) = output { item } else { output };
        let fields = model.fields(outer).unwrap_or_default();
        let mut found: Vec<&'m Field> = Vec::new();
        for list in &evidence.lists {
            match fields.iter().find(|field| field.rust == list.value) {
                Some(field) => found.push(field),
                None => {
                    let message = format!("the answer has no list `{}`", list.value);
                    return self.unknown(&list.span, message, list, fields.iter().map(|field| field.rust.as_str()));
                }
            }
        }
        let is_list = |field: &Field| matches!(field.ty, Type::List(_) | Type::Map(..)) && !field.is_option();
        match found.as_slice() {
            [] => Some(match output {
                Type::List(item) => (Items::List, item),
                Type::Map(_, item) => (Items::Values, item),
                Type::Option(item) => (Items::Maybe, item),
                one => (Items::One, one),
            }),
            [one] if is_list(one) && matches!(output, Type::List(_)) => match &one.ty {
                Type::List(item) => Some((Items::Nested, item)),
                _ => self.wrong(&evidence.read.span, "`list` is not a list", "the field of each item has to be one"),
            },
            [one] if is_list(one) => Some(match &one.ty {
                Type::Map(_, item) => (Items::Values, item),
                Type::List(item) => (Items::List, item),
                other => (Items::List, other),
            }),
            [first, rest @ ..]
                if found.iter().all(|field| field.is_option()) && rest.iter().all(|x| x.ty == first.ty) =>
            {
                Some((Items::Fields, &first.ty))
            }
            _ => self.wrong(&evidence.read.span, "`list` is not a list", "one list, or optional fields of one type"),
        }
    }

    /// The inputs of a read: those that are said, and those of this call with the same names.
    fn inputs(
        &mut self,
        said: &[(At<String>, Source)],
        span: &Span,
        read: &Endpoint,
        first: Option<&Endpoint>,
    ) -> Option<Vec<(Slot, Origin)>> {
        let mut inputs = Vec::new();
        let mut chosen: Vec<(&str, (Slot, Origin))> = Vec::new();
        for (index, (name, own)) in said.iter().enumerate() {
            if said.iter().take(index).any(|(other, _)| other.value == name.value) {
                let message = format!("`{}` has a value in `inputs`, and another one in `with`", name.value);
                return self.wrong(&name.span, message, "one value");
            }
            if read.inputs().any(|input| part_of(input, name).is_some()) {
                // It is a field of the object, which is looked at below.
            } else if name.value.contains('/') {
                let (group, choice) = self.chosen(name, own, read, first)?;
                if chosen.iter().any(|(other, _)| *other == group) {
                    let message = format!("`{group}` is chosen twice");
                    return self.wrong(&name.span, message, "one variant");
                }
                chosen.push((group, choice));
            } else if read.inputs().all(|input| input.rust != name.value) {
                let message = format!("`{}` has no input `{}`", read.name, name.value);
                return self.unknown(&name.span, message, name, read.inputs().map(|input| input.rust.as_str()));
            } else if read.paging.as_ref().is_some_and(|paging| paging.input.rust == name.value) {
                let message = format!("`{}` goes from page to page of `{}`", name.value, read.name);
                return self.wrong(&name.span, message, "leave it out: evidence reads from the first page on");
            }
        }
        for input in read.inputs() {
            let parts: Vec<_> = said.iter().filter(|(name, _)| part_of(input, name).is_some()).collect();
            if let Some((name, _)) = parts.first() {
                if said.iter().any(|(whole, _)| whole.value == input.rust) {
                    let message = format!("`{}` is said as a whole, and in parts", input.rust);
                    return self.wrong(&name.span, message, "one value");
                }
                inputs.push((Slot::Field(Box::new(input.clone())), self.object(input, &parts)?));
                continue;
            }
            let given = said.iter().find(|(name, _)| name.value == input.rust);
            let (name, given) = (given.map_or(span, |(name, _)| &name.span), given.map(|(_, own)| own));
            if given.is_none() && !input.is_required() {
                continue;
            }
            let same = Source::Own(At { value: input.rust.clone(), span: span.clone() });
            let origin = self.origin(input, true, name, given.unwrap_or(&same), first)?;
            inputs.push((Slot::Field(Box::new(input.clone())), origin));
        }
        // In the order of the read's constructor.
        for group in &read.one_of {
            match chosen.iter().find(|(name, _)| *name == group.rust) {
                Some((_, choice)) => inputs.push(choice.clone()),
                None if group.required => {
                    let label = "`inputs = { \"group/variant\" = … }` chooses";
                    return self.wrong(span, "the read takes one of several inputs", label);
                }
                None => {}
            }
        }
        Some(inputs)
    }

    /// Refuses an input of this call that two inputs of reads take as values of two types.
    fn are_read_once<'o>(&mut self, inputs: impl Iterator<Item = &'o (Slot, Origin)>, span: &Span) -> Option<()> {
        let mut known: Vec<(&str, &Type)> = Vec::new();
        for (_, origin) in inputs {
            let (name, ty) = match origin {
                Origin::Own(own) | Origin::OwnAs(own, _) => (own.rust.as_str(), &own.ty),
                Origin::Chosen(name, field, _) => (name.as_str(), &field.ty),
                Origin::First(_) | Origin::Constant(..) | Origin::Object(..) | Origin::Nothing => continue,
            };
            if known.iter().any(|(other, before)| *other == name && *before != ty) {
                let message = format!("`{name}` is taken as values of two types");
                return self.wrong(span, message, "by two inputs of what is read");
            }
            known.push((name, ty));
        }
        Some(())
    }

    /// A variant of a group of the read, by `group/variant`, and what its only input is, if it has one.
    fn chosen<'r>(
        &mut self,
        name: &At<String>,
        source: &Source,
        read: &'r Endpoint,
        first: Option<&Endpoint>,
    ) -> Option<(&'r str, (Slot, Origin))> {
        let (of, named) = name.value.split_once('/').unwrap_or_default();
        let group = read.one_of.iter().find(|known| known.rust == of);
        let variant = group.and_then(|group| group.variants.iter().find(|known| known.name == named));
        let (Some(group), Some(variant)) = (group, variant) else {
            let message = format!("`{}` has no variant `{}`", read.name, name.value);
            return self.unknown_variant(message, "not there", name, read);
        };
        let origin = match (variant.fields.as_slice(), source) {
            ([field], source) => self.origin(field, false, &name.span, source, first)?,
            ([], Source::Constant(text)) if text == "true" => Origin::Nothing,
            ([], _) => {
                let message = format!("`{}` takes no input", name.value);
                let label = format!("`with = {{ \"{}\" = true }}` chooses it", name.value);
                return self.wrong(&name.span, message, &label);
            }
            _ => {
                let message = format!("`{}` takes more than one input", name.value);
                return self.wrong(&name.span, message, "a variant of one input can be chosen, or one of none");
            }
        };
        let slot = Slot::Variant {
            group: group.rust.clone(),
            is_required: group.required,
            is_option: matches!(variant.fields.as_slice(), [field] if field.is_option()),
            type_name: group.type_name.clone(),
            variant: variant.rust.clone(),
            ty: variant.fields.first().map(|field| field.ty.clone()),
        };
        Some((&group.rust, (slot, origin)))
    }

    /// Source of a read's input: an input of this call, or a field of the first call's items; of a list, of its only item.
    fn origin(
        &mut self,
        input: &Field,
        may_be_left_out: bool,
        place: &Span,
        source: &Source,
        first: Option<&Endpoint>,
    ) -> Option<Origin> {
        let model = self.model;
        let one = match &input.ty {
            Type::List(item) | Type::Csv(item, _) => Some(Field { ty: (**item).clone(), ..input.clone() }),
            _ => None,
        };
        let input = one.as_ref().unwrap_or(input);
        // An absent list of a read is empty.
        let is_option = input.is_option() || one.is_some() && !input.is_required();
        let is_kept = |own: &Field| is_text(model, &own.ty) && own.ty != Type::Secret;
        let own = match source {
            Source::Own(own) => own,
            Source::Constant(text) => return self.constant(input, place, text),
        };
        let name = own.value.as_str();
        if let (Some(field), Some(first)) = (name.strip_prefix(FIRST), first) {
            let fields = match first.output.ty() {
                Some(Type::List(item)) if field == ITSELF && **item == input.ty => {
                    return Some(Origin::First(Field::itself(item)));
                }
                Some(Type::List(item)) => self.model.fields(item).unwrap_or_default(),
                _ => return self.wrong(&own.span, "`first` is not a list", "the read is made for each of its items"),
            };
            let part = At { value: field.to_owned(), span: own.span.clone() };
            let field = self.field(fields, &part)?;
            if field.ty != input.ty || field.is_option() || !is_copy(self.model, &field.ty) {
                let message = format!("`{name}` does not fit the input `{}` of the read", input.rust);
                return self.wrong(&own.span, message, "another type, or it may be absent");
            }
            return Some(Origin::First(field));
        }
        if let Some((group, variant)) = name.split_once('/') {
            return self.own_choice(input, own, group, variant);
        }
        match self.endpoint.inputs().find(|known| known.rust == name) {
            // Null or left out, it leaves the filter out, and `where` counts.
            Some(found) if found.is_nullable() => {
                let is_same = matches!(&found.ty, Type::Nullable(item) if may_be_read_as(model, item, &input.ty));
                if is_same && may_be_left_out && is_option {
                    let ty = Type::Nullable(Box::new(input.ty.clone()));
                    return Some(Origin::Own(Field { ty, ..found.clone() }));
                }
                let message = format!("`{name}` does not fit the input `{}` of the read", input.rust);
                self.wrong(&own.span, message, "another type, or it may be null")
            }
            // Left out of the call, it is left out of the read.
            Some(found) if found.is_option() && !(may_be_left_out && is_option && is_kept(found)) => {
                let message = format!("`{name}` does not fit the input `{}` of the read", input.rust);
                self.wrong(&own.span, message, "another type, or it may be absent")
            }
            Some(found) if found.ty == input.ty => Some(Origin::Own(found.clone())),
            Some(found) => match (number_id(self.model, &found.ty), number_id(self.model, &input.ty)) {
                (Some(_), Some(wanted)) => Some(Origin::OwnAs(found.clone(), wanted.to_owned())),
                // A ticket holds texts: this one is read as what the input of the read is.
                _ if may_be_read_as(model, &found.ty, &input.ty) => {
                    Some(Origin::Own(Field { ty: input.ty.clone(), ..found.clone() }))
                }
                _ => {
                    let message = format!("`{name}` does not fit the input `{}` of the read", input.rust);
                    self.wrong(&own.span, message, "another type, or it may be absent")
                }
            },
            None => {
                let message = format!("the read needs `{}`, and this call has no input `{name}`", input.rust);
                self.wrong(&own.span, message, "`inputs` says which input it is")
            }
        }
    }

    /// The only input of a variant of this call, by `group/variant`: made with another one, the call cannot be told.
    fn own_choice(&mut self, input: &Field, name: &At<String>, group: &str, variant: &str) -> Option<Origin> {
        let (field, place) = self.only_input(name, group, variant)?;
        if !may_be_read_as(self.model, &field.ty, &input.ty) || field.is_option() {
            let message = format!("`{}` does not fit the input `{}` of the read", name.value, input.rust);
            return self.wrong(&name.span, message, "another type, or it may be absent");
        }
        Some(Origin::Chosen(name.value.clone(), Box::new(Field { ty: input.ty.clone(), ..field }), place))
    }

    fn unknown_variant<T>(&mut self, message: String, label: &str, name: &At<String>, call: &Endpoint) -> Option<T> {
        let of = |group: &OneOf| {
            let names = group.variants.iter().map(|variant| format!("{}/{}", group.rust, variant.name));
            names.collect::<Vec<String>>()
        };
        let known: Vec<String> = call.one_of.iter().flat_map(of).collect();
        let help = match did_you_mean(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "it has no `[one-of]`".to_owned(),
            None => format!("the variants are: {}", known.join(", ")),
        };
        self.diagnostics.add_with_help("E0230", &name.span, message, label, help);
        None
    }

    /// An object for a read's input, with constants in it.
    fn object(&mut self, input: &Field, parts: &[&(At<String>, Source)]) -> Option<Origin> {
        let fields = self.model.fields(&input.ty).unwrap_or_default();
        let mut constants = Vec::new();
        for (name, source) in parts {
            let part = part_of(input, name).unwrap_or_default().to_owned();
            let part = At { value: part, span: name.span.clone() };
            let field = self.field_of(&format!("`{}` has", input.rust), fields, &part)?;
            let Source::Constant(text) = source else {
                let message = format!("`{}` is inside an object", name.value);
                return self.wrong(&name.span, message, "only constants stand there: `with`");
            };
            self.constant(&field, &name.span, text)?;
            constants.push((field, text.clone()));
        }
        let (Type::Named(ty), [(name, _), ..]) = (&input.ty, parts) else { return None };
        if let Some(other) = fields.iter().find(|field| field.surface.required) {
            let message = format!("`{}` of the read needs `{}`", input.rust, other.rust);
            return self.wrong(&name.span, message, "an object without inputs that have to be given can be made");
        }
        Some(Origin::Object(ty.clone(), constants))
    }

    /// A constant for a read's input.
    fn constant(&mut self, input: &Field, place: &Span, text: &str) -> Option<Origin> {
        let kind = match &input.ty {
            Type::Named(name) => self.model.types.get(name).map(|entry| &entry.kind),
            _ => None,
        };
        let fits = match (&input.ty, kind) {
            (Type::Text, _) => true,
            (Type::Uint, _) | (_, Some(TypeKind::Id(IdKind::Number))) => text.parse::<u64>().is_ok(),
            (Type::Int, _) => text.parse::<i64>().is_ok(),
            (Type::Flag | Type::Worded(_), _) => ["true", "false"].contains(&text),
            (_, Some(TypeKind::Enumeration { values, .. })) => values.iter().any(|value| value.wire == text),
            _ => {
                let message = format!("`{}` of the read cannot be a constant", input.rust);
                let label = "a text, a number, a flag, the number of an id or a value of an enumeration can";
                return self.wrong(place, message, label);
            }
        };
        if !fits {
            let message = format!("`{}` of the read is never `{text}`", input.rust);
            return self.wrong(place, message, "not a value of its type");
        }
        // Limits that differ by host or by another input are those of the call that is made.
        if let Some(rule) = limits::broken(&input.surface.limits, text).filter(|_| input.surface.host_limits.is_empty())
        {
            let message = format!("`{}` of the read cannot be this constant: {rule}", input.rust);
            return self.wrong(place, message, "not within its limits");
        }
        Some(Origin::Constant(input.ty.clone(), text.to_owned()))
    }

    /// Paths through the item's fields, with the inputs that they must equal.
    fn compared(&mut self, item: &Type, fields: &[Field], pairs: &Pairs) -> Option<Vec<(Vec<Field>, Field)>> {
        let mut compared = Vec::new();
        for (name, input) in pairs {
            let path = self.path(item, fields, name)?;
            let bare = input.value.strip_suffix(FILLED).unwrap_or(&input.value);
            let mut own = self.own_input(&At { value: bare.to_owned(), span: input.span.clone() })?;
            // A ticket holds texts: they are read as what the field is.
            let is_alone = compared.iter().all(|(_, other): &(Vec<Field>, Field)| other.rust != own.rust);
            if let Some(last) = path.last().filter(|last| is_alone && is_read_as(self.model, &own.ty, &last.ty)) {
                own.ty = last.ty.clone();
            }
            self.comparable(&path, &own, name)?;
            compared.push((path, own));
        }
        Some(compared)
    }

    /// An input of this call, or the only one of a variant, by `group/variant`: that is one which may be left out.
    fn own_input(&mut self, name: &At<String>) -> Option<Field> {
        let endpoint: &'m Endpoint = self.endpoint;
        if let Some(own) = endpoint.inputs().find(|own| own.rust == name.value) {
            return Some(own.clone());
        }
        if endpoint.one_of.iter().any(|group| group.rust == name.value) {
            let message = format!("`{}` is one of several inputs", name.value);
            return self.unknown_variant(message, "which of them?", name, endpoint);
        }
        if let Some((list, path)) = self.of_items(name)? {
            return self.own_items(name, list, path);
        }
        let Some((group, variant)) = name.value.split_once('/') else {
            let message = format!("there is no input `{}`", name.value);
            return self.unknown(&name.span, message, name, endpoint.inputs().map(|own| own.rust.as_str()));
        };
        let (field, place) = self.only_input(name, group, variant)?;
        if field.is_option() || matches!(field.ty, Type::Map(..)) {
            return self.wrong(&name.span, format!("`{}` is not one value", name.value), "a map, or it may be absent");
        }
        let mut own = Field { rust: name.value.clone(), ..field };
        own.surface.required = false;
        if self.choices.iter().all(|(known, _)| *known != name.value) {
            self.choices.push((name.value.clone(), place));
        }
        Some(own)
    }

    /// The input list of a name such as `operations/filter/ids`, and the way to the field in each of its items.
    fn of_items(&mut self, name: &At<String>) -> Option<Option<(Field, Vec<Field>)>> {
        let endpoint: &'m Endpoint = self.endpoint;
        let mut steps = name.value.split('/');
        let first = steps.next().unwrap_or_default();
        let list = endpoint.inputs().find(|own| own.rust == first && matches!(own.ty, Type::List(_)));
        let (Some(list), true) = (list, name.value.contains('/')) else { return Some(None) };
        let mut fields = self.model.fields(list.ty.item()).unwrap_or_default();
        let mut path: Vec<Field> = Vec::new();
        for step in steps {
            let step = At { value: step.to_owned(), span: name.span.clone() };
            let field = self.listed(list, fields, &step)?;
            fields = match &field.ty {
                Type::List(_) => &[],
                ty => self.model.fields(ty).unwrap_or_default(),
            };
            path.push(field);
        }
        Some(Some((list.clone(), path)))
    }

    /// A field of each item of an input list, as the list of them all.
    fn own_items(&mut self, name: &At<String>, list: Field, path: Vec<Field>) -> Option<Field> {
        let last = path.last()?;
        if last.is_nullable() || list.is_nullable() || matches!(last.ty, Type::Map(..)) {
            return self.wrong(&name.span, format!("`{}` is not one value", name.value), "a map, or it may be null");
        }
        let ty = if let Type::List(item) = &last.ty { item } else { last.ty.item() };
        let mut own = Field { rust: name.value.clone(), ty: Type::List(Box::new(ty.clone())), ..last.clone() };
        own.surface.required = false;
        if self.choices.iter().all(|(known, _)| *known != name.value) {
            self.choices.push((name.value.clone(), EchoedInput::Items { list: Box::new(list), path }));
        }
        Some(own)
    }

    /// The only input of a variant of this call, and where it stands.
    fn only_input(&mut self, name: &At<String>, group: &str, variant: &str) -> Option<(Field, EchoedInput)> {
        let group = self.endpoint.one_of.iter().find(|known| known.rust == group);
        let found = group.and_then(|group| group.variants.iter().find(|known| known.name == variant));
        let (Some(group), Some(variant)) = (group, found) else {
            let listed = name.value.split_once('/').map_or("", |(listed, _)| listed);
            if self.endpoint.inputs().any(|own| own.rust == listed) {
                let message = format!("`{}` is a value within the input `{listed}`", name.value);
                return self.wrong(&name.span, message, "an input is compared as a whole");
            }
            let message = format!("this call has no variant `{}`", name.value);
            return self.unknown_variant(message, "not there", name, self.endpoint);
        };
        let [field] = variant.fields.as_slice() else {
            let message = format!("`{}` has not one input alone", name.value);
            return self.wrong(&name.span, message, "`group/variant` is the only input of a variant");
        };
        let place = EchoedInput::Variant {
            group: group.rust.clone(),
            is_required: group.required,
            type_name: group.type_name.clone(),
            variant: variant.rust.clone(),
        };
        Some((field.clone(), place))
    }

    /// The input list, and paths through the item's fields with the listed fields that they must equal.
    fn each(
        &mut self,
        item: &Type,
        fields: &[Field],
        input: &At<String>,
        pairs: &Pairs,
    ) -> Option<(Field, Vec<Compared>)> {
        let listed = self.endpoint.inputs().find(|own| own.rust == input.value);
        let Some((own, Type::List(listed))) = listed.map(|own| (own, &own.ty)) else {
            return self.wrong(&input.span, "`each` is an input that is a list", "there is no such list");
        };
        let own_fields = self.model.fields(listed).unwrap_or_default();
        if pairs.is_empty() {
            let message = format!("`where` compares nothing of the items of `{}`", input.value);
            let label = format!("`where = {{ name = \"{}/name\" }}` says which is whose", input.value);
            return self.wrong(&input.span, message, &label);
        }
        let mut compared = Vec::new();
        for (name, input) in pairs {
            let path = self.path(item, fields, name)?;
            let part = input.value.strip_prefix(own.rust.as_str()).and_then(|rest| rest.strip_prefix('/'));
            let part = part.unwrap_or(&input.value);
            let bare = part.strip_suffix(FILLED).unwrap_or(part);
            let is_filled = bare != part;
            let part = At { value: bare.to_owned(), span: input.span.clone() };
            let field = match part.value == ITSELF {
                true => self.key(listed, own_fields, &part)?,
                false => self.listed(own, own_fields, &part)?,
            };
            if is_filled && !field.is_option() {
                let message = format!("`{}` has no value that the hoster fills in", input.trim_end_matches(FILLED));
                return self.wrong(
                    &input.span,
                    message,
                    "`?` stands behind an input that may be left out, beside `new`",
                );
            }
            if field.is_nullable() {
                return self.wrong(&input.span, format!("`{}` may be null", input.value), "it would never be equal");
            }
            self.comparable(&path, &field, name)?;
            compared.push((path, field));
        }
        Some((own.clone(), compared))
    }

    /// The field that tells items apart, or an item that is a scalar itself.
    fn key(&mut self, item: &Type, fields: &[Field], name: &At<String>) -> Option<Field> {
        match name.value.as_str() {
            ITSELF if is_text(self.model, item) => Some(Field::itself(item)),
            ITSELF => self.wrong(&name.span, "the items are no scalars", "a field of them tells them apart"),
            _ => {
                let field = self.field(fields, name)?;
                if has_few_values(self.model, field.ty.item()) {
                    let label = "of two items, both may have the same value";
                    return self.wrong(&name.span, "a flag or a word of a list does not tell items apart", label);
                }
                Some(field)
            }
        }
    }

    fn path(&mut self, item: &Type, fields: &[Field], name: &At<String>) -> Option<Vec<Field>> {
        if name.value == ITSELF {
            return Some(vec![self.key(item, fields, name)?]);
        }
        let mut path: Vec<Field> = Vec::new();
        for part in name.value.split('/') {
            let part = At { value: part.to_owned(), span: name.span.clone() };
            let inner = path.last().map(|last| self.model.fields(&last.ty).unwrap_or_default());
            let field = self.field(inner.unwrap_or(fields), &part)?;
            path.push(field);
        }
        Some(path)
    }

    /// Checks that field and input have the same type, or that the input is a list of it; secrets are refused, because
    /// a ticket holds none.
    fn comparable(&mut self, path: &[Field], own: &Field, name: &At<String>) -> Option<()> {
        let wanted = if let Type::List(item) | Type::Nullable(item) = &own.ty { item } else { &own.ty };
        if matches!(wanted, Type::Secret) {
            return self.wrong(&name.span, format!("`{}` is a secret", own.rust), "a ticket must not hold secrets");
        }
        if let Some(many) = path.last().filter(|last| matches!(last.ty, Type::List(_) | Type::Map(..))) {
            let message = format!("`{}` is `{}`, which is more than one value", name.value, many.surface.ty.value);
            return self.wrong(&name.span, message, "only single values are compared");
        }
        // A text is compared with what an id or a word of a list is on the wire.
        let is_equal = |last: &Field| last.ty == *wanted || *wanted == Type::Text && is_word(self.model, &last.ty);
        if !path.last().is_some_and(is_equal) {
            let message = format!("`{}` and `{}` are of different types", name.value, own.rust);
            return self.wrong(&name.span, message, "they can never be equal");
        }
        if !is_text(self.model, wanted) {
            return self.wrong(
                &name.span,
                format!("`{}` is not one piece of text", own.rust),
                "a ticket cannot hold it",
            );
        }
        Some(())
    }

    fn field(&mut self, fields: &[Field], name: &At<String>) -> Option<Field> {
        self.field_of("what is read has", fields, name)
    }

    /// A field of the items of an input.
    fn listed(&mut self, own: &Field, fields: &[Field], name: &At<String>) -> Option<Field> {
        if fields.is_empty() {
            let message = format!("the items of `{}` have no fields", own.rust);
            let help = format!("`{}/{ITSELF}` is such an item itself", own.rust);
            self.diagnostics.add_with_help("E0230", &name.span, message, "not there", help);
            return None;
        }
        self.field_of(&format!("the items of `{}` have", own.rust), fields, name)
    }

    fn field_of(&mut self, whose: &str, fields: &[Field], name: &At<String>) -> Option<Field> {
        match fields.iter().find(|field| field.rust == name.value) {
            Some(field) => Some(field.clone()),
            None => {
                let message = format!("{whose} no field `{}`", name.value);
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
            _ if name.ends_with(FILLED) => {
                format!("`?` stands behind the input, on the right: `where = {{ name = \"name{FILLED}\" }}`")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => with_slashes(name)
                .unwrap_or_else(|| "fields and inputs have their Rust names, calls are `module/endpoint`".to_owned()),
        };
        self.diagnostics.add_with_help("E0230", span, message, "not there", help);
        None
    }

    fn wrong<T>(&mut self, span: &Span, message: impl Into<String>, label: &str) -> Option<T> {
        self.diagnostics.add("E0230", span, message, label);
        None
    }
}
