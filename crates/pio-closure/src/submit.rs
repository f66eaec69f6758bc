//! The command line of a Spark job: what the `spark-submit` script would do, with the user's options merged in.
//!
//! The driver is the JVM that is started here, so whatever concerns the driver has to be a flag of this JVM: `SparkSubmit` itself
//! comes too late for it.

mod check;
mod memory;
mod options;
mod origin;
mod private;
mod properties;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pio_process::command::Command;
use pio_settings::memory::MemoryPlan;
use pio_settings::redact::{SPARK_REDACTION, SPARK_REDACTION_REGEX};
use pio_settings::{env, setting, vars, words};

use crate::closure::Closure;
use crate::errors::SubmitError;
use crate::jvm;
use options::Options;
use private::Private;

/// Where a job runs when nobody says.
const DEFAULT_MASTER: &str = "local[*]";

/// Spark's setting for what it keeps of the heap for itself, in bytes.
const RESERVE: &str = "spark.testing.reservedMemory";

/// The stack of every thread of Spark: long lineages are (de)serialised recursively. Only what is used takes memory.
const STACK: &str = "-Xss4m";

/// A job for Spark, in client mode.
#[derive(Debug, Clone)]
pub struct Submit<'a> {
    /// The closure with Spark, Java and the runtime.
    pub closure: &'a Closure,
    /// The class whose `main` is the job.
    pub main_class: &'a str,
    /// The arguments of `main`.
    pub arguments: Vec<OsString>,
    /// The name of the application, unless the user's options give one.
    pub name: String,
    /// The jars of the engine.
    pub engine_jars: Vec<PathBuf>,
    /// The options for spark-submit that the user gave.
    pub spark_options: Vec<String>,
    /// The engine variant's `sparkConf`.
    pub spark_conf: Vec<(String, String)>,
    /// What `JAVA_OPTS` holds, in words.
    pub java_options: Vec<String>,
    /// What the container's memory allows.
    pub memory: MemoryPlan,
    /// A folder that only this user can read, for settings that no command line may show. It must stay until the job has started.
    pub private_folder: &'a Path,
}

/// Refuses options and settings that cannot be, before anything is started.
///
/// # Errors
/// When an option is wrong.
pub fn check_options(spark_options: &[String], spark_conf: &[(String, String)]) -> Result<(), SubmitError> {
    check::check(&Options::parse(spark_options, spark_conf)?)
}

