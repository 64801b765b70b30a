"""Holds real answers of the server against its own description: openapi_test.py SERVER MODELS PICTURE"""

import base64
import json
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pictures import drawing
from reviewed_run import make_run
from running_server import Server

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

PROGRAM, MODELS, PICTURE_FILE = sys.argv[1:4]
INKLING = os.path.join(os.path.dirname(PROGRAM), "inkling")
FORMS = os.path.join(os.path.dirname(PICTURE_FILE), "..", "forms")
with open(PICTURE_FILE, "rb") as file:
    PICTURE = ("file", file.read())


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        review = []
        if os.path.exists(INKLING):
            review = ["--review", make_run(INKLING, MODELS, cls.folder.name, pages=4), "--double-key", "0.5"]
        cls.server = Server(PROGRAM, MODELS, "--log", "off", "--forms", FORMS, *review)
        cls.document = cls.server.ask("GET", "/openapi.json").json()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.folder.cleanup()

    def resolve(self, reference):
        node = self.document
        self.assertTrue(reference.startswith("#/"), reference)
        for name in reference[2:].split("/"):
            node = node[name]
        return node

    def check(self, method, path, status, fields=None, query="", headers={}, body=None, **names):
        """Asks, and holds the answer against what the document says of that status. names: of the path. Returns the
        answer."""
        answer = self.server.ask(method.upper(), path.format(**names) + query, fields, headers, body)
        self.assertEqual(answer.status, status, answer.body)
        responses = self.document["paths"][path][method]["responses"]
        self.assertIn(str(status), responses)
        described = responses[str(status)]
        if "$ref" in described:
            described = self.resolve(described["$ref"])
        self.assertIn(answer.content_type, described["content"])
        schema = {**described["content"][answer.content_type]["schema"], "components": self.document["components"]}
        if answer.content_type.endswith("ndjson"):
            for line in answer.body.splitlines():
                Draft202012Validator(schema).validate(json.loads(line))
        elif answer.content_type.endswith("json"):
            Draft202012Validator(schema).validate(answer.json())
        return answer

    def check_lists(self, path, **names):
        """Several pictures, one of which is none, in each way that they can be sent and answered."""
        several = [PICTURE, ("file", "text"), PICTURE]
        results = self.check("post", path, 200, several, **names).json()["results"]
        self.assertEqual(["problem" in result for result in results], [False, True, False])
        lines = self.check("post", path, 200, several, headers={"Accept": "application/x-ndjson"}, **names).body
        self.assertEqual(len(lines.splitlines()), 3)
        table = self.check("post", path, 200, several, headers={"Accept": "text/csv"}, **names).body
        self.assertEqual(table.count(b"\r\n"), 4)
        data = base64.b64encode(PICTURE[1]).decode()
        body = json.dumps({"images": [data, "data:image/png;base64," + data]})
        results = self.check("post", path, 200, headers={"Content-Type": "application/json"}, body=body, **names).json()
        self.assertEqual(len(results["results"]), 2)
        self.check("post", path, 200, headers={"Content-Type": "image/png"}, body=PICTURE[1], **names)

    def test_the_document_is_sound(self):
        self.assertTrue(self.document["openapi"].startswith("3.1"))
        for reference in references(self.document):
            self.resolve(reference)
        for schema in self.document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)
        ids = [operation["operationId"] for path in self.document["paths"].values() for operation in path.values()]
        self.assertEqual(len(ids), len(set(ids)))

    def test_predict(self):
        answer = self.check("post", "/predict", 200, [PICTURE]).json()
        self.assertEqual(answer["prediction"], "7")
        self.assertFalse(answer["unfamiliar"])
        plus = drawing([(0.5, 0.1), (0.5, 0.9)], [(0.1, 0.5), (0.9, 0.5)])
        answer = self.check("post", "/predict", 200, [("file", plus), ("charset", "digits")]).json()
        self.assertTrue(answer["unfamiliar"])
        self.assertLess(answer["familiarity"], 0.01)
        for absent in ("models", "seen", "explanation"):
            self.assertNotIn(absent, answer)
        full = self.check("post", "/predict", 200, query="?explain=1",
                          fields=[PICTURE, ("model", "all"), ("charset", "digits"), ("prior", "uniform"), ("top", "3"),
                                  ("seen", "1")]).json()
        self.assertEqual([entry["model"] for entry in full["models"]],
                         [entry["name"] for entry in self.server.ask("GET", "/models").json()["models"]])
        self.assertEqual({entry["prediction"] for entry in full["models"]}, {"7"})
        self.assertEqual(max(full["explanation"]["values"]), 1)

    def test_predict_refuses(self):
        self.check("post", "/predict", 400, [("picture", "x")])
        self.check("post", "/predict", 400, [PICTURE, ("model", "no such")])
        self.check("post", "/predict", 413, [("file", b"x" * (5 << 20))])
        self.check("post", "/predict", 415, [("file", "text")])
        self.check("post", "/predict", 422, [("file", PICTURE[1][:100])])

    def test_field(self):
        answer = self.check("post", "/predict/field", 200, [PICTURE]).json()
        self.assertEqual(answer["prediction"], "7")
        self.assertEqual(max(way["score"] for way in answer["lattice"]), 0)
        marked = [PICTURE, ("pattern", "#/"), ("top", "2"), ("prior", "uniform")]
        self.assertEqual(self.check("post", "/predict/field", 200, marked).json()["prediction"], "7/")
        self.check("post", "/predict/field", 400, [("picture", "x")])
        self.check("post", "/predict/field", 415, [("file", "text")])

    def test_lists(self):
        self.check_lists("/predict")
        self.check_lists("/predict/field")
        self.check_lists("/forms/{name}/read", name="village-vote")  # on which the picture does not lie

    def test_forms(self):
        forms = self.check("get", "/forms", 200).json()["forms"]
        self.assertEqual([form["name"] for form in forms], ["village-vote"])
        self.check("get", "/forms/{name}", 200, name="village-vote")
        self.check("get", "/forms/{name}", 404, name="none")
        path, name = "/forms/{name}/read", "village-vote"
        pages = []
        for number in (1, 2):
            with open(os.path.join(FORMS, f"filled-{number}.png"), "rb") as file:
                pages.append(("file", file.read()))
        page = self.check("post", path, 200, [pages[0], ("picture", "1")], name=name).json()
        self.assertEqual(list(page["fields"]), forms[0]["fields"])
        self.assertTrue(page["picture"].startswith("data:image/png;base64,"))
        self.assertNotEqual(page["status"], "refused")
        table = self.check("post", path, 200, pages, headers={"Accept": "text/csv"}, name=name).body.decode()
        head, first, second = table.splitlines()
        self.assertIn('"station","day","votes01"', head)
        self.assertIn(f'"{page["fields"]["votes01"]["text"]}"', first)
        self.assertEqual(head.count(","), second.count(","))
        self.assertEqual(self.check("post", path, 200, [PICTURE], name=name).json()["status"], "refused")
        self.check("post", path, 400, [("page", "x")], name=name)
        self.check("post", path, 404, [pages[0]], name="none")
        self.check("post", path, 415, [("file", "text")], name=name)
        self.check("post", path, 422, [("file", PICTURE[1][:100])], name=name)

    def test_forms_that_are_sent(self):
        with open(os.path.join(FORMS, "blank.png"), "rb") as file:
            blank = file.read()
        with open(os.path.join(FORMS, "filled-1.png"), "rb") as file:
            page = ("file", file.read())
        learnt = self.check("post", "/forms/learn", 200, [("file", blank), ("name", "mine")]).json()
        self.assertEqual(learnt["form"]["name"], "mine")
        self.assertGreaterEqual(len(learnt["form"]["fields"]), 8)
        sent = [("form", json.dumps(learnt["form"])), ("blank", base64.b64decode(learnt["picture"].split(",")[1]))]
        read = self.check("post", "/forms/read", 200, [page, *sent, ("picture", "1")]).json()
        self.assertEqual(list(read["fields"]), [field["name"] for field in learnt["form"]["fields"]])
        self.assertNotEqual(read["status"], "refused")
        self.check("post", "/forms/read", 200, [page, page, *sent])
        table = self.check("post", "/forms/read", 200, [page, *sent], headers={"Accept": "text/csv"}).body
        self.assertEqual(table.count(b"\r\n"), 2)
        self.check("post", "/forms/read", 400, [page])
        self.check("post", "/forms/read", 400, [page, ("form", json.dumps({**learnt["form"], "rules": ["1 = 1"]})), sent[1]])
        self.check("post", "/forms/read", 422, [page, ("form", "{"), sent[1]])
        self.check("post", "/forms/read", 415, [page, sent[0], ("blank", "text")])
        self.check("post", "/forms/learn", 400, [("page", "x")])
        self.check("post", "/forms/learn", 415, [("file", "text")])
        self.check("post", "/forms/learn", 422, [("file", PICTURE[1][:100])])

    @unittest.skipUnless(os.path.exists(INKLING), "there is no inkling beside the server")
    def test_review(self):
        def post(path, status, **body):
            return self.check("post", path, status, headers={"Content-Type": "application/json"}, body=json.dumps(body)).json()

        review = self.check("get", "/review", 200).json()["review"]
        self.assertEqual((review["run"], review["forms"]), ("run", ["village-vote"]))
        self.check("get", "/review", 403, headers={"Host": "example.org"})
        task = post("/review/next", 200, reviewer="Ann")["tasks"][0]
        self.assertTrue(task["crop"].startswith("data:image/png;base64,"))
        place = {name: task[name] for name in ("page", "field", "after")}
        post("/review/decide", 422, reviewer="Ann", **place, kind="corrected", text="1\t2")
        told = post("/review/decide", 200, reviewer="Ann", **place, kind="accepted")
        self.assertEqual(told["decision"]["text"], task["text"])
        post("/review/decide", 409, reviewer="Ben", **place, kind="accepted")
        self.assertEqual(post("/review/undo", 200, reviewer="Ann")["task"]["field"], task["field"])
        self.assertIsNone(post("/review/undo", 200, reviewer="Nobody")["task"])
        post("/review/next", 400, reviewer="")
        post("/review/next", 400, reviewer="Ann", other=1)
        self.check("post", "/review/next", 415, [("reviewer", "Ann")])
        post("/review/leave", 200, reviewer="Ann")
        told = post("/review/next", 200, reviewer="Cid", order="reading")
        while told["tasks"]:
            task = told["tasks"][0]
            place = {name: task[name] for name in ("page", "field", "after")}
            said = {"kind": "accepted"}
            if task["turn"] == "second":
                self.assertNotIn("text", task)
                said = {"kind": "second", "text": "1" * (8 if task["kind"] == "date" else 1)}
            told = post("/review/decide", 200, reviewer="Cid", **place, **said)
        self.assertGreater(told["progress"]["keyed"], 0)
        self.assertTrue(post("/review/fault", 200, page=task["page"])["fields"])
        post("/review/fault", 404, page=99)
        self.assertEqual(self.check("get", "/review/table", 200).body.count(b"\r\n"), 5)
        self.check("get", "/review/calibration", 200)

    def test_inference(self):
        self.check("get", "/v2", 200)
        self.check("get", "/v2/health/live", 200)
        self.check("get", "/v2/health/ready", 200)
        data = base64.b64encode(PICTURE[1]).decode()
        good = json.dumps({"inputs": [{"name": "image", "datatype": "BYTES", "shape": [1], "data": [data]}]})
        damaged = good.replace(data, data[:100])
        version = self.server.ask("GET", "/models").json()["models"][0]["version"]
        for path in ("/v2/models/{model}", "/v2/models/{model}/versions/{version}"):
            names = {"model": "cnn", "version": version}
            self.assertEqual(self.check("get", path, 200, **names).json()["versions"], [version])
            self.check("get", path + "/ready", 200, **names)
            inferred = self.check("post", path + "/infer", 200, body=good, **names).json()
            self.assertEqual(inferred["outputs"][0]["data"], ["7"])
            self.check("post", path + "/infer", 400, body="{}", **names)
            self.check("post", path + "/infer", 422, body=damaged, **names)
            for part in ("", "/ready"):
                self.check("get", path + part, 404, model="none", version=version)
            self.check("post", path + "/infer", 404, body=good, model="none", version=version)

    def test_the_rest(self):
        self.assertTrue(self.check("get", "/models", 200).json()["models"][0]["default"])
        self.check("get", "/health", 200)
        self.check("get", "/metrics", 200)
        self.check("get", "/openapi.json", 200)

    def test_nothing_else_is_described(self):
        model = "/v2/models/{model}"
        self.assertEqual(set(self.document["paths"]),
                         {"/predict", "/predict/field", "/forms", "/forms/learn", "/forms/read", "/forms/{name}",
                          "/forms/{name}/read", "/review", *("/review/" + part for part in (
                              "next", "decide", "undo", "leave", "fault", "table", "calibration")),
                          "/v2", "/v2/health/live", "/v2/health/ready",
                          *(path + part for path in (model, model + "/versions/{version}")
                            for part in ("", "/ready", "/infer")),
                          "/models", "/health", "/metrics", "/openapi.json"})

    def test_docs_need_no_other_host(self):
        page = self.server.ask("GET", "/docs")
        self.assertEqual(page.status, 200)
        self.assertNotIn(b"://", page.body)
        for part in re.findall(rb'(?:href|src)="([^"]+)"', page.body):
            self.assertEqual(self.server.ask("GET", part.decode()).status, 200, part)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
