//! Evidence that a call happened, as `x-hostkit-trace`, in the spec's own keywords.

use super::json::{Object, object};
use crate::source::At;
use crate::surface::{Pairs, Trace};

pub(super) fn trace(trace: &Trace) -> Object {
    let mut found = Object::default();
    let text = |word: &Option<At<String>>| word.as_ref().map(|at| at.value.clone()).unwrap_or_default();
    found.say("first", text(&trace.first));
    found.say("read", trace.read.value.as_str());
    found.say("inputs", pairs(&trace.inputs));
    found.say("list", trace.lists.iter().map(|at| at.value.as_str()).collect::<Vec<_>>());
    found.say("each", text(&trace.each));
    found.say("count", text(&trace.count));
    found.say("where", pairs(&trace.filter));
    let mut values = Object::default();
    for constant in &trace.is {
        values.set(constant.key.value.as_str(), constant.text.as_str());
    }
    found.say("is", values);
    found.say("new", text(&trace.new));
    found.say("changed", text(&trace.changed));
    found.say("by", text(&trace.by));
    found.say("renews", text(&trace.renews));
    found.say("there", text(&trace.there));
    for (word, holds) in [("gone", trace.gone), ("not-found", trace.not_found)] {
        if holds {
            found.set(word, true);
        }
    }
    found.say("absent", if trace.absent_is_no { "no" } else { "" });
    found.say("not-seen", if trace.unseen_is_no { "" } else { "nothing" });
    found.extend(object! { "settle": trace.settle });
    found
}

fn pairs(pairs: &Pairs) -> Object {
    let mut found = Object::default();
    for (key, value) in pairs {
        found.set(key.value.as_str(), value.value.as_str());
    }
    found
}
