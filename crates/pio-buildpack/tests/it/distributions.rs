//! `PREDICTIONIO_DIST_URL`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pio_process::command::Command;
use sha2::{Digest as _, Sha256};

use crate::{Platform, lay_out_distribution};

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

/// A web server that offers one file and counts who takes it.
fn offer(file: &Path) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (bytes, taken) = (fs_err::read(file).unwrap(), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            count.fetch_add(1, Ordering::SeqCst);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            );
            let _ = stream.write_all(&bytes);
        }
    });
    (format!("http://{address}/dist.tar.gz"), taken)
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
    let (url, taken) = offer(&file);
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("{url}#sha256={}", sha256(&file)));
    platform.compile().ok();
    let log = platform.compile().ok();
    assert!(log.contains("       It is in the cache"), "{log}");
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    assert_eq!(platform.read("build/.pio/closure/RELEASE"), "two");
}

#[test]
fn another_file_than_the_digest_names_is_refused() {
    let platform = Platform::with_engine();
    let (url, _) = offer(&tarball(&platform, "two", ""));
    platform.write("env/PREDICTIONIO_DIST_URL", &format!("{url}#sha256={}", "0".repeat(64)));
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
