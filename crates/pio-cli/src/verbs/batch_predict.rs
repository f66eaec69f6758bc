//! `pio batchpredict`.

use std::path::{Path, absolute};

use anyhow::Result;
use pio_engine::engine::Engine;
use pio_engine::instance;
use pio_engine::job::results::Predicted;
use pio_engine::job::{BatchPredictOptions, Verb};
use serde_json::json;

use super::engine::{Ready, job_options, listener, options};
use crate::cli::Common;
use crate::cli::engines::BatchPredict;
use crate::errors::ConsoleError;
use crate::output::{Console, warn};
use crate::{database, runtime};

const BATCH_PREDICT: &str = "BatchPredict$";

pub(crate) fn run(console: Console, common: &Common, args: &BatchPredict, spark: Vec<String>) -> Result<()> {
    let engine = Engine::open(&options(common))?;
    let (input, output) = (absolute(&args.input)?, absolute(&args.output)?);
    check(&input, &output)?;
    let listener = listener(console, common.verbose);
    let ready = Ready::prepare(engine, &listener)?;
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

/// What would only be found after Spark has started.
fn check(input: &Path, output: &Path) -> Result<(), ConsoleError> {
    if !input.exists() {
        return Err(ConsoleError::NoInput(input.to_owned()));
    }
    if output.exists() {
        return Err(ConsoleError::OutputExists(output.to_owned()));
    }
    Ok(())
}
