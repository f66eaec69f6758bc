//! Runs a job to completion: forwards messages and turns signals into a stop request.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use pio_process::child_async::AsyncChild;
use pio_process::output::{Stream, Tail};
use pio_settings::dirs;
use pio_settings::memory::kills::Kills;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use super::log::JobLog;
use super::start::Prepared;
use super::traces::StackTraceFilter;
use super::{Job, StackTraces};
use crate::build_event::{BuildEvent, Listener};
use crate::errors::{JobError, JvmExit};
use pio_link::messages::{Message, RemoteError, STOP, VERSION};

/// Maximum length of a protocol line.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// Time limit for a JVM to end after a stop request.
const STOP_TIME: Duration = Duration::from_secs(25);

/// Time limit for a JVM to end after its last message.
const END_TIME: Duration = Duration::from_secs(10);

/// The last message of the JVM.
enum LastWord {
    Result(Value),
    Error(RemoteError),
    /// It sent no last message: it died.
    None,
}

impl Job<'_> {
    /// Runs a job that ends by itself. Its result is one of [`super::results`].
    ///
    /// # Errors
    /// The JVM cannot be started, reports an error, dies, or is interrupted.
    pub async fn run<T: DeserializeOwned>(&self, listener: &Listener) -> Result<T, JobError> {
        let log = JobLog::create(&dirs::pio_home(), self.verb.name())?;
        let Prepared { command, link, spec } = self.prepare()?;
        let kills = Kills::now();
        let traces = Arc::new(StackTraceFilter::default());
        let mut process = command.on_line(self.hear_lines(listener, &log, &traces)).spawn_async()?;
        link.set_nonblocking(true)?;
        let (input, output) = UnixStream::from_std(link)?.into_split();
        let mut conversation = Conversation::new(input, output, listener)?;
        let last_word = conversation.listen(&mut process).await;
        let status = match &last_word {
            Ok(_) => end(&mut process).await?,
            Err(_) => process.kill().await?,
        };
        // The output is complete only now.
        let tail = process.tail().await;
        drop(spec);
        if traces.found() && !self.options.verbose && !self.logs_traces() {
            let words = format!("Stack traces are left out here; they are in {}.", log.path.display());
            listener(BuildEvent::Info(words));
        }
        match last_word? {
            LastWord::Result(result) => {
                serde_json::from_value(result).map_err(|error| JobError::Nonsense { error })
            }
            _ if conversation.stopping.is_some() => Err(JobError::Interrupted),
            LastWord::Error(reported) => {
                if let Some(detail) = reported.detail.as_ref().filter(|_| self.logs_traces()) {
                    listener(BuildEvent::Trace(detail.clone()));
                }
                Err(reported_error(reported, &log))
            }
            LastWord::None => Err(died(&tail, (status, conversation.begun), &kills, log)),
        }
    }

    fn logs_traces(&self) -> bool {
        self.options.stack_traces == StackTraces::Log
    }

    /// Writes the output to the log and forwards it to the listener.
    fn hear_lines(
        &self,
        listener: &Listener,
        log: &JobLog,
        traces: &Arc<StackTraceFilter>,
    ) -> impl Fn(Stream, &str) + Send + Sync + 'static {
        let (listener, log, traces) = (Arc::clone(listener), log.clone(), Arc::clone(traces));
        let (all, log_traces) = (self.options.verbose, self.logs_traces());
        move |stream, line| {
            log.line(line);
            if !traces.take(line) || all && !log_traces {
                listener(BuildEvent::Printed { error: stream == Stream::Stderr, line: line.to_owned() });
            } else if log_traces {
                listener(BuildEvent::Trace(line.to_owned()));
            }
        }
    }
}

/// The connection to one JVM.
struct Conversation<'a> {
    input: BufReader<OwnedReadHalf>,
    line: Vec<u8>,
    output: OwnedWriteHalf,
    listener: &'a Listener,
    interrupt: Signal,
    terminate: Signal,
    /// When a JVM that was asked to stop is killed.
    stopping: Option<Instant>,
    /// Whether the JVM has sent a message.
    begun: bool,
}

