use std::os::unix::fs::PermissionsExt as _;

use pio_closure::errors::SubmitError;
use pio_closure::submit::Submit;
use pio_settings::memory;

use crate::{World, after};

/// The words of a job with these options of the user, separated by blanks.
fn words(world: &World, options: &str) -> Vec<String> {
    world.words(&submit(world, options).command().unwrap())
}

fn submit<'a>(world: &'a World, options: &str) -> Submit<'a> {
    Submit {
        closure: &world.closure,
        main_class: "a.Main",
        arguments: vec!["spec.json".into()],
        name: "train".to_owned(),
        engine_jars: vec!["/engine.jar".into()],
        spark_options: options.split_whitespace().map(str::to_owned).collect(),
        spark_conf: vec![("spark.a".to_owned(), "variant".to_owned())],
        java_options: vec!["-Dfrom=JAVA_OPTS".to_owned()],
        memory: memory::plan_for(Some(1024 * 1024 * 1024)),
        private_folder: world.folder.path(),
    }
}

fn error(options: &str) -> SubmitError {
    let world = World::new();
    submit(&world, options).command().unwrap_err()
}

const OURS: &str = "C/jars/a.jar:C/jars/b.jar:C/runtime/pio-runtime.jar:C/lib/postgresql_jdbc.jar";

#[test]
fn without_options_a_job_runs_in_local_threads() {
    let world = World::new();
    let words = words(&world, "");
    assert_eq!(after(&words, "-cp"), format!("{OURS}:/engine.jar"));
    assert_eq!(after(&words, "--master"), "local[*]");
    assert_eq!(after(&words, "--name"), "train");
    assert!(!words.contains(&"--jars".to_owned()));
    assert_eq!(words[words.len() - 4..], ["--class", "a.Main", "spark-internal", "spec.json"]);
}

#[test]
fn both_ways_to_write_an_option_mean_the_same() {
    let world = World::new();
    assert_eq!(words(&world, "--master local[2] --name x"), words(&world, "--master=local[2] --name=x"));
    assert_eq!(words(&world, "-c spark.a=1"), words(&world, "--conf=spark.a=1"));
}

#[test]
fn memory_of_the_driver_becomes_a_flag_after_the_plan_and_java_opts() {
    let world = World::new();
    for options in ["--driver-memory 2g", "--driver-memory=2G", "--conf spark.driver.memory=2g"] {
        let words = words(&world, options);
        let at = |flag: &str| words.iter().position(|word| word == flag).unwrap();
        assert!(
            at("-Xmx671m") < at("-Dfrom=JAVA_OPTS") && at("-Dfrom=JAVA_OPTS") < at("-Xmx2097152k"),
            "{words:?}"
        );
    }
}

#[test]
fn java_options_of_the_driver_become_flags_one_by_one() {
    let world = World::new();
    let mut submit = submit(&world, "");
    submit.spark_options = vec!["--driver-java-options".to_owned(), "-Da='b c' -Dd=e".to_owned()];
    let words = world.words(&submit.command().unwrap());
    let flags = &words[..words.iter().position(|word| word == "-cp").unwrap()];
    assert!(flags.ends_with(&["-Da=b c".to_owned(), "-Dd=e".to_owned()]), "{flags:?}");
}

#[test]
fn the_users_class_path_comes_first() {
    let world = World::new();
    for options in ["--driver-class-path /x.jar:/y", "--conf spark.driver.extraClassPath=/x.jar:/y"] {
        assert_eq!(after(&words(&world, options), "-cp"), format!("/x.jar:/y:{OURS}:/engine.jar"));
    }
}

#[test]
fn naming_the_promised_driver_once_more_changes_nothing() {
    let world = World::new();
    let ours = world.folder.path().join("lib/postgresql_jdbc.jar");
    for driver in ["/app/lib/postgresql_jdbc.jar", ours.to_str().unwrap()] {
        let words = words(&world, &format!("--driver-class-path {driver}"));
        assert_eq!(after(&words, "-cp"), format!("{OURS}:/engine.jar"));
    }
}

#[test]
fn on_a_cluster_executors_get_our_jars_and_the_users() {
    let world = World::new();
    let words = words(&world, "--master spark://h:7077 --jars /x.jar,/y.jar --executor-memory 2g");
    assert_eq!(
        after(&words, "--jars"),
        "C/runtime/pio-runtime.jar,C/lib/postgresql_jdbc.jar,/engine.jar,/x.jar,/y.jar"
    );
    assert_eq!(after(&words, "-cp"), format!("{OURS}:/engine.jar:/x.jar:/y.jar"));
    assert_eq!(after(&words, "--executor-memory"), "2g");
    assert_eq!(words.iter().filter(|word| *word == "--master").count(), 1);
}

