"""The Open Inference Protocol, point by point: open_inference_test.py SERVER MODELS PICTURE

There is no client of the protocol over HTTP and JSON among the packages of Debian 12 and npm. So each test is a point of its
specification, named as that names its sections: https://github.com/kserve/open-inference-protocol, inference_rest.md; and, where
it says so, of Triton's extension "Binary Tensor Data" (extension_binary_data.md). The schemas are the specification's objects.
"""

import base64
import http.client
import json
import os
import shutil
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pictures import drawing
from running_server import Answer, Server

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

PROGRAM, MODELS, PICTURE_FILE = sys.argv[1:4]
with open(PICTURE_FILE, "rb") as file:
    SEVEN = file.read()
ONE = drawing([(0.5, 0.1), (0.5, 0.9)])
INFER = "/v2/models/cnn/infer"

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}


def object_of(required, optional={}):
    """The specification's way to write a JSON object, as a schema: these members and no other."""
    return {"type": "object", "properties": {**required, **optional}, "required": list(required), "additionalProperties": False}


def list_of(items):
    return {"type": "array", "items": items}


PARAMETERS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
SHAPE = list_of({"type": "integer"})
METADATA_TENSOR = object_of({"name": TEXT, "datatype": TEXT, "shape": SHAPE})
TENSOR_DATA = list_of({"type": ["string", "number", "boolean", "array"]})
RESPONSE_OUTPUT = object_of({"name": TEXT, "shape": SHAPE, "datatype": TEXT, "data": TENSOR_DATA}, {"parameters": PARAMETERS})
BINARY_OUTPUT = object_of({"name": TEXT, "shape": SHAPE, "datatype": TEXT,
                           "parameters": object_of({"binary_data_size": {"type": "integer"}})})


def response(output):
    return object_of({"model_name": TEXT, "outputs": list_of(output)}, {"model_version": TEXT, "id": TEXT, "parameters": PARAMETERS})


def base64_of(*pictures):
    return [base64.b64encode(picture).decode() for picture in pictures]


def elements(*values):
    """BYTES as the extension has them: each with its length in front."""
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def image(*pictures, **changes):
    return {"name": "image", "shape": [len(pictures)], "datatype": "BYTES", "data": base64_of(*pictures), **changes}


