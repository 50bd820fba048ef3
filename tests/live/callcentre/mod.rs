//! The call centre, on a real Asterisk.

mod pairing;
mod transfer;
