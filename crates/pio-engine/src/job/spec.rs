//! The spec file, which describes a job to the JVM. The database's password is passed only here.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pio_process::private_file;
use pio_settings::env;
use pio_settings::redact::Redactor;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{BatchPredictOptions, EvalOptions, Job, JsonExtractor, ServeOptions, TrainOptions, Verb};
use crate::build::stage::package_rename;

const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    version: u32,
    verb: &'static str,
    engine: EngineSpec<'a>,
    database: DatabaseSpec<'a>,
    environment: BTreeMap<String, String>,
    spark_conf: BTreeMap<&'a str, String>,
    executor_environment: BTreeMap<String, String>,
    json_extractor: JsonExtractor,
    lenient_params: bool,
    verbose: bool,
    batch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    train: Option<&'a TrainOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eval: Option<EvalOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batchpredict: Option<&'a BatchPredictOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serve: Option<&'a ServeOptions>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EngineSpec<'a> {
    id: &'a str,
    version: &'a str,
    variant_id: &'a str,
    factory: String,
    directory: &'a Path,
    variant_file: String,
    variant: Box<RawValue>,
}

#[derive(Serialize)]
struct DatabaseSpec<'a> {
    url: String,
    user: &'a str,
    password: &'a str,
    tables: TablesSpec<'a>,
    sources: &'a [String],
}

#[derive(Serialize)]
struct TablesSpec<'a> {
    metadata: &'a str,
    eventdata: &'a str,
    modeldata: &'a str,
}

/// Serializes the spec of a job.
pub(super) fn json(job: &Job<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let engine = job.engine;
    let file = engine.variant.file.strip_prefix(&engine.folder).unwrap_or(&engine.variant.file);
    let redactor = Redactor::from_env();
    let mut spec = Spec {
        version: VERSION,
        verb: job.verb.name(),
        engine: EngineSpec {
            id: &engine.id,
            version: engine.version.as_deref().unwrap_or(&job.built.content_hash),
            variant_id: &engine.variant.id,
            factory: engine.factory(),
            directory: &engine.folder,
            variant_file: file.display().to_string(),
            variant: RawValue::from_string(engine.variant.content.clone())?,
        },
        database: DatabaseSpec {
            url: job.database.jdbc_url(),
            user: &job.database.user,
            password: job.database.password.expose(),
            tables: TablesSpec {
                metadata: &job.database.tables.metadata,
                eventdata: &job.database.tables.eventdata,
                modeldata: &job.database.tables.modeldata,
            },
            sources: &job.database.origin.sources,
        },
        environment: env::recorded_variables(),
        spark_conf: engine
            .variant
            .spark_conf
            .iter()
            .map(|(key, value)| (key.as_str(), redactor.value(key, value)))
            .collect(),
        executor_environment: env::executor_variables(),
        json_extractor: job.options.json_extractor,
        lenient_params: job.options.lenient_params,
        verbose: job.options.verbose,
        batch: redactor.text(&job.options.batch),
        train: None,
        eval: None,
        batchpredict: None,
        serve: None,
    };
    match &job.verb {
        Verb::Train(options) => spec.train = Some(options),
        Verb::Eval(options) => spec.eval = Some(renamed(options)),
        Verb::BatchPredict(options) => spec.batchpredict = Some(options),
        Verb::Serve(options) => spec.serve = Some(options),
    }
    serde_json::to_vec(&spec)
}

/// The evaluation's class names, with PIO's current package name.
fn renamed(options: &EvalOptions) -> EvalOptions {
    EvalOptions {
        evaluation: package_rename::rename(&options.evaluation).into_owned(),
        engine_params_generator: options
            .engine_params_generator
            .as_deref()
            .map(|name| package_rename::rename(name).into_owned()),
        best_file: options.best_file.clone(),
    }
}

/// A spec file in a private folder. The JVM deletes the file; dropping this value removes the folder.
pub(super) struct SpecFile {
    folder: tempfile::TempDir,
}

impl SpecFile {
    /// Writes the spec to a file that only this user can read.
    pub(super) fn write(spec: &[u8]) -> std::io::Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("pio-").permissions(Permissions::from_mode(0o700)).tempdir()?;
        let file = Self { folder };
        private_file::write(&file.path(), spec)?;
        Ok(file)
    }

    /// The private folder, also for other files that only this user may read.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("spec.json")
    }
}
