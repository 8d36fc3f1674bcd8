//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use std::collections::BTreeMap;

use hostkit_proto::evidence::{Doubt, Perform, Sighting};
use hostkit_proto::server::Serve;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::example::incoming;
use hostkit_proto::{Api, Endpoint, Format, RawAnswer, RequestParts, UnixTime, UnknownFields};
use http::header::{CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderName, HeaderValue};
use obstacle_rest_proto::Rest;
use obstacle_rest_proto::parts::{ListParts, MakePart, MakePartPlace};
use obstacle_rest_proto::things::{
    ChangeThings, FindThings, GetNote, GetParts, GetPicture, GetRecord, GetThing, MakeThings, OrderThing, RenameThing,
    WatchThing,
};
use obstacle_rest_proto::types::{
    Drive, Link, LinkModel, Part, PartId, PartKind, PartPage, Rule, Slot, Thing, ThingId,
};

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    obstacle_rest_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("obstacle-rest: {examples} examples");
}

#[test]
fn a_constant_of_a_path_goes_before_a_number_and_a_number_before_a_text() {
    let name = |path: &str| {
        let headers = HeaderMap::new();
        let request = obstacle_rest_proto::serve::route(&incoming("GET", path, &headers, b""));
        request.map(|request| request.info().name).map_err(|error| error.to_string())
    };
    assert_eq!(name("/records/latest/thing"), Ok("get_latest"));
    assert_eq!(name("/records/7/thing"), Ok("get_numbered"));
    assert_eq!(name("/records/ns1/thing"), Ok("get_record"));
}

/// What the server half makes of a request with this body.
#[test]
fn a_colon_in_a_path_is_read_in_both_forms() {
    let name = |path: &str| {
        let headers = HeaderMap::new();
        GetRecord::parse(&incoming("GET", path, &headers, b"")).map(|call| call.name.to_string())
    };
    for path in ["/records/ns1:53@eth0/thing", "/records/ns1%3A53%40eth0/thing"] {
        assert_eq!(name(path).unwrap(), "ns1:53@eth0", "{path}");
    }
}

fn read(body: &str) -> Result<ChangeThings, String> {
    let headers = HeaderMap::new();
    let body = ["locked=0&", body].concat();
    let request = incoming("PUT", "/things", &headers, body.as_bytes());
    ChangeThings::parse(&request).map_err(|error| error.to_string())
}

#[test]
fn names_are_read_by_their_template_alone() {
    let call = read("pid[1]=9&pid[0]=7&addon[5]=1").map(|call| (call.things, call.addons));
    assert_eq!(call, Ok((vec![ThingId::new(7), ThingId::new(9)], [(5, 1)].into())));
    for (body, what) in [
        ("note=x", "expected a value, found nothing"),
        ("pid[0]=7&pid[0]=9", "each name once"),
        ("pid[0]=7&pid[x]=9", "`pid[x]`"),
        ("pid[00]=7&pid[1]=9", "`pid[00]`"),
        ("pid[0]=x", "a whole number"),
        ("pid[0]=7&addon[05]=1", "`addon[05]`"),
        ("pid[0]=7&Ownerx=1", "`Ownerx`"),
        ("pid[0]=7&rules[in][0][action]=drop", "port"),
        ("pid[0]=7&rules[in][0][prot]=1", "`rules[in][0][prot]`"),
        ("pid[0]=7&rules[in][0][port]=1&rules[in][0][port]=2", "port"),
        ("pid[0]=7&OwnerPhone=1", "Name"),
    ] {
        let error = read(body).expect_err(body);
        assert!(error.contains(what), "{body}: {error}");
    }
}

/// Why a change is not sent.
fn refused(change: impl FnOnce(&mut ChangeThings)) -> String {
    let mut call = ChangeThings::new(vec![ThingId::new(7)], false);
    change(&mut call);
    let mut parts = RequestParts::new(&ChangeThings::INFO, &Rest::INFO, Format::Json, "main");
    call.encode(&mut parts).expect_err("it would be read as something else").to_string()
}