impl<'a> Conversation<'a> {
    fn new(input: OwnedReadHalf, output: OwnedWriteHalf, listener: &'a Listener) -> std::io::Result<Self> {
        Ok(Self {
            input: BufReader::new(input),
            line: Vec::new(),
            output,
            listener,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            stopping: None,
            begun: false,
        })
    }

    /// Handles messages until the last one, or until the link is closed.
    async fn listen(&mut self, process: &mut AsyncChild) -> Result<LastWord, JobError> {
        loop {
            let deadline = self.stopping.unwrap_or_else(|| Instant::now() + STOP_TIME);
            let mut limited = (&mut self.input).take(MAX_LINE_BYTES.saturating_sub(self.line.len() as u64));
            tokio::select! {
                read = limited.read_until(b'\n', &mut self.line) => {
                    if read.is_err() || self.line.last() != Some(&b'\n') {
                        return Ok(LastWord::None);
                    }
                    let line = std::mem::take(&mut self.line);
                    if let Some(last_word) = self.on_event(&line)? {
                        return Ok(last_word);
                    }
                }
                _ = self.interrupt.recv() => self.stop(process).await?,
                _ = self.terminate.recv() => self.stop(process).await?,
                () = tokio::time::sleep_until(deadline), if self.stopping.is_some() => {
                    process.kill().await?;
                    return Ok(LastWord::None);
                }
            }
        }
    }

    /// Handles one message. Returns it if it is the last one.
    fn on_event(&mut self, line: &[u8]) -> Result<Option<LastWord>, JobError> {
        self.begun = true;
        match Message::parse(line) {
            Ok(Message::Hello { version }) if version != VERSION => Err(JobError::Version { version }),
            Ok(Message::Progress(progress)) => {
                (self.listener)(BuildEvent::Progress(progress));
                Ok(None)
            }
            Ok(Message::Warning { message }) => {
                (self.listener)(BuildEvent::Warning(message));
                Ok(None)
            }
            Ok(Message::Error(reported)) => Ok(Some(LastWord::Error(reported))),
            Ok(Message::Result(result)) => Ok(Some(LastWord::Result(result))),
            // A job answers no queries.
            Ok(Message::Hello { .. } | Message::Ready(_) | Message::Answer(_) | Message::Unknown) => Ok(None),
            Err(error) => Err(JobError::Nonsense { error }),
        }
    }

    /// Asks the JVM to stop. The second call kills it.
    async fn stop(&mut self, process: &mut AsyncChild) -> Result<(), JobError> {
        if self.stopping.is_some() {
            process.kill().await?;
            return Ok(());
        }
        (self.listener)(BuildEvent::Step("Stopping (once more to stop at once)".to_owned()));
        self.stopping = Some(Instant::now() + STOP_TIME);
        // A JVM that no longer reads has ended; the next read will show that.
        let _ = self.output.write_all(STOP).await;
        Ok(())
    }
}

/// Waits for the JVM to exit, and kills it if it takes too long.
async fn end(process: &mut AsyncChild) -> Result<ExitStatus, JobError> {
    match tokio::time::timeout(END_TIME, process.wait()).await {
        Ok(status) => Ok(status?),
        Err(_) => Ok(process.kill().await?),
    }
}

fn reported_error(reported: RemoteError, log: &JobLog) -> JobError {
    if reported.code == "interrupted" {
        return JobError::Interrupted;
    }
    let detail = reported.detail.clone().unwrap_or_default();
    if !detail.is_empty() {
        log.line(&detail);
    }
    if detail.contains("java.lang.OutOfMemoryError") {
        return JobError::Died { death: JvmExit::Heap, log: log.path.clone() };
    }
    JobError::RemoteError {
        reported: Box::new(reported),
        log: (!detail.is_empty()).then(|| log.path.clone()),
    }
}

/// Determines why a JVM ended without a last message.
fn died(tail: &Tail, (status, begun): (ExitStatus, bool), before: &Kills, log: JobLog) -> JobError {
    let text = fs_err::read_to_string(&log.path).unwrap_or_default();
    let death = JvmExit::of(status, begun, &text, tail, before.reason(&Kills::now()));
    JobError::Died { death, log: log.path }
}
