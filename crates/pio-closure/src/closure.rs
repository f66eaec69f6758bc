//! The unpacked closure on disk: where it is and what lies where in it.

use std::path::{Path, PathBuf};

use pio_settings::{dirs, env, installation, vars};

use crate::errors::ClosureError;
use crate::lockfile;

/// Names what Spark was built for; Spark itself looks for this file.
pub const RELEASE: &str = "RELEASE";

/// The folder of Spark's jars and of the libraries that engines use.
pub const JARS: &str = "jars";

/// The jar with the API that engines compile against and with the workflow.
pub const RUNTIME_JAR: &str = "runtime/pio-runtime.jar";

/// The PostgreSQL driver, where PIO's buildpack promised it.
pub const DRIVER_JAR: &str = "lib/postgresql_jdbc.jar";

/// The folder of the Java runtime.
pub const JAVA: &str = "java";

/// The folder of the embedded PostgreSQL.
pub const POSTGRES: &str = "postgres";

/// The launcher of sbt.
pub const SBT_LAUNCHER: &str = "sbt/sbt-launch.jar";

/// sbt itself, laid out as its launcher does; only read.
pub const SBT_BOOT: &str = "sbt/boot";

/// The jars of the sbt plugins for every engine's build.
pub const SBT_PLUGINS: &str = "sbt/plugins";

/// Java's archive of the classes that every job loads.
pub const CDS_ARCHIVE: &str = "cds/pio.jsa";

/// The time of every file of a closure that this project makes, 1980-01-01T00:00:01Z, in seconds since 1970: Java's archive of classes
/// knows the times of its jars, and Cloud Native Buildpacks give every file of an image this one.
pub const FILE_TIME: u64 = 315_532_801;

/// How Spark and engines log.
pub const LOGGING: &str = "conf/log4j2.properties";

/// The text of the file that says how Spark and engines log.
pub const LOGGING_TEXT: &str = include_str!("log4j2.properties");

/// An unpacked closure. It may be read-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Its folder.
    pub root: PathBuf,
}

impl Closure {
    /// The closure for this program: what `PIO_CLOSURE` names, else `closure/` beside the program's own folder, else the
    /// one in the user's cache.
    ///
    /// # Errors
    /// When there is none, or what is there is not a closure.
    pub fn locate() -> Result<Self, ClosureError> {
        if let Some(folder) = env::get(vars::PIO_CLOSURE) {
            return Self::at(folder);
        }
        let places: Vec<PathBuf> = beside_the_program().into_iter().chain([in_the_cache()]).collect();
        match places.iter().find(|place| place.join(RELEASE).is_file()) {
            Some(place) => Self::at(place),
            None => Err(ClosureError::NotFound { looked_in: places }),
        }
    }

    /// The closure in this folder.
    ///
    /// # Errors
    /// When the folder does not hold one.
    pub fn at(folder: impl AsRef<Path>) -> Result<Self, ClosureError> {
        let folder = folder.as_ref();
        let root = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if !root.join(RELEASE).is_file() {
            return Err(ClosureError::NotFound { looked_in: vec![root] });
        }
        Ok(Self { root })
    }

    /// The `java` program.
    ///
    /// # Errors
    /// When it is missing.
    pub fn java(&self) -> Result<PathBuf, ClosureError> {
        self.present("java/bin/java", installation::repair())
    }

    /// Spark's jars and the libraries that engines use, in the order of every class path.
    ///
    /// # Errors
    /// When there are none.
    pub fn jars(&self) -> Result<Vec<PathBuf>, ClosureError> {
        self.jars_in(JARS)
    }