#[test]
fn what_would_be_read_as_other_parts_of_one_text_is_not_sent() {
    let text = str::to_owned;
    let items = refused(|call| call.paths = Some(vec![text("/a"), text("/hunter2;/b")].into()));
    assert!(items.contains("paths[1]: has `;` in it"), "{items}");
    let inside = refused(|call| {
        let mut rule = Rule::new(80);
        rule.words = Some(vec![text("a|hunter2")].into());
        call.rules.push(rule);
    });
    assert!(inside.contains("rules: has `words`, which has `|` in it"), "{inside}");
    let field = refused(|call| call.drive = Some(Drive::new("disk,size=1").into()));
    assert!(field.contains("drive: `kind` has `,` in it"), "{field}");
    let of_map = refused(|call| drop(call.cards.insert(1, Drive::new("a;hunter2").into())));
    assert!(of_map.contains("cards: `kind` has `;` in it"), "{of_map}");
    let blank = refused(|call| call.labels = Some(vec![text("hunter2 b")].into()));
    assert!(blank.contains("labels[0]: has ` ` in it"), "{blank}");
    let slot = |volume: &str, modes: &[&str]| {
        let mut slot = Slot::new(volume);
        slot.modes = Some(modes.iter().map(|mode| text(mode)).collect());
        refused(|call| drop(call.slots.insert(0, slot.into())))
    };
    assert!(slot("", &[]).contains("slots: the part without a name is empty"));
    let inner = slot("local:8", &["a", "hunter2;b"]);
    assert!(inner.contains("slots: has `modes`, which has `;` in it"), "{inner}");
    let outer = slot("local:8", &["a,hunter2"]);
    assert!(outer.contains("slots: `modes` has `,` in it"), "{outer}");
    let setting = |key: &str, value: &str| {
        refused(|call| call.settings = Some([(text(key), text(value))].into_iter().collect::<BTreeMap<_, _>>().into()))
    };
    let keys = ["hunter2=1", "hunter2\0b", " hunter2", ""].map(|key| setting(key, "x"));
    for (key, what) in
        keys.iter().zip(["has `=` in it", "stands between the parts", "has a blank around it", "is empty"])
    {
        assert!(key.contains("settings: has a key that") && key.contains(what), "{key}");
    }
    let value = setting("a", "hunter2\0b");
    assert!(value.contains("settings: `a` has"), "{value}");
    let link = refused(|call| {
        let mut link = Link::new(LinkModel::Copper);
        link.address = Some(text("hunter2,bridge=x"));
        call.links.insert(0, link.into());
    });
    assert!(link.contains("links: `copper` has `,` in it") || link.contains("links: has a key that"), "{link}");
    for error in keys.into_iter().chain([items, inside, field, of_map, blank, inner, outer, value, link]) {
        assert!(!error.contains("hunter2"), "{error}");
    }
    // What separates the items of other texts is a part of these.
    let mut call = ChangeThings::new(vec![ThingId::new(7)], false);
    call.paths = Some(vec![text("/a,b"), text("c=|d")].into());
    call.drive = Some(Drive::new("c2RhYg==").into());
    let mut parts = RequestParts::new(&ChangeThings::INFO, &Rest::INFO, Format::Json, "main");
    assert_eq!(call.encode(&mut parts), Ok(()));
}

/// What has no name is written under the one that it may have, where it would be another part without.
#[test]
fn a_part_that_needs_no_name_has_one_where_its_value_has_an_equals_sign() {
    use hostkit_proto::codec::ToText;
    let slot: hostkit_proto::Joined<Slot> = Slot::new("local:a=b.iso").into();
    assert_eq!(hostkit_proto::codec::InOneText::unreadable(&slot), None);
    assert_eq!(slot.to_text(), "file=local:a=b.iso");
}

