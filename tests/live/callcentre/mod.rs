//! The call centre, on a real Asterisk.

mod by_keys;
mod pairing;
mod transfer;
