"""Runs every NAME.onnx of a folder in OpenCV and compares its scores with those in NAME.json: opencv_check.py FOLDER

Exit status: 0 all agree, 1 some differ, 77 OpenCV is absent."""

import json
import sys
from pathlib import Path

try:
    import cv2
    import numpy as np
except ImportError:
    sys.exit(77)

failed = False
for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    expected = json.loads(path.with_suffix(".json").read_text())
    shape = [expected[side] for side in ("images", "height", "width", "channels")]
    pixels = np.fromfile(path.with_suffix(".pixels"), np.uint8).reshape(shape).transpose(0, 3, 1, 2)
    try:
        net = cv2.dnn.readNetFromONNX(str(path))
        net.setInput(pixels.astype(np.float32))
        worst = np.abs(net.forward().ravel() - np.array(expected["scores"])).max()
        verdict = f"at most {worst} away"
    except cv2.error as error:
        worst, verdict = np.inf, str(error)
    failed |= not worst <= 1e-4
    print(f"{path.name} in OpenCV {cv2.__version__}: {verdict}")
sys.exit(failed)
