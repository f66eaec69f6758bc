//! `pio status`: reports what is installed, what is missing, and what to do about it.

use std::path::Path;

use anyhow::Result;
use pio_closure::closure::{Closure, FILE_TIME};
use pio_closure::errors::ClosureError;
use pio_settings::database::DatabaseSettings;
use pio_settings::database::tables::TableNames;
use pio_settings::{env, installation, vars};
use pio_storage::instances::engine::EngineInstance;
use pio_storage::instances::status::InstanceStatus;
use serde_json::{Value, json};

use super::version::VERSION;
use crate::database::{self, STORAGE};
use crate::errors::ConsoleError;
use crate::output::{Console, warn};

const MANAGEMENT: &str = "Management$";

/// The key in an instance's environment that marks models of this runtime, as opposed to PIO's own.
const OWN_MODEL: &str = "PIO_RUNTIME";

pub(crate) fn run(console: Console) -> Result<()> {
    console.info(MANAGEMENT, "Inspecting PredictionIO...");
    let closure = inspect_closure(console);
    console.info(MANAGEMENT, "Inspecting storage backend connections...");
    let database = inspect_database(console);
    let accepts_writes = database.as_ref().is_ok_and(|facts| facts["readOnly"] == false);
    let ready = closure.is_ok() && accepts_writes;
    console.result(&json!({
        "ready": ready,
        "version": VERSION,
        "closure": shown(&closure),
        "database": shown(&database),
    }));
    if ready {
        console.info(MANAGEMENT, "Your system is all ready to go.");
        return Ok(());
    }
    for error in [closure.err(), database.err()].into_iter().flatten() {
        warn(MANAGEMENT, format_args!("{error:#}"));
    }
    Err(ConsoleError::NotReady("Your system").into())
}

fn shown(outcome: &Result<Value>) -> Value {
    match outcome {
        Ok(facts) => facts.clone(),
        Err(error) => json!({ "error": format!("{error:#}") }),
    }
}

fn inspect_closure(console: Console) -> Result<Value> {
    let closure = match Closure::locate() {
        Err(ClosureError::NotFound { .. }) if is_complete_without() => {
            console.info(
                MANAGEMENT,
                format_args!(
                    "PredictionIO {VERSION} is installed without Spark and Java, as for an event server"
                ),
            );
            return Ok(json!({"installed": false}));
        }
        other => other?,
    };
    console
        .info(MANAGEMENT, format_args!("PredictionIO {VERSION} is installed at {}", closure.root.display()));
    console.info(MANAGEMENT, "Inspecting Apache Spark...");
    let spark = spark_version(&closure)?;
    console.info(MANAGEMENT, format_args!("Apache Spark is installed at {}", closure.root.display()));
    console.info(MANAGEMENT, format_args!("Apache Spark {spark} detected"));
    closure.runtime_jar()?;
    closure.postgresql_jdbc_jar()?;
    let java = closure.java()?;
    let version = java_version(&closure);
    console.info(MANAGEMENT, format_args!("Java {version} is at {}", java.display()));
    let archive = closure.archive_fits()?;
    if closure.cds_archive().is_none() {
        warn(MANAGEMENT, "There is no archive of Java classes, so trainings start slower than they could.");
    } else if !archive {
        let root = closure.root.display();
        warn(
            MANAGEMENT,
            format_args!(
                "Java does not take its archive of classes, so trainings start slower than they could: files in {root} have lost the \
                 time that they were made with. Copy them with their times (cp -a, rsync -a, tar), or give the time back: \
                 find {root} -type f -exec touch -d @{FILE_TIME} {{}} +"
            ),
        );
    }
    Ok(json!({"root": closure.root, "spark": spark, "java": version, "classArchive": archive}))
}

/// Whether the installation is complete without Spark: a release without it (`pio` alone, or an event
/// server's app), and no engine that needs it.
fn is_complete_without() -> bool {
    let has_engine = ["engine.json", "pio-engine/engine.json"].iter().any(|file| Path::new(file).is_file());
    !has_engine && !installation::is_clone() && env::get(vars::PIO_CLOSURE).is_none()
}

/// The Spark version, from the name of its core jar: `spark-core_2.12-3.5.9.jar`.
fn spark_version(closure: &Closure) -> Result<String> {
    let jars = closure.jars()?;
    let mut names = jars.iter().filter_map(|jar| jar.file_stem()?.to_str());
    let version = names.find_map(|name| name.strip_prefix("spark-core_")?.split_once('-'));
    Ok(version.map_or("of an unknown version", |(_, version)| version).to_owned())
}

