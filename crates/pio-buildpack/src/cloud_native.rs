//! The Cloud Native Buildpack API, used by `pack`, kpack and others.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fs_err as fs;
use libcnb::build::{BuildContext, BuildResult, BuildResultBuilder};
use libcnb::data::buildpack::ComponentBuildpackDescriptor;
use libcnb::data::launch::{Launch, LaunchBuilder, ProcessBuilder, ProcessType};
use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use libcnb::data::layer_name;
use libcnb::data::sbom::SbomFormat;
use libcnb::detect::{DetectContext, DetectResult, DetectResultBuilder};
use libcnb::generic::{GenericMetadata, GenericPlatform};
use libcnb::layer::{
    CachedLayerDefinition, InvalidMetadataAction, LayerState, RestoredLayerAction, UncachedLayerDefinition,
};
use libcnb::sbom::Sbom;
use libcnb::{BuildArgs, Buildpack, DetectArgs, Platform};
use pio_engine::variant::Variant;
use pio_launcher::app::ENGINE_FILE;
use pio_launcher::log;
use pio_settings::vars;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::cache::Cache;
use crate::copy::CopyMode;
use crate::distribution::{Distribution, DistributionParts};
use crate::engine_build;
use crate::errors::Error;
use crate::former;
use crate::java_version;
use crate::processes;
use crate::sbom;
use crate::slug;
use crate::variables::Variables;

/// Exit code of a failed phase.
const FAILED: i32 = 1;

/// The name of the distribution's layer.
const DISTRIBUTION: &str = "predictionio";

/// The exec.d program that sets the environment when a process starts; in the buildpack and in its layer.
const EXEC_D: &str = "pio-environment";

struct PredictionIo;

/// Metadata of the distribution's layer.
#[derive(Serialize, Deserialize)]
struct DistributionLayer {
    id: String,
}

/// A cache-only layer has no metadata.
#[derive(Serialize, Deserialize)]
struct CacheLayer {}

impl Buildpack for PredictionIo {
    type Platform = GenericPlatform;
    type Metadata = GenericMetadata;
    type Error = Error;

    fn detect(&self, context: DetectContext<Self>) -> libcnb::Result<DetectResult, Error> {
        let variables = variables(&context.platform);
        if is_ours(&context.app_dir, &variables) {
            DetectResultBuilder::pass().build()
        } else {
            DetectResultBuilder::fail().build()
        }
    }

    fn build(&self, context: BuildContext<Self>) -> libcnb::Result<BuildResult, Error> {
        let variables = variables(&context.platform);
        variables.check().map_err(Error::from)?;
        variables.tell_ignored();
        let app = App::of(&context.app_dir, &variables);
        log::step(format_args!(
            "PredictionIO {} for an app of the kind: {}",
            env!("CARGO_PKG_VERSION"),
            app.name()
        ));
        if let App::Engine { folder, .. } = &app {
            Variant::load(&folder.join(ENGINE_FILE)).map_err(Error::from)?;
        }
        let cache = Cache::of_layer(cache_layer(&context)?);
        let distribution = Distribution::find(&context.buildpack_dir, &variables, &cache.root)?;
        java_version::tell(&context.app_dir);
        if let App::Engine { folder, .. } = &app {
            log::step("Building the engine");
            cache.restore(folder)?;
            engine_build::build(&distribution, &context.app_dir, folder, &cache.downloads(), &variables)?;
            cache.save(folder)?;
            slug::trim_build(folder)?;
        }
        log::step("Preparing the layers");
        distribution_layer(&context, &distribution, &app)?;
        former_commands(&context)?;
        let mut result = BuildResultBuilder::new();
        if let Some(json) = sbom::of(&distribution, &app)? {
            result = result.launch_sbom(Sbom::from_bytes(SbomFormat::CycloneDxJson, json));
        }
        result.launch(launch(&app)).build()
    }

    fn on_error(&self, error: libcnb::Error<Error>) {
        match error {
            libcnb::Error::BuildpackError(error) => log::error(&error.advice()),
            other => log::error(&Error::Platform(other.to_string()).advice()),
        }
    }
}

impl From<Error> for libcnb::Error<Error> {
    fn from(error: Error) -> Self {
        Self::BuildpackError(error)
    }
}

/// The variable with the buildpack's folder. Only Cloud Native platforms set it, so it also identifies them.
const BUILDPACK_DIR: &str = "CNB_BUILDPACK_DIR";

/// Whether a Cloud Native platform runs this program.
#[must_use]
pub fn is_platform() -> bool {
    pio_settings::env::get(BUILDPACK_DIR).is_some()
}

/// `bin/detect`.
#[must_use]
pub fn detect(platform: PathBuf, plan: PathBuf) -> ExitCode {
    let arguments = DetectArgs { platform_dir_path: platform, build_plan_path: plan };
    run(|descriptor| libcnb::libcnb_runtime_detect(&PredictionIo, descriptor, arguments))
}

