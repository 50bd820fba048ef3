//! One model in ONNX Runtime: phoneme ids in, samples out.

use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use ort::{environment::Environment, session::Session, value::Tensor};

use super::{engine::Setup, gate::Gate, model::Model, runtime};
use crate::tts::VoiceError;

/// Samples above this part of full scale make a run quieter; the rest stays as the model speaks.
const LOUDEST: f32 = 0.95;
/// Seconds of sound that one run may give.
const LONGEST_SECS: u64 = 120;

/// A model that can speak.
pub(super) struct Speaking {
    session: Session,
    model: Model,
}

impl Speaking {
    /// Loads runtime and model. Blocks for a second or two.
    pub(super) fn load(setup: &Setup, gate: &Gate) -> Result<Self, VoiceError> {
        let model = setup.model.clone()?;
        let path = runtime::find(&setup.runtime, &setup.installed).ok_or_else(|| VoiceError::Runtime {
            path: "libonnxruntime.so".to_owned(),
            why: "it is not in the usual places".to_owned(),
        })?;
        let environment = runtime::load(&path, gate)?;
        let session = open(&environment, &model.path, setup.threads);
        let session = session.map_err(|error| wrong(&model.path, &error))?;
        let inputs: Vec<&str> = session.inputs().iter().map(ort::value::Outlet::name).collect();
        let wanted = ["input", "input_lengths", "scales", "sid"];
        let count = if model.speaker.is_some() { 4 } else { 3 };
        if inputs != wanted[..count] || session.outputs().is_empty() {
            let why = format!("it is no model of Piper: its inputs are {}", inputs.join(", "));
            return Err(VoiceError::Model { path: model.path.display().to_string(), why });
        }
        Ok(Self { session, model })
    }

    /// Speaks one run.
    pub(super) fn speak(&mut self, ids: &[i64]) -> Result<Vec<i16>, VoiceError> {
        let failed = |error: ort::Error| wrong(&self.model.path, &error);
        let count = ids.len();
        let length = i64::try_from(count).unwrap_or(i64::MAX);
        let input = Tensor::from_array(([1, count], ids.to_vec())).map_err(failed)?;
        let lengths = Tensor::from_array(([1], vec![length])).map_err(failed)?;
        let scales = Tensor::from_array(([3], self.model.scales.to_vec())).map_err(failed)?;
        let outputs = match self.model.speaker {
            None => self.session.run(ort::inputs![input, lengths, scales]),
            Some(speaker) => {
                let speaker = Tensor::from_array(([1], vec![speaker])).map_err(failed)?;
                self.session.run(ort::inputs![input, lengths, scales, speaker])
            }
        };
        let outputs = outputs.map_err(failed)?;
        let (_, sound) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        if sound.len() as u64 > LONGEST_SECS * u64::from(self.model.rate) {
            return Err(VoiceError::TooLong(LONGEST_SECS));
        }
        Ok(samples(sound))
    }
}

/// Settings that were measured: without the memory pattern it takes a third less memory, and threads that spin
/// for their next piece of work are quicker, but between two runs take the processor from everybody else.
fn open(environment: &Environment, model: &Path, threads: usize) -> Result<Session, ort::Error> {
    let open = || {
        Session::builder(environment)?
            .with_intra_threads(threads)?
            .with_intra_op_spinning(true)?
            .with_config_entry("session.force_spinning_stop", "1")?
            .with_memory_pattern(false)?
            .commit_from_file(model)
    };
    panic::catch_unwind(AssertUnwindSafe(open))
        .unwrap_or_else(|_| Err(ort::Error::new("ONNX Runtime gave up")))
}

fn wrong(path: &Path, error: &ort::Error) -> VoiceError {
    let why = error.to_string();
    let why = why.lines().next().unwrap_or_default().chars().take(300).collect();
    VoiceError::Model { path: path.display().to_string(), why }
}

/// Full scale is 1. What is no number is silence.
#[allow(clippy::cast_possible_truncation, reason = "a float's cast to an integer saturates")]
fn samples(sound: &[f32]) -> Vec<i16> {
    let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let scale = f32::from(i16::MAX) * if peak > LOUDEST && peak.is_finite() { LOUDEST / peak } else { 1.0 };
    sound.iter().map(|sample| (sample * scale).round() as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn too_loud_is_made_quieter_and_the_rest_stays() {
        assert_eq!(samples(&[0.0, 0.5, -0.5]), [0, 16_384, -16_384]);
        assert_eq!(samples(&[1.9, -0.95]), [31_129, -15_564]);
        assert_eq!(samples(&[f32::NAN, f32::INFINITY, 0.1]), [0, i16::MAX, 3277]);
        assert!(samples(&[]).is_empty());
    }
}
