//! `pio train`.

use anyhow::Result;
use pio_engine::engine::Engine;
use pio_engine::job::results::Trained;
use pio_engine::job::{TrainOptions, Verb};
use serde_json::json;

use crate::cli::Common;
use crate::cli::engines::Train;
use crate::errors::ConsoleError;
use crate::output::Console;
use crate::runtime;
use crate::support::engine::{Ready, job_options, listener, options};

const CORE_WORKFLOW: &str = "CoreWorkflow$";

pub(crate) fn run(console: Console, common: &Common, args: Train, spark: Vec<String>) -> Result<()> {
    if args.main_py_file.is_some() {
        return Err(ConsoleError::Python.into());
    }
    let mut engine = Engine::open(&options(common))?;
    if let Some(factory) = args.engine_factory {
        if common.engine_id.is_none() {
            engine.id.clone_from(&factory);
        }
        engine.variant.factory = factory;
    }
    let listener = listener(console, common.verbose);
    let ready = Ready::prepare(engine, &spark, &listener)?;
    let verb = Verb::Train(TrainOptions {
        skip_sanity_check: args.skip_sanity_check,
        stop_after_read: args.stop_after_read,
        stop_after_prepare: args.stop_after_prepare,
        engine_params_key: args.engine_params_key,
    });
    let job = ready.job(verb, job_options(common, &args.workflow, spark));
    let trained = runtime::single()?.block_on(job.run::<Trained>(&listener))?;
    // Dropping the listener ends the progress line.
    drop(listener);
    if let Some(stage) = &trained.stopped_after {
        console
            .info(CORE_WORKFLOW, format_args!("Training stopped after the stage {stage}, as it was told."));
    }
    if let Some(instance) = &trained.engine_instance_id {
        console.info(CORE_WORKFLOW, format_args!("Engine instance ID: {instance}"));
        console.info(CORE_WORKFLOW, "Training completed successfully.");
    }
    console.result(
        &json!({"engineInstanceId": trained.engine_instance_id, "stoppedAfter": trained.stopped_after}),
    );
    Ok(())
}