/// `bin/build`.
#[must_use]
pub fn build(layers: PathBuf, platform: PathBuf, plan: PathBuf) -> ExitCode {
    let arguments =
        BuildArgs { layers_dir_path: layers, platform_dir_path: platform, buildpack_plan_path: plan };
    run(|descriptor| libcnb::libcnb_runtime_build(&PredictionIo, descriptor, arguments))
}

type Descriptor = ComponentBuildpackDescriptor<GenericMetadata>;

fn run(phase: impl FnOnce(Descriptor) -> libcnb::Result<i32, Error>) -> ExitCode {
    let code = match descriptor().and_then(phase) {
        Ok(code) => code,
        Err(error) => {
            PredictionIo.on_error(error);
            FAILED
        }
    };
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn descriptor() -> libcnb::Result<Descriptor, Error> {
    let folder = pio_settings::env::get(BUILDPACK_DIR).unwrap_or_default();
    libcnb::read_toml_file(Path::new(&folder).join("buildpack.toml"))
        .map_err(libcnb::Error::CannotReadBuildpackDescriptor)
}

/// Whether the app is for this buildpack: it has an engine or explicitly asks for PredictionIO. Not every app
/// is, because other buildpacks run next to this one.
fn is_ours(folder: &Path, variables: &Variables) -> bool {
    let says_so = [vars::PIO_RUN_AS_EVENTSERVER, vars::PIO_RUN_AS_SPARK_CLUSTER]
        .iter()
        .any(|name| variables.flag(name));
    let procfile = procfile(folder);
    let runs_pio = procfile.split_whitespace().any(|word| word == "pio" || word == "pio-launcher");
    says_so
        || runs_pio
        || former::is_named_in(&procfile)
        || matches!(App::of(folder, variables), App::Engine { .. })
}

fn procfile(folder: &Path) -> String {
    fs::read_to_string(folder.join("Procfile")).unwrap_or_default()
}

fn variables(platform: &GenericPlatform) -> Variables {
    Variables::of(platform.env().iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// The layer with sbt's downloads and the finished build. Neither later buildpacks nor the image see it.
fn cache_layer(context: &BuildContext<PredictionIo>) -> libcnb::Result<PathBuf, Error> {
    let definition = CachedLayerDefinition {
        build: false,
        launch: false,
        invalid_metadata_action: &|_| InvalidMetadataAction::<CacheLayer>::DeleteLayer,
        restored_layer_action: &|_: &CacheLayer, _| RestoredLayerAction::KeepLayer,
    };
    let layer = context.cached_layer(layer_name!("cache"), definition)?;
    if matches!(layer.state, LayerState::Empty { .. }) {
        layer.write_metadata(CacheLayer {})?;
    }
    Ok(layer.path())
}

/// The image layer with the programs and the closure. It changes only with the release. It is not cached: if
/// the last image has the same layer, the platform reuses it, and only its name is needed here.
fn distribution_layer(
    context: &BuildContext<PredictionIo>,
    distribution: &Distribution,
    app: &App,
) -> libcnb::Result<(), Error> {
    let parts = if app.needs_closure() { DistributionParts::Running } else { DistributionParts::Programs };
    let id = format!("{}-{parts:?}", distribution.id()?);
    let known = context.layers_dir.join(format!("{DISTRIBUTION}.toml"));
    if restored_id(&known).as_ref() == Some(&id) {
        log::detail("PredictionIO is in the image already");
        let types = LayerTypes { launch: true, build: false, cache: false };
        let described = LayerContentMetadata { types: Some(types), metadata: DistributionLayer { id } };
        return libcnb::write_toml_file(&described, known)
            .map_err(|error| Error::Platform(error.to_string()).into());
    }
    let definition = UncachedLayerDefinition { build: false, launch: true };
    let layer = context.uncached_layer(layer_name!("predictionio"), definition)?;
    distribution.install(&layer.path(), parts, CopyMode::Copy)?;
    layer.write_exec_d_programs([(EXEC_D, context.buildpack_dir.join("exec.d").join(EXEC_D))])?;
    layer.write_metadata(DistributionLayer { id })
}

/// The layer's id in the last image. The platform restores only the metadata, not the layer itself.
fn restored_id(file: &Path) -> Option<String> {
    let known: LayerContentMetadata<DistributionLayer> = libcnb::read_toml_file(file).ok()?;
    Some(known.metadata.id)
}

/// Handles Procfiles with commands of the former buildpack. Another buildpack reads the Procfile.
fn former_commands(context: &BuildContext<PredictionIo>) -> Result<(), Error> {
    let procfile = procfile(&context.app_dir);
    if former::is_named_in(&procfile) {
        let layer = context.layers_dir.join(DISTRIBUTION);
        former::link(&context.app_dir, &layer.join("bin/pio-launcher"))?;
        former::tell(&procfile);
    }
    Ok(())
}

fn launch(app: &App) -> Launch {
    let mut launch = LaunchBuilder::new();
    for process in processes::of(app) {
        if let Ok(kind) = process.name.parse::<ProcessType>() {
            let is_default = process.name == "web";
            launch.process(
                ProcessBuilder::new(kind, ["pio-launcher"]).arg(process.role).default(is_default).build(),
            );
        }
    }
    launch.build()
}
