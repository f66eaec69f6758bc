//! Handles the engine's sbt plugins. Plugins that do not matter here are dropped, with all statements that
//! use them.

use super::mask::mask;

/// A plugin that does not affect compilation: the prefix of its artifact name, and the identifiers that
/// builds use.
struct Dropped {
    artifact: &'static str,
    words: &'static [&'static str],
}

const DROPPED: &[Dropped] = &[
    Dropped { artifact: "sbt-assembly", words: &[] },
    Dropped { artifact: "pio-build", words: &[] },
    Dropped {
        artifact: "sbt-scalariform",
        words: &[
            "scalariform",
            "SbtScalariform",
            "ScalariformKeys",
            "scalariformSettings",
            "defaultScalariformSettings",
        ],
    },
    Dropped {
        artifact: "scalastyle-sbt-plugin",
        words: &["scalastyle", "ScalastylePlugin", "scalastyleConfig"],
    },
    Dropped {
        artifact: "sbteclipse",
        words: &["EclipseKeys", "EclipsePlugin", "EclipseCreateSrc", "sbteclipse"],
    },
    Dropped { artifact: "sbt-idea", words: &["SbtIdeaPlugin", "ideaExcludeFolders", "sbtidea"] },
    Dropped {
        artifact: "sbt-scalafmt",
        words: &["scalafmtOnCompile", "scalafmtVersion", "scalafmtConfig", "ScalafmtPlugin"],
    },
    Dropped { artifact: "neo-sbt-scalafmt", words: &[] },
    Dropped {
        artifact: "sbt-scoverage",
        words: &[
            "ScoverageKeys",
            "ScoverageSbtPlugin",
            "coverageEnabled",
            "coverageMinimum",
            "coverageHighlighting",
            "coverageFailOnMinimum",
            "coverageExcludedPackages",
            "instrumentSettings",
        ],
    },
    Dropped { artifact: "sbt-coveralls", words: &["CoverallsPlugin", "coverallsSettings", "coverallsToken"] },
    Dropped { artifact: "sbt-codacy-coverage", words: &[] },
    Dropped {
        artifact: "sbt-dependency-graph",
        words: &["graphSettings", "dependencyGraphSettings", "virtualvoid"],
    },
    Dropped { artifact: "sbt-updates", words: &["dependencyUpdatesExclusions", "dependencyUpdatesFilter"] },
    Dropped { artifact: "sbt-revolver", words: &["Revolver"] },
    Dropped {
        artifact: "sbt-release",
        words: &["releaseSettings", "releaseProcess", "ReleaseKeys", "sbtrelease"],
    },
    Dropped {
        artifact: "sbt-pgp",
        words: &["PgpKeys", "pgpPassphrase", "useGpg", "pgpSecretRing", "pgpPublicRing"],
    },
    Dropped {
        artifact: "sbt-sonatype",
        words: &["sonatypeSettings", "sonatypeProfileName", "xerial", "SonatypeKeys"],
    },
    Dropped {
        artifact: "sbt-bintray",
        words: &["bintraySettings", "bintrayOrganization", "bintrayRepository", "bintray"],
    },
    Dropped { artifact: "bintray-sbt", words: &[] },
    Dropped {
        artifact: "sbt-git",
        words: &["GitVersioning", "GitBranchPrompt", "git.baseVersion", "SbtGit"],
    },
    Dropped { artifact: "sbt-site", words: &["SitePlugin"] },
    Dropped { artifact: "sbt-ghpages", words: &["GhpagesPlugin"] },
    Dropped { artifact: "sbt-unidoc", words: &["ScalaUnidocPlugin", "unidocSettings"] },
    Dropped { artifact: "sbt-license-report", words: &["LicenseReportPlugin", "licenseReportTitle"] },
    Dropped { artifact: "sbt-header", words: &["HeaderPlugin", "AutomateHeaderPlugin", "headerLicense"] },
    Dropped {
        artifact: "sbt-wartremover",
        words: &["wartremoverErrors", "wartremoverWarnings", "Wart", "Warts"],
    },
    Dropped {
        artifact: "sbt-native-packager",
        words: &[
            "JavaAppPackaging",
            "packagerSettings",
            "packageArchetype",
            "DockerPlugin",
            "NativePackagerKeys",
            "packager",
        ],
    },
    Dropped { artifact: "sbt-docker", words: &["DockerPlugin", "sbtdocker", "dockerfile"] },
    Dropped {
        artifact: "sbt-spark-package",
        words: &[
            "sparkVersion",
            "sparkComponents",
            "spName",
            "spAppendScalaVersion",
            "spIncludeMaven",
            "spShortDescription",
            "spDescription",
            "spIgnoreProvided",
        ],
    },
    Dropped { artifact: "sbt-heroku", words: &["herokuAppName", "herokuJdkVersion", "herokuFatJar"] },
    Dropped { artifact: "sbt-ensime", words: &["ensimeScalaVersion"] },
    Dropped { artifact: "ensime-sbt", words: &["ensimeScalaVersion"] },
    Dropped { artifact: "sbt-start-script", words: &["SbtStartScript"] },
    Dropped { artifact: "sbt-onejar", words: &["SbtOneJar", "oneJarSettings"] },
    Dropped { artifact: "sbt-pack", words: &["packSettings", "packMain", "packAutoSettings", "PackPlugin"] },
    Dropped { artifact: "sbt-coursier", words: &["CoursierPlugin", "coursierChecksums"] },
    Dropped { artifact: "sbt-jmh", words: &["JmhPlugin"] },
    Dropped { artifact: "sbt-javaversioncheck", words: &["JavaVersionCheckPlugin"] },
    Dropped { artifact: "sbt-stats", words: &[] },
    Dropped { artifact: "jacoco4sbt", words: &["jacoco"] },
];

