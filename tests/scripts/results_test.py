"""scripts/results.py with a command that makes its figures up."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A shell starts faster than Python, and it is started often.
FAKE = r"""#!/bin/sh
command=$1
prior=0
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=$(basename "$2" .safetensors) ;;
    --prior) prior=5 ;;
    --confusion) echo "<svg/>" >"$2" ;;
    --out) out=$2 ;;
    --files-from) files=$2 ;;
  esac
  shift
done
if [ "$command" = evaluate ]; then
  case $model in cnn) percent=90 ;; mlp) percent=80 ;; svm) percent=50 ;; forest) percent=70 ;; esac
  accuracy=$((percent + prior))
  echo "{\"samples\":1234,\"accuracy\":0.$accuracy,\"top2\":0.95,\"macro_f1\":0.6,\"ece\":0.01," \
    "\"interval\":[0.$((accuracy - 1)),0.$((accuracy + 1))]}"
elif [ "$command" = predict ]; then
  while read -r file; do
    case $file in *unreadable.png) continue ;; esac
    echo "{\"path\":\"$file\",\"prediction\":\"7\",\"confidence\":0.75}"
  done <"$files"
  exit 1
else
  models=
  for name in cnn mlp svm forest; do
    models="$models${models:+,}{\"name\":\"$name\",\"accuracy\":0.75,\"macro_f1\":0.5,\"train_seconds\":1.5,"
    models="$models\"predict_us\":2.5,\"bytes\":1000}"
  done
  echo "{\"data\":{\"test\":2000},\"models\":[$models]}" >"$out/results.json"
fi
"""


class Results(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.command = self.folder / "inkling"
        self.command.write_text(FAKE)
        self.command.chmod(0o755)

    def make_found(self):
        """Four pictures a set, of which the command reads three and two rightly, each with 0.75."""
        for name in ("usps", "semeion", "optdigits-orig", "nsysu-exam-digits", "dida", "choice-cursive"):
            folder = self.folder / "found" / name
            folder.mkdir(parents=True)
            (folder / "labels.csv").write_text("file,text\na.png,7\nb.png,7\nc.png,1\nunreadable.png,7\n")
        return self.folder / "found"

    def run_script(self, *arguments):
        return subprocess.run([ROOT / "scripts/results.py", "--inkling", self.command, *map(str, arguments)],
                              capture_output=True, text=True, check=False)

    def test_tables_are_printed(self):
        run = self.run_script("emnist")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("| bymerge (1,234) | balanced (1,234) | balanced, `--prior uniform` (1,234) |", run.stdout)
        self.assertIn("| cnn | 90.00 % (89.00–91.00) | 90.00 % (89.00–91.00) | 95.00 % (94.00–96.00) |", run.stdout)
        self.assertIn("| svm | 95.00 % | 60.00 % |", run.stdout)
        self.assertNotIn("### mnist", run.stdout)

    def test_the_page_is_filled(self):
        page = self.folder / "results.md"
        page.write_text((ROOT / "docs/results.md").read_text())
        found = self.make_found()
        for _ in range(2):  # the second time replaces the tables of the first
            run = self.run_script("emnist", "mnist", "--found", found, "--write", page,
                                  "--pictures", self.folder / "new" / "pictures")
            self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)
        text = page.read_text()
        self.assertEqual(text.count("| cnn | 75.00 % (73.06–76.85) | 50.00 % | 1.5 s | 2.5 µs | 1,000 |"), 2)
        self.assertEqual(text.count("| cnn | 90.00 % (89.00–91.00) |"), 1)
        self.assertEqual(text.count("<!-- table:"), 8)
        self.assertRegex(text, r"\| 5 (\| 66\.67 %, 8\.33 % ){6}\| \d+\.\d\d \|")
        self.assertIn("USPS zip codes (1,234)", text)
        self.assertIn("These are not EMNIST's official test sets", text)
        pictures = sorted(file.name for file in (self.folder / "new" / "pictures").iterdir())
        self.assertEqual(pictures, [f"confusion-{model}.svg" for model in ("cnn", "forest", "mlp", "svm")])

    def test_a_page_without_places_is_left_alone(self):
        page = self.folder / "other.md"
        page.write_text("nothing\n")
        run = self.run_script("emnist", "--write", page)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("0 places for the table accuracy", run.stderr)
        self.assertEqual(page.read_text(), "nothing\n")


if __name__ == "__main__":
    unittest.main()
