//! Workers that live in this process, and a front with them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pio_queryserver::config::Config;
use pio_queryserver::errors::Failure;
use pio_queryserver::mounted_api::MountedApi;
use pio_queryserver::serve::serve;
use pio_queryserver::worker::{
    BoxFuture, InstanceSelector, Launch, LaunchError, Outlook, Process, SpawnedWorker,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};

use crate::client::{Answer, get};

/// How a worker starts.
#[derive(Clone)]
pub(crate) enum Script {
    /// Ready after this time, for this instance.
    Ready(Duration, &'static str),
    /// Says an error of this code and ends.
    Error(&'static str),
    /// Ends without a word.
    Dies,
    /// Speaks version 2.
    Newer,
    /// Cannot be started at all.
    LaunchError,
    /// A defect of ours.
    Panics,
    /// Cannot be started because there is no model.
    Untrained,
}

pub(crate) const AT_ONCE: Script = Script::Ready(Duration::ZERO, "one");

/// Starts the next script each time; the last one again and again.
pub(crate) struct Fakes {
    scripts: Mutex<VecDeque<Script>>,
    pub(crate) wanted: Mutex<Vec<InstanceSelector>>,
    pub(crate) stopped: watch::Sender<u32>,
}

impl Launch for Fakes {
    fn launch(&self, wanted: InstanceSelector) -> BoxFuture<'_, Result<SpawnedWorker, LaunchError>> {
        self.wanted.lock().unwrap().push(wanted);
        let mut scripts = self.scripts.lock().unwrap();
        let script = if scripts.len() > 1 { scripts.pop_front() } else { scripts.front().cloned() }.unwrap();
        assert!(!matches!(script, Script::Panics), "a defect");
        if matches!(script, Script::LaunchError) {
            let words = "The database is down.".to_owned();
            return Box::pin(async { Err(LaunchError { words, outlook: Outlook::Passing }) });
        }
        if matches!(script, Script::Untrained) {
            let words = "The engine has no trained model.".to_owned();
            return Box::pin(async { Err(LaunchError { words, outlook: Outlook::Untrained }) });
        }
        let (link, other) = StdStream::pair().unwrap();
        other.set_nonblocking(true).unwrap();
        let worker = worker(UnixStream::from_std(other).unwrap(), script, self.stopped.clone());
        let (end, ended) = watch::channel(false);
        let task = tokio::spawn(async move {
            let _end = EndOnDrop(end);
            worker.await;
        });
        let process = Box::new(FakeProcess { task: task.abort_handle(), ended });
        Box::pin(async { Ok(SpawnedWorker { link, process }) })
    }
}

struct EndOnDrop(watch::Sender<bool>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// What a process writes ends with it.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct FakeProcess {
    task: AbortHandle,
    ended: watch::Receiver<bool>,
}

impl Process for FakeProcess {
    fn ended(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async {
            drop(self.ended.wait_for(|ended| *ended).await);
            "exit status: 7".to_owned()
        })
    }

    fn end(&mut self, _grace: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.task.abort();
            drop(self.ended.wait_for(|ended| *ended).await);
        })
    }
}

pub(crate) async fn worker(link: UnixStream, script: Script, stopped: watch::Sender<u32>) {
    let (input, mut output) = link.into_split();
    let version = if matches!(script, Script::Newer) { 2 } else { 1 };
    say(&mut output, &json!({"type": "hello", "version": version})).await;
    let (delay, instance) = match script {
        Script::Ready(delay, instance) => (delay, instance),
        Script::Error(code) => {
            let error = json!({"type": "error", "code": code, "what": "It failed.", "why": "It had to.",
                "hint": "Do better.", "detail": "at Some.java:1"});
            return say(&mut output, &error).await;
        }
        Script::Dies | Script::LaunchError | Script::Panics | Script::Untrained => return,
        Script::Newer => return std::future::pending().await,
    };
    say(&mut output, &json!({"type": "progress", "stage": "load", "message": "half", "done": 1, "total": 2}))
        .await;
    tokio::time::sleep(delay).await;
    say(&mut output, &ready(instance)).await;
    let (answers, mut lines) = mpsc::unbounded_channel::<Value>();
    let writer = tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            say_answer(&mut output, line).await;
        }
    });
    let _writer = AbortOnDrop(writer.abort_handle());
    let mut input = BufReader::new(input).lines();
    while let Ok(Some(line)) = input.next_line().await {
        let message: Value = serde_json::from_str(&line).unwrap();
        if message["type"] == "stop" {
            stopped.send_modify(|stopped| *stopped += 1);
            return;
        }
        let query = message["body"].as_str().unwrap().to_owned();
        if query.contains("die") {
            return;
        }
        tokio::spawn(think(message["id"].clone(), query, instance, answers.clone()));
    }
}

