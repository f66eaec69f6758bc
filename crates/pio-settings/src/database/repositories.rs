//! The database that PIO's own variables name: three repositories, each in a source.

use std::collections::{BTreeMap, BTreeSet};

use super::{DatabaseSettings, Origin, errors::DatabaseUrlError, url};
use crate::vars;

/// What PIO keeps apart.
const REPOSITORIES: [&str; 3] = ["METADATA", "EVENTDATA", "MODELDATA"];

/// The source that PIO's template for its configuration names; platforms set its URL without more.
pub(super) const PGSQL: &str = "PGSQL";

/// What is read of a source.
const READ: [&str; 4] = ["TYPE", "URL", "USERNAME", "PASSWORD"];

/// What tuned PIO's access to a source; nothing has to be tuned here.
const TUNING: [&str; 2] = ["PARTITIONS", "INDEX"];

/// What the names of a source's variables end with in PIO.
const PROPERTIES: [&str; 17] = [
    "TYPE",
    "URL",
    "USERNAME",
    "PASSWORD",
    "HOSTS",
    "PORTS",
    "PATH",
    "SCHEMES",
    "CLUSTERNAME",
    "HOME",
    "PARTITIONS",
    "INDEX",
    "REGION",
    "BUCKET_NAME",
    "BASE_PATH",
    "ENDPOINT",
    "SECURITY_PROTOCOL",
];

/// The variables, by name.
pub(super) type Variables = BTreeMap<String, String>;

/// The one database in which all three repositories are; nothing where no source is named at all.
pub(super) fn database(variables: &Variables) -> Result<Option<DatabaseSettings>, DatabaseUrlError> {
    let sources = Sources::of(variables);
    let named =
        REPOSITORIES.map(|repository| variables.get(&source_variable(repository)).map(String::as_str));
    if named.iter().all(Option::is_none) && sources.defined.is_empty() {
        return Ok(None);
    }
    let mut of_repositories = Vec::new();
    for (repository, named) in REPOSITORIES.into_iter().zip(named) {
        let source = match named {
            Some(name) => name.to_owned(),
            None => sources.default(&named_sources(variables)).ok_or_else(|| DatabaseUrlError::NoSource {
                variable: source_variable(repository),
                sources: sources.defined.iter().cloned().collect::<Vec<_>>().join(", "),
            })?,
        };
        of_repositories.push((repository, source));
    }
    sources.check_types(&of_repositories)?;
    let mut databases = Vec::new();
    for (repository, source) in &of_repositories {
        databases.push((*repository, source, sources.database(source)?));
    }
    one(databases, &sources).map(Some)
}

/// The settings on which all repositories agree.
fn one(
    databases: Vec<(&'static str, &String, DatabaseSettings)>,
    sources: &Sources<'_>,
) -> Result<DatabaseSettings, DatabaseUrlError> {
    let used: BTreeSet<&str> = databases.iter().map(|(_, source, _)| source.as_str()).collect();
    let origin = Origin {
        variables: used.iter().flat_map(|source| sources.variables_of(source)).collect(),
        sources: std::array::from_fn(|at| databases[at].1.clone()),
        warnings: sources.unused(&used),
    };
    let mut databases = databases.into_iter();
    let Some((first, _, settings)) = databases.next() else { return Err(DatabaseUrlError::NoHost) };
    for (repository, _, other) in databases {
        if !other.is_same_place(&settings) || other.user != settings.user || other.options != settings.options
        {
            return Err(DatabaseUrlError::Apart { first, other: repository });
        }
    }
    Ok(DatabaseSettings { origin, ..settings })
}

fn source_variable(repository: &str) -> String {
    format!("{}{repository}_SOURCE", vars::PIO_STORAGE_REPOSITORIES)
}

fn named_sources(variables: &Variables) -> BTreeSet<String> {
    REPOSITORIES
        .iter()
        .filter_map(|repository| variables.get(&source_variable(repository)))
        .cloned()
        .collect()
}

struct Sources<'a> {
    variables: &'a Variables,
    /// Those of which there is a variable.
    defined: BTreeSet<String>,
}

