//! One worker's link: queries go out with an id, answers come back in any order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pio_http::budget::SMALL;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::config::Config;
use crate::errors::QueryError;
use pio_link::lines::{self, Line};
use pio_link::messages::{Message, Progress, Ready, RemoteError, STOP, WorkerReply, query};

/// What a worker says that is not an answer.
pub(crate) enum WorkerEvent {
    Hello(u32),
    Ready(Ready),
    Error(RemoteError),
}

/// The native end of a link. Shared by every request.
pub(crate) struct WorkerConnection {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    next_id: AtomicU64,
    waiting: Arc<Mutex<Waiting>>,
    queries: Arc<Semaphore>,
    kibibytes: Arc<Semaphore>,
    query_time: Duration,
    closed: watch::Receiver<bool>,
}

/// The queries that the worker has not answered yet, also those whose client is gone: the worker still works on them.
struct Waiting {
    queries: HashMap<u64, Unanswered>,
    last_answer: Instant,
    closed: bool,
}

/// An answer, with its place among the large ones until it has its share of the server's memory.
pub(crate) struct Answered {
    pub(crate) answer: WorkerReply,
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

/// The bounds of answers.
struct Room {
    longest: usize,
    kibibytes: Arc<Semaphore>,
}

struct Unanswered {
    reply: oneshot::Sender<Result<Answered, QueryError>>,
    since: Instant,
    room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl WorkerConnection {
    /// Takes the native end of a socket pair and starts to read and write.
    pub(crate) fn open(
        stream: std::os::unix::net::UnixStream,
        config: &Config,
    ) -> std::io::Result<(Self, mpsc::UnboundedReceiver<WorkerEvent>)> {
        stream.set_nonblocking(true)?;
        let (input, output) = UnixStream::from_std(stream)?.into_split();
        let (outgoing, lines) = mpsc::unbounded_channel();
        let (said, heard) = mpsc::unbounded_channel();
        let (close, closed) = watch::channel(false);
        let waiting = Arc::new(Mutex::new(Waiting {
            queries: HashMap::new(),
            last_answer: Instant::now(),
            closed: false,
        }));
        tokio::spawn(write(output, lines));
        let room = Room {
            longest: config.answer_bytes,
            kibibytes: Arc::new(Semaphore::new(config.answer_bytes.div_ceil(1024))),
        };
        tokio::spawn(read(input, Arc::clone(&waiting), room, said, close));
        let link = Self {
            outgoing,
            next_id: AtomicU64::new(1),
            waiting,
            queries: Arc::new(Semaphore::new(config.queries)),
            kibibytes: Arc::new(Semaphore::new(config.query_bytes / 1024)),
            query_time: config.query_time,
            closed,
        };
        Ok((link, heard))
    }

    /// Asks the worker and waits for its answer.
    pub(crate) async fn ask(&self, body: &str) -> Result<Answered, QueryError> {
        let (reply, answer) = oneshot::channel();
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let line = query(id, body);
        let room = self.room_for(line.len())?;
        {
            let mut waiting = lock(&self.waiting);
            if waiting.closed {
                return Err(QueryError::WorkerLost);
            }
            waiting.queries.insert(id, Unanswered { reply, since: Instant::now(), room });
        }
        // If the writer is gone, so is the worker: the reader then drops what waits, which ends the wait below.
        let _ = self.outgoing.send(line);
        match tokio::time::timeout(self.query_time, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(QueryError::WorkerLost),
            Err(_) => Err(QueryError::TooLate(self.query_time)),
        }
    }

    fn room_for(&self, bytes: usize) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), QueryError> {
        let kibibytes = u32::try_from(bytes.div_ceil(1024)).map_err(|_| QueryError::Busy)?;
        let one = Arc::clone(&self.queries).try_acquire_owned().map_err(|_| QueryError::Busy)?;
        let many =
            Arc::clone(&self.kibibytes).try_acquire_many_owned(kibibytes).map_err(|_| QueryError::Busy)?;
        Ok((one, many))
    }

    /// How many queries the worker has not answered yet.
    pub(crate) fn unanswered(&self) -> usize {
        lock(&self.waiting).queries.len()
    }

    /// How long the worker has been silent although a query waits; zero where none does.
    pub(crate) fn silence(&self) -> Duration {
        let waiting = lock(&self.waiting);
        let oldest = waiting.queries.values().map(|query| query.since).min();
        oldest.map_or(Duration::ZERO, |since| since.max(waiting.last_answer).elapsed())
    }