/// The Java version, from the `release` file of the Java runtime, without starting it.
fn java_version(closure: &Closure) -> String {
    let text = fs_err::read_to_string(closure.root.join("java/release")).unwrap_or_default();
    let version = text.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="));
    version.unwrap_or("of an unknown version").trim_matches('"').to_owned()
}

fn inspect_database(console: Console) -> Result<Value> {
    let settings = database::settings()?;
    let place = format!("{} at {}:{}", settings.name, settings.host, settings.port);
    database::with(async |storage| {
        let [metadata, eventdata, modeldata] = &settings.origin.sources;
        for (backend, source) in [("Meta", metadata), ("Model", modeldata), ("Event", eventdata)] {
            let source = if source.is_empty() { "PGSQL" } else { source };
            console.info(STORAGE, format_args!("Verifying {backend} Data Backend (Source: {source})..."));
        }
        console.info(STORAGE, format_args!("The database is named by {}", named_by(&settings)));
        let tables = &settings.tables;
        if *tables != TableNames::default() {
            let TableNames { metadata, eventdata, modeldata } = tables;
            console
                .info(STORAGE, format_args!("The tables are {metadata}_…, {eventdata}_… and {modeldata}_…"));
        }
        if storage.is_pooled() {
            console.info(STORAGE, "A connection pooler stands before the database");
        }
        let server = storage.ping().await?;
        console.info(
            STORAGE,
            format_args!("PostgreSQL {}, database {place}: the schema is up to date", server.version),
        );
        if server.read_only {
            warn(STORAGE, "The database accepts no writes now: events are refused, nothing can be trained.");
        }
        let apps = storage.apps().list().await?.len();
        let instances = storage.engine_instances().list().await?;
        console.info(STORAGE, format_args!("{apps} app(s), {} engine instance(s)", instances.len()));
        let unfinished = explain(console, &instances);
        Ok(json!({
            "postgresql": server.version,
            "readOnly": server.read_only,
            "name": settings.name,
            "host": settings.host,
            "port": settings.port,
            "variables": settings.origin.variables,
            "tables": { "metadata": tables.metadata, "eventdata": tables.eventdata, "modeldata": tables.modeldata },
            "pooled": storage.is_pooled(),
            "apps": apps,
            "engineInstances": instances.len(),
            "unfinished": unfinished,
        }))
    })
}

/// The names of the variables that configure the database, without their values.
fn named_by(settings: &DatabaseSettings) -> String {
    match settings.origin.variables.as_slice() {
        [] => "no variable: it is the embedded one".to_owned(),
        variables => variables.join(", "),
    }
}

/// Whether a later training of the same engine and variant has completed. Then this one no longer matters.
fn is_superseded(one: &EngineInstance, instances: &[EngineInstance]) -> bool {
    let engine = |of: &EngineInstance| (of.engine_id.clone(), of.engine_variant.clone());
    instances.iter().any(|other| {
        other.status == InstanceStatus::Completed
            && other.start_time > one.start_time
            && engine(other) == engine(one)
    })
}

/// Prints what became of unsuccessful trainings. Returns the ids of those that never ended and were not
/// repeated.
fn explain(console: Console, instances: &[EngineInstance]) -> Vec<String> {
    let unfinished: Vec<&EngineInstance> = instances
        .iter()
        .filter(|instance| instance.status == InstanceStatus::Init && !is_superseded(instance, instances))
        .collect();
    for instance in &unfinished {
        warn(
            MANAGEMENT,
            format_args!(
                "Engine instance {} of {} (variant {}, begun {}) is INIT: its training still runs, was told to stop early, or was interrupted. \
                 If it does not run any more, train again; it does no harm where it is.",
                instance.id,
                instance.engine_factory,
                instance.engine_variant,
                instance.start_time.format("%Y-%m-%d %H:%M UTC"),
            ),
        );
    }
    let of_pio = instances
        .iter()
        .filter(|instance| {
            instance.status == InstanceStatus::Completed && !instance.env.contains_key(OWN_MODEL)
        })
        .count();
    if of_pio > 0 {
        console.info(
            MANAGEMENT,
            format_args!("{of_pio} engine instance(s) were trained by PIO itself; train these engines again before deploying them."),
        );
    }
    unfinished.into_iter().map(|instance| instance.id.clone()).collect()
}
