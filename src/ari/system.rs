//! What a client can ask of Asterisk itself, of applications, bridges and variables.

use serde::Deserialize;

use super::{Application, AriError, AsteriskInfo, Bridge, Channel, Client, command::Command};
use crate::model::ChannelId;

#[derive(Deserialize)]
struct Variable {
    value: String,
}

impl Client {
    /// ARI `GET /channels`: all of Asterisk's channels, not only ours.
    pub async fn channels(&self) -> Result<Vec<Channel>, AriError> {
        self.ask(&Command::Channels).await
    }

    /// ARI `GET /channels/{channelId}`
    pub async fn channel(&self, id: &ChannelId) -> Result<Option<Channel>, AriError> {
        self.look(&Command::Channel(id)).await
    }

    /// ARI `GET /applications/{applicationName}`; none when it is not registered.
    pub async fn application(&self, app: &str) -> Result<Option<Application>, AriError> {
        self.look(&Command::Application(app)).await
    }

    /// ARI `PUT /applications/{applicationName}/eventFilter`: which events are sent at all. With a list of
    /// `allowed` kinds only those; `disallowed` ones never. Lasts until the application is unregistered, which is
    /// when it has neither websocket nor channels: set it after each [`super::Wire::Up`].
    ///
    /// Asterisk's filter also takes answers to our own commands away, and the news that we were replaced: those two
    /// are kept in any case.
    pub async fn set_event_filter(
        &self,
        app: &str,
        allowed: &[&str],
        disallowed: &[&str],
    ) -> Result<(), AriError> {
        self.tell(&Command::EventFilter { app, allowed, disallowed }).await
    }

    /// ARI `GET /asterisk/info`, the system's part.
    pub async fn info(&self) -> Result<AsteriskInfo, AriError> {
        self.ask(&Command::Info).await
    }

    /// ARI `GET /asterisk/ping`: a round trip through the thread that serves our commands.
    pub async fn ping(&self) -> Result<(), AriError> {
        self.tell(&Command::Ping).await
    }

    /// Whether Asterisk is stopping, or gone. It hangs its channels up by itself then: what it tells of their ends
    /// is its own word, not the far end's.
    pub async fn is_stopping(&self) -> bool {
        self.ping().await.is_err_and(|error| error.is_stopping() || error == AriError::NotConnected)
    }

    /// ARI `GET /channels/{channelId}/variable`: a variable, or a dialplan function such as `CALLERID(num)`.
    /// None when it is not set.
    pub async fn get_variable(&self, channel: &ChannelId, name: &str) -> Result<Option<String>, AriError> {
        match self.ask::<Variable>(&Command::GetVariable(channel, name)).await {
            Ok(variable) => Ok(Some(variable.value)),
            Err(AriError::Refused { status: 404, message }) if message.contains("variable") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// ARI `POST /channels/{channelId}/variable`. With `report_events` (22.10+) each later event of the channel
    /// carries it in `channelvars`. Waits until a playback on the channel is over.
    pub async fn set_variable(
        &self,
        channel: &ChannelId,
        name: &str,
        value: &str,
        report_events: bool,
    ) -> Result<(), AriError> {
        self.tell(&Command::SetVariable { channel, name, value, report_events }).await
    }

    /// ARI `POST /channels/{channelId}/variable`, for a channel on which nothing was ever played, so that there is
    /// nothing to wait for: over the websocket, in order with the commands before and after it.
    pub async fn mark_fresh(&self, channel: &ChannelId, name: &str, value: &str) -> Result<(), AriError> {
        self.tell(&Command::MarkFresh { channel, name, value }).await
    }

    /// ARI `POST /asterisk/variable`: a global of the dialplan, which lasts until Asterisk ends. None deletes it.
    pub async fn set_global(&self, name: &str, value: Option<&str>) -> Result<(), AriError> {
        self.tell(&Command::SetGlobal { name, value }).await
    }

    /// ARI `GET /asterisk/variable`: a global of the dialplan; empty when there is none.
    pub async fn get_global(&self, name: &str) -> Result<String, AriError> {
        Ok(self.ask::<Variable>(&Command::GetGlobal(name)).await?.value)
    }

    /// ARI `POST /bridges/{bridgeId}`; `kind` is `mixing` or `holding`, with further words after commas.
    pub async fn create_bridge(&self, id: &str, kind: &str) -> Result<Bridge, AriError> {
        self.ask(&Command::CreateBridge(id, kind)).await
    }

    /// ARI `POST /bridges/{bridgeId}/addChannel`. Waits until a playback on each channel is over.
    pub async fn add_to_bridge(&self, bridge: &str, channels: &[ChannelId]) -> Result<(), AriError> {
        self.tell(&Command::AddToBridge(bridge, channels)).await
    }

    /// As [`Client::add_to_bridge`], and nobody is told who is in the bridge (no P-Asserted-Identity, no UPDATE).
    pub async fn add_masked(&self, bridge: &str, channels: &[ChannelId]) -> Result<(), AriError> {
        self.tell(&Command::AddMasked(bridge, channels)).await
    }

    /// ARI `POST /bridges/{bridgeId}/removeChannel`
    pub async fn remove_from_bridge(&self, bridge: &str, channels: &[ChannelId]) -> Result<(), AriError> {
        self.tell(&Command::RemoveFromBridge(bridge, channels)).await
    }

    /// ARI `POST /bridges/{bridgeId}/play/{playbackId}`: works in an empty bridge too. `PlaybackFinished` comes to
    /// the applications that are subscribed to the bridge.
    pub async fn play_in_bridge(
        &self,
        bridge: &str,
        playback_id: &str,
        media: &[String],
    ) -> Result<(), AriError> {
        self.tell(&Command::PlayInBridge { bridge, playback: playback_id, media }).await
    }

    /// ARI `POST /applications/{applicationName}/subscription`; `source` such as `bridge:ID`.
    pub async fn subscribe(&self, app: &str, source: &str) -> Result<(), AriError> {
        self.tell(&Command::Subscribe { app, source }).await
    }

    /// ARI `DELETE /bridges/{bridgeId}`: its channels stay in Stasis.
    pub async fn destroy_bridge(&self, bridge: &str) -> Result<(), AriError> {
        self.tell(&Command::DestroyBridge(bridge)).await
    }

    /// ARI `GET /bridges`
    pub async fn bridges(&self) -> Result<Vec<Bridge>, AriError> {
        self.ask(&Command::Bridges).await
    }

    /// ARI `GET /bridges/{bridgeId}`
    pub async fn bridge(&self, id: &str) -> Result<Option<Bridge>, AriError> {
        self.look(&Command::Bridge(id)).await
    }
}
