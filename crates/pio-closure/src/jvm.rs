//! What every Java process of ours is told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pio_process::command::Command;
use pio_settings::{env, installation, vars};

use crate::closure::{Closure, LOGGING};
use crate::errors::ClosureError;

/// The certificates that this machine trusts, as Debian and Ubuntu keep them for Java.
const MACHINE_TRUST: &str = "/etc/ssl/certs/java/cacerts";

/// Where a process finds what it has open.
const OPEN_FOLDERS: &str = "/proc/self/fd";

/// The number under which Spark's JVM has the closure's folder open.
const FOLDER: u8 = 9;

/// The variables from which Java itself takes flags.
const JVM_OPTION_VARS: &[&str] = &["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"];

/// What Spark needs to be opened on Java 17 and later: its own `JavaModuleOptions`.
const MODULE_OPTIONS: &[&str] = &[
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
    "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.cs=ALL-UNNAMED",
    "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
    "--add-opens=java.base/sun.util.calendar=ALL-UNNAMED",
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
];

/// The closure's `java`, to which flags are added.
///
/// # Errors
/// When the closure has none.
pub fn java(closure: &Closure) -> Result<Command, ClosureError> {
    let hint = format!("{} It is for Linux on x86-64 only.", installation::repair());
    let mut words = java_words(closure, env::get(vars::PIO_JAVA_LOADER).map(PathBuf::from))?.into_iter();
    let program = words.next().unwrap_or_default();
    Ok(Command::new(program).args(words).hint(hint).envs(locale(&env::get)))
}

/// The beginning of a command line that runs the closure's `java`, which names a loader that some systems do not have where it says.
/// Java's own helper for children names it too, so Java starts them without the helper then.
fn java_words(closure: &Closure, loader: Option<PathBuf>) -> Result<Vec<OsString>, ClosureError> {
    let java = closure.java()?;
    let Some(loader) = loader else { return Ok(vec![java.into()]) };
    let libraries = loader.parent().unwrap_or(Path::new("/")).to_owned();
    let words =
        [loader.into(), "--library-path".into(), libraries.into(), java.into(), WITHOUT_HELPER.into()];
    Ok(words.into())
}

const WITHOUT_HELPER: &str = "-Djdk.lang.Process.launchMechanism=VFORK";

/// The locale without a language in which files may have any name.
const UTF_8: &str = "C.UTF-8";

/// The locale that a JVM needs where the environment's has another encoding than UTF-8: Java could not open files whose names are not
/// of that encoding, and would print question marks.
fn locale(variable: &dyn Fn(&str) -> Option<String>) -> Option<(&'static str, &'static str)> {
    let current = [vars::LC_ALL, vars::LC_CTYPE, vars::LANG].into_iter().find_map(variable);
    let encoding = current.unwrap_or_default().to_ascii_lowercase().replace('-', "");
    (!encoding.contains("utf8")).then_some((vars::LC_ALL, UTF_8))
}

/// The flag with which Java trusts what the machine trusts, where the machine keeps that for Java: a company's proxy may have a
/// certificate of its own.
#[must_use]
pub fn trust() -> Option<String> {
    Path::new(MACHINE_TRUST).is_file().then(|| format!("-Djavax.net.ssl.trustStore={MACHINE_TRUST}"))
}

/// The flags of every JVM that runs Spark. Java itself takes no notice of `TMPDIR`.
#[must_use]
pub fn spark_flags(closure: &Closure) -> Vec<String> {
    let mut flags: Vec<String> = MODULE_OPTIONS.iter().map(|&option| option.to_owned()).collect();
    flags.push(format!("-Dlog4j2.configurationFile={}", closure.root.join(LOGGING).display()));
    flags.extend(trust());
    flags.extend(env::get(vars::TMPDIR).map(|folder| format!("-Djava.io.tmpdir={folder}")));
    flags
}

