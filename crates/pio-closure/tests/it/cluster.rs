use pio_closure::cluster::{Master, Worker};

use crate::{World, after};

#[test]
fn a_master_says_where_it_listens() {
    let world = World::new();
    let master =
        Master { host: "h".to_owned(), port: 7077, webui_port: 8080, java_options: vec!["-Dx=y".to_owned()] };
    let words = world.words(&master.command(&world.closure).unwrap());
    assert!(words.contains(&"C/java/bin/java".to_owned()));
    assert!(words.contains(&"-Dx=y".to_owned()));
    assert_eq!(
        words[words.len() - 7..],
        ["org.apache.spark.deploy.master.Master", "--host", "h", "--port", "7077", "--webui-port", "8080"]
    );
}

#[test]
fn a_worker_says_what_it_offers() {
    let world = World::new();
    let worker = Worker {
        master: "spark://h:7077".to_owned(),
        host: Some("w".to_owned()),
        cores: Some(2),
        memory: Some("2g".to_owned()),
        port: Some(7078),
        webui_port: 8081,
        work_dir: "/work".into(),
        java_options: Vec::new(),
    };
    let words = world.words(&worker.command(&world.closure).unwrap());
    assert_eq!(after(&words, "--cores"), "2");
    assert_eq!(after(&words, "--memory"), "2g");
    assert_eq!(after(&words, "--work-dir"), "/work");
    assert_eq!(words.last().unwrap(), "spark://h:7077");
}
