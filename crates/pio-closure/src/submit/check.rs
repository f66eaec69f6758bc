//! What a setting of Spark may be, as far as that is known before a JVM runs. Spark itself would fail late, and with a stack trace.

use pio_settings::{env, setting, vars};

use super::memory::MIB;
use super::options::Options;
use super::origin::Origin;
use crate::errors::SubmitError;

/// A setting: its option, its key, and what it may be.
type Setting = (&'static str, &'static str, Kind);

/// What a value may be.
#[derive(Clone, Copy)]
enum Kind {
    /// A size of memory; a bare number counts in the first, and the second is the least, both in bytes.
    Size(u64, u64),
    /// A whole number from this one on.
    Count(u64),
    /// A number between 0 and 1.
    Fraction,
    /// `true` or `false`.
    Boolean,
    /// A time such as `120s`.
    Time,
    /// The number of a port.
    Port,
}

/// In less than this no training was ever seen to end.
const LEAST_HEAP: u64 = 128 * MIB;

/// The least memory of an executor, as Spark has it.
const LEAST_EXECUTOR: u64 = 450 * MIB;

const SETTINGS: &[Setting] = &[
    ("--driver-memory", "spark.driver.memory", Kind::Size(MIB, LEAST_HEAP)),
    ("--executor-memory", "spark.executor.memory", Kind::Size(MIB, LEAST_EXECUTOR)),
    ("", "spark.driver.memoryOverhead", Kind::Size(MIB, 0)),
    ("", "spark.executor.memoryOverhead", Kind::Size(MIB, 0)),
    ("", "spark.driver.maxResultSize", Kind::Size(1, 0)),
    ("", "spark.memory.offHeap.size", Kind::Size(1, 0)),
    ("", "spark.kryoserializer.buffer", Kind::Size(1024, 1)),
    ("", "spark.kryoserializer.buffer.max", Kind::Size(MIB, 1)),
    ("", "spark.reducer.maxSizeInFlight", Kind::Size(MIB, 1)),
    ("", "spark.shuffle.file.buffer", Kind::Size(1024, 1)),
    ("", "spark.broadcast.blockSize", Kind::Size(1024, 1)),
    ("--total-executor-cores", "spark.cores.max", Kind::Count(1)),
    ("--executor-cores", "spark.executor.cores", Kind::Count(1)),
    ("--driver-cores", "spark.driver.cores", Kind::Count(1)),
    ("--num-executors", "spark.executor.instances", Kind::Count(1)),
    ("", "spark.task.cpus", Kind::Count(1)),
    ("", "spark.task.maxFailures", Kind::Count(1)),
    ("", "spark.default.parallelism", Kind::Count(1)),
    ("", "spark.sql.shuffle.partitions", Kind::Count(1)),
    ("", "spark.rpc.message.maxSize", Kind::Count(1)),
    ("", "spark.memory.fraction", Kind::Fraction),
    ("", "spark.memory.storageFraction", Kind::Fraction),
    ("", "spark.memory.offHeap.enabled", Kind::Boolean),
    ("", "spark.ui.enabled", Kind::Boolean),
    ("", "spark.eventLog.enabled", Kind::Boolean),
    ("", "spark.speculation", Kind::Boolean),
    ("", "spark.authenticate", Kind::Boolean),
    ("", "spark.dynamicAllocation.enabled", Kind::Boolean),
    ("", "spark.shuffle.service.enabled", Kind::Boolean),
    ("", "spark.kryo.referenceTracking", Kind::Boolean),
    ("", "spark.kryo.registrationRequired", Kind::Boolean),
    ("", "spark.network.timeout", Kind::Time),
    ("", "spark.rpc.askTimeout", Kind::Time),
    ("", "spark.executor.heartbeatInterval", Kind::Time),
    ("", "spark.locality.wait", Kind::Time),
    ("", "spark.driver.port", Kind::Port),
    ("", "spark.blockManager.port", Kind::Port),
    ("", "spark.ui.port", Kind::Port),
];

