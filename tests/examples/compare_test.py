"""Training several models and reporting on them."""

import collections
import html.parser
import json
import unittest

from command import CommandTest


class Page(html.parser.HTMLParser):
    """What a page refers to, and how its elements nest."""

    def __init__(self, text):
        super().__init__()
        self.links, self.open, self.seen, self.text = [], [], collections.Counter(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen[tag] += 1
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen[tag] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.text += data


class Compare(CommandTest):
    def test_results_and_report(self):
        out = self.folder / "some" / "report"
        run = self.succeed("compare", "--models", "mlp,svm,forest", "--epochs", 8, "--out", out, "--data", self.data)
        for name in ("mlp", "svm", "forest", "report.html"):
            self.assertIn(name, run.stdout)

        results = json.loads((out / "results.json").read_text())
        self.assertEqual(list(results), ["data", "machine", "models"])
        self.assertEqual((results["data"]["train"], results["data"]["test"]), (300, 100))
        self.assertEqual([model["name"] for model in results["models"]], ["mlp", "svm", "forest"])
        counts = collections.Counter(label for label, _ in self.test_images)
        for model in results["models"]:
            with self.subTest(model["name"]):
                self.assertEqual(list(model), ["name", "accuracy", "macro_f1", "train_seconds", "predict_us", "bytes",
                                               "confusion", "curve"])
                self.assertEqual([epoch["epoch"] for epoch in model["curve"]],
                                 list(range(1, 9)) if model["name"] == "mlp" else [])
                for epoch in model["curve"]:
                    self.assertEqual(list(epoch), ["epoch", "loss", "accuracy", "validation_loss",
                                                   "validation_accuracy"])
                confusion = model["confusion"]
                self.assertEqual([sum(row) for row in confusion], [counts[label] for label in range(10)])  # rows: true
                self.assertAlmostEqual(model["accuracy"], sum(confusion[i][i] for i in range(10)) / 100)
                self.assertGreater(model["accuracy"], 0.3)
                file = out / f"{model['name']}.safetensors"
                self.assertEqual(model["bytes"], file.stat().st_size)
                again = self.succeed("evaluate", "--model", file, "--data", self.data, "--json")
                self.assertAlmostEqual(json.loads(again.stdout)["accuracy"], model["accuracy"])

        text = (out / "report.html").read_text()
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertTrue(page.links)
        for link in page.links:  # nothing is fetched
            self.assertTrue(link.startswith("data:image/png;base64,"), link[:80])
        self.assertNotIn("http", text)
        self.assertNotIn("@import", text)
        self.assertNotIn("url(", text)
        self.assertEqual(page.seen["svg"], 5)  # a curve, three matrices, and where the forest looks
        for words in ("mlp", "svm", "forest", "predicted", "true", "Learning curves", "epoch", "Where the forest looks", "read as", "MNIST", "Processor"):
            self.assertIn(words, page.text)

    def test_default_folder(self):
        self.succeed("compare", "--models", "svm", "--limit", 50, "--data", self.data, cwd=self.folder)
        self.assertTrue((self.folder / "inkling-report" / "report.html").exists())


if __name__ == "__main__":
    unittest.main()
