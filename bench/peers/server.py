"""Runs inkling-server and the FastAPI peer in turn (A B A B ...) under the same load and prints both.

usage: server.py SERVER MODELS [--rounds N] [--seconds N] [--threads N]
SERVER is the program inkling-server. wrk posts a 28x28 PNG over keep-alive connections, on the same cores. Called by
server.sh, which installs the peer.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))
from pictures import drawing  # noqa: E402

CLIENTS = 16
BOUNDARY = "boundary"

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("models")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=int, default=10, help="of each of the three loads")
parser.add_argument("--threads", type=int, default=2, help="for PyTorch")
options = parser.parse_args()

SERVERS = {
    "Inkling": [options.server, "--port", "0", "--models", options.models, "--log", "off"],
    "FastAPI": [sys.executable, HERE / "server_fastapi.py", str(options.threads)],
}


def form():
    picture = drawing([(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)])
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="seven.png"\r\n\r\n'
    return head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


def wrk(port, body, clients, seconds, pause=0.0):
    command = ["wrk", "--threads", "1", "--connections", str(clients), "--duration", str(seconds),
               "--script", HERE / "server_post.lua", f"http://127.0.0.1:{port}/predict", "--", body, BOUNDARY, str(pause)]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(f"server.py: wrk failed: {run.stdout}{run.stderr}")
    result = json.loads(lines[0])
    if result["failed"] > 0:
        sys.exit(f"server.py: {result['failed']} requests failed")
    return result


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s*(\d+) kB", status)[1]) / 1024


def measure(command, body):
    """One server, once: as fast as it can, at half of that rate, and for one client."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = re.search(r"(\d+)(?: with.*)?$", server.stdout.readline())[1]
        wrk(port, body, CLIENTS, 1)  # warms it up
        full = wrk(port, body, CLIENTS, options.seconds)
        memory = resident(server.pid)
        one = wrk(port, body, 1, options.seconds)
        # Each client has a request every 2 * CLIENTS / rate seconds; it waits for what the answer does not take.
        pause = max(0.0, 2000 * CLIENTS / full["rate"] - one["p50"])
        half = wrk(port, body, CLIENTS, options.seconds, pause)
    finally:
        server.terminate()
        server.wait()
    return {"requests/s": full["rate"], "p50 ms": full["p50"], "p99 ms": full["p99"], "half: requests/s": half["rate"],
            "half: p99 ms": half["p99"], "one client: p50 ms": one["p50"], "resident MB": memory}


with tempfile.NamedTemporaryFile() as body:
    body.write(form())
    body.flush()
    runs = {name: [] for name in SERVERS}
    for _ in range(options.rounds):
        for name, command in SERVERS.items():
            runs[name].append(measure(command, body.name))

print("| | Inkling | least to most | FastAPI | least to most | ratio of medians |\n|---|---|---|---|---|---|")
for key in runs["Inkling"][0]:
    row, medians = [], []
    for results in runs.values():
        values = [result[key] for result in results]
        digits = 0 if min(values) >= 100 else 2
        medians.append(statistics.median(values))
        row += [f"{medians[-1]:,.{digits}f}", f"{min(values):,.{digits}f} to {max(values):,.{digits}f}"]
    print(f"| {key} | {' | '.join(row)} | {medians[0] / medians[1]:.3f} |")
