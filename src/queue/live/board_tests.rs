//! The board under events in any order.