/// Refuses the first setting that cannot be.
pub(super) fn check(options: &Options) -> Result<(), SubmitError> {
    check_master(options)?;
    if let Some((mode, origin)) = options.found("--deploy-mode", "spark.submit.deployMode")
        && mode != "client"
    {
        let reason = "the driver must run where `pio` runs; only `client` is possible";
        return Err(SubmitError::Refused { option: format!("{} {mode}", origin.name()), reason });
    }
    if let Some((flags, origin)) = options.found("", "spark.executor.extraJavaOptions")
        && let Some(flag) = flags.split_whitespace().find(|flag| flag.starts_with("-Xmx"))
    {
        let expected = "flags without -Xmx; the heap of executors is set with --executor-memory".to_owned();
        return Err(wrong(&origin, flag, expected));
    }
    for &(option, key, kind) in SETTINGS {
        let Some((value, origin)) = options.found(option, key) else { continue };
        let is_few = option == "--num-executors" && matches!(origin, Origin::Option(_));
        // In a configuration no executors at first are a way to say that they are to be added as they are needed.
        let kind = if option == "--num-executors" && !is_few { Kind::Count(0) } else { kind };
        kind.check(&value).map_err(|fault| wrong(&origin, &value, fault))?;
    }
    Ok(())
}

/// Refuses a variable that Spark reads itself where nothing else says; it would end with a stack trace.
pub(super) fn check_variables(options: &Options) -> Result<(), SubmitError> {
    let sizes = [
        ("--driver-memory", "spark.driver.memory", vars::SPARK_DRIVER_MEMORY, LEAST_HEAP),
        ("--executor-memory", "spark.executor.memory", vars::SPARK_EXECUTOR_MEMORY, LEAST_EXECUTOR),
    ];
    for (option, key, variable, least) in sizes {
        if options.setting(option, key).is_none()
            && let Some(value) = env::memory(variable)?
        {
            let fits = Kind::Size(MIB, least).check(&value);
            let setting = variable.to_owned();
            fits.map_err(|expected| SubmitError::Wrong { setting, value, expected })?;
        }
    }
    if options.setting("--executor-cores", "spark.executor.cores").is_none() {
        env::count(vars::SPARK_EXECUTOR_CORES)?;
    }
    Ok(())
}

fn wrong(origin: &Origin, value: &str, expected: String) -> SubmitError {
    SubmitError::Wrong { setting: origin.to_string(), value: value.to_owned(), expected }
}

impl Kind {
    /// What a value must be, where it is not.
    fn check(self, value: &str) -> Result<(), String> {
        let value = value.trim();
        match self {
            Self::Size(unit, least) => size(value, unit, least),
            Self::Count(least) => {
                let is_count = value
                    .parse::<u64>()
                    .is_ok_and(|count| (least..=u64::from(i32::MAX.unsigned_abs())).contains(&count));
                expect(is_count, || format!("a whole number from {least} to {}", i32::MAX))
            }
            Self::Fraction => {
                let is_fraction = value.parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number));
                expect(is_fraction, || "a number between 0 and 1".to_owned())
            }
            Self::Boolean => {
                let is_boolean = ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
                expect(is_boolean, || "true or false".to_owned())
            }
            Self::Time => expect(is_time(value), || "a time with a unit, such as 120s or 10m".to_owned()),
            Self::Port => {
                expect(value.parse::<u16>().is_ok(), || "the number of a port, 0 to 65535".to_owned())
            }
        }
    }
}

fn expect(fits: bool, words: impl FnOnce() -> String) -> Result<(), String> {
    if fits { Ok(()) } else { Err(words()) }
}

