"""Holds real answers of the server against its own description: openapi_test.py SERVER MODELS PICTURE"""

import re
import sys
import unittest

from running_server import Server

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

PROGRAM, MODELS, PICTURE_FILE = sys.argv[1:4]
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
        cls.server = Server(PROGRAM, MODELS, "--log", "off")
        cls.document = cls.server.ask("GET", "/openapi.json").json()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def resolve(self, reference):
        node = self.document
        self.assertTrue(reference.startswith("#/"), reference)
        for name in reference[2:].split("/"):
            node = node[name]
        return node

    def check(self, method, path, status, fields=None, query=""):
        """Asks, and holds the answer against what the document says of that status. Returns the answer."""
        answer = self.server.ask(method.upper(), path + query, fields)
        self.assertEqual(answer.status, status, answer.body)
        responses = self.document["paths"][path][method]["responses"]
        self.assertIn(str(status), responses)
        described = responses[str(status)]
        if "$ref" in described:
            described = self.resolve(described["$ref"])
        self.assertIn(answer.content_type, described["content"])
        if answer.content_type.endswith("json"):
            schema = {**described["content"][answer.content_type]["schema"], "components": self.document["components"]}
            Draft202012Validator(schema).validate(answer.json())
        return answer

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

    def test_the_rest(self):
        self.assertTrue(self.check("get", "/models", 200).json()["models"][0]["default"])
        self.check("get", "/health", 200)
        self.check("get", "/metrics", 200)
        self.check("get", "/openapi.json", 200)

    def test_nothing_else_is_described(self):
        self.assertEqual(set(self.document["paths"]),
                         {"/predict", "/predict/field", "/models", "/health", "/metrics", "/openapi.json"})

    def test_docs_need_no_other_host(self):
        page = self.server.ask("GET", "/docs")
        self.assertEqual(page.status, 200)
        self.assertNotIn(b"://", page.body)
        for part in re.findall(rb'(?:href|src)="([^"]+)"', page.body):
            self.assertEqual(self.server.ask("GET", part.decode()).status, 200, part)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
