//! The gateways: whether Asterisk knows the endpoints that calls are dialled over, and whether they can be used.

use super::{asterisk::Visit, finding::Finding};
use crate::{
    config::{Config, DialTemplate},
    model::ChannelId,
};

const NAME: &str = "gateway";

/// Asks after every endpoint of every gateway, on a channel that can be asked.
pub(super) async fn look(visit: &Visit, channel: &ChannelId, config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, gateway) in &config.gateways {
        for endpoint in &gateway.endpoints {
            let Some(device) = device(&endpoint.dial) else { continue };
            let what = format!("{name}, endpoint {}: {device}", endpoint.name);
            let state = visit.client.get_variable(channel, &format!("DEVICE_STATE({device})")).await;
            findings.push(match state {
                Ok(state) => judge(&what, &state.unwrap_or_default()),
                Err(error) => Finding::doubtful(
                    NAME,
                    format!("{what}: {error}"),
                    "load func_devstate.so to have it told",
                ),
            });
        }
    }
    findings
}

fn judge(what: &str, state: &str) -> Finding {
    match state {
        "INVALID" | "" => Finding::failed(
            NAME,
            format!("{what} is not known to Asterisk"),
            "add the endpoint to pjsip.conf, or mend `dial` of the gateway's endpoint",
        ),
        "UNAVAILABLE" => Finding::doubtful(
            NAME,
            format!("{what} cannot be reached now"),
            "see `pjsip show endpoint` and `pjsip show registrations` in Asterisk's console",
        ),
        _ => Finding::ok(NAME, what),
    }
}

/// The device that a template dials over: `PJSIP/north` of `PJSIP/{number}@north`. Other technologies are not asked.
fn device(dial: &DialTemplate) -> Option<String> {
    let rest = dial.before.strip_prefix("PJSIP/")?;
    // Either `endpoint/sip:{number}@host`, or `{number}@endpoint`.
    let name = match rest.split_once('/') {
        Some((endpoint, _)) => endpoint,
        None => dial.after.strip_prefix('@')?,
    };
    Some(format!("PJSIP/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_of_a_dial_string() {
        let device = |text| device(&DialTemplate::parse(text).unwrap());
        assert_eq!(device("PJSIP/{number}@north-a"), Some("PJSIP/north-a".to_owned()));
        assert_eq!(device("PJSIP/north/sip:{digits}@host:5070"), Some("PJSIP/north".to_owned()));
        assert_eq!(device("Local/{digits}@out/n"), None);
    }
}
