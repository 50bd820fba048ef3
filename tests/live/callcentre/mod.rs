//! The call centre on a real Asterisk: what dialplans ask, where calls go, and what is seen on the wire.

mod fastagi;
mod ringing;
mod routing;
