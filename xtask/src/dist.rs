//! `cargo xtask dist`: the release tarball, which is buildpack and installation in one. The same sources give the same bytes wherever
//! it is made, but for Java's archive of classes, which Java does not write twice alike; `--check` says so.

mod again;
mod bill;
mod binaries;
mod contents;
mod portable;
mod slim;
mod tarball;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_closure::lockfile::{EMBEDDED, Lock};

use crate::{project, talk};
use contents::{Contents, Source};

/// What `cargo xtask dist` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The folder for the tarball and its digest; target/dist where this is absent
    #[arg(long)]
    out: Option<PathBuf>,
    /// Take the debug binaries of this machine and compress fast: for tests, not for users
    #[arg(long)]
    draft: bool,
    /// Leave a folder as the tarball would be unpacked, and no tarball
    #[arg(long)]
    unpacked: Option<PathBuf>,
    /// Copy only the programs into this folder, which is relative to the working directory
    #[arg(long, conflicts_with_all = ["draft", "unpacked", "check"])]
    programs: Option<PathBuf>,
    /// Make it again in another folder with another cache, and fail where one byte differs
    #[arg(long, conflicts_with_all = ["draft", "unpacked"])]
    check: bool,
}

/// What stands at the root of the tarball beside the folder `buildpack/` of the project.
const DOCUMENTS: &[&str] = &["LICENSE", "CHANGELOG.md"];

/// Parts of the closure that stay here: the database is for development only, and the stamp is the cache's own.
const LEFT_OUT: &[&str] = &["postgres", "complete.json"];

/// Makes the tarball and writes its SHA-256 beside it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = project::root();
    if let Some(folder) = &options.programs {
        return copy_programs(root, folder);
    }
    let contents = contents(root, options.draft)?;
    if let Some(folder) = &options.unpacked {
        contents.write_to(folder)?;
        talk::say(format_args!("The release is laid out in {}", folder.display()));
        return Ok(());
    }
    let out = options.out.clone().unwrap_or_else(|| root.join("target/dist"));
    let file = out.join(name());
    write(&contents, &file, options.draft)?;
    if options.check { again::compare(root, &file) } else { Ok(()) }
}

/// The draft that tests take. One with the same contents is not made again.
pub(crate) fn draft(root: &Path) -> Result<PathBuf> {
    let contents = contents(root, true)?;
    let file = root.join("target/draft").join(name());
    let (made, wanted) = (file.with_extension("contents"), contents.digests("")?);
    if !file.is_file() || fs::read_to_string(&made).ok().as_ref() != Some(&wanted) {
        write(&contents, &file, true)?;
        fs::write(made, wanted)?;
    }
    Ok(file)
}

fn copy_programs(root: &Path, folder: &Path) -> Result<()> {
    for program in binaries::build(root, false)? {
        fs::copy(&program, folder.join(program.file_name().context("a program has a name")?))?;
    }
    Ok(())
}

fn name() -> String {
    format!("predictionio-{}.tar.gz", env!("CARGO_PKG_VERSION"))
}

/// Builds everything that a release holds.
fn contents(root: &Path, draft: bool) -> Result<Contents> {
    let closure = Closure::locate()?;
    closure.runtime_jar()?;
    ensure!(
        closure.cds_archive().is_some(),
        "the closure has no class archive: run `cargo xtask runtime` first"
    );
    check_versions(root)?;
    let closure = slim::closure(&closure)?;
    let binaries = binaries::build(root, draft)?;
    let contents = gather(root, &closure, &binaries)?;
    if !draft && let Some(newest) = portable::check(&contents)? {
        talk::say(format_args!("Runs with version {newest} of the GNU C library and newer ones"));
    }
    Ok(contents)
}

fn write(contents: &Contents, file: &Path, fast: bool) -> Result<()> {
    talk::step(format_args!("Writing {}", file.display()));
    fs::create_dir_all(file.parent().context("a tarball has a folder")?)?;
    let digest = tarball::write(contents, file, fast)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    fs::write(format!("{}.sha256", file.display()), format!("{digest}  {name}\n"))?;
    let size = fs::metadata(file)?.len();
    talk::say(format_args!("{name}: {:.1} MB in {} files, sha256={digest}", megabytes(size), contents.len()));
    Ok(())
}

/// Every file of the tarball: the buildpack's scripts at the root, everything else in `dist/`.
fn gather(root: &Path, closure: &Closure, binaries: &[PathBuf]) -> Result<Contents> {
    let mut contents = Contents::default();
    contents.add_tree("", &root.join("buildpack"), &[])?;
    for document in DOCUMENTS {
        contents.add(document, Source::File(root.join(document)), false);
    }
    for binary in binaries {
        let name = binary.file_name().context("a program has a name")?.to_string_lossy();
        contents.add(&format!("dist/bin/{name}"), Source::File(binary.clone()), true);
    }
    contents.add_tree("dist/closure", &closure.root, &[])?;
    let lock = Lock::parse(EMBEDDED)?;
    contents.add("dist/sbom.cdx.json", Source::Bytes(bill::of(root, &lock)?), false);
    let digests = contents.digests("dist/")?;
    contents.add("dist/contents.sha256", Source::Bytes(digests.into_bytes()), false);
    Ok(contents)
}

/// The buildpack and cargo-dist are told the version in files of their own.
fn check_versions(root: &Path) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    for (file, expected) in [
        ("buildpack/buildpack.toml", format!("version = \"{version}\"")),
        ("release/dist.toml", format!("version = \"{version}\"")),
        ("dist-workspace.toml", format!("target/dist/{}\"", name())),
    ] {
        ensure!(
            fs::read_to_string(root.join(file))?.contains(&expected),
            "{file} is not of version {version}: {expected} is missing"
        );
    }
    let log = fs::read_to_string(root.join("CHANGELOG.md"))?;
    ensure!(log.contains(&format!("## {version}")), "CHANGELOG.md has no section for version {version}");
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}
