//! What each kind of answer has to end as, by hand and from the hosters' documents: of the hosters, nothing here is read from a spec.

use std::path::Path;

use hostkit::Format;
use hostkit::protocol::server::every::{Served, list};
use hostkit::protocol::server::example::answers;
use hostkit::protocol::{EndpointInfo, RawAnswer, Top, Value, Verdict};
use hostkit_tests::entries::tree;

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// As the hoster documents it.
    Right,
    /// The marker is not there.
    MarkerAbsent,
    /// The marker is null, false, a number, empty, a list or an object.
    MarkerNoWord,
    /// The marker is the word of success in other letters, or a word that no document has.
    MarkerOtherWord,
    /// The marker is there twice.
    MarkerTwice,
    /// A success with the code of a fault.
    SuccessWithCode,
    /// A failure below the top of a success.
    FailureInside,
    /// The same with a code after which nothing was done.
    UndoneInside,
    /// A success below the top of a failure.
    SuccessInside,
    /// The API's error document under a success status.
    ErrorUnderSuccess,
    /// The API's error document under a status of the 4xx.
    ErrorUnderFailure,
    /// A success under a failing status.
    SuccessUnderFailure,
    /// The number of what was made is not there, or is no number of anything.
    NoMadeId,
    /// The answer repeats another id or name than was asked for.
    OtherId,
    /// A key is there twice on the way to a value.
    KeyTwice,
    /// The data of another call.
    OtherData,
    /// A list where an object or a map by id belongs, or a map under other keys than the items' ids.
    NotTheShape,
    /// The same inside of what is read.
    NotTheShapeInside,
    /// A list as a map whose keys are numbers with gaps.
    Gaps,
    /// Without an envelope: another root, none, or nothing at all.
    NoRoot,
    /// Without an envelope: anything in the place of an empty body, or an empty body under another status.
    NotTheFixedBody,
}

/// What a cell has to end as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The value that the right answer gives.
    Value,
    /// An error; a call that acts is unresolved.
    InDoubt,
    /// The same, or rejected with the word that it may have happened.
    InDoubtOrVerify,
    /// An error; a call that acts is rejected, with the word that it may have happened.
    Verify,
    /// An error; a call that acts is rejected.
    Rejected,
    /// Of a call that acts unresolved; of a read an error under Deny, else an error or something in the report.
    Reported,
}

/// The table. `says_so` says whether a fault is one under any status: by an envelope, or by being there.
pub fn wanted(kind: Kind, says_so: bool) -> Want {
    match kind {
        Kind::Right | Kind::Gaps => Want::Value,
        Kind::MarkerAbsent
        | Kind::MarkerNoWord
        | Kind::MarkerOtherWord
        | Kind::SuccessWithCode
        | Kind::SuccessInside
        | Kind::SuccessUnderFailure
        | Kind::NoMadeId
        | Kind::OtherId
        | Kind::OtherData
        | Kind::NotTheShape
        | Kind::NoRoot
        | Kind::NotTheFixedBody => Want::InDoubt,
        Kind::FailureInside => Want::InDoubtOrVerify,
        Kind::UndoneInside => Want::Verify,
        Kind::MarkerTwice | Kind::KeyTwice | Kind::NotTheShapeInside => Want::Reported,
        // The status says that it was done, and only the body that it was not.
        Kind::ErrorUnderSuccess if !says_so => Want::InDoubt,
        Kind::ErrorUnderSuccess | Kind::ErrorUnderFailure => Want::Rejected,
    }
}

