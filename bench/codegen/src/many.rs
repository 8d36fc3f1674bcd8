//! Growth with the number of endpoints: one endpoint copied a hundred and a thousand times, beside a whole API.

use hostkit_codegen::{Sources, Specs};

use crate::{both, specs, time};

const SPEC: &str = "reference/list_datacenters";

/// Prints how the time grows with ten times the endpoints, less the time of the API alone.
pub fn grow() {
    let [none, few, many] = [0, 100, 1_000].map(|count| {
        let sources = copies(count);
        match Specs::read("macloud", &sources) {
            Ok(specs) => assert!(specs.rust().files().count() > count),
            Err(diagnostics) => panic!("{}", diagnostics.render(&sources, false)),
        }
        let cost = time(|| Specs::read("macloud", &sources).map(|specs| specs.rust()).is_ok());
        println!("  98 and {count:>5} endpoints: median {:>8.1} ms, best {:>8.1} ms", cost.median, cost.best);
        cost
    });
    let median = (many.median - none.median) / (few.median - none.median);
    let best = (many.best - none.best) / (few.best - none.best);
    println!("  10 x the endpoints, time x {median:.1} (best {best:.1})");
}

/// Macloud's specs, plus `count` copies of one endpoint.
fn copies(count: usize) -> Sources {
    let (mut texts, examples) = both("macloud");
    let spec = std::fs::read_to_string(specs().join("macloud").join(format!("{SPEC}.toml"))).expect("a spec");
    // Drops examples and the document's number, which only one endpoint can have.
    let spec = spec.split("[[example]]").next().unwrap_or_default();
    let spec: String =
        spec.lines().filter(|line| !line.starts_with("documents")).map(|line| format!("{line}\n")).collect();
    for index in 0..count {
        let name = format!("list_datacenters_{index}");
        let copy = spec.replace("name = \"list_datacenters\"", &format!("name = \"{name}\""));
        let copy = copy.replace("path = \"/v1/datacenter\"", &format!("path = \"/v1/datacenter/{index}\""));
        texts.push((format!("macloud/reference/{name}.toml"), copy));
    }
    Sources::new(texts).with_examples(examples)
}