    /// The jar with the API that engines compile against and with the workflow.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn runtime_jar(&self) -> Result<PathBuf, ClosureError> {
        let clone = "Run `cargo xtask runtime`: it builds that file.";
        self.present(RUNTIME_JAR, if installation::is_clone() { clone } else { installation::repair() })
    }

    /// The PostgreSQL driver.
    ///
    /// # Errors
    /// When it is missing.
    pub fn postgresql_jdbc_jar(&self) -> Result<PathBuf, ClosureError> {
        self.present(DRIVER_JAR, installation::repair())
    }

    /// The folder of the embedded PostgreSQL, which a release does not have.
    ///
    /// # Errors
    /// When it is missing.
    pub fn postgres_dir(&self) -> Result<PathBuf, ClosureError> {
        let release = "A release has no database of its own: set DATABASE_URL.";
        self.present(
            "postgres/bin/postgres",
            if installation::is_clone() { installation::repair() } else { release },
        )?;
        Ok(self.root.join(POSTGRES))
    }

    /// The launcher of sbt.
    ///
    /// # Errors
    /// When it is missing.
    pub fn sbt_launcher(&self) -> Result<PathBuf, ClosureError> {
        self.present(SBT_LAUNCHER, installation::repair())
    }

    /// sbt itself, laid out as its launcher does.
    ///
    /// # Errors
    /// When it is missing.
    pub fn sbt_boot(&self) -> Result<PathBuf, ClosureError> {
        self.present(SBT_BOOT, installation::repair())
    }

    /// The jars of the sbt plugins for every engine's build, in the order of the class path.
    ///
    /// # Errors
    /// When there are none.
    pub fn sbt_plugins(&self) -> Result<Vec<PathBuf>, ClosureError> {
        self.jars_in(SBT_PLUGINS)
    }

    /// Java's archive of the classes that every job loads; none where it has not been made, which only costs time.
    #[must_use]
    pub fn cds_archive(&self) -> Option<PathBuf> {
        Some(self.root.join(CDS_ARCHIVE)).filter(|file| file.is_file())
    }

    /// Whether Java will take its archive of classes: it holds only for jars with the time that they had when it was made, and all files
    /// of a closure have the same time.
    ///
    /// # Errors
    /// When a jar is missing.
    pub fn archive_fits(&self) -> Result<bool, ClosureError> {
        let time = |file: &Path| fs_err::metadata(file).and_then(|metadata| metadata.modified());
        let Some(archive) = self.cds_archive() else { return Ok(false) };
        let made = time(&archive)?;
        for jar in self.class_path()? {
            if time(&jar)? != made {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The class path of every JVM, before what an engine adds: Spark's jars, the runtime, the driver.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn class_path(&self) -> Result<Vec<PathBuf>, ClosureError> {
        let mut jars = self.jars()?;
        jars.push(self.runtime_jar()?);
        jars.push(self.postgresql_jdbc_jar()?);
        Ok(jars)
    }

    fn present(&self, file: &str, remedy: &'static str) -> Result<PathBuf, ClosureError> {
        let path = self.root.join(file);
        if path.exists() {
            return Ok(path);
        }
        Err(ClosureError::Incomplete { root: self.root.clone(), file: file.to_owned(), remedy })
    }

    fn jars_in(&self, folder: &str) -> Result<Vec<PathBuf>, ClosureError> {
        let mut jars = Vec::new();
        for entry in fs_err::read_dir(self.present(folder, installation::repair())?)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "jar") {
                jars.push(path);
            }
        }
        if jars.is_empty() {
            let file = format!("{folder}/*.jar");
            return Err(ClosureError::Incomplete {
                root: self.root.clone(),
                file,
                remedy: installation::repair(),
            });
        }
        jars.sort();
        Ok(jars)
    }
}

/// `closure/` beside the folder that holds the running program, as in a release: `bin/pio` and `closure/`.
fn beside_the_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    Some(program.parent()?.parent()?.join("closure"))
}

fn in_the_cache() -> PathBuf {
    dirs::cache().join(lockfile::folder_name(lockfile::EMBEDDED))
}

#[cfg(test)]
mod tests {
    use super::Closure;

    fn closure_with(files: &[&str]) -> (tempfile::TempDir, Closure) {
        let folder = tempfile::tempdir().unwrap();
        for file in files.iter().chain(&["RELEASE"]) {
            let path = folder.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let closure = Closure::at(folder.path()).unwrap();
        (folder, closure)
    }

    #[test]
    fn the_class_path_is_sorted_and_ends_with_runtime_and_driver() {
        let (_folder, closure) = closure_with(&[
            "jars/b.jar",
            "jars/a.jar",
            "jars/notes.txt",
            "runtime/pio-runtime.jar",
            "lib/postgresql_jdbc.jar",
        ]);
        let names: Vec<_> = closure.class_path().unwrap().into_iter().collect();
        let names: Vec<_> = names.iter().map(|jar| jar.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.jar", "b.jar", "pio-runtime.jar", "postgresql_jdbc.jar"]);
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_do() {
        let (_folder, closure) = closure_with(&["jars/a.jar"]);
        let words = closure.class_path().unwrap_err().to_string();
        assert!(words.contains("runtime/pio-runtime.jar is missing. Run `cargo xtask runtime`"), "{words}");
        let words = closure.java().unwrap_err().to_string();
        assert!(words.contains("java/bin/java is missing. Run `cargo xtask vendor` again"), "{words}");
        let words = closure.postgres_dir().unwrap_err().to_string();
        assert!(words.contains("Run `cargo xtask vendor` again"), "{words}");
    }

    #[test]
    fn a_folder_that_is_no_closure_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let words = Closure::at(folder.path()).unwrap_err().to_string();
        assert!(
            words.contains(&folder.path().display().to_string()) && words.contains("PIO_CLOSURE"),
            "{words}"
        );
    }

    #[test]
    fn an_archive_fits_only_jars_with_its_time() {
        let jars = ["jars/a.jar", "runtime/pio-runtime.jar", "lib/postgresql_jdbc.jar"];
        let (folder, closure) = closure_with(&[jars[0], jars[1], jars[2], "cds/pio.jsa"]);
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        for file in jars.iter().chain(&["cds/pio.jsa"]) {
            let file = fs_err::OpenOptions::new().write(true).open(folder.path().join(file)).unwrap();
            file.file().set_modified(old).unwrap();
        }
        assert!(closure.archive_fits().unwrap());
        fs_err::write(folder.path().join(jars[1]), "").unwrap();
        assert!(!closure.archive_fits().unwrap());
    }

    #[test]
    fn a_missing_archive_is_no_error() {
        let (_folder, closure) = closure_with(&[]);
        assert_eq!(closure.cds_archive(), None);
    }
}