#[test]
fn with_packages_the_engine_is_loaded_beside_them() {
    let world = World::new();
    let words = words(&world, "--packages g:a:1");
    assert_eq!(after(&words, "-cp"), OURS);
    assert_eq!(after(&words, "--jars"), "/engine.jar");
    assert_eq!(after(&words, "--packages"), "g:a:1");
}

#[test]
fn settings_rank_as_spark_ranks_them() {
    let world = World::new();
    let file = world.folder.path().join("spark.conf");
    fs_err::write(&file, "spark.master spark://file:1\nspark.driver.memory=3g\nspark.ui.enabled true\n")
        .unwrap();
    let from_file = words(&world, &format!("--properties-file {}", file.display()));
    assert_eq!(after(&from_file, "--master"), "spark://file:1");
    assert!(from_file.contains(&"-Xmx3145728k".to_owned()));
    assert!(!from_file.contains(&"spark.ui.enabled=false".to_owned()));
    let over =
        words(&world, &format!("--properties-file {} --conf spark.master=spark://conf:1", file.display()));
    assert_eq!(after(&over, "--master"), "spark://conf:1");
    let over = words(&world, "--conf spark.master=spark://conf:1 --master local");
    assert_eq!(after(&over, "--master"), "local");
}

#[test]
fn the_users_settings_come_after_the_variants() {
    let world = World::new();
    let words = words(&world, "--conf spark.a=user");
    let at = |setting: &str| words.iter().position(|word| word == setting).unwrap();
    assert!(at("spark.a=variant") < at("spark.a=user"));
}

#[test]
fn flags_for_executors_are_joined() {
    let world = World::new();
    let words = words(&world, "--conf spark.executor.extraJavaOptions=-Da=b");
    let last = words.iter().rfind(|word| word.starts_with("spark.executor.extraJavaOptions=")).unwrap();
    assert_eq!(last, "spark.executor.extraJavaOptions=-Xss4m -Da=b");
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    for (options, expected) in [
        ("extra.jar", "`extra.jar` is not an option of spark-submit"),
        ("--no-such-option x", "`--no-such-option` is not an option of spark-submit"),
        ("--master", "The Spark option --master needs a value"),
        ("--conf spark.a", "--conf spark.a has no key and `=`"),
        ("--deploy-mode cluster", "--deploy-mode cluster cannot be used here"),
        ("--class x.Y", "--class cannot be used here"),
        ("--conf =1", "--conf =1 has no key and `=`"),
        ("--conf spark.submit.deployMode=cluster", "spark.submit.deployMode cluster cannot be used here"),
        ("--driver-memory lots", "--driver-memory cannot be `lots`: it must be a size of memory"),
        ("--driver-memory 2", "--driver-memory cannot be `2`: it must be at least 128m"),
        ("--driver-memory 0", "--driver-memory cannot be `0`"),
        ("--executor-memory lots", "--executor-memory cannot be `lots`: it must be a size of memory"),
        ("--conf spark.executor.memory=1.5g", "spark.executor.memory of --conf cannot be `1.5g`"),
        (
            "--total-executor-cores 0",
            "--total-executor-cores cannot be `0`: it must be a whole number from 1",
        ),
        ("--num-executors -1", "--num-executors cannot be `-1`"),
        ("--conf spark.executor.cores=0", "spark.executor.cores of --conf cannot be `0`"),
        ("--conf spark.driver.maxResultSize=lots", "spark.driver.maxResultSize of --conf cannot be `lots`"),
        ("--conf spark.executor.extraJavaOptions=-Xmx1g", "set with --executor-memory"),
        ("--master sprak://x", "--master cannot be `sprak://x`: it must be local, local[4]"),
        ("--master spark://host", "--master cannot be `spark://host`"),
        ("--properties-file /nowhere", "--properties-file names cannot be read"),
    ] {
        let words = error(options).to_string();
        assert!(words.contains(expected), "{options}: {words}");
    }
}