/// The flags with which Java takes its classes from the closure's archive. Where it does not fit (other jars first, another
/// processor) Java goes on without it, and without a word.
#[must_use]
pub fn archive_flags(closure: &Closure) -> Vec<String> {
    let Some(archive) = closure.cds_archive() else { return Vec::new() };
    vec![
        format!("-XX:SharedArchiveFile={}", archive.display()),
        "-Xshare:auto".to_owned(),
        "-Xlog:disable".to_owned(),
        "-Xlog:all=error:stderr".to_owned(),
    ]
}

/// The closure's `java` for Spark, to which flags are added. It has the closure's folder open under a fixed number, through which
/// its class path goes: Java's archive of classes holds for one text of a class path only, and so it holds wherever the
/// closure is moved.
///
/// # Errors
/// When the closure has no `java`.
pub fn spark(closure: &Closure) -> Result<Command, ClosureError> {
    if !has_open_folders() {
        return java(closure);
    }
    let script = format!("exec {FOLDER}<\"$0\" \"$@\"");
    Ok(Command::new("/bin/sh")
        .arg("-c")
        .arg(script)
        .arg(&closure.root)
        .args(java_words(closure, env::get(vars::PIO_JAVA_LOADER).map(PathBuf::from))?)
        .envs(locale(&env::get)))
}

/// The class path for [`spark`] in Java's notation.
#[must_use]
pub fn class_path(closure: &Closure, entries: &[PathBuf]) -> OsString {
    let open = has_open_folders();
    let mut text = OsString::new();
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            text.push(":");
        }
        match entry.strip_prefix(&closure.root) {
            Ok(within) if open => text.push(Path::new(&format!("{OPEN_FOLDERS}/{FOLDER}")).join(within)),
            _ => text.push(entry),
        }
    }
    text
}

/// The collector of garbage for this machine: with one or two cores the serial one takes a fifth less processor time for a long train than
/// Java's own choice. Java refuses two, so none where the user or the environment names one.
#[must_use]
pub fn gc_flag(others: &[String]) -> Option<&'static str> {
    let of_environment = JVM_OPTION_VARS.iter().filter_map(|name| env::get(name));
    let mut words =
        of_environment.flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let is_collector = |word: &String| word.starts_with("-XX:+Use") && word.ends_with("GC");
    let chosen = others.iter().any(is_collector) || words.any(|word| is_collector(&word));
    let few_cores = std::thread::available_parallelism().is_ok_and(|cores| cores.get() <= 2);
    (few_cores && !chosen).then_some("-XX:+UseSerialGC")
}

fn has_open_folders() -> bool {
    Path::new(OPEN_FOLDERS).is_dir()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{java_words, locale};
    use crate::closure::Closure;

    #[test]
    fn java_runs_by_another_loader_where_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["RELEASE", "java/bin/java"] {
            fs_err::create_dir_all(folder.path().join("java/bin")).unwrap();
            fs_err::write(folder.path().join(file), "").unwrap();
        }
        let closure = Closure::at(folder.path()).unwrap();
        let java = closure.java().unwrap().into_os_string();
        assert_eq!(java_words(&closure, None).unwrap(), vec![java.clone()]);
        let words = java_words(&closure, Some(PathBuf::from("/nix/libc/lib/ld.so"))).unwrap();
        assert_eq!(words[..3], ["/nix/libc/lib/ld.so", "--library-path", "/nix/libc/lib"]);
        assert_eq!(words[3], java);
    }

    #[test]
    fn java_gets_a_locale_in_which_files_may_have_any_name() {
        let with = |set: &'static [(&'static str, &'static str)]| {
            locale(&|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[]), Some(("LC_ALL", "C.UTF-8")));
        assert_eq!(with(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]), Some(("LC_ALL", "C.UTF-8")));
        assert_eq!(with(&[("LC_CTYPE", "de_DE.utf8"), ("LANG", "C")]), None);
    }
}
