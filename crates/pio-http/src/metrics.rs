//! The numbers of a budget and its connections, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::Ordering::Relaxed;

use crate::budget::{Budget, Size};

/// Appends the numbers. A process has one budget, so their names are the same in every server.
pub fn write(budget: &Budget, out: &mut String) {
    let shares = [("small", budget.usage(Size::Small)), ("large", budget.usage(Size::Large))];
    head(out, "pio_memory_budget_bytes", "gauge", "Bytes of bodies and answers that may be under way.");
    for (share, usage) in &shares {
        let _ = writeln!(out, "pio_memory_budget_bytes{{share=\"{share}\"}} {}", usage.bytes);
    }
    head(out, "pio_memory_used_bytes", "gauge", "Bytes of bodies and answers that are under way.");
    for (share, usage) in &shares {
        let _ = writeln!(out, "pio_memory_used_bytes{{share=\"{share}\"}} {}", usage.used);
    }
    let refused = budget.refused() as u64;
    single(out, "pio_memory_refused_total", "counter", "Requests for which there was no memory.", refused);
    let connections = budget.connections();
    let idle = connections.idle() as u64;
    single(out, "pio_idle_connections", "gauge", "Connections on which no request is under way.", idle);
    let evicted = connections.evicted.load(Relaxed);
    let help = "Idle connections that were closed to make room for others.";
    single(out, "pio_evicted_connections_total", "counter", help, evicted);
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(out, name, kind, help);
    let _ = writeln!(out, "{name} {value}");
}
