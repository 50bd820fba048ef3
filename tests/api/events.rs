//! placeholder for this file