async fn think(id: Value, query: String, instance: &str, answers: mpsc::UnboundedSender<Value>) {
    let mut answer = json!({"type": "answer", "id": id, "status": 200, "contentType": "application/json",
        "body": json!({"echo": query, "from": instance}).to_string(), "prId": null});
    match query.as_str() {
        q if q.contains("never") => return,
        q if q.contains("slow") => tokio::time::sleep(Duration::from_millis(300)).await,
        q if q.contains("huge") => answer["body"] = Value::from(format!("\"{}\"", "x".repeat(3_000_000))),
        q if q.contains("senseless") => answer["status"] = Value::from("two hundred"),
        q if q.contains("prid") => answer["prId"] = Value::from(""),
        q if q.contains("{bad") => {
            answer = json!({"type": "answer", "id": id, "status": 400, "message": "The query is not JSON.", "detail": null});
        }
        q if q.contains("boom") => {
            answer = json!({"type": "answer", "id": id, "status": 500, "message": "The engine failed.", "detail": "at Secret.java:1"});
        }
        _ => {}
    }
    let _ = answers.send(answer);
}

fn ready(instance: &str) -> Value {
    json!({"type": "ready", "engineInstanceId": instance, "startTime": "2026-01-01T00:00:00Z", "algorithms": ["als"],
        "info": {"dataSourceParams": "{\"appName\":\"<b>\"}", "algorithmsParams": "[]", "servingParams": "{}", "engineFactory": "x.Y"}})
}

async fn say(output: &mut (impl AsyncWriteExt + Unpin), message: &Value) {
    let _ = output.write_all(format!("{message}\n").as_bytes()).await;
}

/// An answer as a real worker writes it: its id is at the beginning.
async fn say_answer(output: &mut (impl AsyncWriteExt + Unpin), mut answer: Value) {
    let id = answer.as_object_mut().unwrap().remove("id").unwrap();
    let rest = answer.to_string();
    let _ = output.write_all(format!("{{\"id\":{id},{}\n", &rest[1..]).as_bytes()).await;
}

/// A front that runs in this process.
pub(crate) struct Deployed {
    pub(crate) address: SocketAddr,
    pub(crate) fakes: Arc<Fakes>,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<Result<(), Failure>>,
}

pub(crate) fn quick() -> Config {
    Config {
        query_time: Duration::from_millis(600),
        silence: Duration::from_secs(10),
        reload_time: Duration::from_millis(800),
        first_pause: Duration::from_millis(20),
        ..Config::default()
    }
}

pub(crate) async fn deploy(scripts: &[Script]) -> Deployed {
    deploy_with(scripts, quick()).await
}

pub(crate) async fn deploy_with(scripts: &[Script], config: Config) -> Deployed {
    deploy_beside(scripts, config, None).await
}

pub(crate) async fn deploy_beside(
    scripts: &[Script],
    config: Config,
    mounted_api: Option<Arc<dyn MountedApi>>,
) -> Deployed {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fakes = Arc::new(Fakes {
        scripts: Mutex::new(scripts.iter().cloned().collect()),
        wanted: Mutex::default(),
        stopped: watch::Sender::new(0),
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let launch: Arc<dyn Launch> = Arc::clone(&fakes) as _;
    let ended = tokio::spawn(serve(listener, launch, config, mounted_api, shutdown));
    Deployed { address, fakes, stop, ended }
}

/// A front whose first worker is ready.
pub(crate) async fn ready_with(config: Config) -> Deployed {
    let deployed = deploy_with(&[AT_ONCE], config).await;
    deployed.until_ready().await;
    deployed
}

impl Deployed {
    pub(crate) async fn until_ready(&self) -> Answer {
        for _ in 0..200 {
            let answer = get(self.address, "/readyz").await;
            if answer.status == 200 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the front did not become ready");
    }

    pub(crate) fn wanted(&self) -> Vec<InstanceSelector> {
        self.fakes.wanted.lock().unwrap().clone()
    }
}
