# What the scripts in this folder share: Asterisk's side (AGI), the daemon's side (one HTTP request), and one second.
"""AGI programs that ask stasisd's control port one thing and never fail the call."""

import json
import signal
import socket
import sys
import time

# For everything, from the start of the program on; what is left of it after the asking is for telling.
WHOLE_SECS = 1.0
ASKING_SECS = 0.8
# Bounds of what comes in: AGI lines and their bytes, an answer of the control port.
MOST_LINES = 256
LONGEST_LINE = 8192
LONGEST_ANSWER = 1 << 20
# Longest value of a variable, in characters: Asterisk reads commands of 2,048 bytes.
LONGEST_VALUE = 240
SETTINGS = "/etc/stasisd/agi.conf"


class Trouble(Exception):
    """Why there is no answer; its first argument is the value of STASISD_ERROR."""


class TimeIsUp(BaseException):
    """No answer in time. Not an Exception, so that nothing on the way takes it for its own."""


class Asked:
    """What Asterisk asks: the channel's `agi_*` lines, and the arguments after the script's name."""

    def __init__(self, lines, arguments):
        self.fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        self.arguments = arguments

    def known(self, name):
        """A line's value; empty if Asterisk knows none."""
        value = self.fields.get(name, "").strip()
        return "" if value == "unknown" else value

    def value(self, name, first=False):
        """The argument `name=value`; with `first`, also the first one that names nothing."""
        for argument in self.arguments:
            if argument.startswith(name + "="):
                return argument[len(name) + 1:].strip()
        plain = [argument.strip() for argument in self.arguments if "=" not in argument]
        return plain[0] if first and plain else ""

    def number(self):
        """The number that is asked about: `number=`, else the caller's; empty if it is withheld."""
        text = self.value("number") or self.known("agi_callerid")
        return text if any(sign.isdigit() for sign in text) else ""

    def called(self):
        """The number that was called."""
        return self.value("called") or self.known("agi_dnid") or self.known("agi_extension")


def settings(path):
    """`name = value` lines; `#` begins a comment."""
    found = {"url": "http://127.0.0.1:8790", "token": ""}
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                name, equals, value = line.strip().partition("=")
                if equals and not name.startswith("#"):
                    found[name.strip()] = value.strip().strip('"')
    except OSError as error:
        raise Trouble("unavailable", f"{path}: {error.strerror}") from error
    return found


def request(method, path, body=None, form=None):
    """One request to the control port; gives its JSON. Any answer but 2xx is a Trouble."""
    import os

    known = settings(os.environ.get("STASISD_AGI_CONF", SETTINGS))
    scheme, separator, rest = known["url"].partition("://")
    host = rest.split("/", 1)[0]
    name, _, port = host.rpartition(":") if ":" in host.rsplit("]", 1)[-1] else (host, "", "")
    if scheme not in ("http", "https") or not separator or not name:
        raise Trouble("unavailable", "url in agi.conf is not http://host:port")
    data, kind = b"", "application/json"
    if body is not None:
        data = json.dumps(body).encode()
    if form is not None:
        data, kind = form.encode(), "application/x-www-form-urlencoded"
    head = (
        f"{method} {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {known['token']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    try:
        port = int(port or (443 if scheme == "https" else 80))
        with socket.create_connection((name.strip("[]"), port), ASKING_SECS) as stream:
            if scheme == "https":
                import ssl

                stream = ssl.create_default_context().wrap_socket(stream, server_hostname=name)
            stream.sendall(head.encode("latin-1") + data)
            answer = b""
            while len(answer) <= LONGEST_ANSWER:
                part = stream.recv(65536)
                if not part:
                    break
                answer += part
    except (OSError, ValueError) as error:
        raise Trouble("down", str(error)) from error
    head, _, text = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if len(answer) > LONGEST_ANSWER or not status or not status[0].startswith(b"2"):
        word = "argument" if status and status[0] in (b"400", b"404", b"422") else "unavailable"
        raise Trouble(word, "the control port says %s" % (status[0].decode("latin-1") if status else "nothing"))
    try:
        return json.loads(text)
    except ValueError as error:
        raise Trouble("unavailable", "the answer is no JSON") from error


def quoted(text):
    """A text as a parameter in an address or a form."""
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return "".join(chr(byte) if byte in safe else "%%%02X" % byte for byte in text.encode("utf-8", "replace"))


def clean(value):
    """A text as one line that AGI can express: a line break would be another command."""
    text = "" if value is None else str(value)
    line = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_VALUE])
    return line.strip()


def suffix(label):
    """A label as the end of a variable's name: `Contract no.` is CONTRACT_NO."""
    signs = [sign.upper() if sign.isascii() and sign.isalnum() else "_" for sign in label[:40]]
    return "_".join(part for part in "".join(signs).split("_") if part)


def caller_id_name(name):
    """A name as a telephone may show it, without what the dialplan or a SIP header could read as its own."""
    kept = "".join(sign if sign.isalnum() or sign in " .'-_/+&:#" else "" for sign in clean(name))
    return " ".join(kept[:80].split())


def read_lines():
    """Asterisk's lines up to the empty one."""
    lines = []
    while len(lines) < MOST_LINES:
        raw = sys.stdin.buffer.readline(LONGEST_LINE + 1)
        if len(raw) > LONGEST_LINE or not raw.endswith(b"\n"):
            break
        line = raw.decode("utf-8", "replace").strip("\r\n")
        if not line:
            return lines
        lines.append(line)
    raise Trouble("request", "no request as Asterisk sends it")


def tell(variables):
    """Sets variables, each with its answer; SET VARIABLE expands nothing, so `${SHELL(...)}` stays text."""
    for name, value in variables:
        text = clean(value).replace("\\", "\\\\").replace('"', '\\"')
        sys.stdout.buffer.write(f'SET VARIABLE {name} "{text}"\n'.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
        answer = sys.stdin.buffer.readline(LONGEST_LINE)
        if not answer or answer.startswith((b"HANGUP", b"511")):
            return


def time_is_up(_signal, _frame):
    raise TimeIsUp


def main(answer, blank):
    """Runs a script: `answer(asked)` gives the variables to set, `blank` are those of no answer."""
    begun = time.monotonic()
    signal.signal(signal.SIGALRM, time_is_up)
    signal.setitimer(signal.ITIMER_REAL, ASKING_SECS)
    try:
        try:
            variables, word = answer(Asked(read_lines(), sys.argv[1:])), ""
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except Trouble as trouble:
        variables, word = blank, trouble.args[0]
    except TimeIsUp:
        variables, word = blank, "timeout"
    except Exception:  # Whatever it is: the call goes on.
        variables, word = blank, "unavailable"
    try:
        left = WHOLE_SECS - (time.monotonic() - begun)
        signal.setitimer(signal.ITIMER_REAL, max(left, 0.05))
        tell(list(variables) + [("STASISD_ERROR", word)])
    except (TimeIsUp, OSError):
        pass
    # Asterisk may be gone; what Python would say about that at its end concerns nobody.
    signal.setitimer(signal.ITIMER_REAL, 0)
    import os

    os._exit(0)
