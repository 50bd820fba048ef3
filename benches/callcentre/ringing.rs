//! How soon the desk knows who calls: from a caller's INVITE on the wire to `call.ringing` with the contact, received.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{fastagi, p50, p99};
use crate::{
    results::{Book, Goal},
    say,
    site::Site,
    support::{
        self,
        sipp::{Caller, trace},
    },
};

const CALLS: usize = 60;
/// Callers who ring at the same time.
const TOGETHER: usize = 4;

/// `ringing_p99_ms`
pub fn measure(book: &mut Book) {
    let folder = support::scratch("bench", "ringing");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("contacts.csv");
    std::fs::write(&file, fastagi::contacts()).expect("the contacts");
    let site = Site::start("bench-ringing", &fastagi::settings(&file));
    let told = follow(&site);
    let mut late = Vec::new();
    let mut unknown = 0;
    for first in (0..CALLS + TOGETHER).step_by(TOGETHER) {
        let numbers: Vec<String> = (first..first + TOGETHER).map(|n| format!("+3460{n:07}")).collect();
        let callers: Vec<_> = numbers
            .iter()
            .map(|number| Caller::new(&site.rig, &number[1..]).number(number).wait_ms(300).hang_up().start())
            .collect();
        for (number, caller) in numbers.iter().zip(callers) {
            let called = caller.wait();
            let invite = called.messages.iter().find(|message| message.method() == Some("INVITE"));
            let sent = invite.expect("an INVITE").at;
            let told = told.lock().expect("what was told").get(number).copied();
            // The first ones warm everything up.
            if first > 0 {
                match told {
                    Some(at) => late.push(at.saturating_sub(sent).as_secs_f64() * 1000.0),
                    None => unknown += 1,
                }
            }
        }
    }
    let against = format!(
        "INVITE on the wire to the event at the desk's end of the stream, {} calls, {TOGETHER} at once, a contact of \
         10,000: p50 {:.1} ms; {unknown} not told",
        late.len(),
        p50(&mut late)
    );
    say(&against);
    // What was never told is later than anything.
    let value = if unknown == 0 { p99(&mut late) } else { f64::from(u16::MAX) };
    book.put("ringing_p99_ms", value, "ms", Goal::AtMost(200.0), against);
}

/// When each caller with a name was told of, time of day.
fn follow(site: &Site) -> Arc<Mutex<HashMap<String, Duration>>> {
    let told = Arc::<Mutex<HashMap<String, Duration>>>::default();
    let noted = Arc::clone(&told);
    site.within(async {
        let mut events = site.daemon.api().follow(1);
        tokio::spawn(async move {
            while let Some(sent) = events.recv().await {
                let data = &sent.data["data"];
                let caller = data["caller"].as_str().filter(|_| data["contact"]["name"].is_string());
                if let Some(caller) = caller.filter(|_| sent.kind == "call.ringing") {
                    noted.lock().expect("what was told").entry(caller.to_owned()).or_insert_with(trace::now);
                }
            }
        });
    });
    told
}