/// What an API's document says of its answers.
pub struct Facts {
    pub api: &'static str,
    /// The marker's key, its word of success and that of failure.
    pub marker: Option<(&'static str, &'static str, &'static str)>,
    /// The key of the code beside the marker, and codes of faults: of the catalogue, of one that leaves open what
    /// happened, and one that no catalogue has.
    pub codes: Option<(&'static str, &'static [&'static str])>,
    /// The object with a verdict of its own, the key of its code, and a code after which nothing was done.
    pub inner: Option<(&'static str, &'static str, &'static str)>,
    /// Whether what says that there was a fault makes it one beside anything else.
    pub is_by_presence: bool,
    /// Where answers begin, in JSON and in XML: the only item of a list, or the only element of any name; or empty.
    pub top: Top,
    /// Paths that the spec ignores.
    pub ignored: &'static [&'static str],
    /// Error documents in JSON.
    pub errors: &'static [&'static str],
    /// Statuses under which an empty body, or null, is a fault.
    pub bare: &'static [u16],
    /// Reads whose answer may lack the marker, since a recording or the document shows it so.
    pub unmarked: &'static [&'static str],
    /// Numbers of what a call made, as paths in the answer.
    pub made: &'static [(&'static str, &'static str)],
    /// Ids that an answer repeats, as paths in it.
    pub echoes: &'static [(&'static str, &'static str)],
    /// Groups of calls that are answered in one form.
    pub alike: &'static [&'static [&'static str]],
    /// Whether the API writes a list with gaps as a map.
    pub has_gaps: bool,
    /// Lists that may not be written as maps, since the document has something else in their place.
    pub fixed_lists: &'static [&'static str],
}

impl Facts {
    /// Where answers begin in a format.
    pub fn top_in(&self, format: Format) -> &'static str {
        if format == Format::Xml { self.top.xml } else { self.top.json }
    }

    /// Whether the spec ignores this key of the object of this name.
    pub fn is_ignored(&self, object: &str, key: &str) -> bool {
        self.ignored.iter().any(|path| match path.rsplit_once('/') {
            None => object.is_empty() && *path == key,
            Some((_, last)) => last == key,
        })
    }

    /// What is known of an API: from its hoster's document, or else from its spec and the examples of its faults.
    pub fn of<A: Served>() -> &'static Self {
        match A::INFO.name {
            "clodo" => &CLODO,
            "inferno" => &INFERNO,
            "rootpanel" => &ROOTPANEL,
            "macloud" => &MACLOUD,
            _ => Box::leak(Box::new(Self::of_spec::<A>())),
        }
    }

    fn of_spec<A: Served>() -> Self {
        let leak = |text: String| -> &'static str { text.leak() };
        let mut errors: Vec<&'static str> = Vec::new();
        for (_, examples) in list::<A>() {
            let (_, faults) = answers(Path::new(SPECS), &examples).expect("examples");
            let json = faults.into_iter().filter(|fault| fault.format == Some(Format::Json));
            errors.extend(json.map(|fault| leak(String::from_utf8(fault.body).expect("a text"))));
        }
        errors.truncate(3);
        let marker = A::INFO.success_envelope.first().map(|(key, word)| {
            let document = errors.first().and_then(|error| tree(Format::Json, error.as_bytes()));
            let failure = match document.as_ref().and_then(|document| inside(A::INFO.top.json, document)) {
                Some(Value::Map(fields)) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()),
                _ => None,
            };
            let failure = match failure {
                Some(Value::Text(text) | Value::Number(text)) => text,
                Some(Value::Bool(flag)) => flag.to_string(),
                other => panic!("no fault of {} has the marker {key}: {other:?}", A::INFO.name),
            };
            (*key, leak(word.to_string().trim_matches('"').to_owned()), leak(failure))
        });
        let headers = http::HeaderMap::new();
        let is_fault = |error: &&str| {
            let answer = RawAnswer::new(&EndpointInfo::DEFAULT, &A::INFO, 200, &headers, error.as_bytes());
            matches!(A::verdict(&answer), Verdict::Fault(_))
        };
        let is_bare = |status: &u16| {
            let answer = RawAnswer::new(&EndpointInfo::DEFAULT, &A::INFO, *status, &headers, b"");
            matches!(A::verdict(&answer), Verdict::Fault(_))
        };
        let bare: Vec<u16> = (400..600).filter(is_bare).collect();
        let unmarked = list::<A>().into_iter().filter(|(info, _)| info.may_lack_marker);
        Self {
            api: A::INFO.name,
            marker,
            codes: None,
            inner: None,
            is_by_presence: marker.is_none() && !errors.is_empty() && errors.iter().all(is_fault),
            top: A::INFO.top,
            ignored: A::INFO.leniency.ignore,
            errors: errors.leak(),
            bare: bare.leak(),
            unmarked: unmarked.map(|(_, examples)| examples.folder).collect::<Vec<_>>().leak(),
            made: &[],
            echoes: &[],
            alike: &[],
            has_gaps: A::INFO.leniency.one_as_list || A::INFO.leniency.map_as_list,
            fixed_lists: &[],
        }
    }
}

