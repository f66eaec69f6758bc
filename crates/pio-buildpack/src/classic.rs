//! The classic buildpack API, used by Heroku and Dokku.

use std::path::{Path, PathBuf};
use std::time::Instant;

use fs_err as fs;
use pio_engine::variant::Variant;
use pio_launcher::app::ENGINE_FILE;
use pio_launcher::log;

use crate::app::App;
use crate::cache::Cache;
use crate::copy::{self, CopyMode};
use crate::distribution::{Distribution, DistributionParts, IN_APP};
use crate::engine_build;
use crate::errors::Error;
use crate::former;
use crate::java_version;
use crate::processes;
use crate::slug;
use crate::startup;
use crate::variables::Variables;

/// The path of the launcher, relative to the app's `bin/`.
const LAUNCHER: &str = "../.pio/bin/pio-launcher";

/// The arguments of `bin/compile`.
#[derive(Debug, Clone)]
pub struct Build {
    /// The app's folder, which moves to `/app` afterwards.
    pub app: PathBuf,
    /// The cache folder.
    pub cache: PathBuf,
    /// The config vars.
    pub variables: Variables,
    /// The folder of this buildpack.
    pub buildpack: PathBuf,
}

/// The purpose of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To run the app.
    Run,
    /// To run the app's tests.
    Test,
}

/// `bin/detect`: accepts every app, because an app without an engine is an event server.
#[must_use]
pub fn detect(app: &Path) -> String {
    format!("PredictionIO ({})", App::of(app, &Variables::default()).name())
}

/// `bin/compile` and `bin/test-compile`.
///
/// # Errors
/// When the app cannot be built.
pub fn compile(build: &Build, purpose: Purpose) -> Result<(), Error> {
    let start = Instant::now();
    build.variables.check()?;
    let app = App::of(&build.app, &build.variables);
    log::step(format_args!(
        "PredictionIO {} for an app of the kind: {}",
        env!("CARGO_PKG_VERSION"),
        app.name()
    ));
    if let App::Engine { folder, .. } = &app {
        Variant::load(&folder.join(ENGINE_FILE)).map_err(Error::from)?;
    }
    let cache = Cache::within(&build.cache)?;
    let distribution = Distribution::find(&build.buildpack, &build.variables, &cache.root)?;
    java_version::tell(&build.app);
    if let App::Engine { folder, .. } = &app {
        build_engine(build, folder, &distribution, &cache, purpose)?;
    }
    log::step("Preparing the app");
    let into = build.app.join(IN_APP);
    // Hard links suit the buildpack's folder, which is thrown away or not writable for us. The cache is kept
    // and must not change with the app.
    let mode =
        if distribution.root.starts_with(&build.buildpack) { CopyMode::LinkReadOnly } else { CopyMode::Copy };
    distribution.install(&into, parts(&app, purpose), mode)?;
    distribution.install_driver(&build.app)?;
    if purpose == Purpose::Test && cache.downloads().is_dir() {
        // The cache folder no longer exists when the tests run.
        copy::copy_tree(&cache.downloads(), &into.join("cache"), CopyMode::Copy, |_| true)?;
    }
    former::link(&build.app, Path::new(LAUNCHER))?;
    startup::write_profile(&build.app)?;
    startup::write_export(&build.buildpack, &build.app);
    startup::write_processes(&build.app, &app)?;
    log::detail(format_args!("Size before compression: {}", slug::human_size(copy::size(&build.app)?)));
    log::detail(format_args!("Done in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

fn build_engine(
    build: &Build,
    source: &Path,
    distribution: &Distribution,
    cache: &Cache,
    purpose: Purpose,
) -> Result<(), Error> {
    log::step("Building the engine");
    let engine = slug::engine_folder(&build.app, source)?;
    cache.restore(&engine)?;
    engine_build::build(distribution, &build.app, &engine, &cache.downloads(), &build.variables)?;
    cache.save(&engine)?;
    if purpose == Purpose::Run { slug::trim(&build.app, &engine) } else { Ok(()) }
}

fn parts(app: &App, purpose: Purpose) -> DistributionParts {
    match purpose {
        Purpose::Test => DistributionParts::Building,
        Purpose::Run if app.needs_closure() => DistributionParts::Running,
        Purpose::Run => DistributionParts::Programs,
    }
}

/// `bin/release`: the process types, as YAML.
///
/// # Errors
/// When the output of `bin/compile` cannot be read.
pub fn release(app: &Path) -> Result<String, Error> {
    let kept = app.join(startup::RELEASE);
    if kept.is_file() {
        return Ok(fs::read_to_string(kept)?);
    }
    Ok(processes::release_yaml(processes::of(&App::of(app, &Variables::default()))))
}

/// `bin/report`: build facts for the platform, as YAML.
#[must_use]
pub fn report(app: &Path, variables: &Variables) -> String {
    let app = App::of(app, variables);
    format!("predictionio_version: \"{}\"\npredictionio_app: \"{}\"\n", env!("CARGO_PKG_VERSION"), app.name())
}

/// `bin/test`: runs the engine's own `sbt test`.
///
/// # Errors
/// When a test fails, or there is nothing to test.
pub fn test(app: &Path, variables: &Variables) -> Result<(), Error> {
    let App::Engine { folder, .. } = App::of(app, variables) else { return Err(Error::NothingToTest) };
    let engine = app.join(pio_launcher::app::ENGINE_FOLDER);
    let engine = if engine.is_dir() { engine } else { folder };
    let distribution = Distribution { root: app.join(IN_APP) };
    log::step("Running the tests of the engine");
    engine_build::test(&distribution, app, &engine, &app.join(IN_APP).join("cache"), variables)
}