impl<'a> Sources<'a> {
    fn of(variables: &'a Variables) -> Self {
        let known = named_sources(variables);
        let suffixes = variables.keys().filter_map(|name| name.strip_prefix(vars::PIO_STORAGE_SOURCES));
        let mut defined = BTreeSet::new();
        for suffix in suffixes {
            let property =
                PROPERTIES.iter().find_map(|property| suffix.strip_suffix(property)?.strip_suffix('_'));
            let named = known
                .iter()
                .find(|name| suffix.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('_')));
            // PIO's names of sources have no underscore.
            let name =
                named.map(String::as_str).or(property).or_else(|| suffix.split('_').next()).unwrap_or(suffix);
            defined.insert(name.to_owned());
        }
        Self { variables, defined }
    }

    fn get(&self, source: &str, property: &str) -> Option<&'a str> {
        self.variables.get(&variable(source, property)).map(String::as_str)
    }

    /// The source of a repository that does not say: PIO's usual one, else the only one there is.
    fn default(&self, named: &BTreeSet<String>) -> Option<String> {
        if self.defined.contains(PGSQL) {
            return Some(PGSQL.to_owned());
        }
        let candidates: BTreeSet<&String> =
            if named.is_empty() { self.defined.iter().collect() } else { named.iter().collect() };
        (candidates.len() == 1).then(|| candidates.into_iter().next().cloned()).flatten()
    }

    /// Refuses kinds of storage that are not there, all repositories at once.
    fn check_types(&self, repositories: &[(&'static str, String)]) -> Result<(), DatabaseUrlError> {
        let mut refused = Vec::new();
        for (repository, source) in repositories {
            if !self.defined.contains(source) {
                return Err(DatabaseUrlError::UnknownSource {
                    variable: source_variable(repository),
                    source_name: source.clone(),
                });
            }
            let Some(kind) = self.get(source, "TYPE") else { continue };
            let is_jdbc = kind.eq_ignore_ascii_case("jdbc");
            let dialect = self.get(source, "URL").and_then(other_dialect);
            if is_jdbc && dialect.is_none() {
                continue;
            }
            let what = dialect
                .filter(|_| is_jdbc)
                .map_or_else(|| kind.to_owned(), |dialect| format!("jdbc to {dialect}"));
            refused.push(format!("{repository} is kept in {source} ({what}): {}", way_to_move(repository)));
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(DatabaseUrlError::Kinds { repositories: refused.join(" ") })
        }
    }

    fn database(&self, source: &str) -> Result<DatabaseSettings, DatabaseUrlError> {
        if self.get(source, "TYPE").is_none() && source != PGSQL {
            return Err(DatabaseUrlError::Missing { variable: variable(source, "TYPE"), write: "jdbc" });
        }
        let Some(text) = self.get(source, "URL") else {
            let write = "jdbc:postgresql://host:5432/database";
            return Err(DatabaseUrlError::Missing { variable: variable(source, "URL"), write });
        };
        let user = self.get(source, "USERNAME").map(str::to_owned);
        let password = self.get(source, "PASSWORD").map(str::to_owned);
        url::parse_with(text, user, password).map_err(|fault| fault.of(&variable(source, "URL")))
    }

    /// The variables that were read of a source, by name.
    fn variables_of(&self, source: &str) -> Vec<String> {
        READ.iter()
            .map(|property| variable(source, property))
            .filter(|name| self.variables.contains_key(name))
            .collect()
    }

    /// What is set of a source and has no meaning for it. How PIO read in parallel is decided here by the size of a table.
    fn meaningless(&self, source: &str) -> Vec<String> {
        let prefix = variable(source, "");
        let properties = self.variables.keys().filter_map(|name| name.strip_prefix(&prefix));
        let others = properties.filter(|property| !READ.contains(property) && !TUNING.contains(property));
        others
            .map(|property| format!("{prefix}{property} is not used: it means nothing for PostgreSQL."))
            .collect()
    }

    /// What is there and not used.
    fn unused(&self, used: &BTreeSet<&str>) -> Vec<String> {
        let mut warnings: Vec<String> = used.iter().flat_map(|source| self.meaningless(source)).collect();
        for source in self.defined.iter().filter(|source| !used.contains(source.as_str())) {
            warnings.push(format!(
                "{}{source}_… is not used: no repository names it as its source.",
                vars::PIO_STORAGE_SOURCES
            ));
        }
        warnings
    }
}

/// What to say of variables that PIO has not, such as misspelt ones.
pub(super) fn misspelt(variables: &Variables) -> impl Iterator<Item = String> + '_ {
    let known = |name: &str| {
        let rest = name.strip_prefix(vars::PIO_STORAGE_REPOSITORIES).unwrap_or_default();
        REPOSITORIES.iter().any(|repository| {
            rest.strip_prefix(repository).is_some_and(|rest| matches!(rest, "_NAME" | "_SOURCE"))
        })
    };
    variables
        .keys()
        .filter(|name| name.starts_with(vars::PIO_STORAGE) && !name.starts_with(vars::PIO_STORAGE_SOURCES))
        .filter(move |name| !known(name))
        .map(|name| format!("{name} is not used: PIO has no such setting."))
}

fn variable(source: &str, property: &str) -> String {
    format!("{}{source}_{property}", vars::PIO_STORAGE_SOURCES)
}

/// The kind of database that a JDBC URL names, where it is not `PostgreSQL`.
fn other_dialect(url: &str) -> Option<String> {
    let dialect = url.strip_prefix("jdbc:")?.split(':').next()?;
    (!matches!(dialect, "postgresql" | "postgres")).then(|| dialect.chars().take(20).collect())
}

fn way_to_move(repository: &str) -> &'static str {
    match repository {
        "METADATA" => {
            "set PIO_STORAGE_REPOSITORIES_METADATA_SOURCE to a jdbc source with PostgreSQL (such as PGSQL), then make the apps and \
             their keys anew with `pio app new NAME --id ID --access-key KEY`."
        }
        "EVENTDATA" => {
            "write the events to files with `pio export` of the old PIO, set PIO_STORAGE_REPOSITORIES_EVENTDATA_SOURCE to a jdbc \
             source with PostgreSQL (such as PGSQL), then read them with `pio import`."
        }
        _ => {
            "set PIO_STORAGE_REPOSITORIES_MODELDATA_SOURCE to a jdbc source with PostgreSQL (such as PGSQL); the next `pio train` \
             puts the model there."
        }
    }
}