/// What an answer says, below its top.
pub fn inside<'t>(top: &str, tree: &'t Value) -> Option<&'t Value> {
    match (top, tree) {
        ("", tree) => Some(tree),
        (_, Value::List(items)) => items.first(),
        (_, Value::Map(entries)) => entries.first().map(|(_, value)| value),
        _ => None,
    }
}

/// The same answer with this in its place.
pub fn put_inside(top: &str, tree: &Value, inner: Value) -> Value {
    match (top, tree) {
        (_, Value::List(_)) if !top.is_empty() => Value::List(vec![inner]),
        (_, Value::Map(entries)) if !top.is_empty() => {
            Value::Map(entries.first().map(|(key, _)| (key.clone(), inner)).into_iter().collect())
        }
        _ => inner,
    }
}

const NO_TOP: Top = Top { json: "", xml: "" };

const CLODO: Facts = Facts {
    api: "clodo",
    marker: None,
    codes: None,
    inner: None,
    is_by_presence: false,
    top: NO_TOP,
    ignored: &[],
    errors: &[
        r#"{"BadRequest":{"code":400,"message":"Bad Request","details":"no"}}"#,
        r#"{"code":405,"message":"Method Not Allowed","details":"no"}"#,
    ],
    bare: &[],
    unmarked: &[],
    made: &[
        ("clodo/backups/create_backup", "backup_create/req"),
        ("clodo/backups/delete_backup", "backup_delete/req"),
        ("clodo/backups/overwrite_backup", "backup_create/req"),
        ("clodo/backups/restore_backup", "backup_restore/req"),
        ("clodo/dns/create_zone", "dns/id"),
        ("clodo/servers/create_server", "server/id"),
        ("clodo/storage/create_storage", "storage/id"),
    ],
    echoes: &[
        ("clodo/helpdesk/get_ticket", "helpdesk/ticket/id"),
        ("clodo/servers/create_server", "server/name"),
        ("clodo/servers/get_server", "server/id"),
        ("clodo/storage/get_storage", "storage/id"),
    ],
    alike: &[
        &["clodo/backups/create_backup", "clodo/backups/overwrite_backup"],
        // A change is answered by whatever of the storage was changed.
        &["clodo/storage/create_storage", "clodo/storage/get_storage", "clodo/storage/update_storage"],
    ],
    has_gaps: true,
    fixed_lists: &[],
};

const INFERNO: Facts = Facts {
    api: "inferno",
    marker: Some(("result", "success", "fail")),
    codes: Some(("error_code", &["904", "17"])),
    inner: Some(("retx", "error_code", "904")),
    is_by_presence: false,
    top: NO_TOP,
    ignored: &[],
    errors: &[
        r#"{"result":"fail","message":"no"}"#,
        r#"{"result":"error","message":"no"}"#,
        r#"{"result":"fail","msg":"no","error_code":904}"#,
    ],
    bare: &[],
    unmarked: &[
        "inferno/account/get_api_key",
        "inferno/orders/list_orders",
        "inferno/products/list_products",
        "inferno/ssh_keys/list_ssh_keys",
    ],
    made: &[("inferno/orders/create_order", "orderid")],
    echoes: &[
        ("inferno/servers/get_info", "orderid"),
        ("inferno/servers/boot", "orderid"),
        ("inferno/servers/reboot", "orderid"),
        ("inferno/servers/stop", "orderid"),
        ("inferno/services/get_service", "service/id"),
    ],
    alike: &[&[
        "inferno/servers/boot",
        "inferno/servers/check_install",
        "inferno/servers/check_reinstall",
        "inferno/servers/install",
        "inferno/servers/reboot",
        "inferno/servers/reinstall",
        "inferno/servers/stop",
        "inferno/ssh_keys/add_ssh_key",
        "inferno/ssh_keys/remove_ssh_key",
    ]],
    has_gaps: true,
    fixed_lists: &["inferno/products/list_products"],
};

