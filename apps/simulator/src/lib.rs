//! WhatsApp's Cloud API, Safaricom's Daraja, PesaPal, a language model, a payroll system and an issuer for people's sign-in as one
//! local HTTP server, with the phones that belong to them.
//!
//! The simulator speaks the providers' documented wire formats, so that the product cannot tell it from the
//! real thing: it checks what it is sent as they check it, signs its webhooks, and calls back. Behind it are
//! people with phones, whom tests play through the control API under `/sim`, and newcomers through the page
//! at `/`. Anything can be made to go wrong, request by request ([`faults`]). It has the movable clock
//! ([`clock`]), and every timestamp it sends comes from there.
//!
//! It is deliberately not a model of the product: it knows nothing of appointments, tenants or commissions.
//! A further provider is a module beside `whatsapp`, `daraja` and `pesapal`, with its fault targets in [`faults`].
//!
//! It listens on 127.0.0.1 only.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::error::InternalError;
use actix_web::web::{self, Data, JsonConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, ResponseError};
use anyhow::Context as _;
use serde_json::json;
use tokio::sync::oneshot;

use crate::control::ControlError;
use crate::world::World;

pub mod clock;
pub mod faults;
pub mod settings;
pub mod told;

mod answer;
mod cards;
mod control;
mod courier;
mod daraja;
mod exchange_log;
mod ids;
mod issuer;
mod model;
mod mpesa;
mod page;
mod payroll;
mod pesapal;
mod phones;
mod shape;
mod whatsapp;
mod world;

pub use crate::clock::{ClockControl, ClockMoveFailed};
pub use crate::settings::{
    DarajaAccount, OidcAccount, PayrollAccount, PesapalAccount, SimulatorSettings, WhatsAppAccount,
};

/// The largest body taken, as large as the largest webhook.
const BODY_MAX: usize = 3 * 1024 * 1024;
/// Providers do not wait for ever for an answer to a webhook.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);
/// The page and each waiting test hold a request open, so a handful of threads is plenty.
const WORKERS: usize = 2;

/// A running simulator. Dropping it stops it; [`Simulator::stop`] also waits until it has stopped.
pub struct Simulator {
    address: SocketAddr,
    server: ServerHandle,
    stopped: oneshot::Receiver<()>,
}

impl Simulator {
    /// Starts a simulator on a thread of its own and returns once it takes connections.
    ///
    /// Fails if the port is taken or the system gives no thread. Several may run in one process.
    pub async fn start(settings: SimulatorSettings) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
            .with_context(|| format!("port {} of 127.0.0.1 cannot be had", settings.port))?;
        let address = listener.local_addr()?;
        let (ready, started) = oneshot::channel();
        let (done, stopped) = oneshot::channel();
        std::thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(move || {
                run(settings, listener, ready);
                // Nobody may be listening any more, if the simulator was dropped rather than stopped.
                let _ = done.send(());
            })?;
        let server = started.await.context("the simulator ended while it started")??;
        Ok(Self {
            address,
            server,
            stopped,
        })
    }

    /// The address everything is served at, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops taking connections, drops the ones there are, and returns when the port is free.
    ///
    /// Redeliveries that wait for their turn are forgotten.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        // An error says that the thread is gone, which is what is waited for.
        let _ = (&mut self.stopped).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The command is sent by the call; only the confirmation is not waited for.
        drop(self.server.stop(false));
    }
}

/// Serves until it is told to stop.
fn run(
    settings: SimulatorSettings,
    listener: TcpListener,
    ready: oneshot::Sender<anyhow::Result<ServerHandle>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error.into()));
            return;
        }
    };
    let handle = runtime.handle().clone();
    runtime.block_on(async move {
        let server = world(settings, handle).and_then(|world| serve(world, listener));
        match server {
            Ok(server) => {
                let _ = ready.send(Ok(server.handle()));
                if let Err(error) = server.await {
                    tracing::error!(%error, "the simulator's server ended");
                }
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

fn world(settings: SimulatorSettings, runtime: tokio::runtime::Handle) -> anyhow::Result<World> {
    let http = reqwest::Client::builder()
        .timeout(DELIVERY_TIMEOUT)
        // A proxy of the machine has no business between two processes on loopback.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    Ok(World::new(settings, issuer::Issuer::new()?, http, runtime))
}

fn serve(world: World, listener: TcpListener) -> anyhow::Result<actix_web::dev::Server> {
    let world = Arc::new(world);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::from(Arc::clone(&world)))
            .configure(routes)
    })
    .workers(WORKERS)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

fn routes(config: &mut ServiceConfig) {
    let daraja = |path: &str| web::resource(path).default_service(web::to(daraja::wrong_method));
    config
        .app_data(PayloadConfig::new(BODY_MAX))
        .app_data(
            JsonConfig::default()
                .limit(BODY_MAX)
                .error_handler(|error, _| plain(error)),
        )
        .app_data(QueryConfig::default().error_handler(|error, _| plain(error)))
        .configure(page::routes)
        .configure(control::routes)
        .configure(pesapal::routes)
        .configure(model::routes)
        .configure(payroll::routes)
        .configure(issuer::routes)
        .service(daraja("/oauth/v1/generate").route(web::get().to(daraja::token)))
        .service(daraja("/mpesa/stkpush/v1/processrequest").route(web::post().to(daraja::push)))
        .service(daraja("/mpesa/stkpushquery/v1/query").route(web::post().to(daraja::query)))
        .service(
            daraja("/mpesa/c2b/{version:v[12]}/registerurl").route(web::post().to(daraja::by_hand::register)),
        )
        .service(daraja("/mpesa/c2b/v2/simulate").route(web::post().to(daraja::by_hand::simulate)))
        .service(daraja("/mpesa/reversal/v1/request").route(web::post().to(daraja::operator::reversal)))
        .service(daraja("/mpesa/transactionstatus/v1/query").route(web::post().to(daraja::operator::status)))
        .route(
            "/{version:v[0-9]+[.][0-9]+}/{phone_number_id}/messages",
            web::post().to(whatsapp::messages),
        )
        .service(
            web::resource("/{version:v[0-9]+[.][0-9]+}/{account_id}/message_templates")
                .route(web::post().to(whatsapp::templates::create))
                .route(web::get().to(whatsapp::templates::list)),
        )
        .route(
            "/{version:v[0-9]+[.][0-9]+}/{phone_number_id}/media",
            web::post().to(whatsapp::media::upload),
        )
        .route("/sim/media/{id}", web::get().to(whatsapp::media::look))
        .default_service(web::to(nowhere));
}

fn plain(error: impl ToString) -> actix_web::Error {
    let error = ControlError::bad(error);
    let response = error.error_response();
    InternalError::from_response(error, response).into()
}

async fn nowhere() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "error": "there is nothing here" }))
}
