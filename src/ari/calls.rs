//! What a client can do to channels, playbacks and recordings.

use super::{AriError, Channel, Client, Originate, Playback, RecordTo, command::Command};
use crate::model::ChannelId;

impl Client {
    /// ARI `POST /channels/{channelId}/answer`. Harmless on an answered channel; 412 on one that we dialled and
    /// that has not answered. Waits until a playback on the channel is over: stop that first.
    pub async fn answer(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Answer { channel, fresh: false }).await
    }

    /// As [`Client::answer`], for a channel on which nothing was ever played, so that there is nothing to wait for.
    pub async fn answer_fresh(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Answer { channel, fresh: true }).await
    }

    /// ARI `POST /channels/{channelId}/play/{playbackId}`. `media` such as `sound:/absolute/path/without/extension`
    /// or `sound:hello-world`, at most 128, played in order. Answered before it begins; `PlaybackFinished`
    /// follows in any case, with `failed` when there is nothing to play. A playback id that is in use is not
    /// refused: the same would be heard twice.
    pub async fn play(
        &self,
        channel: &ChannelId,
        playback_id: &str,
        media: &[String],
        language: &str,
    ) -> Result<(), AriError> {
        self.tell(&Command::Play { channel, playback: playback_id, media, language }).await
    }

    /// As [`Client::answer_fresh`] and then [`Client::play`], the second sent before the first is answered where
    /// the order is kept all the same. Gives what came of each; a channel that could not be answered hears nothing.
    pub async fn answer_and_play(
        &self,
        channel: &ChannelId,
        playback_id: &str,
        media: &[String],
        language: &str,
    ) -> (Result<(), AriError>, Result<(), AriError>) {
        let play = Command::Play { channel, playback: playback_id, media, language };
        self.tell_both(&Command::Answer { channel, fresh: true }, &play).await
    }

    /// ARI `DELETE /playbacks/{playbackId}`. `PlaybackFinished` follows, with `done`.
    pub async fn stop_playback(&self, id: &str) -> Result<(), AriError> {
        self.tell(&Command::StopPlayback(id)).await
    }

    /// As [`Client::stop_playback`], without waiting for the answer: the next command comes after it.
    pub async fn stop_playback_and_go_on(&self, id: &str) -> Result<(), AriError> {
        self.send(&Command::StopPlayback(id)).await
    }

    /// ARI `GET /playbacks/{playbackId}`; none once it is over.
    pub async fn playback(&self, id: &str) -> Result<Option<Playback>, AriError> {
        self.look(&Command::Playback(id)).await
    }

    /// ARI `DELETE /channels/{channelId}`, with a Q.850 cause if one is to be told to the far end.
    pub async fn hang_up(&self, channel: &ChannelId, cause: Option<i32>) -> Result<(), AriError> {
        self.tell(&Command::HangUp(channel, cause)).await
    }

    /// As [`Client::hang_up`], without waiting for the answer: the channel's events tell.
    pub async fn hang_up_and_go_on(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.send(&Command::HangUp(channel, None)).await
    }

    /// ARI `POST /channels/{channelId}/continue`: the channel leaves Stasis, `StasisEnd` follows. It does so after
    /// a playback that runs: stop that first.
    pub async fn continue_in(
        &self,
        channel: &ChannelId,
        context: &str,
        extension: &str,
        priority: u32,
    ) -> Result<(), AriError> {
        self.tell(&Command::Continue { channel, context, extension, priority }).await
    }

    /// ARI `POST /channels/{channelId}/record`. An older recording of the same name is overwritten.
    pub async fn record(&self, channel: &ChannelId, to: &RecordTo<'_>) -> Result<(), AriError> {
        self.tell(&Command::Record(channel, to)).await
    }

    /// ARI `POST /recordings/live/{recordingName}/stop`: stops and stores it, `RecordingFinished` follows.
    pub async fn stop_recording(&self, name: &str) -> Result<(), AriError> {
        self.tell(&Command::StopRecording(name)).await
    }

    /// ARI `POST /channels/{channelId}/redirect`: on an answered SIP channel a REFER (RFC 3515) to `endpoint`
    /// (`PJSIP/sip:101@host`); on an unanswered one a 302. Answered at once; the outcome is not told.
    pub async fn redirect(&self, channel: &ChannelId, endpoint: &str) -> Result<(), AriError> {
        self.tell(&Command::Redirect(channel, endpoint)).await
    }

    /// ARI `POST /channels/{channelId}/dtmf`: sends keys to the channel's far end.
    pub async fn send_dtmf(&self, channel: &ChannelId, digits: &str) -> Result<(), AriError> {
        self.tell(&Command::Dtmf(channel, digits)).await
    }

    /// ARI `POST /channels/{channelId}`: dials; `StasisStart` when it is answered, `ChannelDestroyed` when not. Answered
    /// before the INVITE goes out. Its variables are set before it dials, also `GLOBAL(...)`.
    pub async fn originate(&self, call: &Originate<'_>) -> Result<Channel, AriError> {
        self.ask(&Command::Originate(call)).await
    }

    /// ARI `POST /channels/create`: makes a channel that is never dialled; `StasisStart` follows at once.
    pub async fn create(&self, call: &Originate<'_>) -> Result<Channel, AriError> {
        self.ask(&Command::Create(call)).await
    }

    /// ARI `POST /channels/{channelId}/ring`: the far end hears ringing.
    pub async fn ring(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Ring(channel, true)).await
    }

    /// ARI `DELETE /channels/{channelId}/ring`
    pub async fn ring_stop(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Ring(channel, false)).await
    }

    /// ARI `POST /channels/{channelId}/hold`: tells the far end that it is on hold.
    pub async fn hold(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Hold(channel, true)).await
    }

    /// ARI `DELETE /channels/{channelId}/hold`
    pub async fn unhold(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Hold(channel, false)).await
    }

    /// ARI `POST /channels/{channelId}/moh`: music of this class, or of the default one.
    pub async fn moh_start(&self, channel: &ChannelId, class: Option<&str>) -> Result<(), AriError> {
        self.tell(&Command::Moh(channel, class, true)).await
    }

    /// ARI `DELETE /channels/{channelId}/moh`
    pub async fn moh_stop(&self, channel: &ChannelId) -> Result<(), AriError> {
        self.tell(&Command::Moh(channel, None, false)).await
    }
}