const ROOTPANEL: Facts = Facts {
    api: "rootpanel",
    marker: Some(("status", "SUCCESS", "ERROR")),
    codes: Some(("errorCode", &["20", "1", "99"])),
    inner: None,
    is_by_presence: false,
    top: NO_TOP,
    ignored: &[],
    errors: &[
        r#"{"status":"ERROR","errorCode":"20","errorMsg":"no"}"#,
        r#"{"status":"ERROR","errorCode":"45","errorMsg":"no"}"#,
        r#"{"status":"ERROR","errorCode":99,"errorMsg":"no"}"#,
    ],
    bare: &[],
    unmarked: &[],
    made: &[("rootpanel/orders/create_order", "orderid")],
    echoes: &[
        ("rootpanel/orders/addons_order", "orderid"),
        ("rootpanel/orders/create_order", "tarifid"),
        ("rootpanel/orders/reinstall_order", "orderid"),
        ("rootpanel/orders/renew_order", "orderid"),
        ("rootpanel/orders/suspend_order", "orderid"),
        ("rootpanel/orders/unsuspend_order", "orderid"),
        ("rootpanel/servers/get_vnc", "orderid"),
        ("rootpanel/servers/reboot_server", "orderid"),
        ("rootpanel/servers/reset_server", "orderid"),
        ("rootpanel/servers/shutdown_server", "orderid"),
        ("rootpanel/servers/start_server", "orderid"),
    ],
    alike: &[],
    has_gaps: true,
    fixed_lists: &[],
};

const MACLOUD: Facts = Facts {
    api: "macloud",
    marker: Some(("status", "ok", "error")),
    codes: Some(("status_code", &["404", "500", "999"])),
    inner: None,
    is_by_presence: false,
    top: NO_TOP,
    ignored: &[],
    errors: &[
        r#"{"status":"error","status_code":404,"status_msg":"Not Found"}"#,
        r#"{"status":"error","status_code":400,"status_msg":"Bad Request","data":{"name":["no"]}}"#,
        r#"{"status":"error","status_msg":"no"}"#,
    ],
    bare: &[],
    unmarked: &[],
    made: &[
        ("macloud/account/register", "data/account/id"),
        ("macloud/account/register", "data/user/id"),
        ("macloud/backups/copy_backup", "data/id"),
        ("macloud/dns/create_domain", "data/id"),
        ("macloud/dns/create_record", "data/id"),
        ("macloud/ips/create_ptr_record", "data/id"),
        ("macloud/isos/create_iso", "data/id"),
        ("macloud/isos/start_download", "data/id"),
        ("macloud/operations/create_top_up", "data/id"),
        ("macloud/servers/create_server", "data/id"),
        ("macloud/ssh_keys/create_key", "data/id"),
    ],
    echoes: &[
        ("macloud/account/register", "data/user/name"),
        ("macloud/backups/get_backup", "data/id"),
        ("macloud/dns/get_domain", "data/id"),
        ("macloud/ips/get_additional", "data/id"),
        ("macloud/ips/get_address", "data/id"),
        ("macloud/ips/get_reserved", "data/id"),
        ("macloud/isos/get_iso", "data/id"),
        ("macloud/operations/get_operation", "data/id"),
        ("macloud/servers/get_server", "data/id"),
        ("macloud/ssh_keys/get_key", "data/id"),
    ],
    alike: &[],
    has_gaps: true,
    fixed_lists: &[],
};
