//! Evidence that a call happened, as `x-hostkit-evidence`, in the spec's own keywords.

use super::json::{Json, Object, object};
use crate::source::At;
use crate::surface::{Evidence, Pairs, Wanted};

pub(super) fn evidence(evidence: &Evidence, unseen_is_no: bool) -> Object {
    let mut found = Object::default();
    let text = |word: &Option<At<String>>| word.as_ref().map(|at| at.value.clone()).unwrap_or_default();
    found.say("first", text(&evidence.first));
    found.say("read", evidence.read.value.as_str());
    found.say("inputs", pairs(&evidence.inputs));
    let mut constants = Object::default();
    for constant in &evidence.with {
        constants.set(constant.key.value.as_str(), constant.text.as_str());
    }
    found.say("with", constants);
    found.say("list", evidence.lists.iter().map(|at| at.value.as_str()).collect::<Vec<_>>());
    found.say("each", text(&evidence.each));
    found.say("count", text(&evidence.count));
    found.say("where", pairs(&evidence.filter));
    found.say("below", pairs(&evidence.below));
    let mut values = Object::default();
    for condition in &evidence.is {
        values.set(condition.path.value.as_str(), wanted(&condition.wanted));
    }
    found.say("is", values);
    found.say("new", text(&evidence.new));
    found.say("changed", text(&evidence.changed));
    found.say("by", text(&evidence.by));
    found.say("by-itself", text(&evidence.by_itself_if));
    found.say("there", text(&evidence.there));
    let signs = [("gone", evidence.gone), ("not-found", evidence.not_found), ("by-itself", evidence.by_itself)];
    for (word, holds) in signs {
        if holds {
            found.set(word, true);
        }
    }
    found.say("absent", if evidence.absent_is_no { "no" } else { "" });
    found.say("not-seen", if unseen_is_no { "" } else { "nothing" });
    found.say("already", text(&evidence.already));
    found.extend(object! { "lag": evidence.lag });
    found
}

/// What is wanted of a field, as the spec has it.
fn wanted(wanted: &Wanted) -> Json {
    let texts = |texts: &[String]| match texts {
        [text] => Json::from(text),
        texts => Json::from(texts.to_vec()),
    };
    match wanted {
        Wanted::There => Json::from(true),
        Wanted::Absent => Json::from(false),
        Wanted::Texts(alternatives) => texts(alternatives),
        Wanted::Not(others) => Json::from(object! { "not": texts(others) }),
    }
}

fn pairs(pairs: &Pairs) -> Object {
    let mut found = Object::default();
    for (key, value) in pairs {
        found.set(key.value.as_str(), value.value.as_str());
    }
    found
}
