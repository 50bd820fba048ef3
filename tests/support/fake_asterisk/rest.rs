//! What the pretend Asterisk does when it is told to. Statuses and sentences are the real one's.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Fake, frames, world::World};

/// A request, taken apart.
pub struct Request {
    pub method: String,
    /// Decoded segments below `/ari/`.
    pub path: Vec<String>,
    /// Decoded query.
    pub query: Vec<(String, String)>,
    /// JSON, or null.
    pub body: Value,
}

/// Status and body.
pub type Reply = (u16, Option<Value>);

impl Request {
    /// Takes `uri` (without `/ari/`) apart.
    pub fn new(method: &str, uri: &str, body: &str) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            method: method.to_owned(),
            path: path.split('/').map(decode).collect(),
            query: pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    fn value(&self, name: &str) -> String {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

fn refuse(status: u16, message: &str) -> Reply {
    (status, Some(json!({ "message": message })))
}

const DONE: Reply = (204, None);

/// Does what it is told.
pub fn serve(fake: &Fake, request: &Request) -> Reply {
    let mut world = fake.world();
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("GET", ["asterisk", "info"]) => (200, Some(frames::info(&world.faults.version))),
        ("GET", ["asterisk", "ping"]) => (200, Some(json!({ "ping": "pong", "timestamp": frames::now() }))),
        ("GET", ["channels"]) => (200, Some(world.channels.keys().filter_map(|id| world.show(id)).collect())),
        (method, ["asterisk", "variable"]) => global(&mut world, request, method),
        (method, ["channels", id, rest @ ..]) => channel(fake, &mut world, request, (method, id, rest)),
        (method, ["playbacks", id]) => playback(fake, &mut world, method, id),
        ("POST", ["recordings", "live", name, "stop"]) => match world.recordings.remove(*name) {
            Some(mut recording) => {
                recording["state"] = json!("done");
                recording["duration"] = json!(1);
                world.emit(&frames::recording("RecordingFinished", &recording));
                DONE
            }
            None => refuse(404, "Recording not found"),
        },
        (method, ["bridges", id, rest @ ..]) => {
            bridge(&mut world, request, method, id, rest.first().copied())
        }
        ("GET" | "PUT" | "POST", ["applications", app, ..]) => {
            let ids: Vec<&String> =
                world.channels.iter().filter(|(_, channel)| channel.in_stasis).map(|(id, _)| id).collect();
            let bridges: Vec<&String> = world.bridges.keys().collect();
            (200, Some(json!({ "name": app, "channel_ids": ids, "bridge_ids": bridges })))
        }
        _ => refuse(404, "Resource not found"),
    }
}

fn global(world: &mut World, request: &Request, method: &str) -> Reply {
    let name = request.value("variable");
    if method == "GET" {
        return (200, Some(json!({ "value": world.globals.get(&name).cloned().unwrap_or_default() })));
    }
    world.set_global(&name, &request.value("value"));
    DONE
}

fn channel(fake: &Fake, world: &mut World, request: &Request, call: (&str, &str, &[&str])) -> Reply {
    let (method, id, rest) = call;
    let Some(found) = world.channels.get(id) else {
        if (method, rest) == ("POST", &[]) {
            let variables = request.body["variables"].as_object().into_iter().flatten();
            for (name, value) in variables.filter(|(name, _)| name.starts_with("GLOBAL(")) {
                world.set_global(name, value.as_str().expect("a text"));
            }
            world.add(id, "Down", "", true);
            let shown = world.show(id).expect("just made");
            world.emit(&frames::dial(&shown, ""));
            return (200, Some(shown));
        }
        return refuse(404, "Channel not found");
    };
    let everywhere = matches!((method, rest), ("GET", _) | ("DELETE" | "POST", []));
    if !everywhere && !found.in_stasis {
        return refuse(409, "Channel not in Stasis application");
    }
    match (method, rest) {
        ("GET", []) => (200, world.show(id)),
        ("POST", []) => refuse(409, "Channel with given unique ID already exists"),
        ("DELETE", []) => {
            let cause = request.value("reason_code").parse().unwrap_or(16);
            world.end(id, cause, None, true);
            DONE
        }
        ("POST", ["answer"]) => {
            if world
                .channels
                .get(id)
                .is_some_and(|channel| channel.state == "Ringing" || channel.state == "Down")
            {
                return refuse(412, "Channel in invalid state");
            }
            world.set_state(id, "Up");
            DONE
        }
        ("POST", ["play", playback]) => play(fake, world, request, id, playback),
        ("POST", ["continue"]) => {
            world.leave(id);
            DONE
        }
        ("POST", ["record"]) => {
            let recording = json!({ "name": request.value("name"), "format": request.value("format"),
                "state": "recording", "target_uri": format!("channel:{id}") });
            world.recordings.insert(request.value("name"), recording.clone());
            world.emit(&frames::recording("RecordingStarted", &recording));
            (201, Some(recording))
        }
        ("GET", ["variable"]) => {
            let channel = world.channels.get(id).expect("looked up");
            match channel.variables.get(&request.value("variable")) {
                Some(value) => (200, Some(json!({ "value": value }))),
                None => refuse(404, "Provided variable was not found"),
            }
        }
        ("POST", ["variable"]) => {
            let channel = world.channels.get_mut(id).expect("looked up");
            channel.variables.insert(request.value("variable"), request.value("value"));
            DONE
        }
        ("POST" | "DELETE", ["ring" | "hold" | "moh" | "dtmf" | "redirect"]) => DONE,
        _ => refuse(404, "Resource not found"),
    }
}

fn play(fake: &Fake, world: &mut World, request: &Request, id: &str, playback: &str) -> Reply {
    let made = json!({ "id": playback, "media_uri": request.body["media"][0], "target_uri": format!("channel:{id}"),
        "language": "en", "state": "queued" });
    if world.queue(id, made.clone()) {
        fake.run_playbacks(world, id);
    }
    (201, Some(made))
}

fn playback(fake: &Fake, world: &mut World, method: &str, id: &str) -> Reply {
    let Some(channel) = world.playing(id) else { return refuse(404, "Playback not found") };
    if method == "GET" {
        let found = world.channels[&channel].playbacks.iter().find(|one| one["id"] == id);
        return (200, found.cloned());
    }
    let first = world.channels[&channel].playbacks.front().is_some_and(|one| one["id"] == id);
    if first {
        world.finish(&channel, "done");
        fake.run_playbacks(world, &channel);
    } else if let Some(channel) = world.channels.get_mut(&channel) {
        channel.playbacks.retain(|one| one["id"] != id);
    }
    DONE
}

fn bridge(world: &mut World, request: &Request, method: &str, id: &str, act: Option<&str>) -> Reply {
    let show = |members: &[String]| {
        (200, Some(json!({ "id": id, "bridge_type": "mixing", "name": "", "channels": members })))
    };
    match (method, act, world.bridges.get(id)) {
        ("POST", None, Some(_)) => refuse(409, &format!("Bridge with id '{id}' already exists")),
        ("POST", None, None) => {
            world.bridges.insert(id.to_owned(), Vec::new());
            show(&[])
        }
        (_, _, None) => refuse(404, "Bridge not found"),
        ("GET", None, Some(members)) => show(members),
        ("DELETE", None, Some(_)) => {
            for member in world.bridges.remove(id).unwrap_or_default() {
                cross(world, "ChannelLeftBridge", id, &member);
            }
            DONE
        }
        (_, Some(act), Some(_)) => {
            for channel in request.value("channel").split(',') {
                if !world.channels.contains_key(channel) {
                    return refuse(400, "Channel not found");
                }
                let members = world.bridges.get_mut(id).expect("looked up");
                members.retain(|member| member != channel);
                if act == "addChannel" {
                    members.push(channel.to_owned());
                    cross(world, "ChannelEnteredBridge", id, channel);
                } else {
                    cross(world, "ChannelLeftBridge", id, channel);
                }
            }
            DONE
        }
        _ => refuse(405, "Invalid method"),
    }
}

fn cross(world: &World, kind: &str, bridge: &str, channel: &str) {
    if let Some(shown) = world.show(channel) {
        let mut event = frames::of_channel(kind, &shown);
        event["bridge"]["id"] = json!(bridge);
        event["bridge"]["channels"] = json!(world.bridges.get(bridge));
        world.emit(&event);
    }
}
