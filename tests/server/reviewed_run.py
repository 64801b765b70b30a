"""A run of forms to be reviewed: the example's pages, read once, and as many copies of their rows as are wanted."""

import os
import shutil
import sqlite3
import subprocess

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/forms")


def make_run(inkling, models, folder, pages, pictures=False):
    """Writes a run of so many pages below `folder` and returns its path. pictures: one of its own for each."""
    run = os.path.join(folder, "run")
    subprocess.run([inkling, "form", "read", os.path.join(EXAMPLES, "form.json"), "--model",
                    os.path.join(models, "cnn.safetensors"), "--out", run, "--pictures", "--keep-going",
                    *[os.path.join(EXAMPLES, "filled-%d.png" % i) for i in (1, 2, 3, 4)]],
                   check=True, stdout=subprocess.DEVNULL)
    database = sqlite3.connect(os.path.join(run, "run.sqlite"))
    first = [row[0] for row in database.execute("SELECT id FROM page ORDER BY id")]
    for number in range(len(first), pages):
        source = first[number % len(first)]
        (picture,) = database.execute("SELECT picture FROM page WHERE id = ?", (source,)).fetchone()
        if pictures:
            copy = "pages/copy-%d.png" % number
            shutil.copyfile(os.path.join(run, picture), os.path.join(run, copy))
            picture = copy
        page = database.execute(
            "INSERT INTO page (file, hash, page, form, edition, status, reason, residual, coverage, rules, picture, duplicate_of)"
            " SELECT ?, ?, page, form, edition, status, reason, residual, coverage, rules, ?, duplicate_of FROM page WHERE id = ?",
            ("copy-%05d.png" % number, "copy%d" % number, picture, source)).lastrowid
        database.execute("INSERT INTO field SELECT ?, position, name, text, plain, status, confidence, changed_by, reason, cells"
                         " FROM field WHERE page = ?", (page, source))
    database.commit()
    database.close()
    return run
