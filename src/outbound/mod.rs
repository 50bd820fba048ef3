//! Calls that we place: gateways to place them through, and the decisions when, how often and what came of it.

pub mod gateway;
pub mod plan;
