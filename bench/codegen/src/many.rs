//! Growth with the number of endpoints: one endpoint copied a hundred and a thousand times, beside a whole API.

use hostkit_codegen::{Sources, Specs};

use crate::{both, laps, print, specs};

const SPEC: &str = "reference/list_datacenters";

/// Prints how the time grows with ten times the endpoints, less the time of the API alone.
pub fn grow() {
    let all = [0, 100, 1_000].map(copies);
    for (sources, count) in all.iter().zip([0, 100, 1_000]) {
        match Specs::read("macloud", sources) {
            Ok(specs) => assert!(specs.rust().files().count() > count),
            Err(diagnostics) => panic!("{}", diagnostics.render(sources, false)),
        }
    }
    let rust = |sources: &Sources| Specs::read("macloud", sources).map_or(0, |specs| specs.rust().files().count());
    let [none, few, many] = &all;
    let [none, few, many] = laps([&mut || rust(none), &mut || rust(few), &mut || rust(many)]);
    let alone = none.iter().copied().fold(f64::MAX, f64::min);
    let less = |times: Vec<f64>| times.into_iter().map(|time| time - alone).collect();
    print("growth-endpoints", less(many), Some(("a tenth of the endpoints", less(few))));
}

/// Macloud's specs, plus `count` copies of one endpoint.
fn copies(count: usize) -> Sources {
    let (mut texts, examples) = both("macloud");
    let spec = std::fs::read_to_string(specs().join("macloud").join(format!("{SPEC}.toml"))).expect("a spec");
    // Drops what concerns the example files, and the document's number, which only one endpoint can have.
    let spec = spec.split("[examples]").next().unwrap_or_default();
    let is_own = |line: &&str| line.starts_with("document = ") || line.starts_with("shown = ");
    let spec: String = spec.lines().filter(|line| !is_own(line)).map(|line| format!("{line}\n")).collect();
    for index in 0..count {
        let name = format!("list_datacenters_{index}");
        let copy = spec.replace("path = \"/v1/datacenter\"", &format!("path = \"/v1/datacenter/{index}\""));
        texts.push((format!("macloud/reference/{name}.toml"), copy));
    }
    Sources::new(texts).with_examples(examples)
}
