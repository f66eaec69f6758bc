//! `cargo xtask e2e-image`: an image of PostgreSQL made from Debian's packages, for machines that reach no registry of images.

use anyhow::{Context as _, Result, bail};
use pio_process::command::Command;
use pio_settings::env;

use super::docker::{Docker, docker};
use crate::{log, project, tools};

/// The variable that names another image.
const VARIABLE: &str = "PIO_E2E_POSTGRES_IMAGE";

/// The image that tests use where none is named.
const PUBLIC: &str = "postgres:15";

/// The image that is made here.
const OWN: &str = "pio-e2e-postgres:15";

/// Debian's release of which it is made; its PostgreSQL is 15.
const SUITE: &str = "bookworm";

/// Makes the image, anew where there is one.
pub(crate) fn run() -> Result<()> {
    let Some(_docker) = Docker::ready() else { bail!("An image needs Docker.") };
    make()
}

/// The image to use, present on this machine: the one that is named, else the public one, else our own.
pub(super) fn present() -> Result<String> {
    if let Some(named) = env::get(VARIABLE) {
        if !is_here(&named) {
            pull(&named).with_context(|| format!("{VARIABLE} names {named}"))?;
        }
        return Ok(named);
    }
    if let Some(here) = [PUBLIC, OWN].into_iter().find(|image| is_here(image)) {
        return Ok(here.to_owned());
    }
    if pull(PUBLIC).is_ok() {
        return Ok(PUBLIC.to_owned());
    }
    log::loudly(format_args!("{PUBLIC} cannot be pulled: making {OWN} from Debian's packages"));
    make()?;
    Ok(OWN.to_owned())
}

fn is_here(image: &str) -> bool {
    docker().args(["image", "inspect", image]).output().is_ok()
}

fn pull(image: &str) -> Result<()> {
    Ok(docker().args(["pull", "--quiet", image]).captured().run()?)
}

fn make() -> Result<()> {
    tools::need(&[tools::MMDEBSTRAP])?;
    log::step(format_args!("Making the image {OWN} from Debian's packages (about a minute)"));
    let folder = tempfile::tempdir()?;
    let system = folder.path().join("system.tar");
    let entrypoint = project::root().join("e2e/image/entrypoint.sh");
    Command::new("mmdebstrap")
        .args(["--mode=root", "--variant=essential", "--include=postgresql,ca-certificates"])
        .arg(format!("--customize-hook=copy-in '{}' /usr/local/bin", entrypoint.display()))
        .arg("--customize-hook=chmod 755 \"$1/usr/local/bin/entrypoint.sh\"")
        .arg(SUITE)
        .arg(&system)
        .no_stdin()
        .captured()
        .run()?;
    let changes = ["-c", "ENTRYPOINT [\"/usr/local/bin/entrypoint.sh\"]", "-c", "EXPOSE 5432"];
    docker().arg("import").args(changes).arg(&system).arg(OWN).captured().run()?;
    Ok(())
}