impl Submit<'_> {
    /// The whole command.
    ///
    /// # Errors
    /// When an option is wrong or the closure is incomplete.
    pub fn command(&self) -> Result<Command, SubmitError> {
        let options = Options::parse(&self.spark_options, &self.spark_conf)?;
        check::check(&options)?;
        let private = Private::new(self.private_folder);
        let java_flags = self.java_flags(&options, &private)?;
        let arguments = private.without_secrets(self.submit_arguments(&options)?)?;
        let mut command = jvm::spark(self.closure)?
            .named("Spark")
            .args(java_flags)
            .arg("-cp")
            .arg(jvm::class_path(self.closure, &self.class_path(&options)?))
            .arg("org.apache.predictionio.runtime.Submit")
            .args(arguments)
            .args(&self.arguments)
            .env(vars::SPARK_HOME, &self.closure.root)
            .env(vars::SPARK_SCALA_VERSION, "2.12");
        check::check_variables(&options)?;
        for link in env::service_links() {
            command = command.env_remove(link);
        }
        if is_local(&master(&options)) && env::get(vars::SPARK_LOCAL_IP).is_none() {
            command = command.env(vars::SPARK_LOCAL_IP, "127.0.0.1");
        }
        if let Some(folders) = options.setting("--driver-library-path", "spark.driver.extraLibraryPath") {
            command =
                command.env(vars::LD_LIBRARY_PATH, prepended(&folders, env::get(vars::LD_LIBRARY_PATH)));
        }
        Ok(command)
    }

    /// The flags of the driver's JVM; of two that contradict each other Java takes the later.
    fn java_flags(&self, options: &Options, private: &Private<'_>) -> Result<Vec<String>, SubmitError> {
        let users = self.users_flags(options)?;
        let mut flags = jvm::spark_flags(self.closure);
        flags.extend(jvm::archive_flags(self.closure));
        flags.extend(jvm::gc_flag(&users).map(str::to_owned));
        flags.extend(self.memory.flags.iter().cloned());
        flags.push(STACK.to_owned());
        flags.extend(private.java_flags(users)?);
        Ok(flags)
    }

    fn users_flags(&self, options: &Options) -> Result<Vec<String>, SubmitError> {
        let mut flags = self.java_options.clone();
        flags.extend(driver_memory(options)?.map(|bytes| format!("-Xmx{}k", bytes / 1024)));
        if let Some(text) = options.setting("--driver-java-options", "spark.driver.extraJavaOptions") {
            flags.extend(words::split("--driver-java-options", &text)?);
        }
        Ok(flags)
    }

    /// What the user puts first comes first. Our own driver named once more changes nothing, so it does not spoil the order in
    /// which the archive of classes was made; that is what PIO's buildpack told everyone to do.
    fn class_path(&self, options: &Options) -> Result<Vec<PathBuf>, SubmitError> {
        let driver = self.closure.postgresql_jdbc_jar()?;
        let wanted =
            options.setting("--driver-class-path", "spark.driver.extraClassPath").unwrap_or_default();
        let wanted = wanted.split(':').filter(|entry| !entry.is_empty()).map(PathBuf::from);
        let mut entries: Vec<PathBuf> = wanted.filter(|entry| !is_same_jar(entry, &driver)).collect();
        entries.extend(self.closure.class_path()?);
        if !options.has_packages() {
            entries.extend(self.engine_jars.iter().cloned());
            entries.extend(options.local_jars());
        }
        Ok(entries)
    }

    fn submit_arguments(&self, options: &Options) -> Result<Vec<String>, SubmitError> {
        let mut arguments = vec!["--master".to_owned(), master(options)];
        arguments.extend([
            "--name".to_owned(),
            options.setting("--name", "spark.app.name").unwrap_or(self.name.clone()),
        ]);
        if options.setting("", "spark.ui.enabled").is_none() {
            arguments.extend(conf("spark.ui.enabled", "false"));
        }
        if options.setting("", SPARK_REDACTION_REGEX).is_none() {
            arguments.extend(conf(SPARK_REDACTION_REGEX, SPARK_REDACTION));
        }
        arguments.extend(self.reserve(options)?);
        for (key, value) in &self.spark_conf {
            arguments.extend(conf(key, value));
        }
        arguments.extend(options.passed_on.iter().cloned());
        let theirs = options.setting("", "spark.executor.extraJavaOptions").unwrap_or_default();
        arguments.extend(conf("spark.executor.extraJavaOptions", format!("{STACK} {theirs}").trim_end()));
        let jars = self.shipped_jars(options)?;
        if !jars.is_empty() {
            arguments.extend(["--jars".to_owned(), jars.join(",")]);
        }
        arguments.extend(["--class".to_owned(), self.main_class.to_owned(), "spark-internal".to_owned()]);
        Ok(arguments)
    }

    /// What Spark keeps of the heap for itself: 300 MiB, and it takes no heap below one and a half times that. Of a small heap it is to
    /// keep a quarter, which this setting of Spark's own tests allows.
    fn reserve(&self, options: &Options) -> Result<Vec<String>, SubmitError> {
        let heap = driver_memory(options)?.or(self.memory.heap);
        Ok(match heap {
            Some(heap) if heap < memory::SPARKS_LEAST_HEAP => conf(RESERVE, (heap / 4).to_string()).to_vec(),
            _ => Vec::new(),
        })
    }

    /// What Spark itself hands to executors: on a cluster everything of ours, the user's own jars anywhere. With `--packages`
    /// Spark finds jars only as it starts, and loads them apart; the engine must then be loaded beside them.
    fn shipped_jars(&self, options: &Options) -> Result<Vec<String>, SubmitError> {
        let mut jars = Vec::new();
        let remote = !is_local(&master(options));
        if remote {
            jars.extend([self.closure.runtime_jar()?, self.closure.postgresql_jdbc_jar()?]);
        }
        if remote || options.has_packages() {
            jars.extend(self.engine_jars.iter().cloned());
        }
        let ours = jars.iter().map(|jar| jar.display().to_string());
        Ok(ours.chain(options.jars.iter().cloned()).collect())
    }
}

/// The heap in bytes that the user wants of the driver.
fn driver_memory(options: &Options) -> Result<Option<u64>, SubmitError> {
    let set = match options.setting("--driver-memory", "spark.driver.memory") {
        Some(set) => Some(set),
        None => env::memory(vars::SPARK_DRIVER_MEMORY)?,
    };
    Ok(set.and_then(|text| setting::memory_bytes(&text, memory::MIB)))
}

fn master(options: &Options) -> String {
    options.setting("--master", "spark.master").unwrap_or_else(|| DEFAULT_MASTER.to_owned())
}

/// Whether a master means threads of the driver, not other processes.
fn is_local(master: &str) -> bool {
    master.starts_with("local") && !master.starts_with("local-cluster")
}

fn conf(key: &str, value: impl AsRef<str>) -> [String; 2] {
    ["--conf".to_owned(), format!("{key}={}", value.as_ref())]
}

/// Whether a file is a jar of ours, or a copy of it.
fn is_same_jar(file: &Path, ours: &Path) -> bool {
    let same_file = file.canonicalize().ok() == ours.canonicalize().ok();
    let size = |path: &Path| fs_err::metadata(path).map(|metadata| metadata.len()).ok();
    same_file || (file.file_name() == ours.file_name() && (!file.exists() || size(file) == size(ours)))
}

fn prepended(first: &str, rest: Option<String>) -> String {
    match rest {
        Some(rest) => format!("{first}:{rest}"),
        None => first.to_owned(),
    }
}
