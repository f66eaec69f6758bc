//! Starts the JVM of a job.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pio_closure::submit::Submit;
use pio_logging::engine::Relay;
use pio_process::command::Command;
use pio_process::output::Stream;
use pio_settings::{memory, vars, words};

use super::spec::{self, SpecFile};
use super::{Job, Worker};
use crate::errors::JobError;

/// The main class of jobs.
const MAIN: &str = "org.apache.predictionio.runtime.Main";

/// Lifetime of a worker's spec file. The worker reads it long before; this limit removes it if that never
/// happens.
const SPEC_LIFE: Duration = Duration::from_mins(2);

/// A command ready to start, and our end of its link.
pub(super) struct Prepared {
    pub(super) command: Command,
    pub(super) link: UnixStream,
    pub(super) spec: SpecFile,
}

impl Job<'_> {
    /// Starts a worker that serves an engine instance. Its output is logged and not inherited, because a pipe
    /// that nobody reads would block the worker.
    ///
    /// # Errors
    /// The JVM cannot be started.
    pub fn start_worker(&self) -> Result<Worker, JobError> {
        let Prepared { command, link, spec } = self.prepare()?;
        let mut relay = Relay::default();
        let command = command.on_line(move |stream, line| relay.line(stream == Stream::Stderr, line));
        let process = command.spawn_async()?;
        tokio::spawn(async move {
            tokio::time::sleep(SPEC_LIFE).await;
            drop(spec);
        });
        Ok(Worker { link, process })
    }

    pub(super) fn prepare(&self) -> Result<Prepared, JobError> {
        let spec = SpecFile::write(&spec::json(self)?)?;
        let (link, theirs) = UnixStream::pair()?;
        let submit = Submit {
            closure: self.closure,
            main_class: MAIN,
            arguments: vec![spec.path().into()],
            name: format!("PredictionIO {}: {}", self.verb.name(), self.engine.id),
            engine_jars: self.built.jars.clone(),
            spark_options: self.spark_options(),
            spark_conf: self.engine.variant.spark_conf.clone(),
            java_options: words::of_variable(vars::JAVA_OPTS)?,
            memory: memory::plan(),
            private_folder: spec.folder(),
        };
        let command =
            submit.command()?.current_dir(&self.engine.folder).stdin(OwnedFd::from(theirs)).own_group();
        Ok(Prepared { command, link, spec })
    }

    fn spark_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.options.spark_kryo {
            let kryo = "spark.serializer=org.apache.spark.serializer.KryoSerializer";
            options.extend(["--conf".to_owned(), kryo.to_owned()]);
        }
        options.extend(self.options.spark_options.iter().cloned());
        options
    }
}