class OpenInference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(PROGRAM, MODELS, "--log", "off")
        cls.version = cls.get("/v2/models/cnn").json()["versions"][0]

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    @classmethod
    def get(cls, path):
        return cls.server.ask("GET", path)

    def fits(self, answer, schema):
        self.assertEqual((answer.status, answer.content_type), (200, "application/json"), answer.body)
        Draft202012Validator(schema).validate(answer.json())
        return answer.json()

    def post(self, body, path=INFER, headers={"Content-Type": "application/json"}):
        return self.server.ask("POST", path, None, headers, json.dumps(body) if isinstance(body, dict) else body)

    def infer(self, *inputs, **members):
        """The response to a request that has to be answered."""
        return self.fits(self.post({"inputs": list(inputs), **members}), response(RESPONSE_OUTPUT))

    def error(self, answer, status=400):
        """$…_error_response: an error status, and a body with the member error."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertIsInstance(answer.json()["error"], str)
        self.assertGreater(len(answer.json()["error"]), 10)
        return answer.json()["error"]

    # HTTP/REST

    def test_the_six_apis_are_at_their_paths_with_their_verbs(self):
        for path in ("/v2", "/v2/", "/v2/health/live", "/v2/health/ready"):
            self.assertEqual(self.get(path).status, 200, path)
        for model in ("/v2/models/cnn", f"/v2/models/cnn/versions/{self.version}"):
            self.assertEqual(self.get(model).status, 200)
            self.assertEqual(self.get(model + "/ready").status, 200)
            self.assertEqual(self.post({"inputs": [image(SEVEN)]}, model + "/infer").status, 200)
            self.assertEqual(self.get(model + "/infer").status, 405)
            self.assertEqual(self.server.ask("POST", model).status, 405)

    def test_a_version_is_optional_and_another_one_is_an_error(self):
        for path in ("/v2/models/cnn/versions/1", "/v2/models/cnn/versions/1/ready"):
            self.error(self.get(path), 404)
        self.error(self.post({"inputs": [image(SEVEN)]}, "/v2/models/cnn/versions/1/infer"), 404)

    def test_all_strings_are_case_sensitive(self):
        self.error(self.get("/v2/models/CNN"), 404)
        self.error(self.post({"inputs": [image(SEVEN, name="Image")]}))
        self.error(self.post({"inputs": [image(SEVEN, datatype="bytes")]}))
        self.error(self.post({"inputs": [image(SEVEN)], "outputs": [{"name": "Label"}]}))
        self.error(self.post({"Inputs": [image(SEVEN)]}))

    # Health/Readiness/Liveness Probes; Server Live; Server Ready; Model Ready

    def test_server_live_and_server_ready(self):
        self.fits(self.get("/v2/health/live"), object_of({"live": FLAG}))
        ready = self.fits(self.get("/v2/health/ready"), object_of({"live": FLAG}, {"ready": FLAG}))
        self.assertEqual(set(ready.values()), {True})

    def test_model_ready_names_the_model(self):
        ready = self.fits(self.get("/v2/models/svm/ready"), object_of({"name": TEXT, "ready": FLAG}))
        self.assertEqual(ready, {"name": "svm", "ready": True})
        self.error(self.get("/v2/models/none/ready"), 404)

    def test_the_server_is_ready_when_all_models_are(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(MODELS, "svm.safetensors"), folder)
            with open(os.path.join(folder, "broken.safetensors"), "wb") as broken:
                broken.write(b"nothing")
            with Server(PROGRAM, folder, "--log", "off") as server:
                self.assertEqual(server.ask("GET", "/v2/health/live").status, 200)
                self.error(server.ask("GET", "/v2/health/ready"), 503)
                self.assertEqual(server.ask("GET", "/v2/models/svm/ready").status, 200)
                self.error(server.ask("GET", "/v2/models/broken/ready"), 404)

    # Server Metadata

    def test_server_metadata(self):
        server = self.fits(self.get("/v2"), object_of({"name": TEXT, "version": TEXT, "extensions": list_of(TEXT)}))
        self.assertEqual(server["name"], "inkling-server")
        self.assertEqual(server["extensions"], ["binary_tensor_data"])

    # Model Metadata

    def test_model_metadata(self):
        schema = object_of({"name": TEXT, "platform": TEXT, "inputs": list_of(METADATA_TENSOR), "outputs": list_of(METADATA_TENSOR)},
                           {"versions": list_of(TEXT)})
        for path in ("/v2/models/cnn", f"/v2/models/cnn/versions/{self.version}"):
            model = self.fits(self.get(path), schema)
            self.assertEqual(model["name"], "cnn")
            self.assertEqual(model["versions"], [self.version])
            self.assertEqual(model["inputs"], [{"name": "image", "datatype": "BYTES", "shape": [-1]}])  # of variable size
            self.assertEqual([(output["name"], output["datatype"], output["shape"]) for output in model["outputs"]],
                             [("label", "BYTES", [-1]), ("confidence", "FP32", [-1]), ("probabilities", "FP32", [-1, 47])])

    def test_model_metadata_error(self):
        self.assertIn("GET /models", self.error(self.get("/v2/models/none"), 404))

    # Inference, Inference Request JSON Object

    def test_an_id_is_optional_and_comes_back(self):
        self.assertNotIn("id", self.infer(image(SEVEN)))
        for id in ("42", "", "é \"\\ \U0001F600"):
            self.assertEqual(self.infer(image(SEVEN), id=id)["id"], id)
        self.error(self.post({"id": 42, "inputs": [image(SEVEN)]}))

    def test_parameters_are_optional_and_those_of_the_server_work(self):
        self.infer(image(SEVEN), parameters={})
        limited = self.infer(image(SEVEN), parameters={"charset": "letters", "prior": "uniform"})
        self.assertTrue(limited["outputs"][0]["data"][0].isalpha())
        self.error(self.post({"inputs": [image(SEVEN)], "parameters": {"charset": "no such"}}))
        self.error(self.post({"inputs": [image(SEVEN)], "parameters": {"charsets": "digits"}}))
        self.error(self.post({"inputs": [image(SEVEN)], "parameters": []}))

    def test_inputs_are_required_and_are_those_of_the_model(self):
        self.error(self.post({}))
        self.error(self.post({"inputs": []}))
        self.error(self.post({"inputs": {"image": 1}}))
        self.error(self.post({"inputs": [image(SEVEN), image(SEVEN, name="mask")]}))
        self.error(self.post("[]"))
        self.error(self.post("{"))

    def test_outputs_are_optional_and_without_them_all_come(self):
        everything = self.infer(image(SEVEN))
        self.assertEqual([output["name"] for output in everything["outputs"]], ["label", "confidence", "probabilities"])
        self.assertEqual(self.infer(image(SEVEN), outputs=[])["outputs"], everything["outputs"])
        for names in (["label"], ["probabilities", "label"]):
            some = self.infer(image(SEVEN), outputs=[{"name": name} for name in names])
            self.assertEqual([output["name"] for output in some["outputs"]], names)
        self.error(self.post({"inputs": [image(SEVEN)], "outputs": [{"name": "softmax"}]}))
        self.error(self.post({"inputs": [image(SEVEN)], "outputs": [{}]}))

    # Request Input; Tensor Data; Tensor Data Types

    def test_each_member_of_an_input_but_parameters_is_required(self):
        for member in ("name", "shape", "datatype", "data"):
            without = image(SEVEN)
            del without[member]
            self.error(self.post({"inputs": [without]}))
        self.infer(image(SEVEN, parameters={"content_type": "base64"}))

    def test_shape_and_data_are_of_the_full_batch(self):
        batch = self.infer(image(SEVEN, ONE, SEVEN), parameters={"charset": "digits"})
        self.assertEqual(batch["outputs"][0]["data"], ["7", "1", "7"])
        self.assertEqual([output["shape"] for output in batch["outputs"]], [[3], [3], [3, 47]])
        self.assertEqual(len(batch["outputs"][2]["data"]), 3 * 47)
        column = self.infer(image(SEVEN, ONE, shape=[2, 1]), parameters={"charset": "digits"})
        self.assertEqual(column["outputs"][0]["shape"], [2, 1])
        self.assertEqual(self.infer(image())["outputs"][0], {"name": "label", "datatype": "BYTES", "shape": [0], "data": []})
        self.error(self.post({"inputs": [image(SEVEN, shape=[2])]}))

    def test_data_may_be_nested_as_the_shape_is_or_flat(self):
        flat = image(SEVEN, ONE, shape=[2, 1])
        nested = image(SEVEN, ONE, shape=[2, 1], data=[[data] for data in base64_of(SEVEN, ONE)])
        self.assertEqual(self.infer(flat)["outputs"], self.infer(nested)["outputs"])

    def test_a_dimension_is_an_unsigned_integer_of_64_bits(self):
        for size in (-1, 1.5, "1", None, 2**64, 2**64 - 1, 2**63, 2**32):
            self.error(self.post({"inputs": [image(SEVEN, shape=[size])]}))
        self.error(self.post({"inputs": [image(SEVEN, shape=[2**32, 2**32])]}))

    def test_a_datatype_that_the_input_has_not_is_an_error(self):
        for datatype in ("BOOL", "UINT8", "FP32", "FP64", "STRING"):
            self.error(self.post({"inputs": [image(SEVEN, datatype=datatype)]}))

    # Inference Response JSON Object; Response Output

    def test_the_response_names_model_and_version(self):
        for path in (INFER, f"/v2/models/cnn/versions/{self.version}/infer"):
            answer = self.fits(self.post({"inputs": [image(SEVEN)]}, path), response(RESPONSE_OUTPUT))
            self.assertEqual((answer["model_name"], answer["model_version"]), ("cnn", self.version))

    def test_the_response_says_what_predict_says(self):
        predicted = self.server.ask("POST", "/predict", [("file", SEVEN)]).json()
        label, confidence, probabilities = self.infer(image(SEVEN))["outputs"]
        self.assertEqual(label["data"], [predicted["prediction"]])
        self.assertAlmostEqual(confidence["data"][0], predicted["confidence"], places=5)
        classes = next(model for model in self.server.ask("GET", "/models").json()["models"] if model["name"] == "cnn")["classes"]
        self.assertEqual(classes[probabilities["data"].index(max(probabilities["data"]))], "7")
        self.assertAlmostEqual(sum(probabilities["data"]), 1, places=4)

    # Inference Response JSON Error Object

    def test_every_refusal_of_an_inference_has_an_error(self):
        self.error(self.post({"inputs": [image(SEVEN)]}, "/v2/models/none/infer"), 404)
        self.error(self.post({"inputs": [image(SEVEN, data=["%"])]}))
        self.assertIn("Picture 1", self.error(self.post({"inputs": [image(SEVEN, b"text")]}), 415))
        self.error(self.post({"inputs": [image(SEVEN[:200])]}), 422)
        self.error(self.get("/v2/models/cnn/config"), 404)  # of Triton, and not here
        self.error(self.get(INFER), 405)

    def test_a_key_that_is_missing_is_an_error(self):
        with tempfile.NamedTemporaryFile("w") as keys:
            keys.write("0123456789abcdef\n")
            keys.flush()
            with Server(PROGRAM, MODELS, "--log", "off", "--api-key-file", keys.name) as server:
                self.assertEqual(server.ask("GET", "/v2/health/ready").status, 200)
                self.error(server.ask("GET", "/v2/models/cnn"), 401)
                self.assertEqual(server.ask("GET", "/v2/models/cnn", None, {"Authorization": "Bearer 0123456789abcdef"}).status, 200)

    # Binary Tensor Data (Triton)

    def ask_binary(self, request, binary=b""):
        head = json.dumps(request).encode()
        headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
        return self.post(head + binary, headers=headers)

    def binary_image(self, *pictures):
        data = elements(*pictures)
        tensor = {"name": "image", "shape": [len(pictures)], "datatype": "BYTES", "parameters": {"binary_data_size": len(data)}}
        return tensor, data

    def test_binary_inputs_lie_behind_the_json(self):
        tensor, data = self.binary_image(SEVEN, ONE)
        answer = self.ask_binary({"inputs": [tensor]}, data)
        self.assertNotIn("inference-header-content-length", answer.headers)
        self.assertEqual(self.fits(answer, response(RESPONSE_OUTPUT)), self.infer(image(SEVEN, ONE)))

    def test_binary_outputs_lie_behind_the_json_in_their_order(self):
        tensor, data = self.binary_image(SEVEN, ONE)
        exact = self.infer(image(SEVEN, ONE))["outputs"]
        answer = self.ask_binary({"inputs": [tensor], "parameters": {"binary_data_output": True}}, data)
        self.assertEqual((answer.status, answer.content_type), (200, "application/octet-stream"))
        length = int(answer.headers["inference-header-content-length"])
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
        head, rest = json.loads(answer.body[:length]), answer.body[length:]
        Draft202012Validator(response(BINARY_OUTPUT)).validate(head)
        parts = {}
        for output in head["outputs"]:
            size = output["parameters"]["binary_data_size"]
            parts[output["name"]], rest = rest[:size], rest[size:]
        self.assertEqual(rest, b"")
        self.assertEqual(parts["label"], elements(*(label.encode() for label in exact[0]["data"])))
        for number, name in ((1, "confidence"), (2, "probabilities")):
            values = struct.unpack(f"<{len(parts[name]) // 4}f", parts[name])
            for value, rounded in zip(values, exact[number]["data"], strict=True):
                self.assertAlmostEqual(value, rounded, places=5)

    def test_binary_data_of_an_output_comes_before_that_of_the_request(self):
        mixed = [{"name": "label", "parameters": {"binary_data": False}}, {"name": "confidence"}]
        answer = self.post({"inputs": [image(SEVEN)], "outputs": mixed, "parameters": {"binary_data_output": True}})
        label, confidence = json.loads(answer.body[: int(answer.headers["inference-header-content-length"])])["outputs"]
        self.assertEqual(label["data"], ["7"])
        self.assertEqual(confidence["parameters"], {"binary_data_size": 4})
        alone = [{"name": "label"}, {"name": "confidence", "parameters": {"binary_data": True}}]
        answer = self.post({"inputs": [image(SEVEN)], "outputs": alone})
        label, confidence = json.loads(answer.body[: int(answer.headers["inference-header-content-length"])])["outputs"]
        self.assertEqual((label["data"], confidence["parameters"]), (["7"], {"binary_data_size": 4}))

    def test_binary_data_that_does_not_add_up_is_an_error(self):
        tensor, data = self.binary_image(SEVEN)
        request = {"inputs": [tensor]}
        self.error(self.ask_binary(request, data[:-1]))
        self.error(self.ask_binary(request, data + b"x"))
        self.error(self.ask_binary(request))
        self.error(self.ask_binary({"inputs": [{**tensor, "data": base64_of(SEVEN)}]}, data))
        self.error(self.ask_binary({"inputs": [{**tensor, "shape": [2]}]}, data))
        for size in (-1, "3", len(data) + 1, 2**64 - 1):
            self.error(self.ask_binary({"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}, data))
        long = struct.pack("<I", len(SEVEN) + 1) + SEVEN
        self.error(self.ask_binary(request, long))
        for length in ("x", "-1", "99999999", "18446744073709551616"):
            self.error(self.post(json.dumps(request).encode(), headers={"Inference-Header-Content-Length": length}))

    # Inference Request Examples, as bytes on the wire: a client that keeps its connection and sends no type.

    def test_the_example_over_one_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            for id in ("42", "43"):
                connection.request("POST", INFER, json.dumps({"id": id, "inputs": [image(SEVEN)], "outputs": [{"name": "label"}]}))
                answer = Answer(connection.getresponse())
                self.assertEqual((answer.json()["id"], answer.json()["outputs"][0]["data"]), (id, ["7"]))
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
