//! Training on a Spark standalone cluster: a master and workers as processes of their own.

use e2e::cluster::Cluster;

use crate::support::{READY, app_with_ratings, items, pio, recommendation};

#[test]
fn an_engine_trains_on_a_standalone_master_and_its_workers() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Cluster");
    let engine = recommendation(&app);
    let cluster = Cluster::start(1).expect("a cluster");
    let arguments = ["train", "--", "--master", &cluster.master];
    pio.run_in(engine.path(), &arguments).expect("a train").success().expect("a trained engine");
    assert_eq!(
        cluster.finished_applications().expect("the master's answer"),
        1,
        "the master ran no application"
    );

    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
}
