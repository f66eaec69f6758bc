//! Makes Java's archive of the classes that every Spark job loads: the same bytes wherever it is made. The classes are listed in
//! `closure.classes`, because what a job loads differs a little with its timing; and the archive is made from the list alone. Java's other
//! way, archiving what is in memory as a job ends, never gives the same bytes twice.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use pio_closure::closure::{CDS_ARCHIVE, Closure};
use pio_closure::jvm;
use pio_closure::submit::Submit;
use pio_process::command::Command;
use pio_settings::{memory, vars};
use tempfile::TempDir;

use crate::vendor::store::settle;
use crate::{log, project};

/// A job that loads what every job loads, and needs neither database nor engine.
const WARM_UP: &str = r#"{"version":1,"verb":"warm-up"}"#;

/// Executors tell that they live only after the job: what that loads would be listed by slow machines alone.
const SILENT: &str = "spark.executor.heartbeatInterval=100s";

/// The list, beside `closure.lock`. A class that is no longer there is passed over, a new one is loaded as ever, only slower.
pub(crate) const LIST: &str = "closure.classes";

/// What must not differ between machines. Other collectors than this one archive objects, too, with how often they were collected.
const SAME_EVERYWHERE: &[&str] = &["-XX:+UseSerialGC", "-XX:ActiveProcessorCount=2"];

/// How lines begin that tell of generated code, for which the classes must be there.
const GENERATED: char = '@';

/// Makes the archive of a closure that has none.
pub(crate) fn make(closure: &Closure) -> Result<()> {
    let archive = closure.root.join(CDS_ARCHIVE);
    let folder = archive.parent().context("the archive has a folder")?;
    fs_err::create_dir_all(folder)?;
    let _ = fs_err::remove_file(&archive);
    let unfinished = folder.join("unfinished");
    let list = project::root().join(LIST);
    if is_plain(&closure.root) {
        dump(closure, &list, &unfinished)?;
    } else {
        dump(&copy(closure, &tempfile::tempdir()?)?, &list, &unfinished)?;
    }
    settle(&unfinished, 0o444)?;
    fs_err::rename(unfinished, archive)?;
    Ok(())
}

/// Writes the list anew.
pub(crate) fn lock(closure: &Closure) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let list = scratch.path().join("classes");
    list_classes(closure, scratch.path(), &list)?;
    let sorted = sorted(&fs_err::read_to_string(&list)?);
    fs_err::write(project::root().join(LIST), &sorted)?;
    log::say(format_args!("Wrote {LIST}: {} lines", sorted.lines().count()));
    Ok(())
}

/// Runs a representative job once and lets Java write down the classes that it loaded.
fn list_classes(closure: &Closure, scratch: &Path, list: &Path) -> Result<()> {
    let spec = scratch.join("spec.json");
    fs_err::write(&spec, WARM_UP)?;
    let mut java_options = flags();
    java_options.push(format!("-XX:DumpLoadedClassList={}", list.display()));
    let job = Submit {
        closure,
        main_class: "org.apache.predictionio.runtime.Main",
        arguments: vec![spec.into()],
        name: "warm-up".to_owned(),
        engine_jars: Vec::new(),
        spark_options: ["--master", "local[1]", "--conf", SILENT].map(str::to_owned).into(),
        spark_conf: Vec::new(),
        java_options,
        memory: memory::plan_for(None),
        private_folder: scratch,
    };
    let command = job.command()?.current_dir(scratch).no_stdin().captured();
    command.run().context("The job that shows which classes to archive failed")
}

/// The list without what depends on the order of loading: classes by name, then the code that was generated for them.
fn sorted(list: &str) -> String {
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (generated, classes): (BTreeSet<&str>, BTreeSet<&str>) =
        lines.partition(|line| line.starts_with(GENERATED));
    let names: BTreeSet<&str> = classes.into_iter().filter_map(|line| line.split(" id:").next()).collect();
    let lines: Vec<&str> = names.into_iter().chain(generated).collect();
    lines.join("\n") + "\n"
}

/// Whether a path has only characters that an address keeps as they are. Java 21 leaves out of its archive the classes of jars under other
/// paths: it compares their addresses with their paths. It takes an archive that was made elsewhere there.
fn is_plain(path: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    path.as_os_str().as_encoded_bytes().iter().all(plain)
}

/// Copies a closure into a folder with a plain path.
fn copy(closure: &Closure, into: &TempDir) -> Result<Closure> {
    let to = into.path().join("closure");
    ensure!(
        is_plain(&to),
        "Java cannot archive the classes of a closure in {}, nor in {}: set TMPDIR to a folder whose path has neither spaces nor accents",
        closure.root.display(),
        into.path().display()
    );
    Command::new("cp").arg("-a").arg(&closure.root).arg(&to).run()?;
    Ok(Closure::at(to)?)
}

/// Archives the classes of a list.
fn dump(closure: &Closure, list: &Path, archive: &Path) -> Result<()> {
    let class_path = jvm::class_path(closure, &closure.class_path()?);
    let command = jvm::spark(closure)?
        .args(flags())
        .args(["-Xshare:dump", "-Xmx512m", "-Xlog:disable", "-Xlog:all=error:stderr"])
        .arg(format!("-XX:SharedClassListFile={}", list.display()))
        .arg(format!("-XX:SharedArchiveFile={}", archive.display()))
        .arg("-cp")
        .arg(class_path)
        // The encoding of file names becomes part of the archive; of all locales this one alone is on every machine.
        .env(vars::LC_ALL, "C");
    command.no_stdin().captured().run().context("Java could not archive its classes")
}

fn flags() -> Vec<String> {
    SAME_EVERYWHERE.iter().map(|&flag| flag.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_plain, sorted};

    #[test]
    fn a_path_is_plain_where_its_address_is_the_same_text() {
        assert!(is_plain(Path::new("/home/me/.cache/pio/closure-780a4e35acce")));
        for path in ["/home/my name/pio", "/home/müller/pio", "/home/100%/pio"] {
            assert!(!is_plain(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn the_order_of_loading_is_forgotten() {
        let one = "# NOTE\n#\nb/B id: 1\n@lambda-proxy b/B run\na/A id: 2\n";
        let other = "# NOTE\n#\na/A id: 1\nb/B id: 7\n@lambda-proxy b/B run\n";
        assert_eq!(sorted(one), "a/A\nb/B\n@lambda-proxy b/B run\n");
        assert_eq!(sorted(one), sorted(other));
    }
}
