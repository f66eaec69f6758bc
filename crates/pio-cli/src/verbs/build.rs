//! `pio build`.

use anyhow::{Context as _, Result};
use pio_closure::closure::Closure;
use pio_engine::build::options::BuildOptions;
use pio_engine::build_event::BuildEvent;
use pio_engine::engine::{self, Engine};
use pio_engine::errors::{BuildError, VariantError};
use pio_engine::{build, template};
use pio_settings::words;
use serde_json::json;

use crate::cli::Common;
use crate::cli::engines::Build;
use crate::output::Console;
use crate::support::engine::{ENGINE, check_temporary_folder, listener, options};

pub(crate) fn run(console: Console, common: &Common, args: &Build) -> Result<()> {
    let options = options(common);
    let folder = engine::folder(&options)?;
    // An invalid variant would otherwise be found only when training, after a long compilation.
    let engine = match Engine::open(&options) {
        Err(error @ VariantError::Missing { .. }) => Err(error),
        other => Ok(other?),
    };
    check_temporary_folder()?;
    let closure = Closure::locate()?;
    let listener = listener(console, common.verbose);
    if let Some(notice) = template::check(&folder) {
        listener(notice);
    }
    say_what_is_ignored(console, common, args);
    let build_options = build_options(args)?;
    if args.test {
        build::test(&closure, &folder, &build_options, &crate::support::engine::listener(console, true))?;
        console.info(ENGINE, "The engine's tests have passed.");
        return Ok(());
    }
    let built = build::build(&closure, &folder, &build_options, &listener);
    let engine = match (engine, &built) {
        // A folder with sources but no engine.json may have variants under other names. A folder with neither
        // is not an engine.
        (Err(missing), Err(BuildError::NoSources { .. })) => return Err(missing.into()),
        (engine, _) => engine.ok(),
    };
    let built = built?;
    if let Some(engine) = engine.filter(|engine| !built.has_class(&engine.factory())) {
        listener(unknown_factory(&engine));
    }
    let done = if built.unchanged {
        "Nothing has changed since the last build."
    } else {
        "Build finished successfully."
    };
    console.info(ENGINE, done);
    console.info(ENGINE, "Your engine is ready for training.");
    console.result(
        &json!({"jars": built.jars, "contentHash": built.content_hash, "unchanged": built.unchanged}),
    );
    Ok(())
}

pub(crate) fn build_options(args: &Build) -> Result<BuildOptions> {
    let extra = words::split("--sbt-extra", args.sbt_extra.as_deref().unwrap_or_default());
    let sbt_extra = extra.context("--sbt-extra cannot be read")?;
    Ok(BuildOptions { sbt_extra, clean: args.clean, uber_jar: args.uber_jar })
}

fn unknown_factory(engine: &Engine) -> BuildEvent {
    BuildEvent::Warning(format!(
        "The engine has no class {}, which {} names in engineFactory. Correct it: the engine cannot be trained so.",
        engine.variant.factory,
        engine.variant.file.display()
    ))
}

fn say_what_is_ignored(console: Console, common: &Common, args: &Build) {
    if args.generate_pio_sbt {
        console.info(ENGINE, "--generate-pio-sbt is not needed: the build names the version itself.");
    }
    if common.sbt.is_some() {
        console.info(ENGINE, "--sbt is not used: sbt is part of this distribution.");
    }
}
