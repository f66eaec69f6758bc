//! `pio batchpredict`.

use std::path::{Path, PathBuf, absolute};

use anyhow::Result;
use pio_engine::engine::Engine;
use pio_engine::instance;
use pio_engine::job::results::Predicted;
use pio_engine::job::{BatchPredictOptions, Verb};
use serde_json::json;

use crate::cli::Common;
use crate::cli::engines::BatchPredict;
use crate::errors::ConsoleError;
use crate::output::{Console, warn};
use crate::support::engine::{Ready, job_options, listener, options};
use crate::{database, runtime};

const BATCH_PREDICT: &str = "BatchPredict$";

pub(crate) fn run(console: Console, common: &Common, args: &BatchPredict, spark: Vec<String>) -> Result<()> {
    let engine = Engine::open(&options(common))?;
    let (input, output) = (place(&args.input)?, place(&args.output)?);
    check(&input, &output)?;
    let listener = listener(console, common.verbose);
    let ready = Ready::prepare(engine, &spark, &listener)?;
    let predicted = runtime::single()?.block_on(async {
        let storage = database::connect(&ready.database).await?;
        let instance = instance::find(&storage, &ready.engine, args.engine_instance_id.as_deref()).await?;
        drop(storage);
        let verb = Verb::BatchPredict(BatchPredictOptions {
            engine_instance_id: instance.id,
            input,
            output: output.clone(),
            query_partitions: args.query_partitions,
        });
        let job = ready.job(verb, job_options(common, &args.workflow, spark));
        anyhow::Ok(job.run::<Predicted>(&listener).await?)
    })?;
    // Dropping the listener ends the progress line.
    drop(listener);
    if let Some(words) = predicted.bad_lines_in_words() {
        warn(BATCH_PREDICT, words);
    }
    console.info(
        BATCH_PREDICT,
        format_args!("{} prediction(s) are in {}.", predicted.predictions, output.display()),
    );
    console.result(
        &json!({"predictions": predicted.predictions, "badLines": predicted.bad_lines, "output": output}),
    );
    Ok(())
}

/// Makes a local path absolute. A URI is left unchanged for Spark.
fn place(named: &Path) -> std::io::Result<PathBuf> {
    if named.to_str().is_none() {
        let why = format!("{} is no text in UTF-8, and Spark takes no other names", named.display());
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, why));
    }
    if is_uri(named) { Ok(named.to_owned()) } else { absolute(named) }
}

fn is_uri(named: &Path) -> bool {
    named.to_string_lossy().contains("://")
}

/// Checks for errors that would otherwise be found only after Spark has started.
fn check(input: &Path, output: &Path) -> Result<(), ConsoleError> {
    if !is_uri(input) && !input.exists() {
        return Err(ConsoleError::NoQueries(input.to_owned()));
    }
    if !is_uri(output) && output.exists() {
        return Err(ConsoleError::PredictionsExist(output.to_owned()));
    }
    Ok(())
}