#[test]
fn a_mistake_in_the_variant_or_a_file_is_named_with_its_place_unless_something_stands_above_it() {
    let world = World::new();
    let mut wrong = submit(&world, "");
    wrong.spark_conf = vec![("spark.executor.memory".to_owned(), "lots".to_owned())];
    let words = wrong.command().unwrap_err().to_string();
    assert!(words.contains("in sparkConf of the engine's variant file cannot be `lots`"), "{words}");
    wrong.spark_options = vec!["--executor-memory".to_owned(), "2g".to_owned()];
    wrong.command().unwrap();
    let file = world.folder.path().join("spark.conf");
    fs_err::write(&file, "spark.cores.max none\n").unwrap();
    let words =
        submit(&world, &format!("--properties-file {}", file.display())).command().unwrap_err().to_string();
    assert!(
        words.contains("spark.cores.max in the file that --properties-file names cannot be `none`"),
        "{words}"
    );
}

#[test]
fn the_class_path_reads_the_same_wherever_the_closure_is() {
    let (one, other) = (World::new(), World::new());
    let class_path = |world: &World| {
        let command = submit(world, "").command().unwrap();
        let words: Vec<String> =
            command.words().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        after(&words, "-cp").to_owned()
    };
    assert_ne!(one.closure.root, other.closure.root);
    assert_eq!(class_path(&one), class_path(&other));
}

#[test]
fn a_collector_that_the_user_chose_is_the_only_one() {
    let world = World::new();
    let mut submit = submit(&world, "--driver-java-options -XX:+UseG1GC");
    let collectors = |submit: &Submit| {
        let words = world.words(&submit.command().unwrap());
        let flags = words.into_iter().take_while(|word| word != "-cp");
        flags.filter(|word| word.starts_with("-XX:+Use") && word.ends_with("GC")).collect::<Vec<_>>()
    };
    assert_eq!(collectors(&submit), ["-XX:+UseG1GC"]);
    submit.java_options = vec!["-XX:+UseZGC".to_owned()];
    submit.spark_options.clear();
    assert_eq!(collectors(&submit), ["-XX:+UseZGC"]);
}

#[test]
fn secrets_go_through_files_that_only_the_user_can_read() {
    let world = World::new();
    let own = world.folder.path().join("own.conf");
    fs_err::write(&own, "spark.b own\nspark.hadoop.fs.s3a.secret.key own\n").unwrap();
    let mut submit = submit(&world, "");
    let options = [
        "--properties-file",
        own.to_str().unwrap(),
        "--conf",
        "spark.hadoop.fs.s3a.secret.key=geh\\eim",
        "--conf",
        "spark.c=https://u:geheim@h/x",
        "--conf",
        "spark.ui.enabled=true",
        "--repositories",
        "https://u:geheim@h/repo",
        "--driver-java-options",
        "-Da=b -Dpassword='ge\"heim'",
    ];
    submit.spark_options = options.map(str::to_owned).to_vec();
    submit.spark_conf = vec![("spark.ssl.keyPassword".to_owned(), "geheim".to_owned())];
    submit.java_options = vec!["-Dtoken=geheim".to_owned()];
    let words = world.words(&submit.command().unwrap());
    for secret in ["geheim", "geh\\eim", "ge\"heim"] {
        assert!(!words.iter().any(|word| word.contains(secret)), "{words:?}");
    }
    assert!(words.contains(&"spark.ui.enabled=true".to_owned()), "{words:?}");
    assert_eq!(words.iter().filter(|word| *word == "--properties-file").count(), 1);
    let read = |name: &str| {
        let file = world.folder.path().join(name);
        assert_eq!(fs_err::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        fs_err::read_to_string(file).unwrap()
    };
    assert_eq!(
        read("spark.properties"),
        "spark.b own\nspark.hadoop.fs.s3a.secret.key own\n\nspark.ssl.keyPassword=geheim\n\
         spark.hadoop.fs.s3a.secret.key=geh\\\\eim\nspark.c=https://u:geheim@h/x\n\
         spark.jars.repositories=https://u:geheim@h/repo\n\
         spark.driver.extraJavaOptions=-Da=b -Dpassword='ge\"heim'\n"
    );
    assert_eq!(read("java.flags"), "\"-Dtoken=geheim\"\n\"-Da=b\"\n\"-Dpassword=ge\\\"heim\"\n");
    assert!(words.contains(&"@C/java.flags".to_owned()), "{words:?}");
}

#[test]
fn without_a_secret_no_file_is_written() {
    let world = World::new();
    words(&world, "--conf spark.b=1 --repositories https://h/repo");
    for name in ["spark.properties", "java.flags"] {
        assert!(!world.folder.path().join(name).exists(), "{name}");
    }
}