/// A part is called by the value of another field if that is known; otherwise each has its own name.
#[test]
fn a_part_that_is_called_by_a_value_says_both() {
    let read = |text: &str| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp","link7":"{text}"}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let parts = GetParts::decode(&answer.with_unknown_fields(UnknownFields::Deny));
        let link = parts.map_err(|error| error.to_string())?.links.remove(&7).ok_or("no link")?;
        Ok::<_, String>((link.model.as_str().to_owned(), link.address.clone(), link.bridge.clone()))
    };
    let link = |model: &str, address: Option<&str>, bridge: Option<&str>| {
        Ok((model.to_owned(), address.map(str::to_owned), bridge.map(str::to_owned)))
    };
    assert_eq!(read("copper=AA:BB,bridge=br0"), link("copper", Some("AA:BB"), Some("br0")));
    assert_eq!(read("bridge=br0,copper=a=b"), link("copper", Some("a=b"), Some("br0")));
    assert_eq!(read("copper,bridge=br0"), link("copper", None, Some("br0")));
    assert_eq!(read("model=copper,address=AA:BB"), link("copper", Some("AA:BB"), None));
    assert_eq!(read("model=silver,address=AA:BB"), link("silver", Some("AA:BB"), None));
    for (text, what) in [
        ("model=copper,silver=AA:BB", "`silver`"),
        ("bridge=br0", "nothing"),
        ("copper=AA:BB,glass-2=CC:DD", "twice"),
        ("copper=AA:BB,address=CC:DD", "twice"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(what), "{text}: {error}");
    }
    let written = |model: &str, address: Option<&str>| {
        let mut link = Link::new(LinkModel::from_text(model));
        (link.address, link.bridge) = (address.map(str::to_owned), Some("br0".to_owned()));
        hostkit_proto::codec::ToText::to_text(&hostkit_proto::Joined::<Link>(link)).into_owned()
    };
    assert_eq!(written("glass-2", Some("AA:BB")), "glass-2=AA:BB,bridge=br0");
    assert_eq!(written("glass-2", None), "glass-2,bridge=br0");
    assert_eq!(written("silver", Some("AA:BB")), "silver,bridge=br0,address=AA:BB");
}

#[test]
fn json_in_one_text_is_read_by_the_rules_of_its_api() {
    let read = |text: &str| {
        let (headers, path) = (HeaderMap::new(), format!("/things/found?id[]=7&sold=Y&{text}"));
        FindThings::parse(&incoming("GET", &path, &headers, b"")).map_err(|error| error.to_string())
    };
    let found =
        read("filter=%7B%22in%22%3A%5B%7B%22port%22%3A80%2C%22open%22%3A%22yes%22%7D%5D%7D&limits=a%3D1%3Bb%3D2")
            .unwrap();
    let rules = found.filter.as_ref().and_then(|filter| filter.get("in")).map(Vec::as_slice).unwrap_or_default();
    assert_eq!(rules.first().map(|rule| (rule.port, rule.open)), Some((80, Some(true))));
    assert_eq!(
        found.limits.as_ref().map(|limits| limits.0.clone()),
        Some([("a".to_owned(), 1), ("b".to_owned(), 2)].into())
    );
    for (query, what) in [
        ("filter=hunter2", "JSON in one text"),
        ("filter=%5B%5D", "a map"),
        ("filter=%7B%22in%22%3A%5B%7B%7D%5D%7D", "in[0].port"),
        ("limits=a", "a part without a name"),
        ("limits=a%3D1%3Ba%3D2", "twice"),
        ("slot=size%3D1", "a value"),
    ] {
        let error = read(query).expect_err(query);
        assert!(error.contains(what) && !error.contains("hunter2"), "{query}: {error}");
    }
}

