//! A deployed engine, from its first byte to its last.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use chrono::Utc;
use http_body_util::Either;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::answers::Whole;
use crate::app_state::{AppState, answer};
use crate::config::Config;
use crate::errors::Failure;
use crate::feedback::Feedback;
use crate::metrics::Metrics;
use crate::mounted_api::{MountedApi, MountedApiBody};
use crate::state::State;
use crate::supervisor::{Patience, ReloadRequest, Supervisor};
use crate::worker::{Launch, LaunchError};

/// Serves an engine, and what is behind the same port, until `shutdown` is ready or a client asks for `/stop`, then drains and
/// ends the worker. Where there is an annex, it is served whether or not the engine can be.
///
/// # Errors
/// When no first worker becomes ready, there is no hope that one will, and there is no annex.
pub async fn serve(
    listener: TcpListener,
    launch: Arc<dyn Launch>,
    config: Config,
    mounted_api: Option<Arc<dyn MountedApi>>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let (limits, connections) = (config.limits, config.budget.connections().clone());
    let (state, states) = watch::channel(State::Loading);
    let (reloads, requests) = mpsc::channel(8);
    let front = Arc::new(front(config, mounted_api.clone(), states, reloads)?);
    let (config, metrics) = (Arc::clone(&front.config), Arc::clone(&front.metrics));
    let patience = if mounted_api.is_some() { Patience::Endless } else { Patience::Limited };
    let supervisor = Supervisor::new(launch, config, metrics, state, requests, patience);

    let (end, mut ending) = watch::channel(false);
    let ending = async move { drop(ending.wait_for(|end| *end).await) };
    let mut supervised = tokio::spawn(supervisor.run(ending));
    let mut failed = None;
    let mut lost = None;
    let stop = async {
        let mut stop_asked = front.stopping.subscribe();
        tokio::select! {
            () = shutdown => {}
            _ = stop_asked.wait_for(|stop| *stop) => {}
            outcome = &mut supervised => failed = Some(outcome),
            () = lost_feedback(&front) => lost = Some(Failure::Lost("feedback loop")),
        }
        front.stopping.send_replace(true);
    };
    let answering = Arc::clone(&front);
    let service = service_fn(move |request| {
        let answered = dispatch(Arc::clone(&answering), mounted_api.clone(), request);
        async move { Ok::<_, Infallible>(answered.await) }
    });
    pio_http::serve::serve(listener, service, limits, connections, stop).await;

    end.send_replace(true);
    let outcome = match failed {
        Some(outcome) => outcome,
        None => supervised.await,
    };
    // The last of the feedback is sent while the front is dropped, which may take a few seconds.
    drop(tokio::task::spawn_blocking(move || drop(front)).await);
    lost.map_or(Ok(()), Err)?;
    outcome.unwrap_or(Err(Failure::Lost("supervisor")))
}

/// Waits for an end of the feedback loop that should not be.
async fn lost_feedback(front: &AppState) {
    match &front.feedback {
        Some(feedback) => feedback.ended().await,
        None => std::future::pending().await,
    }
}

/// Gives a request to whom it belongs.
async fn dispatch(
    front: Arc<AppState>,
    mounted_api: Option<Arc<dyn MountedApi>>,
    request: Request<Incoming>,
) -> hyper::Response<Either<Whole, MountedApiBody>> {
    match mounted_api.filter(|mounted_api| mounted_api.owns(request.uri().path())) {
        Some(mounted_api) => mounted_api.answer(request).await.map(Either::Right),
        None => answer(front, request).await.map(Either::Left),
    }
}

fn front(
    config: Config,
    mounted_api: Option<Arc<dyn MountedApi>>,
    state: watch::Receiver<State>,
    reloads: mpsc::Sender<ReloadRequest>,
) -> Result<AppState, LaunchError> {
    let metrics = Arc::new(Metrics::default());
    let feedback =
        config.feedback.as_ref().map(|settings| Feedback::start(settings, config.feedback_bytes, &metrics));
    let feedback = feedback.transpose()?;
    Ok(AppState {
        config: Arc::new(config),
        metrics,
        state,
        feedback,
        mounted_api,
        started: Utc::now(),
        reloads,
        stopping: watch::Sender::new(false),
    })
}
