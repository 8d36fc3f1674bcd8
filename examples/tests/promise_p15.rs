//! P15: typed decoding takes at most 16 times the body and 16 MiB. Lists and maps of every example are blown up to 128
//! KiB (in the long size to 4 MiB): by empty objects, and by what they hold.

use hostkit::{Format, Value};
use peak_alloc::PeakAlloc;

#[path = "support/entries.rs"]
mod entries;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How large a blown-up body is, about.
fn body_size() -> usize {
    entries::size(128 << 10, 128 << 10, 4 << 20)
}

const SLACK: usize = 16 << 20;

/// Trees in which one list, or one map, is filled with copies of `filling`.
fn blown_up(tree: &Value, is_list: bool, filling: impl Fn(&Value) -> Option<Value>) -> Vec<Value> {
    entries::variants(tree, |_, node| match node {
        Value::List(items) if is_list => {
            let Some(item) = items.first().and_then(&filling) else { return false };
            let length = format!("{item:?}").len() / 4 + 4;
            *items = vec![item; (body_size() / length).max(16)];
            true
        }
        Value::Map(fields) if !is_list => {
            let Some(item) = fields.last().and_then(|(_, value)| filling(value)) else { return false };
            let length = format!("{item:?}").len() / 4 + 12;
            fields.extend((0..body_size() / length).map(|number| (format!("k{number}").into(), item.clone())));
            true
        }
        _ => false,
    })
}

#[test]
fn typed_decoding_stays_within_its_memory() {
    let (mut cases, mut worst, mut worst_at, mut wrong) = (0, 0.0_f64, String::new(), Vec::new());
    // One endpoint alone: `HOSTKIT_PROMISE_CASE=inferno/services/list_services`.
    let one = std::env::var("HOSTKIT_PROMISE_CASE").ok();
    for entry in entries::all().into_iter().filter(|entry| one.as_ref().is_none_or(|one| entry.folder == one)) {
        // One answer of each format: further cases have the same lists.
        let mut formats: Vec<Format> = Vec::new();
        for answer in &entry.answers {
            if answer.format == Format::Form || (formats.contains(&answer.format) && !entries::is_long()) {
                continue;
            }
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            formats.push(answer.format);
            let empty = |_: &Value| Some(Value::Map(Vec::new()));
            // In the short size one list, and one map at the most.
            let few = if entries::is_long() { usize::MAX } else { 1 };
            let mut trees: Vec<_> = blown_up(&tree, true, empty).into_iter().take(few).collect();
            trees.extend(blown_up(&tree, true, |item| Some(item.clone())).into_iter().take(few));
            trees.extend(blown_up(&tree, false, empty).into_iter().take(if answer.format == Format::Xml {
                few
            } else {
                0
            }));
            for tree in trees {
                let Ok(bytes) = hostkit::wire::write(answer.format, &tree) else { continue };
                drop(tree);
                cases += 1;
                let before = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
                let is_taken = (entry.accepts)(answer.status, &bytes);
                let used = MEMORY.peak_usage().saturating_sub(before);
                #[allow(clippy::cast_precision_loss)]
                let times = used as f64 / bytes.len() as f64;
                if times > worst && bytes.len() > body_size() / 4 {
                    worst = times;
                    worst_at = format!("{} {} {} ({} bytes)", entry.folder, answer.case, answer.format, bytes.len());
                }
                if used > 16 * bytes.len() + SLACK {
                    wrong.push(format!(
                        "{} {}: {used} for {} bytes, {is_taken}",
                        entry.folder,
                        answer.case,
                        bytes.len()
                    ));
                }
            }
        }
    }
    println!("P15: {cases} cases, blown-up answers; at most {worst:.1} times the body, at {worst_at}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases > 50 || one.is_some(), "{cases} cases");
}
