//! The call centre on a real Asterisk.

mod ringing;
