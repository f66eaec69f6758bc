//! `cargo xtask dist`: the release tarball, which is buildpack and installation in one. The same sources give the same bytes wherever
//! it is made; `--check` proves it.

mod binaries;
mod contents;
mod portable;
mod repack_jars;
mod reproducibility;
mod sbom;
mod tarball;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;

use crate::{log, project};
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
    /// Take the programs from this folder and build none
    #[arg(long, conflicts_with_all = ["draft", "programs", "check"])]
    with_programs: Option<PathBuf>,
    /// Write only the bill of materials, to this file
    #[arg(long, conflicts_with_all = ["draft", "unpacked", "programs", "check"])]
    bill: Option<PathBuf>,
    /// Take the bill of materials from this file and make none
    #[arg(long, requires = "with_programs")]
    with_bill: Option<PathBuf>,
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
    if let Some(file) = &options.bill {
        return Ok(fs::write(file, sbom::of(root)?)?);
    }
    let contents = contents(root, &native(root, options)?, options.draft)?;
    if let Some(folder) = &options.unpacked {
        contents.write_to(folder)?;
        log::say(format_args!("The release is laid out in {}", folder.display()));
        return Ok(());
    }
    let out = options.out.clone().unwrap_or_else(|| root.join("target/dist"));
    let file = out.join(name());
    write(&contents, &file, options.draft)?;
    if options.check { reproducibility::compare(&file) } else { Ok(()) }
}

/// The draft that tests take. One with the same contents is not made again.
pub(crate) fn draft(root: &Path) -> Result<PathBuf> {
    let native = Native { programs: binaries::build(root, true)?, bill: sbom::of(root)? };
    let contents = contents(root, &native, true)?;
    let file = root.join("target/draft").join(name());
    let (made, wanted) = (file.with_extension("contents"), contents.digests("")?);
    if !file.is_file() || fs::read_to_string(&made).ok().as_ref() != Some(&wanted) {
        write(&contents, &file, true)?;
        fs::write(made, wanted)?;
    }
    Ok(file)
}

/// What cargo makes of a release.
struct Native {
    programs: Vec<PathBuf>,
    bill: Vec<u8>,
}

/// Built, but for what is given.
fn native(root: &Path, options: &Options) -> Result<Native> {
    let programs = match &options.with_programs {
        Some(folder) => binaries::in_folder(folder),
        None => binaries::build(root, options.draft)?,
    };
    let bill = match &options.with_bill {
        Some(file) => fs::read(file)?,
        None => sbom::of(root)?,
    };
    Ok(Native { programs, bill })
}

/// What differs in a release from another compiler: the programs, and what is said of them.
const PROGRAMS: &[&str] = &["bin/pio", "bin/pio-launcher", "bin/pio-buildpack", "sbom.cdx.json"];

/// Fails where a tarball from elsewhere is not the release that is made here, but for the programs; these are listed.
pub(crate) fn compare_all_but_programs(tarball: &Path) -> Result<()> {
    let root = project::root();
    let native = Native { programs: Vec::new(), bill: Vec::new() };
    let ours = gather(root, &repack_jars::closure(&Closure::locate()?)?, &native)?;
    let same = |path: &str| {
        PROGRAMS.iter().all(|name| path != format!("dist/{name}")) && path != reproducibility::LIST
    };
    let ours = ours.files()?.into_iter().filter(|(path, _)| same(path)).collect::<BTreeSet<_>>();
    let (theirs, others): (BTreeSet<_>, BTreeSet<_>) =
        reproducibility::files(tarball)?.into_iter().partition(|(path, _)| same(path));
    let differing: Vec<_> = ours.symmetric_difference(&theirs).collect();
    ensure!(differing.is_empty(), "{} is another release than ours: {differing:?}", tarball.display());
    log::say(format_args!(
        "       {} files of the release are the same; of another compiler are:",
        ours.len()
    ));
    for (path, _) in others {
        log::say(format_args!("         {path}"));
    }
    Ok(())
}

fn copy_programs(root: &Path, folder: &Path) -> Result<()> {
    for program in binaries::build(root, false)? {
        fs::copy(&program, folder.join(program.file_name().context("a program has a name")?))?;
    }
    Ok(())
}