    /// Gives up on what the worker has not answered: it never will, even if its end of the link is still open somewhere.
    pub(crate) fn abandon(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        waiting.queries.clear();
    }

    /// Asks the worker to end.
    pub(crate) fn stop(&self) {
        let _ = self.outgoing.send(STOP.to_vec());
    }

    /// Waits until the worker's end of the link is closed.
    pub(crate) async fn closed(&self) {
        let _ = self.closed.clone().wait_for(|closed| *closed).await;
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes whatever has queued with one call.
async fn write(mut output: OwnedWriteHalf, mut lines: mpsc::UnboundedReceiver<Vec<u8>>) {
    let mut taken = Vec::new();
    while lines.recv_many(&mut taken, 64).await > 0 {
        let written = match taken.as_slice() {
            [one] => output.write_all(one).await,
            many => output.write_all(&many.concat()).await,
        };
        if let Err(error) = written {
            tracing::debug!(%error, "the link to the engine's worker broke while writing");
            return;
        }
        taken.clear();
    }
}

async fn read(
    input: OwnedReadHalf,
    waiting: Arc<Mutex<Waiting>>,
    room: Room,
    said: mpsc::UnboundedSender<WorkerEvent>,
    close: watch::Sender<bool>,
) {
    let mut reader = BufReader::with_capacity(64 * 1024, input);
    let mut line = Vec::new();
    loop {
        match lines::next(&mut reader, &mut line, room.longest).await {
            Ok(Line::Whole) => take(&line, &waiting, &room, &said),
            Ok(Line::Beginning) => {
                let Some(answer) = WorkerReply::too_long(&line, room.longest) else {
                    tracing::warn!("the engine's worker sent a message that is too long");
                    break;
                };
                answered(answer, &waiting, &room);
            }
            Ok(Line::End) => break,
            Err(error) => {
                tracing::warn!(%error, "the link to the engine's worker broke while reading");
                break;
            }
        }
        if line.capacity() > 1024 * 1024 {
            line = Vec::new();
        }
    }
    let mut waiting = lock(&waiting);
    waiting.closed = true;
    waiting.queries.clear();
    close.send_replace(true);
}

fn take(line: &[u8], waiting: &Mutex<Waiting>, room: &Room, said: &mpsc::UnboundedSender<WorkerEvent>) {
    let heard = match Message::parse(line) {
        Ok(Message::Answer(answer)) => return answered(answer, waiting, room),
        Ok(Message::Progress(Progress { stage, message, .. })) => {
            tracing::info!(stage, "{message}");
            return;
        }
        Ok(Message::Warning { message }) => {
            tracing::warn!("{message}");
            return;
        }
        Ok(Message::Hello { version }) => WorkerEvent::Hello(version),
        Ok(Message::Ready(ready)) => WorkerEvent::Ready(ready),
        Ok(Message::Error(error)) => WorkerEvent::Error(error),
        Ok(Message::Result(_) | Message::Unknown) => return,
        Err(error) => {
            tracing::warn!(%error, "the engine's worker sent a line that is not a message");
            return WorkerReply::unreadable(line)
                .into_iter()
                .for_each(|answer| answered(answer, waiting, room));
        }
    };
    let _ = said.send(heard);
}

fn answered(answer: WorkerReply, waiting: &Mutex<Waiting>, answers: &Room) {
    let query = {
        let mut waiting = lock(waiting);
        waiting.last_answer = Instant::now();
        waiting.queries.remove(&answer.id)
    };
    if let Some(Unanswered { reply, room, .. }) = query {
        drop(room);
        // A client that has given up does not want it any more.
        let _ = reply.send(answers.admit(answer));
    }
}

impl Room {
    /// Gives an answer its place. Where there is none it is thrown away at once: nothing else may wait for it.
    fn admit(&self, answer: WorkerReply) -> Result<Answered, QueryError> {
        let bytes = answer.body.as_ref().map_or(0, String::len);
        if bytes <= SMALL {
            return Ok(Answered { answer, place: None });
        }
        let kibibytes = u32::try_from(bytes.div_ceil(1024)).map_err(|_| QueryError::Busy)?;
        let place = self.kibibytes.clone().try_acquire_many_owned(kibibytes).map_err(|_| QueryError::Busy)?;
        Ok(Answered { answer, place: Some(place) })
    }
}
