//! `pio eval`.

use anyhow::Result;
use pio_engine::engine::Engine;
use pio_engine::job::results::{Evaluated, Row};
use pio_engine::job::{EvalOptions, Verb};
use serde_json::{Value, json};

use crate::cli::Common;
use crate::cli::engines::Eval;
use crate::output::Console;
use crate::runtime;
use crate::support::engine::{Ready, job_options, listener, options};

const CORE_WORKFLOW: &str = "CoreWorkflow$";
const BEST: &str = "best.json";

pub(crate) fn run(console: Console, common: &Common, args: Eval, spark: Vec<String>) -> Result<()> {
    let engine = Engine::open_for_evaluation(&options(common), &args.evaluation)?;
    let listener = listener(console, common.verbose);
    let ready = Ready::prepare(engine, &spark, &listener)?;
    let verb = Verb::Eval(EvalOptions {
        evaluation: args.evaluation,
        engine_params_generator: args.engine_params_generator,
        best_file: ready.engine.folder.join(BEST),
    });
    let job = ready.job(verb, job_options(common, &args.workflow, spark));
    let evaluated = runtime::single()?.block_on(job.run::<Evaluated>(&listener))?;
    // Dropping the listener ends the progress line.
    drop(listener);
    console.line(evaluated.table().trim_end());
    if !evaluated.text.is_empty() {
        console.line(&evaluated.text);
    }
    if let Some(file) = &evaluated.best_file {
        console.info(CORE_WORKFLOW, format_args!("The best parameters are in {}.", file.display()));
    }
    console.info(CORE_WORKFLOW, format_args!("Evaluation instance ID: {}", evaluated.evaluation_instance_id));
    console.info(CORE_WORKFLOW, "Evaluation completed successfully.");
    console.result(&shown(&evaluated));
    Ok(())
}

fn shown(evaluated: &Evaluated) -> Value {
    json!({
        "evaluationInstanceId": evaluated.evaluation_instance_id,
        "metricHeader": evaluated.metric_header,
        "otherMetricHeaders": evaluated.other_metric_headers,
        "rows": evaluated.rows.iter().map(row).collect::<Value>(),
        "best": evaluated.best,
        "bestFile": evaluated.best_file,
        "text": evaluated.text,
    })
}

fn row(row: &Row) -> Value {
    json!({"index": row.index, "score": row.score, "otherScores": row.other_scores, "engineParams": row.engine_params})
}
