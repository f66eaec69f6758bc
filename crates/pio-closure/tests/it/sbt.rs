use pio_closure::sbt::Sbt;

use crate::{World, after};

#[test]
fn sbt_reads_itself_from_the_closure_and_writes_elsewhere() {
    let world = World::new();
    let sbt = Sbt {
        closure: &world.closure,
        state: "/state".into(),
        global_base: "/global".into(),
        options: vec!["-Dx=y".to_owned()],
    };
    let words = world.words(&sbt.command().unwrap());
    assert!(words.contains(&"-Dsbt.boot.directory=C/sbt/boot".to_owned()), "{words:?}");
    assert!(words.contains(&"-Dsbt.global.base=/global".to_owned()), "{words:?}");
    assert!(words.contains(&"-Dsbt.coursier.home=/state/coursier".to_owned()), "{words:?}");
    assert_eq!(words[words.len() - 3], "-Dx=y");
    assert_eq!(after(&words, "-jar"), "C/sbt/sbt-launch.jar");
}
