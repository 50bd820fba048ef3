"""piper-tts as the other side of the comparison: a text in by line, a line of JSON out."""

import json
import sys
import time

import onnxruntime
from piper import PiperVoice

model, threads = sys.argv[1], int(sys.argv[2])
voice = PiperVoice.load(model)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
voice.session = onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])


def say(text):
    begun = time.perf_counter()
    first, samples, rate = None, 0, voice.config.sample_rate
    for chunk in voice.synthesize(text):
        samples += len(chunk.audio_int16_bytes) // 2
        first = first or time.perf_counter() - begun
    total = time.perf_counter() - begun
    return {"first_ms": first * 1000, "total_ms": total * 1000, "audio_secs": samples / rate}


say("One, two, three, that is the first.")
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(say(line.strip())), flush=True)