/// Code generator plugins, and their versions for this sbt.
const NEWER: &[(&str, &str)] =
    &[("sbt-buildinfo", "0.13.1"), ("sbt-protoc", "1.0.7"), ("sbt-protobuf", "0.8.2")];

/// A plugin in an `addSbtPlugin` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// The organisation.
    pub organisation: String,
    /// The artifact.
    pub artifact: String,
}

/// Parses the plugin that a statement in `project/` adds; `None` for other statements.
#[must_use]
pub fn of_statement(statement: &str) -> Option<Plugin> {
    if !mask(statement).contains("addSbtPlugin") {
        return None;
    }
    let mut strings = statement.split('"').skip(1).step_by(2);
    Some(Plugin { organisation: strings.next()?.to_owned(), artifact: strings.next()?.to_owned() })
}

fn dropped(plugin: &Plugin) -> Option<&'static Dropped> {
    let name = plugin.artifact.strip_suffix("-plugin").unwrap_or(&plugin.artifact);
    DROPPED.iter().find(|dropped| dropped.artifact == plugin.artifact || dropped.artifact == name)
}

/// Whether a plugin is dropped: it does not matter here, or it did not resolve.
#[must_use]
pub fn is_dropped(plugin: &Plugin, unresolved: &[String]) -> bool {
    dropped(plugin).is_some()
        || plugin.organisation.starts_with("org.apache.predictionio")
        || unresolved.contains(&plugin.artifact)
}

/// Replaces the version of a plugin with one that works with this sbt, if one is known.
#[must_use]
pub fn with_newer_version(statement: &str, plugin: &Plugin) -> String {
    let newer = NEWER.iter().find(|(artifact, _)| *artifact == plugin.artifact);
    match (newer, statement.split('"').nth(5)) {
        (Some((_, version)), Some(old)) => {
            statement.replace(&format!("\"{old}\""), &format!("\"{version}\""))
        }
        _ => statement.to_owned(),
    }
}

/// The identifiers that builds use for a plugin.
#[must_use]
pub fn words(plugin: &Plugin) -> &'static [&'static str] {
    dropped(plugin).map_or(&[], |dropped| dropped.words)
}
