//! Makes Java's archive of the classes that every Spark job loads.

use anyhow::{Context as _, Result};
use pio_closure::closure::{CDS_ARCHIVE, Closure};
use pio_closure::submit::Submit;
use pio_settings::memory;

use crate::vendor::store::settle;

/// A job that loads what every job loads, and needs neither database nor engine.
const WARM_UP: &str = r#"{"version":1,"verb":"warm-up"}"#;

/// Runs a representative job once and lets Java write down the classes that it loaded.
pub(crate) fn make(closure: &Closure) -> Result<()> {
    let archive = closure.root.join(CDS_ARCHIVE);
    let folder = archive.parent().context("the archive has a folder")?;
    fs_err::create_dir_all(folder)?;
    let _ = fs_err::remove_file(&archive);
    let scratch = tempfile::tempdir()?;
    let spec = scratch.path().join("spec.json");
    fs_err::write(&spec, WARM_UP)?;
    let unfinished = folder.join("unfinished");
    let job = Submit {
        closure,
        main_class: "org.apache.predictionio.runtime.Main",
        arguments: vec![spec.into()],
        name: "warm-up".to_owned(),
        engine_jars: Vec::new(),
        spark_options: vec!["--master".to_owned(), "local[1]".to_owned()],
        spark_conf: Vec::new(),
        java_options: vec![format!("-XX:ArchiveClassesAtExit={}", unfinished.display())],
        memory: memory::plan_for(None),
    };
    let command = job.command()?.current_dir(scratch.path()).no_stdin().captured();
    command.run().context("The job that shows which classes to archive failed")?;
    settle(&unfinished, 0o444)?;
    fs_err::rename(unfinished, archive)?;
    Ok(())
}
