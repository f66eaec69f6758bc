//! The event server over real sockets, with a real database.

#[cfg(test)]
mod client;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod server;
#[cfg(test)]
mod writes;
