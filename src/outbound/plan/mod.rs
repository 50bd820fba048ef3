//! The decisions about calls that we place, as functions of facts and a time.
