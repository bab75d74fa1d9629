//! The panel's door: where it is served, with TLS where it has to be, and how it begins and ends.
//!
//! What always holds: another address than this machine's own is served only with a certificate.

use super::owner::{Owner, Running};
use super::sessions::Sessions;
use super::{App, routes};
use crate::configuration::{Configuration, ConfigurationFault};
use crate::machine::MachineFault;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime;

/// How long requests under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no panel.
#[derive(Debug, thiserror::Error)]
pub enum PanelFault {
    /// The settings cannot be used.
    #[error(transparent)]
    Configuration(#[from] ConfigurationFault),
    /// The machine does not start.
    #[error(transparent)]
    Machine(#[from] MachineFault),
    /// Nobody can be listened for there.
    #[error("the panel cannot be served at {0}: {1}")]
    Listen(String, #[source] io::Error),
    /// Other computers may come only over TLS.
    #[error(
        "the panel is served at {0}, where other computers can reach it: set panel.certificate and panel.key, or listen \
         at 127.0.0.1"
    )]
    NoCertificate(SocketAddr),
    /// The certificate or its key cannot be used.
    #[error("the certificate {} cannot be used: {source}", path.display())]
    Certificate {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The system gives no thread.
    #[error("the system gives no thread for the meter: {0}")]
    Thread(#[source] io::Error),
    /// The machine's thread has ended by itself.
    #[error("the meter has stopped within this program: start it again")]
    Stopped,
}

/// A panel whose door is open and whose machine runs.
pub struct Panel {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<(PathBuf, PathBuf)>,
    owner: Owner,
    thread: JoinHandle<()>,
    router: Router,
}

impl Panel {
    /// Opens the door and turns the machine on.
    pub fn open(configuration: &Configuration) -> Result<Panel, PanelFault> {
        let settings = &configuration.panel;
        let fault = |error| PanelFault::Listen(settings.listen.clone(), error);
        let listener = TcpListener::bind(&settings.listen).map_err(fault)?;
        listener.set_nonblocking(true).map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let certificate = match (&settings.certificate, &settings.key) {
            (Some(certificate), Some(key)) => {
                Some((configuration.path(certificate), configuration.path(key)))
            }
            _ => None,
        };
        let is_remote = !address.ip().is_loopback();
        if is_remote && certificate.is_none() {
            return Err(PanelFault::NoCertificate(address));
        }
        let Running { owner, mechanism, thread } = Owner::start(configuration.clone())?;
        let app = App {
            owner: owner.clone(),
            sessions: Arc::new(Sessions::new(certificate.is_some())),
            configuration: Arc::new(configuration.clone()),
            mechanism,
            is_remote,
        };
        Ok(Panel { listener, address, certificate, owner, thread, router: routes(app) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to open in a browser.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/", self.address)
    }

    /// All its pages, for whoever serves them otherwise.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves it until `ending` comes to an end, then turns the machine off in good order.
    pub fn serve(self, ending: impl Future<Output = ()> + Send + 'static) -> Result<(), PanelFault> {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let Panel { listener, address, certificate, owner, thread, router } = self;
        let served = runtime.map_err(PanelFault::Thread)?.block_on(async {
            let handle = Handle::new();
            let closing = handle.clone();
            tokio::spawn(async move {
                ending.await;
                closing.graceful_shutdown(Some(PATIENCE));
            });
            let fault = |error| PanelFault::Listen(address.to_string(), error);
            let service = router.into_make_service();
            match certificate {
                Some((certificate, key)) => {
                    let tls = given(certificate, key).await?;
                    let server = axum_server::from_tcp_rustls(listener, tls).map_err(fault)?;
                    server.handle(handle).serve(service).await.map_err(fault)
                }
                None => {
                    let server = axum_server::from_tcp(listener).map_err(fault)?;
                    server.handle(handle).serve(service).await.map_err(fault)
                }
            }
        });
        owner.end();
        let ended = thread.join().map_err(|_| PanelFault::Stopped);
        served.and(ended)
    }
}

async fn given(certificate: PathBuf, key: PathBuf) -> Result<RustlsConfig, PanelFault> {
    // The one provider of the workspace; another part of the process may have set it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let read = RustlsConfig::from_pem_chain_file(&certificate, key).await;
    read.map_err(|source| PanelFault::Certificate { path: certificate, source })
}
