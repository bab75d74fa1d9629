//! The service: everything of a centre in one process, from its settings to its end.
//!
//! What always holds: it serves only when its keys, its tables and all its doors are open; told to end, it takes no new
//! work and finishes what is under way. What it must never do: start with a master key that others may read, or make a
//! new one where tables were wrapped with another.
//!
//! | file | holds |
//! |---|---|
//! | `configuration` | the settings of a process: file, environment, flags |
//! | `opening` | from the settings to an office |
//! | `http` | pages and interfaces, TLS, health, metrics |
//! | `tasks` | what is done at intervals |

mod configuration;
mod http;
mod opening;
mod tasks;

pub use configuration::{
    Configuration, ConfigurationFault, HsmConfiguration, KeysConfiguration, TlsConfiguration,
};
pub use opening::{Opened, StartFault, open};

use crate::app::now_ms;
use crate::calls::{CallBacks, Clerk, Doors, Switchboard, Times};
use crate::people::People;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a service that is told to end waits for what is under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running centre.
#[derive(Debug)]
pub struct Centre {
    opened: Opened,
    link: Vec<SocketAddr>,
    http: SocketAddr,
    ending: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Centre {
    /// Starts a centre. Its doors are open when this returns.
    pub async fn start(configuration: &Configuration) -> Result<Centre, StartFault> {
        let opened = open(configuration).await?;
        let doors = Doors::open(&configuration.link_listen, configuration.rate()).await?;
        let link = doors.addresses();
        let door = http::HttpDoor::open(configuration).await?;
        let http = door.address();
        let (ending, ended) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let office = &opened.app.office;
        let board = Arc::new(Switchboard {
            clerk: Clerk::new(office.books().clone(), office.keys().clone(), Arc::clone(office.issuer())),
            settings: office.settings().clone(),
            times: Times::default(),
            now_ms,
        });
        let call_backs =
            CallBacks::new(Arc::clone(&board), office.keys().clone(), configuration.modem.clone());
        tasks.spawn(doors.serve(board, ended.clone()));
        tasks.spawn(call_backs.serve(ended.clone()));
        tasks.spawn(door.serve(opened.app.clone(), ended.clone()));
        tasks::spawn(&opened, &mut tasks, &ended);
        Ok(Centre { opened, link, http, ending, tasks })
    }

    /// Where meters call over the network.
    pub fn link(&self) -> &[SocketAddr] {
        &self.link
    }

    /// Where pages and interfaces are.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// The people, for the invitation of the first one.
    pub fn people(&self) -> &People {
        &self.opened.app.people
    }

    /// What was opened.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Waits until a part of the centre has ended that nobody told to: it is broken then.
    pub async fn broken(&mut self) {
        if let Some(Err(error)) = self.tasks.join_next().await {
            tracing::error!(%error, "a part of the centre broke");
        }
    }

    /// Takes no new work, and finishes what is under way. Whether all of it was finished in time.
    pub async fn stop(mut self) -> bool {
        // Nobody to tell is what is wanted.
        let _ = self.ending.send(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        let in_time = tokio::time::timeout(PATIENCE, finished).await.is_ok();
        self.tasks.abort_all();
        self.opened.app.office.books().store().clone().close().await;
        in_time
    }
}
