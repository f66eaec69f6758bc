//! A small program for Spark, compiled and started as the spark-submit script would.

use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_closure::jvm;
use pio_process::command::Command;
use tempfile::TempDir;

/// A compiled program, in a folder of its own.
pub(super) struct SparkJob {
    closure: Closure,
    folder: TempDir,
    class: &'static str,
    class_path: Vec<PathBuf>,
}

impl SparkJob {
    /// Compiles one source against Spark, and against PIO's runtime too where it is asked for.
    pub(super) fn compile(class: &'static str, source: &str, with_runtime: bool) -> Result<Self> {
        let closure = Closure::locate()?;
        let class_path = if with_runtime { closure.class_path()? } else { closure.jars()? };
        let job = Self { closure, folder: tempfile::tempdir()?, class, class_path };
        let file = job.file(&format!("{class}.scala"));
        fs::write(&file, source)?;
        jvm::spark(&job.closure)?
            .arg("-cp")
            .arg(jvm::class_path(&job.closure, &job.class_path))
            .args(["scala.tools.nsc.Main", "-usejavacp", "-d"])
            .arg(job.jar())
            .arg(file)
            .run()?;
        Ok(job)
    }

    /// The command that runs it with a driver of this size; its arguments are to be added.
    pub(super) fn command(&self, memory: &str, master: &str) -> Result<Command> {
        Ok(jvm::spark(&self.closure)?
            .args(jvm::spark_flags(&self.closure))
            .args([&format!("-Xmx{memory}"), "-cp"])
            .arg(jvm::class_path(&self.closure, &self.class_path))
            .args(["org.apache.spark.deploy.SparkSubmit", "--master", master, "--class", self.class])
            .arg(self.jar()))
    }

    /// A file in its folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn jar(&self) -> PathBuf {
        self.file("job.jar")
    }
}
