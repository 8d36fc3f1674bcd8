//! What the hosters' documents show of themselves, and evidence must not take for a call.

use clodo_proto::servers::RebootServer;
use clodo_proto::types::{LogEntryId, ServerId, ServerLogEntry};
use hostkit::UnixTime;
use hostkit::protocol::evidence::{Doubt, Perform, Sighting};

/// The log of a server in Clodo's document has a restart by "Cloud Core", which nobody asked for.
#[test]
fn a_restart_by_the_hoster_itself_is_none_of_the_call() {
    let entry = |id, command: &str, user: Option<&str>| {
        let mut entry = ServerLogEntry::new(LogEntryId::new(id));
        (entry.command, entry.user) = (Some(command.to_owned()), user.map(str::to_owned));
        entry
    };
    let start = || entry(85_900_000, "Старт", Some("Клиент (панель)"));
    let inputs = RebootServer::new(ServerId::new(298)).inputs();
    let before = RebootServer::evidence(&inputs, vec![start()]).unwrap();
    let said = |user| {
        let now = vec![entry(85_942_222, "Перезагрузка", user), start()];
        RebootServer::evidence(&inputs, now).unwrap().sighting(before.baseline(), UnixTime(0))
    };
    assert!(matches!(said(Some("Клиент (API)")), Sighting::Seen(found) if found.len() == 1));
    for user in [Some("Cloud Core"), None] {
        assert_eq!(said(user), Sighting::Unclear(Doubt::OtherNew(vec!["85942222".to_owned()])), "{user:?}");
    }
}
