//! Runs sbt until the build succeeds or no further rewrite can help.

use std::path::{Path, PathBuf};

use pio_closure::closure::Closure;

use super::inputs::{self, Input};
use super::options::BuildOptions;
use super::sbt::Run;
use super::stage::{self, Rewrites, Staged};
use super::{jdk, plugin_jar, sbt_home};
use crate::build_event::{BuildEvent, Listener};
use crate::errors::BuildError;

/// Maximum number of sbt runs in one build. A build is retried while a rewrite may fix its failure.
const MAX_ATTEMPTS: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Build the engine's jars.
    Jars,
    /// Run the engine's tests.
    Tests,
}

/// A build that is not up to date.
pub(crate) struct BuildLoop<'a> {
    pub(crate) closure: &'a Closure,
    pub(crate) engine: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) inputs: &'a [Input],
    pub(crate) options: &'a BuildOptions,
    pub(crate) goal: Goal,
    pub(crate) listener: &'a Listener,
}

impl BuildLoop<'_> {
    /// Stages the build and runs sbt. Repeats this while the failure can be fixed by rewriting.
    pub(crate) fn run(&self) -> Result<(), BuildError> {
        let needs_javac = self.inputs.iter().any(|input| self.is_java(&input.path));
        let jdk = needs_javac.then(jdk::find).transpose()?;
        let plugins = self.plugins()?;
        let stage = self.folder.join("stage");
        let mut rewrites = Rewrites::default();
        let mut attempt = 1;
        loop {
            let staged = self.stage(&stage, &plugins, &rewrites)?;
            let run = Run {
                closure: self.closure,
                stage: &stage,
                jdk: jdk.as_ref(),
                options: self.options,
                goal: self.goal,
            };
            let log = run.sbt(self.folder, self.listener)?;
            let Err(diagnosis) = log.diagnose(self.engine, &stage) else {
                self.tell(&staged);
                return Ok(());
            };
            if attempt == MAX_ATTEMPTS || !diagnosis.mend(self.engine, &mut rewrites) {
                self.tell(&staged);
                return Err(diagnosis.into_error(self.folder));
            }
            attempt += 1;
        }
    }

    fn is_java(&self, path: &Path) -> bool {
        let wanted = self.goal == Goal::Tests || !inputs::is_test(path);
        wanted && path.extension().is_some_and(|extension| extension == "java")
    }

    /// The class path of sbt's meta-build.
    fn plugins(&self) -> Result<Vec<PathBuf>, BuildError> {
        let own = plugin_jar::ensure(self.closure)?;
        let mut plugins = self.closure.sbt_plugins()?;
        plugins.retain(|plugin| plugin.file_name() != own.file_name());
        plugins.push(own);
        Ok(plugins)
    }

    fn stage(&self, stage: &Path, plugins: &[PathBuf], rewrites: &Rewrites) -> Result<Staged, BuildError> {
        let sbt_version = sbt_home::version(self.closure)?;
        let tools = stage::Tools { sbt_version: &sbt_version, plugins };
        Ok(stage::write(self.engine, stage, self.inputs, &tools, rewrites)?)
    }

    /// Warns about parts of the engine's build that were left out.
    fn tell(&self, staged: &Staged) {
        let say = |words: String| (self.listener)(BuildEvent::Warning(words));
        for (file, left_out) in &staged.left_out {
            say(format!(
                "{}, line {}: sbt 1 does not understand this, so it was left out: {}",
                file.display(),
                left_out.line,
                left_out.text
            ));
        }
        for file in &staged.guessed {
            say(format!(
                "{} is not UTF-8; it was read as Latin-1 (ISO 8859-1). Save it in UTF-8 if its texts come out wrong.",
                file.display()
            ));
        }
        for plugin in &staged.lost_plugins {
            say(format!("The sbt plugin {plugin} was left out: no repository has it for sbt 1."));
        }
        for file in &staged.lost_definitions {
            say(format!(
                "{} was left out: only sbt 0.13 can load such a build. Use build.sbt instead.",
                file.display()
            ));
        }
        for file in &staged.lost_servers {
            say(format!(
                "{} was left out: it starts PIO's own server, which is no part of this runtime. `pio train` and `pio deploy` do what it did.",
                file.display()
            ));
        }
    }
}
