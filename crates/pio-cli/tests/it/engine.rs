//! An engine that counts as built, and a closure whose Java is a shell script.

use std::os::unix::fs::PermissionsExt as _;

use pio_closure::closure::Closure;
use pio_engine::build::record::{Origin, Record};
use pio_engine::build::toolchain;

use crate::pio::Pio;

/// A worker that answers every query with `{}`, after this script.
pub(crate) fn worker(first: &str) -> String {
    format!(
        r#"say '{{"type":"hello","version":1}}'
           {first}
           say '{{"type":"ready","engineInstanceId":"i1","startTime":"2026-01-01T00:00:00Z","algorithms":[],"info":{{}}}}'
           while read -r line; do
             case "$line" in *'"stop"'*) exit 0;; esac
             id="${{line#*id\":}}"
             say '{{"type":"answer","id":'"${{id%%,*}}"',"status":200,"body":"{{}}","contentType":"application/json","prId":null}}'
           done"#
    )
}

/// Puts the engine into the folder of `pio`, whose JVM is this script. Gives the folder of the closure, for `PIO_CLOSURE`.
pub(crate) fn make(pio: &Pio, script: &str) -> String {
    let root = pio.folder.path().join("closure");
    let java = format!("#!/bin/bash\nsay() {{ echo \"$1\" >&0; }}\n{script}\n");
    for (file, text) in [
        ("RELEASE", ""),
        ("jars/spark.jar", ""),
        ("runtime/pio-runtime.jar", ""),
        ("lib/postgresql_jdbc.jar", ""),
        ("java/bin/java", &java),
    ] {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::set_permissions(root.join("java/bin/java"), std::fs::Permissions::from_mode(0o755)).unwrap();
    pio.write("engine.json", r#"{"id": "default", "engineFactory": "org.example.Factory"}"#);
    let folder = pio.folder.path().join("target/pio");
    std::fs::create_dir_all(&folder).unwrap();
    let toolchain = toolchain::digest(&Closure::at(&root).unwrap()).unwrap();
    let origin =
        Origin { content_hash: "hash".to_owned(), toolchain, uber_jar: false, sbt_extra: Vec::new() };
    Record::new(origin, Vec::new()).save(&folder).unwrap();
    root.to_string_lossy().into_owned()
}
