"""64 clients for a while, good and bad, half of them gone in mid-request; then SIGTERM with requests under way.

    load_test.py SERVER MODELS PICTURE [--seconds N] [--clients N]

Every answer to a good request must be what the idle server answered, memory must stay where it was after the first
quarter of the time, and the server must end with status 0.
"""

import argparse
import collections
import os
import random
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pictures import drawing, jpeg, png
from raw_http import connect, request, reset, take_answer
from running_server import Server, form

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("models")
parser.add_argument("picture")
parser.add_argument("--seconds", type=float, default=8)
parser.add_argument("--clients", type=int, default=64)
options = parser.parse_args()

FORM_TYPE = "Content-Type: multipart/form-data; boundary=boundary"
with open(options.picture, "rb") as file:
    PHOTO = file.read()
with open(options.server, "rb") as file:
    SANITIZED = re.search(rb"__[at]san_init", file.read()) is not None


def predict(picture, **fields):
    return request("POST", "/predict", form([("file", picture), *fields.items()])[1], FORM_TYPE)


L, O = [(0.3, 0.15), (0.3, 0.85), (0.75, 0.85)], [(0.5, 0.2), (0.25, 0.5), (0.5, 0.8), (0.75, 0.5), (0.5, 0.2)]
SEVEN, ONE = [(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)], [(0.5, 0.15), (0.5, 0.85)]
GOOD = [predict(PHOTO), predict(PHOTO, model="svm", charset="digits")] + [
    predict(drawing(stroke), model=model) for stroke in (L, O, SEVEN, ONE) for model in ("cnn", "mlp", "forest", "svm")]
BAD = {
    predict(b"no picture"): 415,
    predict(png(8, 8, bytes(20000))): 422,
    predict(png(60000, 60000, b"")): 413,
    predict(jpeg(16, 16, end=b"")): 422,
    predict(PHOTO, top="0"): 400,
    request("POST", "/predict", b"x" * 2000, FORM_TYPE): 400,
    request("POST", "/predict", None, FORM_TYPE, "Content-Length: 5000000"): 413,
    request("GET", "/nowhere"): 404,
    request("DELETE", "/predict"): 405,
    b"nonsense\r\n\r\n": 400,
}


def meaning(answer):
    """What must not change: times do, and the last digits may, as images share a batch."""
    body = answer.json()
    return body["prediction"], body["model"], [(c["label"], round(c["probability"], 2)) for c in body["candidates"][:1]]


class Client(threading.Thread):
    """Keeps a connection as long as the server does, and breaks off every second of its requests half-way."""

    def __init__(self, number, port, expected, stop):
        super().__init__()
        self.random = random.Random(number)
        self.port, self.expected, self.stop = port, expected, stop
        self.counts = collections.Counter()
        self.errors = []
        self.sock = None

    def run(self):
        try:
            while not self.stop.is_set():
                self.turn()
        except Exception as error:  # reported by the main thread
            if not self.stop.is_set():
                self.errors.append(f"{type(error).__name__}: {error}")
        if self.sock:
            self.sock.close()

    def turn(self):
        if self.sock is None:
            self.sock = connect(self.port)
        if self.random.random() < 0.5:
            data = self.random.choice(GOOD)
            self.sock.sendall(data[:self.random.randrange(1, len(data) + 1)])  # all of it: gone before the answer
            reset(self.sock)
            self.sock = None
            self.counts["killed"] += 1
        elif self.random.random() < 0.7:
            data = self.random.choice(GOOD)
            answer = self.ask(data)
            if answer.status == 200:
                if meaning(answer) != self.expected[data]:
                    self.errors.append(f"expected {self.expected[data]}, got {meaning(answer)}")
            elif answer.status != 503 or "retry-after" not in answer.headers:
                self.errors.append(f"a good request was refused: {answer.status} {answer.body[:200]}")
            self.counts[answer.status] += 1
        else:
            data, status = self.random.choice(list(BAD.items()))
            answer = self.ask(data)
            if answer.status not in (status, 503):
                self.errors.append(f"expected {status}, got {answer.status} {answer.body[:200]}")
            self.counts[answer.status] += 1

    def ask(self, data):
        self.sock.sendall(data)
        received = b""
        answer = None
        while answer is None:
            piece = self.sock.recv(1 << 16)
            if not piece:
                raise ConnectionError("the server hung up without an answer")
            received += piece
            answer, rest = take_answer(received)
        if rest:
            self.errors.append(f"more than one answer: {rest[:200]}")
        if answer.headers.get("connection") == "close":
            self.sock.close()
            self.sock = None
        return answer


def resident(pid):
    """In MB."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s*(\d+) kB", status.read())[1]) / 1024


def main():
    with Server(options.server, options.models, "--log", "off") as server:
        idle = Client(0, server.port, {}, threading.Event())
        idle.sock = connect(server.port)
        expected = {data: meaning(idle.ask(data)) for data in GOOD}
        idle.sock.close()

        stop = threading.Event()
        clients = [Client(i, server.port, expected, stop) for i in range(options.clients)]
        for client in clients:
            client.start()
        time.sleep(options.seconds / 4)
        sizes = [resident(server.process.pid)]
        for _ in range(12):
            time.sleep(options.seconds / 16)
            sizes.append(resident(server.process.pid))
        alive = server.process.poll() is None
        stop.set()  # from here on a connection may break
        server.process.terminate()
        status = server.wait()
        for client in clients:
            client.join()
        log = server.log

    counts = sum((client.counts for client in clients), collections.Counter())
    errors = [error for client in clients for error in client.errors]
    growth = sizes[-1] / sizes[0] - 1
    print(f"answers: {dict(sorted(counts.items(), key=str))}")
    print(f"resident MB: {sizes[0]:.1f} after a quarter of the time, {max(sizes):.1f} at most, "
          f"{sizes[-1]:.1f} at the end ({100 * growth:+.1f} %)")
    for line in log[-50:] + errors[:10]:
        print(line)
    assert alive and status == 0, f"the server ended with {status}"
    assert not errors, f"{len(errors)} errors"
    assert counts["killed"] > 0 and counts[200] > 0, "too little was asked"
    assert SANITIZED or sizes[-1] < 1.5 * sizes[0] + 16, "memory grows"


main()
