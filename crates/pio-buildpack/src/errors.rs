//! Errors of a build, with their messages: what happened, why, and what to do.

use std::path::PathBuf;

use pio_engine::errors::VariantError;
use pio_launcher::advice::Advice;
use pio_settings::setting::SettingError;

/// The reason a build failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder given by the platform is not usable.
    #[error("{name} is {}, which cannot be used.", folder.display())]
    NoFolder {
        /// The name of the argument.
        name: &'static str,
        /// Its value.
        folder: PathBuf,
        /// The reason, as a sentence.
        reason: String,
    },
    /// The buildpack contains no distribution, and none is configured.
    #[error("This buildpack holds no PredictionIO.")]
    NoDistribution {
        /// The buildpack's folder.
        buildpack: PathBuf,
    },
    /// `PREDICTIONIO_DIST_URL` is not a valid address.
    #[error("PREDICTIONIO_DIST_URL cannot be used.")]
    BadDistributionUrl {
        /// The reason, as a sentence.
        reason: String,
    },
    /// The download of the distribution failed.
    #[error("The distribution of PREDICTIONIO_DIST_URL could not be fetched.")]
    Download {
        /// The reason, as a sentence.
        reason: String,
    },
    /// The distribution does not match its digest.
    #[error("The distribution of PREDICTIONIO_DIST_URL is not the one that its digest names.")]
    WrongDigest {
        /// The digest in the config var.
        expected: String,
        /// The digest of the downloaded file.
        actual: String,
    },
    /// The distribution cannot be unpacked.
    #[error("The distribution of PREDICTIONIO_DIST_URL is damaged.")]
    BadTarball {
        /// The reason, as a sentence.
        reason: String,
    },
    /// The tarball does not contain a distribution.
    #[error("What PREDICTIONIO_DIST_URL names is no distribution of PredictionIO.")]
    NotADistribution,
    /// `engine.json` is invalid.
    #[error("engine.json cannot be used.")]
    BadEngineJson(#[from] VariantError),
    /// `pio build` failed. Its messages are already in the log.
    #[error("The engine could not be built.")]
    Build {
        /// The last lines of its output.
        last_words: Vec<String>,
        /// Whether verbose output was on.
        verbose: bool,
    },
    /// The engine's own tests failed. Their output is already in the log.
    #[error("The tests of the engine failed.")]
    Tests,
    /// The tests were requested, but there is no engine.
    #[error("There is nothing to test: this app has no engine.json.")]
    NothingToTest,
    /// A program could not be run.
    #[error("A program of the buildpack could not be run.")]
    Process(#[from] pio_process::error::Error),
    /// A config var has an invalid value.
    #[error("The config var {} cannot be used.", .0.variable)]
    Setting(#[from] SettingError),
    /// Standard output could not be written.
    #[error("The output could not be written.")]
    Output(std::io::Error),
    /// The platform violated the Cloud Native Buildpack interface.
    #[error("The platform and the buildpack do not understand each other.")]
    Platform(String),
    /// A file could not be read or written.
    #[error("A file could not be read or written.")]
    Io(#[from] std::io::Error),
}

/// Texts in the log of a failed build, and the remedies for each.
const BUILD_FAULTS: &[(&str, &[&str])] = &[
    (
        "OutOfMemoryError",
        &["The compiler ran out of memory. Split large files, or give the build more memory."],
    ),
    (
        "JAVA_HOME",
        &[
            "The engine has Java sources, which need a JDK. Add one before this buildpack:\nheroku buildpacks:add -i 1 heroku/jvm",
            "Elsewhere install a JDK, 17 or newer, and set JAVA_HOME.",
        ],
    ),
    (
        "not found",
        &[
            "Read the first [error] above. If it names a library, check its name and version in build.sbt; it must exist for Scala 2.12.",
            "If it names a class or method, that is a mistake in the engine's own source.",
        ],
    ),
    (
        "error downloading",
        &[
            "Check the name and version of that library in build.sbt; it must exist for Scala 2.12.",
            "Then deploy again.",
        ],
    ),
];

impl Error {
    /// The message for the user.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::NoFolder { reason, .. } => Advice::new(
                self,
                reason,
                [
                    "A platform calls these scripts with folders that exist; by hand:\nbin/compile BUILD_DIR CACHE_DIR [ENV_DIR]",
                ],
            ),
            Self::NoDistribution { buildpack } => Advice::new(
                self,
                format_args!(
                    "{} holds the scripts, but not dist/bin/pio: it is the source, not a release.",
                    buildpack.display()
                ),
                [
                    "Use the address of a release tarball as buildpack:\nheroku buildpacks:set https://…/predictionio-0.16.0.tgz",
                    "Or name one:\nheroku config:set PREDICTIONIO_DIST_URL=https://…/predictionio-0.16.0.tgz",
                ],
            ),
            Self::BadDistributionUrl { reason } => Advice::new(
                self,
                reason,
                [
                    "Set it like this:\nheroku config:set PREDICTIONIO_DIST_URL='https://…/predictionio-0.16.0.tgz#sha256=…'",
                    "Or use what the buildpack holds:\nheroku config:unset PREDICTIONIO_DIST_URL",
                ],
            ),
            Self::Download { reason } => Advice::new(
                self,
                reason,
                [
                    "Open the address in a browser: it must be a file that anyone may fetch.",
                    "Deploy again, if the network was the reason.",
                ],
            ),
            Self::WrongDigest { expected, actual } => Advice::new(
                self,
                format_args!("Expected sha256={expected}\nbut it is sha256={actual}"),
                [
                    "If you have replaced the file, correct the part after # in PREDICTIONIO_DIST_URL.",
                    "If not, do not use the file: someone else has replaced it.",
                ],
            ),
            Self::BadTarball { reason } => Advice::new(
                self,
                reason,
                [
                    "Upload the tarball again, and compare its sha256 with the one that is published beside it.",
                ],
            ),
            Self::NotADistribution => Advice::new(
                self,
                "It holds no bin/pio with closure/ beside it.",
                [format!("Use the address of a release tarball:\n{}/releases", env!("CARGO_PKG_REPOSITORY"))],
            ),
            other => other.advice_on_the_engine(),
        }
    }

    fn advice_on_the_engine(&self) -> Advice {
        match self {
            Self::BadEngineJson(source) => Advice::new(
                self,
                source,
                [
                    "Correct engine.json, commit and deploy again.",
                    "To check it on your own machine: pio build",
                ],
            ),
            Self::Build { last_words, verbose } => {
                let known =
                    BUILD_FAULTS.iter().find(|(sign, _)| last_words.iter().any(|line| line.contains(sign)));
                let mut remedies: Vec<&str> = known.map_or_else(
                    || vec!["Read the first [error] above; it names the file and line."],
                    |(_, remedies)| remedies.to_vec(),
                );
                remedies.push("Try it on your own machine: pio build");
                if !verbose {
                    remedies.push("See every detail:\nheroku config:set PIO_VERBOSE=true, and deploy again.");
                }
                Advice::new(self, "The lines above are those of its own build (sbt).", remedies)
            }
            Self::Tests => Advice::new(
                self,
                "The lines above are those of `sbt test`.",
                ["Try it on your own machine: pio build --test"],
            ),
            Self::NothingToTest => Advice::new(
                self,
                "Tests are those of an engine.",
                ["Commit engine.json at the root of the repository, or switch tests off for this app."],
            ),
            Self::Process(source) => Advice::new(
                self,
                source,
                ["Deploy again; if that does not help, the release tarball is damaged."],
            ),
            Self::Io(source) => Advice::new(
                self,
                source,
                [
                    "Deploy again.",
                    "If the disk is full or the cache is damaged, clear the cache:\nheroku builds:cache:purge",
                ],
            ),
            Self::Setting(source) => Advice::new(
                self,
                source,
                ["Correct it:\nheroku config:set NAME=VALUE", "Or remove it:\nheroku config:unset NAME"],
            ),
            Self::Output(source) => Advice::new(
                self,
                format_args!("Writing to standard output failed: {source}."),
                ["Free space where it goes, or let it go elsewhere."],
            ),
            Self::Platform(reason) => Advice::new(
                self,
                reason,
                ["This buildpack speaks version 0.10 of the Buildpack API; use a lifecycle that knows it."],
            ),
            other => Advice::new(other, "", [""; 0]),
        }
    }
}
