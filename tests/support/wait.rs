//! Waiting for something to become true, with a deadline instead of a guess.

use std::{fmt::Debug, future::Future, time::Duration};

use tokio::time::{Instant, sleep};

/// Asks again and again until `good` accepts the answer; fails with the last one after fifteen seconds.
pub async fn eventually<T, F>(mut ask: impl FnMut() -> F, good: impl Fn(&T) -> bool) -> T
where
    T: Debug,
    F: Future<Output = T>,
{
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        let answer = ask().await;
        if good(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "still {answer:?} after 15 s");
        sleep(Duration::from_millis(10)).await;
    }
}
