//! Real builds: sbt and libraries from the closure, nothing from the network.

use std::path::Path;
use std::sync::{Arc, Mutex};

use pio_closure::closure::Closure;
use pio_engine::build::options::BuildOptions;
use pio_engine::build::{Built, build, ensure};
use pio_engine::build_event::{BuildEvent, Listener};
use pio_engine::errors::BuildError;

fn closure() -> Closure {
    let closure = Closure::locate().expect("the closure: run `cargo xtask vendor`");
    closure.runtime_jar().expect("the runtime: run `cargo xtask runtime`");
    closure
}

fn listener() -> (Listener, Arc<Mutex<Vec<BuildEvent>>>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&notices);
    (Arc::new(move |notice| heard.lock().unwrap().push(notice)), notices)
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let path = root.join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
}

fn run(engine: &Path) -> Result<Built, BuildError> {
    build(&closure(), engine, &BuildOptions::default(), &listener().0)
}

/// An engine of PIO's first years: sbt 0.13, Scala 2.10, `io.prediction`, plugins that are in no repository any more.
const OLD: &[(&str, &str)] = &[
    (
        "build.sbt",
        "import AssemblyKeys._

assemblySettings

name := \"old-engine\"

organization := \"io.prediction\"

scalaVersion := \"2.10.5\"

libraryDependencies ++= Seq(
  \"io.prediction\"    %% \"core\"          % pioVersion.value % \"provided\",
  \"org.apache.predictionio\" %% \"predictionio-core\" % \"0.10.0-incubating-rc1\" % \"provided\",
  \"org.apache.spark\" %% \"spark-mllib\"   % \"1.3.0\" % \"provided\",
  \"org.json4s\"       %% \"json4s-native\" % \"3.2.10\",
  \"org.scalatest\"    %% \"scalatest\"     % \"2.2.1\" % \"test\")

mergeStrategy in assembly <<= (mergeStrategy in assembly) { (old) =>
  {
    case PathList(\"META-INF\", xs @ _*) => MergeStrategy.discard
    case x => old(x)
  }
}

eclipseThing := true

javacOptions ++= Seq(\"-source\", \"1.6\", \"-target\", \"1.6\")
",
    ),
    ("project/build.properties", "sbt.version=0.13.7\n"),
    (
        "project/assembly.sbt",
        "addSbtPlugin(\"com.eed3si9n\" % \"sbt-assembly\" % \"0.11.2\")\naddSbtPlugin(\"io.prediction\" % \"pio-build\" % \"0.9.0\")\n",
    ),
    (
        "src/main/scala/DataSource.scala",
        "package io.prediction.examples.old

import breeze.stats.MeanAndVariance
import io.prediction.controller.{EmptyActualResult, EmptyEvaluationInfo, PDataSource, Params}
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

case class Query(n: Int)
case class DataSourceParams(appName: String) extends Params

class DataSource(params: DataSourceParams)
  extends PDataSource[RDD[Int], EmptyEvaluationInfo, Query, EmptyActualResult] {
  override def readTraining(sc: SparkContext): RDD[Int] = sc.parallelize(Seq(1, 2, 3))

  def mean(of: MeanAndVariance): Double = of.mean
}
",
    ),
    (
        "src/main/scala/ServerApp.scala",
        "import io.prediction.workflow.CreateServer
import spray.can.Http

object ServerApp extends App {
  CreateServer.actorSystem.shutdown()
}
",
    ),
    (
        "src/main/java/old/Limits.java",
        "package old;

import io.prediction.controller.Params;

public class Limits implements Params {
  public int most = 10;
}
",
    ),
    ("engine.json", "{\"engineFactory\": \"io.prediction.examples.old.Engine\"}"),
];

/// Saves files as editors of other systems do: with byte order marks, and one in Latin-1.
fn encode_as_elsewhere(engine: &Path) {
    for file in ["build.sbt", "project/assembly.sbt", "src/main/scala/DataSource.scala", "engine.json"] {
        let path = engine.join(file);
        let text = fs_err::read_to_string(&path).unwrap();
        fs_err::write(path, format!("\u{feff}{text}")).unwrap();
    }
    fs_err::write(
        engine.join("src/main/scala/Latin.scala"),
        b"package old\n\n/** Un d\xe9but. */\nclass Caf\xe9",
    )
    .unwrap();
    let java = engine.join("src/main/java/old/Limits.java");
    let units: Vec<u8> =
        fs_err::read_to_string(&java).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs_err::write(java, [&b"\xff\xfe"[..], &units].concat()).unwrap();
}

#[test]
fn an_engine_of_another_time_builds_unchanged_once() {
    let folder = tempfile::Builder::new().prefix("mit Leerzeichen é ").tempdir().unwrap();
    write(folder.path(), OLD);
    encode_as_elsewhere(folder.path());
    let before = fs_err::read_to_string(folder.path().join("build.sbt")).unwrap();
    let (listener, notices) = listener();
    let built = build(&closure(), folder.path(), &BuildOptions::default(), &listener).unwrap();
    assert_eq!(built.jars.len(), 1, "{built:?}");
    assert!(built.has_class("io.prediction.examples.old.DataSource") && built.has_class("old.Limits"));
    assert!(built.has_class("old.Café"), "an object in a file of Latin-1");
    assert!(!built.has_class("io.prediction.examples.old.Engine"), "engine.json names what is not there");
    assert!(built.jars[0].file_name().unwrap().to_str().unwrap().starts_with("old-engine_2.12"));
    assert_eq!(fs_err::read_to_string(folder.path().join("build.sbt")).unwrap(), before);
    let warned = |parts: [&str; 2]| {
        let notices = notices.lock().unwrap();
        let fits = |notice: &BuildEvent| matches!(notice, BuildEvent::Warning(words) if parts.iter().all(|part| words.contains(part)));
        assert!(notices.iter().any(fits), "{parts:?} in {notices:?}");
    };
    warned(["build.sbt, line 25", "eclipseThing := true"]);
    warned(["src/main/scala/ServerApp.scala was left out", "`pio deploy`"]);
    warned(["src/main/scala/Latin.scala is not UTF-8", "Latin-1"]);

    let again = run(folder.path()).unwrap();
    assert!(again.unchanged && again.content_hash == built.content_hash);

    let moved = tempfile::tempdir().unwrap();
    let copy =
        pio_process::command::Command::new("cp").arg("-a").arg(folder.path().join(".")).arg(moved.path());
    copy.run().unwrap();
    write(moved.path(), &[("engine.json", "{}"), ("README.md", "new")]);
    assert!(run(moved.path()).unwrap().unchanged);
    write(moved.path(), &[("src/main/scala/More.scala", "class More")]);
    let ensured = ensure(&closure(), moved.path(), &listener).unwrap();
    assert_eq!(ensured.content_hash, built.content_hash);
}

#[test]
fn compile_errors_stand_in_the_users_own_files() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[(
            "src/main/scala/A.scala",
            "import io.prediction.controller.Nope\nimport org.apache.spark.rdd.RDD\n\nclass A {\n  def f(rdd: RDD[Int]) = rdd.toArray\n}\n",
        )],
    );
    let words = run(folder.path()).unwrap_err().to_string();
    assert!(words.contains("(2 errors)"), "{words}");
    let first = "src/main/scala/A.scala:1:8: object Nope is not a member of package org.apache.predictionio.controller
    import io.prediction.controller.Nope
           ^";
    assert!(words.contains(first), "{words}");
    assert!(words.contains("src/main/scala/A.scala:5:30: value toArray is not a member of"), "{words}");
    assert!(words.contains("RDD.toArray was removed in Spark 2. Write collect() instead."), "{words}");
    assert!(!words.contains("stage"), "{words}");
    assert!(!folder.path().join("target/pio/build.json").exists());
}

#[test]
fn a_folder_without_sources_is_no_engine() {
    let folder = tempfile::tempdir().unwrap();
    let words = run(folder.path()).unwrap_err().to_string();
    assert!(words.contains("holds no Scala or Java sources"), "{words}");
    write(folder.path(), &[("A.scala", "class A"), ("target", "a file")]);
    let words = run(folder.path()).unwrap_err().to_string();
    assert!(words.contains("cannot write to") && words.contains("target/pio"), "{words}");
    let words = run(&folder.path().join("none")).unwrap_err().to_string();
    assert!(words.contains("does not exist"), "{words}");
}
