//! `PREDICTIONIO_DIST_URL`.

use std::path::{Path, PathBuf};

use pio_process::command::Command;
use sha2::{Digest as _, Sha256};

use crate::web::{Answer, Authority, Site};
use crate::{Ended, Platform, lay_out_distribution};

/// A tarball of a distribution, in a folder of that name or at its root.
fn tarball(platform: &Platform, name: &str, wrapping: &str) -> PathBuf {
    let folder = platform.path(name);
    lay_out_distribution(&folder.join(wrapping), name);
    let file = platform.path(&format!("{name}.tar.gz"));
    Command::new("tar").arg("-czf").arg(&file).arg("-C").arg(&folder).arg(".").run().unwrap();
    file
}

fn sha256(file: &Path) -> String {
    hex::encode(Sha256::digest(fs_err::read(file).unwrap()))
}

fn the(file: &Path) -> Answer {
    Answer::File(fs_err::read(file).unwrap())
}

/// A build that takes its distribution from this address and trusts this authority.
fn compile_with(platform: &Platform, url: &str, authority: &Authority) -> Ended {
    platform.write("env/PREDICTIONIO_DIST_URL", url);
    let build = platform.path("build");
    if build.exists() {
        fs_err::remove_dir_all(&build).unwrap();
    }
    Command::new("cp").arg("-a").arg(platform.path("app")).arg(&build).run().unwrap();
    platform.phase_with("compile", &["build", "cache", "env"], &[("SSL_CERT_FILE", &authority.file)])
}

#[test]
fn redirects_from_https_stay_on_https() {
    let platform = Platform::with_engine();
    let authority = Authority::new(platform.folder.path());
    let file = tarball(&platform, "two", "");
    let digest = sha256(&file);
    let (tls, plain) = (authority.site(the(&file)), Site::plain(the(&file)));
    let to_tls = authority.site(Answer::Redirect(tls.url.clone()));
    compile_with(&platform, &to_tls.url, &authority).ok();
    assert_eq!(platform.read("build/.pio/closure/RELEASE"), "two");

    let secret = format!("{}?signature=geheim", plain.url);
    let to_plain = authority.site(Answer::Redirect(secret));
    let twice = authority.site(Answer::Redirect(to_plain.url.clone()));
    for url in [&to_plain.url, &twice.url, &format!("{}#sha256={}", to_plain.url, "0".repeat(64))] {
        let log = compile_with(&platform, url, &authority).refused();
        assert!(log.contains("could not be fetched") && log.contains("redirects to an address"), "{log}");
        assert!(!log.contains("geheim"), "{log}");
    }
    assert_eq!(plain.requests(), 0, "nothing is asked of the plain server");

    let from_plain = Site::plain(Answer::Redirect(tls.url.clone()));
    fs_err::remove_dir_all(platform.path("cache")).unwrap();
    compile_with(&platform, &format!("{}#sha256={digest}", from_plain.url), &authority).ok();
}

#[test]
fn a_file_replaces_what_the_buildpack_holds() {
    for wrapping in ["", "predictionio-0.17.0", "dist"] {
        let platform = Platform::with_engine();
        let file = tarball(&platform, "two", wrapping);
        platform.write("env/PREDICTIONIO_DIST_URL", &format!("file://{}", file.display()));
        platform.compile().ok();
        assert_eq!(platform.read("build/.pio/closure/RELEASE"), "two");
        assert!(platform.compile().ok().contains("       It has not changed"));
    }
}

#[test]
fn a_digest_saves_the_second_download() {
    let platform = Platform::with_engine();
    let file = tarball(&platform, "two", "");
    let site = Site::plain(the(&file));
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("{}#sha256={}", site.url, sha256(&file)));
    platform.compile().ok();
    let log = platform.compile().ok();
    assert!(log.contains("       It is in the cache"), "{log}");
    assert_eq!(site.requests(), 1);
    assert_eq!(platform.read("build/.pio/closure/RELEASE"), "two");
}

#[test]
fn another_file_than_the_digest_names_is_refused() {
    let platform = Platform::with_engine();
    let site = Site::plain(the(&tarball(&platform, "two", "")));
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("{}#sha256={}", site.url, "0".repeat(64)));
    let log = platform.compile().refused();
    assert!(log.contains("is not the one that its digest names"), "{log}");
}

#[test]
fn what_is_no_distribution_is_refused() {
    let platform = Platform::new();
    platform.write("two/README.md", "x");
    let file = platform.path("two.tar.gz");
    Command::new("tar").arg("-czf").arg(&file).arg("-C").arg(platform.path("two")).arg(".").run().unwrap();
    for (url, words) in [
        (format!("file://{}", file.display()), "is no distribution of PredictionIO"),
        ("file:///nowhere.tar.gz".to_owned(), "could not be fetched"),
        ("https://user:geheim@127.0.0.1:1/x.tar.gz".to_owned(), "could not be fetched"),
        ("http://127.0.0.1/x.tar.gz".to_owned(), "add #sha256="),
    ] {
        platform.write("env/PREDICTIONIO_DIST_URL", &url);
        let log = platform.compile().refused();
        assert!(log.contains(words) && !log.contains("geheim"), "{url}: {log}");
    }
}

#[test]
fn a_truncated_tarball_is_refused() {
    let platform = Platform::new();
    let file = tarball(&platform, "two", "");
    let bytes = fs_err::read(&file).unwrap();
    fs_err::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("file://{}", file.display()));
    assert!(platform.compile().refused().contains("is damaged"));
}

#[test]
fn the_sources_alone_are_no_buildpack() {
    let platform = Platform::new();
    fs_err::remove_dir_all(platform.path("buildpack/dist/closure")).unwrap();
    let log = platform.compile().refused();
    assert!(
        log.contains("This buildpack holds no PredictionIO.") && log.contains("heroku buildpacks:set"),
        "{log}"
    );
}

#[test]
fn what_is_in_the_cache_is_not_shared_with_the_app() {
    use std::os::unix::fs::MetadataExt as _;
    let platform = Platform::with_engine();
    let file = tarball(&platform, "two", "");
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("file://{}", file.display()));
    platform.compile().ok();
    assert_eq!(fs_err::metadata(platform.path("build/.pio/closure/jars/spark.jar")).unwrap().nlink(), 1);
    platform.write("build/.pio/closure/RELEASE", "changed by the app");
    platform.compile().ok();
    assert_eq!(platform.read("build/.pio/closure/RELEASE"), "two");
}
