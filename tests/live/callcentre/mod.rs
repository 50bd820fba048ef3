//! The call centre on a real Asterisk: what dialplans ask, where calls go, and what is seen on the wire.

mod by_keys;
mod fastagi;
mod pairing;
mod ringing;
mod routing;
mod transfer;
