//! Evidence that a call happened, as `x-hostkit-evidence`, in the spec's own keywords.

use super::json::{Object, object};
use crate::source::At;
use crate::surface::{Evidence, Pairs};

pub(super) fn evidence(evidence: &Evidence) -> Object {
    let mut found = Object::default();
    let text = |word: &Option<At<String>>| word.as_ref().map(|at| at.value.clone()).unwrap_or_default();
    found.say("first", text(&evidence.first));
    found.say("read", evidence.read.value.as_str());
    found.say("inputs", pairs(&evidence.inputs));
    found.say("list", evidence.lists.iter().map(|at| at.value.as_str()).collect::<Vec<_>>());
    found.say("each", text(&evidence.each));
    found.say("count", text(&evidence.count));
    found.say("where", pairs(&evidence.filter));
    found.say("below", pairs(&evidence.below));
    let mut values = Object::default();
    for constant in &evidence.is {
        values.set(constant.key.value.as_str(), constant.text.as_str());
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
    found.say("not-seen", if evidence.unseen_is_no { "" } else { "nothing" });
    found.say("already", text(&evidence.already));
    found.extend(object! { "lag": evidence.lag });
    found
}

fn pairs(pairs: &Pairs) -> Object {
    let mut found = Object::default();
    for (key, value) in pairs {
        found.set(key.value.as_str(), value.value.as_str());
    }
    found
}