/// What the tarball is called.
pub(crate) fn name() -> String {
    format!("predictionio-{}.tar.gz", env!("CARGO_PKG_VERSION"))
}

/// Its other name: heroku-buildpack-multi, which Dokku uses, takes an address that ends otherwise for that of a git repository.
fn short_name() -> String {
    format!("predictionio-{}.tgz", env!("CARGO_PKG_VERSION"))
}

/// Everything that a release holds, with these programs.
fn contents(root: &Path, native: &Native, draft: bool) -> Result<Contents> {
    let closure = Closure::locate()?;
    closure.runtime_jar()?;
    ensure!(
        closure.cds_archive().is_some(),
        "the closure has no class archive: run `cargo xtask runtime` first"
    );
    check_versions(root)?;
    let closure = repack_jars::closure(&closure)?;
    let contents = gather(root, &closure, native)?;
    if !draft && let Some(newest) = portable::check(&contents)? {
        log::say(format_args!("Runs with version {newest} of the GNU C library and newer ones"));
    }
    Ok(contents)
}

fn write(contents: &Contents, file: &Path, fast: bool) -> Result<()> {
    log::step(format_args!("Writing {}", file.display()));
    fs::create_dir_all(file.parent().context("a tarball has a folder")?)?;
    let digest = tarball::write(contents, file, fast)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    publish_as(&name, file, &digest)?;
    publish_as(&short_name(), file, &digest)?;
    let megabytes = fs::metadata(file)?.len() / 1_000_000;
    let (short, files) = (short_name(), contents.len());
    log::say(format_args!("{name}, which is also {short}: {megabytes} MB in {files} files, sha256={digest}"));
    Ok(())
}

/// Gives the tarball a name in its folder, with the digest beside it.
fn publish_as(name: &str, file: &Path, digest: &str) -> Result<()> {
    let other = file.with_file_name(name);
    if other != file {
        if other.exists() {
            fs::remove_file(&other)?;
        }
        fs::hard_link(file, &other).or_else(|_| fs::copy(file, &other).map(drop))?;
    }
    Ok(fs::write(file.with_file_name(format!("{name}.sha256")), format!("{digest}  {name}\n"))?)
}

/// Every file of the tarball: the buildpack's scripts at the root, everything else in `dist/`.
fn gather(root: &Path, closure: &Closure, native: &Native) -> Result<Contents> {
    let mut contents = Contents::default();
    contents.add_tree("", &root.join("buildpack"), &[])?;
    for document in DOCUMENTS {
        contents.add(document, Source::File(root.join(document)), false);
    }
    for binary in &native.programs {
        let name = binary.file_name().context("a program has a name")?.to_string_lossy();
        contents.add(&format!("dist/bin/{name}"), Source::File(binary.clone()), true);
    }
    contents.add_tree("dist/closure", &closure.root, &[])?;
    contents.add("dist/sbom.cdx.json", Source::Bytes(native.bill.clone()), false);
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
        ("dist-workspace.toml", format!("target/dist/{}\"", short_name())),
        ("app.json", format!("/{}\"", short_name())),
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

#[cfg(test)]
mod tests {
    use super::{check_versions, project, publish_as, short_name};

    #[test]
    fn both_names_are_of_one_file_with_a_digest_each() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p-1.tar.gz");
        for text in ["one", "two"] {
            fs_err::write(&file, text).unwrap();
            publish_as("p-1.tar.gz", &file, "abc").unwrap();
            publish_as("p-1.tgz", &file, "abc").unwrap();
            assert_eq!(fs_err::read_to_string(folder.path().join("p-1.tgz")).unwrap(), text);
        }
        for name in ["p-1.tar.gz", "p-1.tgz"] {
            let digest = fs_err::read_to_string(folder.path().join(format!("{name}.sha256"))).unwrap();
            assert_eq!(digest, format!("abc  {name}\n"));
        }
    }

    #[test]
    fn every_file_that_names_the_release_names_this_version() {
        check_versions(project::root()).unwrap();
        let guide = fs_err::read_to_string(project::root().join("docs/heroku.md")).unwrap();
        assert!(guide.contains(&short_name()));
    }
}
