//! The event server over real sockets, with a real database.

#[cfg(test)]
mod client;
#[cfg(test)]
mod container;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod load;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod operating;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod plugins;
#[cfg(test)]
mod pooler;
#[cfg(test)]
mod process;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod server;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod writes;