fn size(value: &str, unit: u64, least: u64) -> Result<(), String> {
    let Some(bytes) = setting::memory_bytes(value, unit) else {
        return Err("a size of memory, a whole number with a unit such as 2g or 512m".to_owned());
    };
    expect(bytes >= least, || match least / MIB {
        0 => "more than nothing, a size of memory such as 64m".to_owned(),
        most => format!(
            "at least {most}m, because Spark needs that much itself; write it with a unit, such as 2g"
        ),
    })
}

fn is_time(value: &str) -> bool {
    let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = value[digits.len()..].to_ascii_lowercase();
    digits.parse::<u64>().is_ok() && ["", "us", "ms", "s", "m", "min", "h", "d"].contains(&unit.as_str())
}

/// The kinds of masters that Spark knows.
const MASTERS: &str = "local, local[4], local[*], spark://host:7077 (several hosts with commas between), yarn, k8s://… or mesos://…";

fn check_master(options: &Options) -> Result<(), SubmitError> {
    match options.found("--master", "spark.master") {
        Some((master, origin)) if !is_master(&master) => Err(wrong(&origin, &master, MASTERS.to_owned())),
        _ => Ok(()),
    }
}

fn is_master(master: &str) -> bool {
    if let Some(hosts) = master.strip_prefix("spark://") {
        return hosts.split(',').all(is_host_with_port);
    }
    let rest_of = |start: &str| master.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    master == "yarn" || rest_of("k8s://") || rest_of("mesos://") || is_local(master)
}

fn is_host_with_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains(['/', '@']) && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

/// `local`, `local[threads]`, `local[threads,failures]`, `local-cluster[workers,cores,MiB]`.
fn is_local(master: &str) -> bool {
    let within = |start: &str| master.strip_prefix(start)?.strip_prefix('[')?.strip_suffix(']');
    let is_count = |text: &str| text.trim().parse::<u32>().is_ok_and(|count| count > 0);
    if let Some(cluster) = within("local-cluster") {
        return cluster.split(',').count() == 3 && cluster.split(',').all(is_count);
    }
    let is_threads = |text: &str| text == "*" || is_count(text);
    master == "local"
        || within("local").is_some_and(|inner| match inner.split_once(',') {
            Some((threads, failures)) => is_threads(threads) && is_count(failures),
            None => is_threads(inner),
        })
}

#[cfg(test)]
mod tests {
    use super::{Kind, MIB, is_master};

    #[test]
    fn masters_are_told_from_what_is_none() {
        for master in [
            "local",
            "local[4]",
            "local[*]",
            "local[2, 3]",
            "local-cluster[2,1,1024]",
            "spark://a:7077",
            "spark://a:7077,b:7078",
            "spark://[::1]:7077",
            "yarn",
            "k8s://https://host:6443",
        ] {
            assert!(is_master(master), "{master}");
        }
        for other in [
            "",
            "sprak://x",
            "spark://host",
            "spark://",
            "spark://h:0",
            "local[0]",
            "local[x]",
            "Local",
            "http://h:1",
        ] {
            assert!(!is_master(other), "{other}");
        }
    }

    #[test]
    fn values_are_read_as_spark_reads_them() {
        let fits = |kind: Kind, value: &str| kind.check(value).is_ok();
        assert!(
            fits(Kind::Size(1, 0), "0") && fits(Kind::Size(MIB, 1), "64") && !fits(Kind::Size(1, 0), "1.5g")
        );
        assert!(fits(Kind::Count(1), "8") && !fits(Kind::Count(1), "0") && !fits(Kind::Count(0), "-1"));
        assert!(fits(Kind::Fraction, "0.6") && !fits(Kind::Fraction, "NaN") && !fits(Kind::Fraction, "60"));
        assert!(fits(Kind::Time, "120") && fits(Kind::Time, "2min") && !fits(Kind::Time, "soon"));
        assert!(fits(Kind::Boolean, "TRUE") && !fits(Kind::Boolean, "yes"));
        assert!(fits(Kind::Port, "0") && !fits(Kind::Port, "70000"));
    }
}
