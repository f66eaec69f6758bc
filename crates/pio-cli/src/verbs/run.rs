//! `pio run`: runs a main class of the engine on Spark.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, Result};
use pio_closure::closure::Closure;
use pio_closure::submit::{self, Submit};
use pio_engine::build;
use pio_engine::engine::{self, Engine};
use pio_settings::{memory, vars, words};

use super::build::build_options;
use crate::cli::Common;
use crate::cli::engines::Run;
use crate::output::Console;
use crate::support::engine::{check_temporary_folder, listener, options};

pub(crate) fn run(common: &Common, args: &Run, spark: Vec<String>, program: Vec<String>) -> Result<()> {
    let options = options(common);
    let folder = engine::folder(&options)?;
    // A driver program need not be an engine. If it is one, its variant may contain Spark settings.
    let spark_conf = Engine::open(&options).map(|engine| engine.variant.spark_conf).unwrap_or_default();
    submit::check_options(&spark, &spark_conf)?;
    check_temporary_folder()?;
    let closure = Closure::locate()?;
    let listener = listener(Console { json: common.json }, common.verbose);
    let built = build::build(&closure, &folder, &build_options(&args.build)?, &listener)?;
    let private =
        tempfile::Builder::new().prefix("pio-").permissions(Permissions::from_mode(0o700)).tempdir()?;
    let submit = Submit {
        closure: &closure,
        main_class: &args.main_class,
        arguments: program.into_iter().map(Into::into).collect(),
        name: args.main_class.clone(),
        engine_jars: built.jars,
        spark_options: spark,
        spark_conf,
        java_options: words::of_variable(vars::JAVA_OPTS)?,
        memory: memory::plan(),
        private_folder: private.path(),
    };
    let command = submit.command()?.current_dir(&folder);
    command.run().with_context(|| format!("the program {} failed", args.main_class))
}
