//! The call centre: which way calls go, on a real Asterisk with real callers.

mod routing;