/// The form encodes once more what is encoded already, and limits are those of the plain text.
#[test]
fn a_text_that_is_encoded_by_itself_is_plain_in_rust() {
    let keys = |given: &str| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp","keys":{given}}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let parts = GetParts::decode(&answer).map_err(|error| error.to_string())?;
        let report = answer.report();
        let defects = report.defects().iter().map(ToString::to_string).collect::<Vec<_>>();
        Ok::<_, String>((parts.keys.as_deref().map(str::to_owned), defects.join("; ")))
    };
    for (given, plain) in [
        (r#""ssh-x%20A%2b%2F%3d""#, "ssh-x A+/="),
        (r#""a+b c""#, "a+b c"),
        (r#""%D0%9C%0a""#, "М\n"),
        (r#""%2520""#, "%20"),
    ] {
        assert_eq!(keys(given), Ok((Some(plain.to_owned()), String::new())), "{given}");
    }
    for given in [r#""100%""#, r#""%2""#, r#""%zz""#, r#""%+1""#, r#""%FF""#, r#""%D0x""#, "7"] {
        let (value, defects) = keys(given).unwrap();
        assert!(value.is_none() && defects.contains("keys: expected percent-encoded text"), "{given}: {defects}");
    }
    let found = |query: &str| {
        let (headers, path) = (HeaderMap::new(), format!("/things/found?id[]=7&sold=Y&mark={query}"));
        FindThings::parse(&incoming("GET", &path, &headers, b""))
            .map(|call| call.mark.map(|mark| mark.0))
            .map_err(|error| error.to_string())
    };
    assert_eq!(found("a%252B%2520b"), Ok(Some("a+ b".to_owned())));
    assert!(found("100%25").unwrap_err().contains("percent-encoded text"));
    let call = read("pid[0]=7&keys=%2520").unwrap();
    assert_eq!(call.keys.as_deref(), Some(" "));
    assert!(read("pid[0]=7&keys=%25x").unwrap_err().contains("percent-encoded text"));
    // Forty characters are many more bytes where they are encoded.
    let long = "М".repeat(40);
    assert!(refused(|call| call.keys = Some([&long, "x"].concat().into())).contains("keys: "), "too long");
    let call = ChangeThings::new(vec![ThingId::new(7)], false).keys(long);
    let mut parts = RequestParts::new(&ChangeThings::INFO, &Rest::INFO, Format::Json, "main");
    assert_eq!(call.encode(&mut parts), Ok(()));
}

/// With padding and without; what is no Base64, or not that of a text, is no value.
#[test]
fn a_text_in_base64_is_plain_in_rust() {
    let badge = |given: &str| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp","badge":{given}}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let parts = GetParts::decode(&answer).map_err(|error| error.to_string())?;
        let report = answer.report();
        let defects = report.defects().iter().map(ToString::to_string).collect::<Vec<_>>();
        Ok::<_, String>((parts.badge.as_deref().map(str::to_owned), defects.join("; ")))
    };
    for (given, plain) in
        [(r#""bGFtcD4+fj8=""#, "lamp>>~?"), (r#""bGFtcD4+fj8""#, "lamp>>~?"), (r#""0Jw=""#, "М"), (r#""0Jw""#, "М")]
    {
        assert_eq!(badge(given), Ok((Some(plain.to_owned()), String::new())), "{given}");
    }
    for given in [r#""lamp>""#, r#""bGF""#, r#""bGFtcD4-fj8=""#, r#""bGF tcA==""#, r#""/w==""#, r#""=""#, "7"] {
        let (value, defects) = badge(given).unwrap();
        assert!(value.is_none() && defects.contains("badge: expected the Base64 of a text"), "{given}: {defects}");
    }
    let found = |query: &str| {
        let (headers, path) = (HeaderMap::new(), format!("/things/found?id[]=7&sold=Y&badge={query}"));
        FindThings::parse(&incoming("GET", &path, &headers, b""))
            .map(|call| call.badge.map(|badge| badge.0))
            .map_err(|error| error.to_string())
    };
    assert_eq!(found("bGFtcD4%2Bfj8"), Ok(Some("lamp>>~?".to_owned())));
    assert!(found("lamp-").unwrap_err().contains("the Base64 of a text"));
}

#[test]
fn an_object_in_one_text_is_read_in_any_order() {
    let drive = |text: &str, unknown: UnknownFields| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp","drive":"{text}"}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let answer = answer.with_unknown_fields(unknown);
        let parts = GetParts::decode(&answer).map_err(|error| error.to_string())?;
        let drive = parts.drive.map(|drive| (drive.kind.clone(), drive.size, drive.spare));
        Ok::<_, String>((drive, answer.report().unknown().to_vec(), answer.report().defects().len()))
    };
    let collect = |text: &str| drive(text, UnknownFields::Collect).expect("parts");
    let disk = |size| Some(("disk".to_owned(), size, None));
    assert_eq!(collect("size=32,kind=disk"), (disk(Some(32)), vec![], 0));
    assert_eq!(collect("kind=disk"), (disk(None), vec![], 0));
    assert_eq!(collect("kind=c2RhYg==").0, Some(("c2RhYg==".to_owned(), None, None)));
    assert_eq!(collect("kind=disk,speed=9"), (disk(None), vec!["answer.data.drive.speed".to_owned()], 0));
    assert_eq!(collect("kind=disk,size=big"), (disk(None), vec![], 1), "a defect of the field");
    assert_eq!(collect("size=32"), (None, vec![], 1), "a defect of the object");
    assert_eq!(collect("disk"), (None, vec![], 1), "no name");
    assert_eq!(collect("kind=disk,spare"), (None, vec![], 1), "perhaps the rest of another part");
    let error = |text: &str| drive(text, UnknownFields::Deny).expect_err(text);
    assert!(error("kind=disk,speed=9").contains("`speed`"));
    assert!(error("kind=disk,kind=net").contains("twice"));
    assert!(error("disk").contains("data.drive"));
}

#[test]
fn a_part_without_a_name_stands_first_and_once() {
    let slot = |text: &str| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp","slot7":"{text}"}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let parts = GetParts::decode(&answer.with_unknown_fields(UnknownFields::Deny));
        let slot = parts.map_err(|error| error.to_string())?.slots.remove(&7).ok_or("no slot")?;
        let modes = slot.modes.as_ref().map(|modes| modes.0.join("+"));
        Ok::<_, String>((slot.volume.clone(), slot.size, modes))
    };
    let local = |size, modes: Option<&str>| Ok(("local:8".to_owned(), size, modes.map(str::to_owned)));
    assert_eq!(slot("local:8"), local(None, None));
    assert_eq!(slot("local:8,modes=a; b,size=9,"), local(Some(9), Some("a+b")));
    assert_eq!(slot(" file = local:8 ,modes=a"), local(None, Some("a")));
    // Under its name, another `=` is a part of the value.
    assert_eq!(slot("file=a=b.iso,size=9"), Ok(("a=b.iso".to_owned(), Some(9), None)));
    assert!(slot("size=9").is_err_and(|error| error.contains("slot7")), "it has to be there");
    // Behind others, it may be the rest of a value.
    let others = ["local:8,nfs", "size=9,local:8", "local:8,file=nfs", "volume=nfs,file=nfs"];
    // Without its name, it would be no part.
    for wrong in others.into_iter().chain(["file=,size=9"]) {
        let error = slot(wrong).expect_err(wrong);
        assert!(error.contains("slot7"), "{wrong}: {error}");
    }
}

/// The flags of a thing, and whether something in it was a defect.
fn flags(body: &str) -> Option<(bool, Option<bool>, bool)> {
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&GetThing::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
    let thing = GetThing::decode(&answer).ok()?;
    Some((thing.sold, thing.clean, !answer.report().defects().is_empty()))
}

#[test]
fn a_flag_is_one_of_its_words_or_a_truth_value() {
    for (body, expected) in [
        (r#"{"id":7,"sold":"Y","clean":"off"}"#, (true, Some(false), false)),
        (r#"{"id":7,"sold":"N","clean":"yes"}"#, (false, Some(true), false)),
        (r#"{"id":7,"sold":true,"clean":false}"#, (true, Some(false), false)),
        (r#"{"id":7,"sold":null}"#, (false, None, false)),
        (r#"{"id":7,"clean":"Y"}"#, (false, None, true)),
        (r#"{"id":7,"sold":"y","clean":"on"}"#, (false, Some(true), true)),
        (r#"{"id":7,"clean":1}"#, (false, None, true)),
    ] {
        assert_eq!(flags(body), Some(expected), "{body}");
    }
}

/// What `decode` makes of a body under 200, with this type.
fn decoded<E: Endpoint<Api = Rest>>(media_type: &'static str, body: &[u8]) -> Result<E::Output, String> {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
    let answer = RawAnswer::new(&E::INFO, &Rest::INFO, 200, &headers, body);
    E::decode(&answer).map_err(|error| error.to_string())
}

#[test]
fn a_body_that_is_no_document_is_one_text_or_bytes() {
    let text = |media_type, body: &[u8]| decoded::<GetNote>(media_type, body);
    assert_eq!(text("text/plain", b"a\r\nb\r\n").as_deref(), Ok("a\r\nb"));
    assert_eq!(text("", "\u{FEFF}ё".as_bytes()).as_deref(), Ok("ё"));
    for (media_type, body, what) in [
        ("text/plain", &b" \n"[..], "an empty body"),
        ("text/plain", b"a\xFF", "no UTF-8 at byte 1"),
        ("text/plain; charset=windows-1251", "ж".as_bytes(), "windows-1251"),
        ("text/html", b"a", "an HTML page"),
        ("text/plain", b"\n<!DOCTYPE HTML><html>", "an HTML page"),
    ] {
        let error = text(media_type, body).expect_err(what);
        assert!(error.contains(what), "{error}");
    }
    let order = |body: &[u8]| decoded::<OrderThing>("text/plain", body);
    assert_eq!(order(b"7\n"), Ok(ThingId::new(7)));
    for body in ["ERROR 402: no money", "0", "OK", "7 8", "{\"id\":7}"] {
        order(body.as_bytes()).expect_err(body);
    }
    let bytes = |media_type, body: &[u8]| decoded::<GetPicture>(media_type, body);
    assert_eq!(bytes("image/png", b"\0\xFF").as_deref(), Ok(&b"\0\xFF"[..]));
    assert!(bytes("image/png", b"").is_err() && bytes("text/html", b"a").is_err());
    assert!(bytes("image/png", b"<html>").is_err());
}

#[test]
fn headers_stand_beside_a_body() {
    let mut headers = HeaderMap::from_iter([(ETAG, HeaderValue::from_static("a1"))]);
    headers.insert("x-limit-left", HeaderValue::from_static("many"));
    let body = br#"{"thing":{"id":7,"version":"of the body"}}"#;
    let answer = RawAnswer::new(&WatchThing::INFO, &Rest::INFO, 200, &headers, body);
    let thing = WatchThing::decode(&answer).expect("a thing");
    assert_eq!((thing.id, thing.version.as_str(), thing.left), (ThingId::new(7), "a1", None));
    let answer = answer.with_unknown_fields(UnknownFields::Deny);
    assert!(WatchThing::decode(&answer).is_err(), "a field of a header is none of the body");
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&WatchThing::INFO, &Rest::INFO, 200, &headers, br#"{"thing":{"id":7}}"#);
    let error = WatchThing::decode(&answer).expect_err("no header").to_string();
    assert!(error.contains("ETag"), "{error}");
}

#[test]
fn a_map_may_have_its_entries_in_the_object_around_it() {
    let read = |entries: &str, unknown: UnknownFields| {
        let (headers, body) = (HeaderMap::new(), format!(r#"{{"data":{{"name":"lamp"{entries}}}}}"#));
        let answer = RawAnswer::new(&GetParts::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
        let answer = answer.with_unknown_fields(unknown);
        let parts = GetParts::decode(&answer).map_err(|error| error.to_string())?;
        let (nets, report) = (parts.nets.into_keys().collect::<Vec<_>>(), answer.report());
        Ok::<_, String>((nets, report.unknown().to_vec(), report.left_out().len()))
    };
    let collect = |entries: &str| read(entries, UnknownFields::Collect).expect("parts");
    assert_eq!(collect(r#","net7":"b","netmask":24,"net0":"a""#), (vec![0, 7], vec![], 0));
    let unknown = ["answer.data.net07", "answer.data.net", "answer.data.netx"].map(str::to_owned).to_vec();
    assert_eq!(collect(r#","net07":"a","net":"b","netx":"c""#), (vec![], unknown, 0));
    assert_eq!(collect(r#","net0":["a"],"net1":"b""#), (vec![1], vec![], 1), "reported");
    assert_eq!(collect(r#","net0":["a"]"#), (vec![], vec![], 1), "reported, and not none");
    let error = |entries: &str| read(entries, UnknownFields::Deny).expect_err(entries);
    assert!(error(r#","net0":["a"]"#).contains("data.net0"));
    assert!(error(r#","net0":"a","net0":"b""#).contains("twice"));
    assert!(error(r#","part[x]":{"open":true}"#).contains("port"));
}

#[test]
fn a_constant_stands_in_a_header() {
    let parse = |name: &str, value: &'static str| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("x-version"), HeaderValue::from_static("2")),
            (name, HeaderValue::from_static(value)),
        ]);
        RenameThing::parse(&incoming("PATCH", "/things/7", &headers, b"name=lamp")).map_err(|error| error.to_string())
    };
    assert_eq!(parse("x-change", "name"), Ok(RenameThing::new(ThingId::new(7), "lamp")));
    for (name, value) in [("x-change", "size"), ("x-other", "name")] {
        let error = parse(name, value).expect_err(name);
        assert!(error.contains("header.X-Change"), "{error}");
    }
}

/// What a read after the call says, where there were no parts before it.
fn sighting(call: &MakePart, parts: &[Part]) -> Sighting<Part> {
    let inputs = Perform::inputs(call);
    let page = |parts: &[Part]| PartPage::new(parts.to_vec(), parts.len() as u64);
    let before = MakePart::evidence(&inputs, page(&[])).unwrap_or_else(|error| panic!("{error}"));
    let after = MakePart::evidence(&inputs, page(parts)).unwrap_or_else(|error| panic!("{error}"));
    after.sighting(before.baseline(), UnixTime(1_796_000_000))
}

#[test]
fn evidence_compares_the_input_of_the_variant_that_was_chosen() {
    let part = |shelf: Option<u64>, tray: Option<&str>| {
        let mut part = Part::new(PartId::new(7), "nut");
        (part.shelf, part.tray) = (shelf, tray.map(str::to_owned));
        part
    };
    let call = |place: Option<MakePartPlace>| place.into_iter().fold(MakePart::new("nut"), MakePart::place);
    let [on_shelf, in_tray] = [MakePartPlace::Shelf(2), MakePartPlace::Tray("b".to_owned())];
    for (place, made, is_it) in [
        (Some(on_shelf.clone()), part(Some(2), None), true),
        (Some(on_shelf.clone()), part(Some(3), None), false),
        (Some(on_shelf.clone()), part(None, Some("2")), false),
        (Some(on_shelf.clone()), part(None, None), false),
        // What the call did not say is somebody else's.
        (Some(on_shelf), part(Some(2), Some("b")), false),
        (Some(in_tray.clone()), part(None, Some("b")), true),
        (Some(in_tray), part(Some(2), Some("b")), false),
        (None, part(None, None), true),
        (None, part(Some(2), None), false),
    ] {
        let found = sighting(&call(place.clone()), std::slice::from_ref(&made));
        let other = Doubt::OtherNew(vec!["7".to_owned()]);
        let expected = if is_it { Sighting::Seen(vec![made.clone()]) } else { Sighting::Unclear(other) };
        assert_eq!(found, expected, "{place:?}, {made:?}");
    }
}

/// Others may make things of these names meanwhile.
#[test]
fn each_item_has_what_the_call_gave_all_of_them() {
    let thing = |id: u64, name: &str, clean: Option<bool>| {
        let mut thing = Thing::new(ThingId::new(id));
        (thing.name, thing.clean) = (Some(name.to_owned()), clean);
        thing
    };
    for (call, made, is_it) in [
        (Some(true), Some(true), true),
        (Some(true), Some(false), false),
        (Some(true), None, false),
        (None, None, true),
        (None, Some(true), false),
    ] {
        let names = MakeThings::new(vec!["lamp".to_owned(), "desk".to_owned()]);
        let inputs = Perform::inputs(&call.into_iter().fold(names, MakeThings::clean));
        let evidence = |things: &[Thing]| MakeThings::evidence(&inputs, things.to_vec()).unwrap();
        let things = [thing(7, "lamp", made), thing(8, "desk", made)];
        let found = evidence(&things).sighting(evidence(&[]).baseline(), UnixTime(1_796_000_000));
        let other = Doubt::OtherNew(vec!["7".to_owned(), "8".to_owned()]);
        let expected = if is_it { Sighting::Seen(vec![things.to_vec()]) } else { Sighting::Unclear(other) };
        assert_eq!(found, expected, "{call:?}, {made:?}");
    }
}

#[test]
fn a_filter_that_the_call_does_not_have_is_left_out_of_the_read() {
    let reading = |call: MakePart| MakePart::reading(&Perform::inputs(&call)).unwrap();
    assert_eq!(reading(MakePart::new("nut")), ListParts::new(PartKind::Spare));
    assert_eq!(reading(MakePart::new("nut").size(3)), ListParts::new(PartKind::Spare).size(3));
}
