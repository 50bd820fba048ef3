//! What several test programs share.

pub mod postgres;
pub mod temp;
pub mod wait;
