//! A private network as Heroku's Private Spaces are: each process has an address of its own, and finds others by name.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use fs_err as fs;
use pio_process::command::Command;

use crate::janitor::Janitor;

/// How the names of a private network end.
const DOMAIN: &str = "app.localspace";

/// Makes the switch to which all machines are plugged; this machine is plugged in, too, where the database runs.
const SWITCH: &str = "
    ip netns add $1-switch
    ip -n $1-switch link add br0 type bridge
    ip -n $1-switch link set br0 up
    ip link add $1 type veth peer name host netns $1-switch
    ip -n $1-switch link set host master br0 up
    ip addr add $2/24 dev $1
    ip link set $1 up";

/// Plugs in a machine.
const MACHINE: &str = "
    ip netns add $1-$2
    ip -n $1-$2 link set lo up
    ip -n $1-$2 link add eth0 type veth peer name m$2 netns $1-switch
    ip -n $1-switch link set m$2 master br0 up
    ip -n $1-$2 addr add $3/24 dev eth0
    ip -n $1-$2 link set eth0 up
    ip -n $1-$2 route add default via $4";

/// Unplugs all machines; whatever still runs on them ends.
const REMOVE: &str = "
    for name in $(ip netns list | cut -d' ' -f1 | grep \"^$1-\"); do
        ip netns pids $name | xargs -r kill -KILL || true
        ip netns del $name
        rm -rf /etc/netns/$name
    done";

/// A network with nothing in it but what is added.
pub(crate) struct PrivateNetwork {
    name: String,
    subnet: String,
    hosts: Mutex<BTreeMap<String, String>>,
    machines: AtomicU32,
    _janitor: Janitor,
}

/// One machine: one process of an app runs there.
pub(crate) struct Machine {
    /// The name of its network namespace.
    pub(crate) name: String,
    pub(crate) address: String,
    dns_name: String,
}

impl PrivateNetwork {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // The kernel allows fifteen letters to the name of an interface.
        let name = format!("p{number}{process}");
        let subnet = format!("10.{}.{}", 100 + number % 100, process % 250);
        let janitor = Janitor::engage(REMOVE, &[&name]);
        let network =
            Self { name, subnet, hosts: Mutex::default(), machines: AtomicU32::new(2), _janitor: janitor };
        script(SWITCH, &[&network.name, &network.gateway()]);
        network
    }

    /// The address of the machine on which the tests run.
    pub(crate) fn gateway(&self) -> String {
        format!("{}.1", self.subnet)
    }

    /// Adds a machine for a process such as `1.master` of an app. One of the same name loses it to the new one.
    pub(crate) fn machine(&self, process: &str, app: &str) -> Machine {
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let address = format!("{}.{number}", self.subnet);
        script(MACHINE, &[&self.name, &number.to_string(), &address, &self.gateway()]);
        let dns_name = format!("{process}.{app}.{DOMAIN}");
        let mut hosts = self.hosts.lock().expect("no panic");
        hosts.insert(dns_name.clone(), address.clone());
        let lines: Vec<String> = hosts.iter().map(|(name, address)| format!("{address} {name}\n")).collect();
        for other in 2..=number {
            let folder = PathBuf::from(format!("/etc/netns/{}-{other}", self.name));
            fs::create_dir_all(&folder).expect("a folder");
            // Written in place: those who run there see the file, not its folder.
            fs::write(folder.join("hosts"), format!("127.0.0.1 localhost\n{}", lines.concat()))
                .expect("hosts");
        }
        Machine { name: format!("{}-{number}", self.name), address, dns_name }
    }
}

impl Drop for PrivateNetwork {
    fn drop(&mut self) {
        script(REMOVE, &[&self.name]);
    }
}

impl Machine {
    /// Adds what the platform tells a process about its place in the network.
    pub(crate) fn tell(&self, mut variables: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let app = self.dns_name.splitn(3, '.').nth(2).unwrap_or_default();
        for (name, value) in [
            ("HEROKU_PRIVATE_IP", self.address.as_str()),
            ("HEROKU_DNS_DYNO_NAME", &self.dns_name),
            ("HEROKU_DNS_APP_NAME", app),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        variables
    }
}

fn script(text: &str, words: &[&str]) {
    Command::new("sh").args(["-ec", text, "sh"]).args(words).no_stdin().run().expect("a network");
}
