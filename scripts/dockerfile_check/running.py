"""Starts a built stage as a container engine would, and is its first visitor."""

import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time
import zlib
from contextlib import contextmanager

from .dockerfile import DockerfileError

SETTINGS = {"RENDER_CPU_COUNT": "0.5"}  # what Render sets besides PORT


def check_running(stage, say):
    port = free_port()
    size = subprocess.run(["du", "--summarize", "--block-size=M", stage.root], capture_output=True, text=True, check=True)
    say(f"the image holds {size.stdout.split()[0]}B")
    if stage.user in ("root", "0"):
        raise DockerfileError("the server would run as root")
    with started(stage, {"PORT": str(port), **SETTINGS}, stage.entrypoint + stage.command) as process:
        begun = time.monotonic()
        wait_until_healthy(port, process)
        say(f"/health is good {1000 * (time.monotonic() - begun):.0f} ms after the start")

        enter = ["nsenter", "--target", str(process.inner), "--mount", "--pid"]
        run_as_user = [*enter, *as_user(stage)]
        environment = {**stage.environment, "PORT": str(port)}
        subprocess.run([*run_as_user, *stage.health], env=environment, check=True)
        say("HEALTHCHECK says healthy")
        broken = subprocess.run([*run_as_user, *stage.health], env={**environment, "PORT": "1"}, capture_output=True)
        if broken.returncode == 0:
            raise DockerfileError("HEALTHCHECK says healthy of a port where nobody listens")
        for folder in ("/", "/tmp", "/var/tmp", "/dev/shm"):
            touch = [*run_as_user, "/bin/sh", "-c", f"echo > {folder}/written"]
            if subprocess.run(touch, capture_output=True).returncode == 0:
                raise DockerfileError(f"{folder} can be written")
        status = process_status(process.inner)
        if status["Uid"].split()[0] == "0" or int(status["CapEff"], 16) != 0:
            raise DockerfileError("the server has more rights than it needs")
        say("the root cannot be written, and the server has no capabilities")

        answer = predict(port, seven())
        if answer.get("prediction") != "7":
            raise DockerfileError(f"expected /predict to read 7, got {answer}")
        resident = int(process_status(process.inner)["VmRSS"].split()[0]) // 1024
        say(f"/predict reads 7 (confidence {answer['confidence']}); {resident} MB resident")

        stopping = time.monotonic()
        os.kill(process.inner, signal.SIGTERM)
        if process.wait(timeout=15) != 0:
            raise DockerfileError(f"SIGTERM ended it with {process.returncode}, expected 0")
        say(f"SIGTERM ended it with 0 after {1000 * (time.monotonic() - stopping):.0f} ms")
    for level in levels(stage):
        check_level(stage, level, say)


def version(stage, level):
    environment = {**stage.environment, "INKLING_LEVEL": level}
    return subprocess.run([*as_user(stage), *stage.entrypoint, "--version"], env=environment, capture_output=True, text=True)


def levels(stage):
    """Those of INKLING_ARCH, where there are several: the program lists them when it is asked for another."""
    listed = re.search("INKLING_LEVEL: expected (.*), got", version(stage, "none").stderr)
    return listed[1].split(" or ") if listed else []


def check_level(stage, level, say):
    asked = version(stage, level)
    if "this one lacks" in asked.stderr:
        say(f"this machine cannot run {level}: {asked.stderr.strip()}")
        return
    port = free_port()
    with started(stage, {"PORT": str(port), "INKLING_LEVEL": level}, stage.entrypoint + stage.command) as process:
        wait_until_healthy(port, process)
        answer = predict(port, seven())
        if answer.get("prediction") != "7":
            raise DockerfileError(f"expected /predict to read 7 at {level}, got {answer}")
    say(f"{level} ({asked.stdout.strip()}) reads 7 (confidence {answer['confidence']})")


def as_user(stage):
    ids = {}
    for line in (stage.root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        ids[name] = (uid, gid)
    if stage.user not in ids:
        raise DockerfileError(f"there is no user {stage.user}")
    uid, gid = ids[stage.user]
    return ["chroot", str(stage.root), "/usr/bin/setpriv", "--reuid", uid, "--regid", gid, "--clear-groups",
            "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"]


@contextmanager
def started(stage, settings, command):
    root = str(stage.root)
    script = ('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t proc proc "$0/proc" && exec "$@"')
    process = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", script, root, *as_user(stage), *command],
        env={**stage.environment, **settings}, stdin=subprocess.DEVNULL)
    try:
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        process.inner = wait_for(lambda: int(open(children).read().split()[0]), "the namespace's first process")
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(attempt, what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, IndexError) as error:
            if time.monotonic() > until:
                raise DockerfileError(f"waited {seconds} s for {what}") from error
            time.sleep(0.01)


def wait_until_healthy(port, process):
    def attempt():
        if process.poll() is not None:
            raise DockerfileError(f"the server ended with {process.returncode}")
        status, _ = request(port, "GET", "/health")
        if status != 200:
            raise DockerfileError(f"/health answers {status}")
    wait_for(attempt, "/health")


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def predict(port, picture):
    boundary = "inkling-check"
    body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"7.png\"\r\n"
            "Content-Type: image/png\r\n\r\n").encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    status, text = request(port, "POST", "/predict", body,
                           {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    if status != 200:
        raise DockerfileError(f"/predict answers {status}: {text.decode(errors='replace')}")
    return json.loads(text)


def seven(side=100, thickness=5):
    """A PNG of a 7, black on white."""
    corners = [(28, 24), (70, 22), (46, 80)]

    def is_ink(x, y):
        for (x0, y0), (x1, y1) in zip(corners, corners[1:]):
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
            along = min(1, max(0, along))
            if (x - x0 - along * (x1 - x0)) ** 2 + (y - y0 - along * (y1 - y0)) ** 2 <= thickness ** 2:
                return True
        return False

    rows = b"".join(b"\0" + bytes(0 if is_ink(x, y) else 255 for x in range(side)) for y in range(side))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def process_status(process):
    with open(f"/proc/{process}/status") as lines:
        return dict(line.rstrip("\n").split(":", 1) for line in lines)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
