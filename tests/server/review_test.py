"""inkling-server --review: what two people decide is on the disk when they hear so, once, whatever becomes of the server.

    review_test.py SERVER MODELS PICTURE

INKLING_REVIEW_DECISIONS, of each of the two, and INKLING_REVIEW_KILLS make it a longer test: 1000 and 20 take three minutes.
"""

import base64
import csv
import io
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.client import HTTPConnection, HTTPException

from reviewed_run import make_run
from running_server import Server

SERVER, MODELS = sys.argv[1:3]
INKLING = os.path.join(os.path.dirname(SERVER), "inkling")
KILLS = int(os.environ.get("INKLING_REVIEW_KILLS", "5"))
DECISIONS = int(os.environ.get("INKLING_REVIEW_DECISIONS", "150"))  # of each reviewer


def post(server, path, body, headers={}):
    return server.ask("POST", path, headers={"Content-Type": "application/json", **headers}, body=json.dumps(body))


class KilledServer:
    """A server on one port that is killed and started again."""

    def __init__(self, run):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.command = [SERVER, "--port", str(self.port), "--models", MODELS, "--review", run, "--least-sure", "1",
                        "--log", "off"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if not self.process.stdout.readline().startswith("inkling-server: http"):
            raise RuntimeError("the server did not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Reviewer(threading.Thread):
    """Decides until it has heard of enough decisions, and asks again whenever the server does not answer."""

    def __init__(self, name, port):
        super().__init__()
        self.name, self.port = name, port
        self.heard = {}  # id of a decision: (page, field)
        self.conflicts = 0
        self.failure = None

    def ask(self, path, body):
        for _ in range(3000):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                response = connection.getresponse()
                return response.status, json.loads(response.read())
            except (OSError, HTTPException, ValueError):
                time.sleep(0.02)
            finally:
                connection.close()
        raise RuntimeError("the server does not come back")

    def run(self):
        try:
            _, answer = self.ask("/review/next", {"reviewer": self.name})
            while len(self.heard) < DECISIONS and answer["tasks"]:
                task = answer["tasks"][0]
                place = {"page": task["page"], "field": task["field"], "after": task["after"]}
                status, told = self.ask("/review/decide", {"reviewer": self.name, **place, "kind": "accepted", "count": 1})
                if status == 409:
                    self.conflicts += 1
                    _, answer = self.ask("/review/next", {"reviewer": self.name})
                    continue
                assert status == 200, (status, told)
                self.heard[told["decision"]["id"]] = (task["page"], task["field"])
                answer = told
        except Exception as failure:  # told by the test
            self.failure = failure


class TwoReviewers(unittest.TestCase):
    def test_nothing_is_lost_and_nothing_decided_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            run = make_run(INKLING, MODELS, folder, pages=2 * DECISIONS // 8 + 20)
            server = KilledServer(run)
            reviewers = [Reviewer(name, server.port) for name in ("Ann", "Ben")]
            for reviewer in reviewers:
                reviewer.start()
            chance = random.Random(1)
            try:
                for kill in range(KILLS):
                    # Not before some more was decided, so that no kill is for nothing.
                    wanted = 2 * DECISIONS * (kill + 1) / (KILLS + 1)
                    while sum(len(reviewer.heard) for reviewer in reviewers) < wanted and any(r.is_alive() for r in reviewers):
                        time.sleep(0.005)
                    time.sleep(chance.random() * 0.02)
                    server.kill()
                    server.start()
                for reviewer in reviewers:
                    reviewer.join()
            finally:
                server.kill()
            for reviewer in reviewers:
                self.assertIsNone(reviewer.failure)
                self.assertEqual(len(reviewer.heard), DECISIONS)
            rows = sqlite3.connect(os.path.join(run, "run.sqlite")).execute(
                "SELECT id, page, field, by, kind FROM decision").fetchall()
            stored = {row[0]: row for row in rows}
            for reviewer in reviewers:
                for number, place in reviewer.heard.items():
                    self.assertEqual(stored[number][1:4], (*place, reviewer.name))
            places = [row[1:3] for row in rows]
            self.assertEqual(len(places), len(set(places)))
            self.assertEqual({row[4] for row in rows}, {"accepted"})
            print("%d decisions, %d kills, %d conflicts" % (len(rows), KILLS, sum(r.conflicts for r in reviewers)))


class ReviewRoutes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.run_folder = make_run(INKLING, MODELS, cls.folder.name, pages=8)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_it_is_this_machine_s_alone(self):
        for host in ("0.0.0.0", "example.org"):
            done = subprocess.run([SERVER, "--host", host, "--port", "0", "--models", MODELS, "--review", self.run_folder],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--api-key-file", done.stderr)
        with Server(SERVER, MODELS, "--review", self.run_folder) as server:
            self.assertEqual(server.ask("GET", "/review").status, 200)
            self.assertEqual(server.ask("GET", "/review", headers={"Host": "evil.example:80"}).status, 403)
            self.assertEqual(server.ask("GET", "/review", headers={"Origin": "http://evil.example"}).status, 403)
            self.assertEqual(server.ask("POST", "/review/next", headers={"Content-Type": "text/plain"},
                                        body=json.dumps({"reviewer": "Eve"})).status, 415)

    def test_logs_hold_no_values(self):
        with Server(SERVER, MODELS, "--review", self.run_folder, "--log", "json") as server:
            task = post(server, "/review/next", {"reviewer": "Zacharias"}).json()["tasks"][0]
            place = {"page": task["page"], "field": task["field"], "after": task["after"]}
            self.assertEqual(post(server, "/review/decide", {"reviewer": "Zacharias", **place, "kind": "corrected",
                                                             "text": "300,00"}).status, 422)
            text = "29112026" if task["kind"] == "date" else "731"
            told = post(server, "/review/decide", {"reviewer": "Zacharias", **place, "kind": "corrected", "text": text})
            self.assertEqual(told.status, 200)
            post(server, "/review/undo", {"reviewer": "Zacharias"})
            server.process.terminate()
            server.wait()
            log = "\n".join(server.log)
            self.assertIn("/review/decide", log)
            for secret in (text, "300,00", "Zacharias", task["field"], task["file"]):
                self.assertNotIn(secret, log)

    def test_a_crop_is_a_bare_png_and_a_report_has_no_text(self):
        with Server(SERVER, MODELS, "--review", self.run_folder) as server:
            task = post(server, "/review/next", {"reviewer": "Ann"}).json()["tasks"][0]
            png = base64.b64decode(task["crop"].split(",")[1])
            kinds, at = [], 8
            while at < len(png):
                size = int.from_bytes(png[at:at + 4], "big")
                kinds.append(png[at + 4:at + 8])
                at += 12 + size
            self.assertEqual(set(kinds), {b"IHDR", b"IDAT", b"IEND"})
            report = post(server, "/review/fault", {"page": task["page"]})
            self.assertEqual(report.status, 200)
            for secret in ("filled", "label", '"text"', '"%s"' % task["field"], "village"):
                self.assertNotIn(secret, report.body.decode())
            self.assertEqual(post(server, "/review/fault", {"page": 999}).status, 404)

    def test_tables(self):
        with Server(SERVER, MODELS, "--review", self.run_folder) as server:
            task = post(server, "/review/next", {"reviewer": "Ann"}).json()["tasks"][0]
            place = {"page": task["page"], "field": task["field"], "after": task["after"]}
            self.assertEqual(post(server, "/review/decide", {"reviewer": "Ann", **place, "kind": "blank"}).status, 200)
            rows = list(csv.DictReader(io.StringIO(server.ask("GET", "/review/table").body.decode())))
            self.assertEqual(len(rows), 8)
            self.assertEqual(sum(row[task["field"] + " decided by"] == "Ann" for row in rows), 1)
            known = list(csv.DictReader(io.StringIO(server.ask("GET", "/review/calibration").body.decode())))
            self.assertEqual([row["field"] for row in known if row["page"] == str(task["page"])][0], task["field"])
            post(server, "/review/undo", {"reviewer": "Ann"})
            for kind in ("undo", "good"):
                self.assertEqual(post(server, "/review/decide", {"reviewer": "Ann", **place, "kind": kind}).status, 400)
            self.assertEqual(post(server, "/review/decide", {"reviewer": "Ben", **place, "kind": "accepted"}).status, 409)


if __name__ == "__main__":
    if not os.path.exists(INKLING):
        print("review tests: there is no inkling beside the server")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
