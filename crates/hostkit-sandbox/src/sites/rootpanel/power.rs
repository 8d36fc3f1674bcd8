//! Starting and stopping servers, and the console.

use hostkit::Secret;
use hostkit::protocol::server::Serve;
use rootpanel_proto::Code;
use rootpanel_proto::orders::{SuspendOrder, UnsuspendOrder};
use rootpanel_proto::servers::{GetVnc, ShutdownServer, StartServer};
use rootpanel_proto::types::{OrderId, OrderReference, VncConsole};

use super::orders::code;
use super::{Answered, Handler, yes};
use crate::world::{ServerState, WorldError};

impl Handler<'_> {
    pub(super) fn suspend(&mut self, order: OrderId) -> Answered {
        if self.server(order)?.state == ServerState::Suspended {
            return Err(Code::AlreadySuspended);
        }
        let done = self.world.suspend(self.account, order.get());
        self.referred::<SuspendOrder>(order, done)
    }

    pub(super) fn unsuspend(&mut self, order: OrderId) -> Answered {
        if self.server(order)?.state != ServerState::Suspended {
            return Err(Code::AlreadyRunning);
        }
        if self.is_overdue(order)? {
            return Err(Code::OrderOverdue);
        }
        let done = self.world.resume(self.account, order.get());
        self.referred::<UnsuspendOrder>(order, done)
    }

    pub(super) fn start(&mut self, order: OrderId) -> Answered {
        let done = self.world.start(self.account, order.get());
        self.referred::<StartServer>(order, done)
    }

    pub(super) fn shut_down(&mut self, order: OrderId) -> Answered {
        let done = self.world.stop(self.account, order.get());
        self.referred::<ShutdownServer>(order, done)
    }

    pub(super) fn reboot<E: Serve<Output = OrderReference>>(&mut self, order: OrderId) -> Answered {
        let done = self.world.reboot(self.account, order.get());
        self.referred::<E>(order, done)
    }

    fn referred<E: Serve<Output = OrderReference>>(&self, order: OrderId, done: Result<(), WorldError>) -> Answered {
        match done {
            Ok(()) => Ok(yes::<E>(self.format, &OrderReference::new(order))),
            Err(WorldError::WrongState) => Err(self.why_not(order)),
            Err(error) => Err(code(&error)),
        }
    }

    /// The API's code if the state of an order forbids a call.
    fn why_not(&self, order: OrderId) -> Code {
        match self.server(order) {
            Ok(server) if server.is_building() => Code::InstallationQueued,
            Ok(server) if server.state == ServerState::Ordered => Code::InvoicesOpen,
            Ok(server) if server.state == ServerState::Suspended => Code::RenewFirst,
            Ok(_) => Code::ExecutionFailed,
            Err(code) => code,
        }
    }

    pub(super) fn console(&mut self, order: OrderId) -> Answered {
        if !matches!(self.server(order)?.state, ServerState::Running | ServerState::Stopped) {
            return Err(self.why_not(order));
        }
        self.world.open_console(self.account, order.get()).map_err(|error| code(&error))?;
        let password = format!("console-{order}-{}", self.world.now().unix());
        let url = Secret::new(format!("wss://vnc.example.org:6080/{order}"));
        let mut console = VncConsole::new(url, password);
        console.order = Some(order);
        Ok(yes::<GetVnc>(self.format, &console))
    }
}
