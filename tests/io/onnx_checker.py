"""Has ONNX's own checker look at every .onnx of a folder, shapes and types inferred: onnx_checker.py FOLDER

Exit status: 0 nothing is wrong, 1 something is, 77 the package is absent (Debian: python3-onnx)."""

import sys
from pathlib import Path

try:
    import onnx
except ImportError:
    sys.exit(77)

failed = False
for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    try:
        onnx.checker.check_model(str(path), full_check=True)
        model = onnx.load(str(path))
        opsets = {opset.domain or "ai.onnx": opset.version for opset in model.opset_import}
        types = {value.name: value.type.tensor_type.elem_type for value in model.graph.output}
        assert opsets["ai.onnx"] == 13 and opsets.get("ai.onnx.ml", 1) >= 1, opsets
        assert types["label"] == onnx.TensorProto.STRING and types["probabilities"] == onnx.TensorProto.FLOAT, types
        verdict = "valid"
    except Exception as error:
        failed, verdict = True, error
    print(f"{path.name} in onnx {onnx.__version__}: {verdict}")
sys.exit(failed)
