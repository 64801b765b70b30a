"""The whole program: signals, log, options. process_test.py SERVER MODELS PICTURE"""

import glob
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from running_server import Server, form

PROGRAM, MODELS, PICTURE_FILE = sys.argv[1:4]
with open(PICTURE_FILE, "rb") as file:
    PICTURE = ("file", file.read())


class Process(unittest.TestCase):
    def test_ends_well_on_request(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server(PROGRAM, MODELS, "--log", "off") as server:
                idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                idle.request("GET", "/health")
                self.assertEqual(idle.getresponse().read()[:1], b"{")
                server.process.send_signal(number)  # with an idle connection open
                self.assertEqual(server.wait(), 0)
                self.assertEqual(server.log, [])
                idle.close()

    def test_logs_a_line_of_json_for_each_answer(self):
        with Server(PROGRAM, MODELS) as server:
            good = server.ask("POST", "/predict?secret", [PICTURE], {"Authorization": "secret", "Cookie": "secret"})
            server.ask("GET", "/secret%20path")
            server.process.terminate()
            self.assertEqual(server.wait(), 0)
            lines = [json.loads(line) for line in server.log]
            self.assertEqual([(line["method"], line["route"], line["status"], line["model"]) for line in lines],
                             [("POST", "/predict", 200, "cnn"), ("GET", None, 404, None)])
            self.assertEqual(lines[0]["id"], good.headers["x-request-id"])
            self.assertGreater(lines[0]["ms"], 0)
            self.assertGreater(lines[0]["bytes"], len(good.body))
            self.assertNotIn("secret", "".join(server.log))

    def test_loads_models_again(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("svm", "mlp"):
                shutil.copy(os.path.join(MODELS, name + ".safetensors"), folder)
            with Server(PROGRAM, folder) as server:
                names = lambda: [model["name"] for model in server.ask("GET", "/models").json()["models"]]
                self.assertEqual(names(), ["mlp", "svm"])

                os.rename(os.path.join(folder, "mlp.safetensors"), os.path.join(folder, "other.safetensors"))
                with open(os.path.join(folder, "svm.safetensors"), "r+b") as model:
                    model.truncate(1000)
                server.process.send_signal(signal.SIGHUP)
                warning = json.loads(server.await_log(lambda line: "warning" in line))
                self.assertIn("model svm is not used", warning["message"])
                for _ in range(1000):
                    if names() == ["other", "svm"]:
                        break
                self.assertEqual(names(), ["other", "svm"])
                self.assertEqual(server.ask("GET", "/health").json()["stale"], ["svm"])
                answer = server.ask("POST", "/predict", [PICTURE, ("model", "svm"), ("charset", "digits")]).json()
                self.assertEqual(answer["prediction"], "7")

                shutil.rmtree(folder)
                os.mkdir(folder)
                server.process.send_signal(signal.SIGHUP)
                server.await_log(lambda line: "models stay as they are" in line)
                self.assertEqual(names(), ["other", "svm"])

    def test_other_origins_are_let_in_by_name_alone(self):
        with Server(PROGRAM, MODELS, "--log", "off", "--cors", "https://a.example", "--cors", "https://b.example") as server:
            for origin, allowed in (("https://b.example", "https://b.example"), ("https://c.example", None)):
                answer = server.ask("POST", "/predict", [PICTURE], {"Origin": origin})
                self.assertEqual(answer.headers.get("access-control-allow-origin"), allowed)
                self.assertEqual(answer.headers["vary"], "Origin")
            preflight = server.ask("OPTIONS", "/predict", None, {"Origin": "https://a.example",
                                                                 "Access-Control-Request-Method": "POST"})
            self.assertEqual(preflight.status, 200)

    def test_many_requests_over_one_connection(self):
        with Server(PROGRAM, MODELS, "--log", "text") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            kind, body = form([PICTURE, ("charset", "digits")])
            for _ in range(50):
                connection.request("POST", "/predict", body, {"Content-Type": kind})
                sock = connection.sock
                answer = connection.getresponse()
                self.assertEqual(json.loads(answer.read())["prediction"], "7")
                self.assertIs(connection.sock, sock)
            metrics = server.ask("GET", "/metrics").body.decode()
            self.assertIn('inkling_http_requests_total{route="/predict",status="200"} 50\n', metrics)
            self.assertIn('inkling_prediction_duration_seconds_count{model="cnn"} 50\n', metrics)
            connection.close()

    def workers_at(self, quota=None, plan=None):
        """Threads that answer requests, in a container whose processors are so limited."""
        command = [PROGRAM]
        if quota is not None:
            own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
            script = 'mount -t tmpfs none /sys/fs/cgroup && echo "$0" > /sys/fs/cgroup/cpu.max && exec "$@"'
            command = ["unshare", "--mount", *own_user, "sh", "-ec", script, quota, PROGRAM]
        environment = {name: value for name, value in os.environ.items() if name != "RENDER_CPU_COUNT"}
        if plan is not None:
            environment["RENDER_CPU_COUNT"] = plan
        with Server(command, MODELS, "--log", "off", environment=environment) as server:
            tasks = glob.glob(f"/proc/{server.process.pid}/task/*/comm")
            return [pathlib.Path(task).read_text() for task in tasks].count("worker\n")

    def test_two_workers_for_each_processor_of_the_plan(self):
        cores = len(os.sched_getaffinity(0))
        self.assertEqual(self.workers_at(), 2 * cores)
        for plan, allowed in (("0.5", 1), ("1", 1), ("1.5", 2), ("1000", cores)):
            self.assertEqual(self.workers_at(plan=plan), 2 * min(cores, allowed), plan)

    def test_two_workers_for_each_processor_of_the_container(self):
        cores = len(os.sched_getaffinity(0))
        for quota, allowed in (("50000 100000", 1), ("300000 200000", 2), ("max 100000", cores)):
            try:
                workers = self.workers_at(quota=quota)
            except RuntimeError as error:  # no right to a namespace of its own
                self.skipTest(str(error))
            self.assertEqual(workers, 2 * min(cores, allowed), quota)

    def test_wrong_usage(self):
        for options in (["--log", "loud"], ["--port", "x"], ["--nonsense"]):
            run = subprocess.run([PROGRAM, *options], capture_output=True, text=True)
            self.assertEqual(run.returncode, 2)
        run = subprocess.run([PROGRAM, "--models", MODELS, "--cors", "*"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("expected an origin", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
