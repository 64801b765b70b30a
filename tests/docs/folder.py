"""Makes the folders in which the blocks run, all alike: folder.py PROJECT FOLDER...

What the pages take for granted: a small part of the sample under its own name and as EMNIST would have it, pictures, the samples
of a hand, and the project's models and examples."""

import gzip
import shutil
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from pictures import png


def read_idx(path):
    """(the sizes of a record, the records)"""
    data = gzip.decompress(path.read_bytes())
    dimensions = data[3]
    count, *size = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    length = (len(data) - 4 - 4 * dimensions) // count
    return size, [data[4 + 4 * dimensions :][i * length : (i + 1) * length] for i in range(600)]


def write_idx(path, size, records):
    head = bytes([0, 0, 8, len(size) + 1]) + struct.pack(f">{len(size) + 1}I", len(records), *size)
    path.write_bytes(gzip.compress(head + b"".join(records)))


def transposed(image):
    return bytes(image[28 * (i % 28) + i // 28] for i in range(784))


def write_emnist(folder, images, labels):
    """The splits digits and letters; of the latter the first ten letters alone."""
    folder.mkdir(exist_ok=True)
    images = [transposed(image) for image in images]
    letters = [bytes([label[0] + 1]) for label in labels]
    for split, of_split in (("digits", labels), ("letters", letters)):
        for part, chosen in (("train", slice(0, 450)), ("test", slice(450, 600))):
            write_idx(folder / f"emnist-{split}-{part}-images-idx3-ubyte.gz", [28, 28], images[chosen])
            write_idx(folder / f"emnist-{split}-{part}-labels-idx1-ubyte.gz", [], of_split[chosen])
    (folder / "emnist-digits-mapping.txt").write_text("".join(f"{i} {48 + i}\n" for i in range(10)))
    (folder / "emnist-letters-mapping.txt").write_text("".join(f"{i + 1} {65 + i} {97 + i}\n" for i in range(26)))


def line_of(images):
    """Characters side by side, dark on white."""
    width = 32 * len(images) + 8
    rows = [bytes([255]) * width] * 6
    for y in range(28):
        rows.append(b"\xff" * 6 + b"".join(bytes(255 - ink for ink in image[28 * y : 28 * y + 28]) + b"\xff" * 4 for image in images) + b"\xff" * 2)
    rows += [bytes([255]) * width] * 6
    return png(width, len(rows), b"".join(b"\0" + row for row in rows))


def write_pictures(folder, project, images, labels):
    of_digit = lambda digit, number=0: [image for image, label in zip(images, labels) if label[0] == digit][number]
    for name in ("seven.png", "picture.png", "a.png"):
        shutil.copy(project / "examples/images/seven.png", folder / name)
    (folder / "b.png").write_bytes(png(20, 20, (b"\0" + b"\xff" * 20) * 20))  # without ink
    for name in ("code.png", "field.png"):
        (folder / name).write_bytes(line_of([of_digit(digit) for digit in (4, 3, 7, 4, 4)]))
    (folder / "date.png").write_bytes(line_of([of_digit(digit) for digit in (2, 4, 1, 2, 1, 9, 0, 7)]))
    for digit in range(10):
        hand = folder / "my-hand" / str(digit)
        hand.mkdir(parents=True, exist_ok=True)
        for number in range(2):
            (hand / f"{number}.png").write_bytes(line_of([of_digit(digit, number)]))


def make(project, folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    contents = {}
    for kind in ("images-idx3", "labels-idx1"):
        name = f"t10k-{kind}-ubyte.gz"
        size, contents[kind] = read_idx(project / "data" / name)
        write_idx(folder / "data" / name, size, contents[kind])
    images, labels = contents["images-idx3"], contents["labels-idx1"]
    write_emnist(folder / "emnist", images, labels)
    (folder / "DIR").symlink_to("emnist")
    write_pictures(folder, project, images, labels)
    shutil.copy(project / "models/cnn.safetensors", folder)
    for name in ("models", "examples", "include", "tests"):
        (folder / name).symlink_to(project / name)


if __name__ == "__main__":
    project, *folders = (Path(argument).resolve() for argument in sys.argv[1:])
    for folder in folders:
        make(project, folder)
