//! P15: typed decoding takes at most 16 times the body plus 16 MiB. Lists, maps, objects and texts of every example are
//! enlarged to 64 KiB, in the long size to 4 MiB each.
//!
//! That its time is linear is tested in `promises/p15_time.rs`.

use hostkit::UnknownFields;
use hostkit_tests::shapes::Shape;
use hostkit_tests::{entries, shapes, size};

use crate::{MEMORY, alone};

const SLACK: usize = 16 << 20;

#[test]
fn typed_decoding_stays_within_its_memory() {
    let _alone = alone();
    let size = size::size(64 << 10, 64 << 10, 4 << 20);
    // A short body can show a list that reserves too much memory, but nothing about long texts.
    let shapes = if size::is_long() { &Shape::ALL[..] } else { &Shape::ALL[..5] };
    let (mut cases, mut worst, mut worst_at, mut wrong) = (0, 0.0_f64, String::new(), Vec::new());
    shapes::each(shapes, size::is_long(), |body| {
        let Some(bytes) = body.bytes(size) else { return };
        cases += 1;
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let is_taken = (body.entry.accepts)(body.status, &bytes);
        let used = MEMORY.peak_usage().saturating_sub(before);
        #[allow(clippy::cast_precision_loss)]
        let times = used as f64 / bytes.len() as f64;
        if times > worst {
            worst = times;
            worst_at = format!("{} ({} bytes)", body.name(), bytes.len());
        }
        if used > 16 * bytes.len() + SLACK {
            let taken = if is_taken { "taken" } else { "refused" };
            wrong.push(format!("{}: {times:.1} × the body of {} bytes, {taken}", body.name(), bytes.len()));
        }
    });
    println!("P15: {cases} cases, answers of {size} bytes; at most {worst:.1} times the body, at {worst_at}");
    assert!(wrong.is_empty(), "{} of {cases} over 16 × the body + 16 MiB:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 50 || std::env::var_os("HOSTKIT_PROMISE_CASE").is_some(), "{cases} cases");
}

/// Error documents of each API, with a place for anything in them. Each text of one would be kept with an allocation of
/// its own.
const ERRORS: &[(&str, u16, &str)] = &[
    ("clodo/servers/list_servers", 400, r#"{"BadRequest":{"code":400,"message":"no","details":%}}"#),
    ("clodo/servers/list_servers", 401, r#"{"code":401,"message":%,"details":"no"}"#),
    ("inferno/orders/list_orders", 200, r#"{"result":"fail","message":%}"#),
    ("inferno/orders/list_orders", 200, r#"{"result":"fail","msg":"no","error_code":904,"more":%}"#),
    ("rootpanel/orders/get_orders", 200, r#"{"status":"ERROR","errorCode":"20","errorMsg":%}"#),
    ("macloud/servers/list_servers", 400, r#"{"status":"error","status_code":400,"status_msg":"no","data":%}"#),
    (
        "macloud/servers/list_servers",
        400,
        r#"{"status":"error","status_code":400,"status_msg":%,"data":{"name":["no"]}}"#,
    ),
];

#[test]
fn an_error_document_stays_within_its_memory() {
    let _alone = alone();
    let entries = entries::all();
    let numbers = format!("[{}1]", "1,".repeat(500_000));
    let named: Vec<String> = (0..200_000).map(|number| format!("\"{number}\":1")).collect();
    let texts: Vec<String> = (0..100_000).map(|number| format!("\"{number}\":[\"no\",\"never\"]")).collect();
    let places = [
        format!("[{numbers},{numbers},{numbers}]"),
        format!("{{{}}}", named.join(",")),
        format!("{{{}}}", texts.join(",")),
        format!("\"{}\"", "нет ".repeat(500_000)),
        format!("[{}{{}}]", "{},".repeat(500_000)),
    ];
    let (mut cases, mut worst) = (0, 0.0_f64);
    for (folder, status, document) in ERRORS {
        let entry = entries.iter().find(|entry| entry.folder == *folder).expect(folder);
        for place in &places {
            let body = document.replace('%', place);
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            let error = (entry.decode)(*status, body.as_bytes(), UnknownFields::Collect).err().expect(document);
            let used = MEMORY.peak_usage().saturating_sub(before);
            cases += 1;
            #[allow(clippy::cast_precision_loss)]
            let times = used as f64 / body.len() as f64;
            worst = worst.max(times);
            let start: String = body.chars().take(80).collect();
            assert!(used <= 16 * body.len() + SLACK, "{folder}: {used} for {} bytes: {start}", body.len());
            // The one text of a server's message is kept as it came; many are cut.
            assert!(error.len() < 10_000 + 2 * place.len(), "{folder}: {} bytes of text: {start}", error.len());
        }
    }
    println!("P15: {cases} error documents, at most {worst:.1} times the body");
}
