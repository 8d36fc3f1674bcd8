//! Error texts of each candidate for the same malformed documents.

pub fn run() {
    let json = bench_suite::bodies::clodo_json(3, false);
    let xml = bench_suite::bodies::clodo_xml(3);
    let broken = [
        ("JSON, an id that is no number", json.replace("\"100001\"", "\"abc\"")),
        ("JSON, no id", json.replace("\"id\":\"100001\",", "")),
        ("JSON, a load that is no number", json.replacen("\"8.21\"", "\"high\"", 1)),
        ("JSON, cut off", json[..json.len() / 2].to_owned()),
        ("JSON, an error page", "<html><body><h1>502 Bad Gateway</h1></body></html>".to_owned()),
        ("JSON, something behind it", format!("{json}<br />Warning: mysql_connect()")),
        ("XML, an id that is no number", xml.replace("<id>100001</id>", "<id>abc</id>")),
        ("XML, no id", xml.replace("<id>100001</id>", "")),
        ("XML, another root", "<notFound code=\"404\"><message>no</message></notFound>".to_owned()),
        ("XML, something behind it", format!("{xml}<br />")),
    ];
    for (what, body) in broken {
        println!("{what}");
        println!("  tree   {}", said(candidate_tree::clodo::list_server_details(body.as_bytes()).map(|v| v.len())));
        println!("  stream {}", said(candidate_stream::clodo::list_server_details(&body).map(|v| v.len())));
        println!("  serde  {}", said(candidate_serde::clodo::list_server_details(&body).map(|v| v.len())));
    }
}

fn said<E: std::fmt::Display>(result: Result<usize, E>) -> String {
    match result {
        Ok(servers) => format!("Ok, {servers} servers"),
        Err(error) => error.to_string(),
    }
}
