"""Networks that PyTorch holds, through safetensors and through ONNX: torch_test.py PROJECT"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

try:
    import torch
    from torch import nn
except ImportError:
    print("skipped: PyTorch is not installed (Debian: python3-torch)")
    sys.exit(0)

import inkling

NAMES = list("abcdefg")
LAYERS = [("conv2d", {"filters": 6, "padding": "same", "bias": False}), "batch_norm", "relu", ("max_pool2d", {"window": 2}),
          ("depthwise_conv2d", {"stride": 2}), "relu", "flatten", ("dense", {"units": 9}), "batch_norm", "sigmoid",
          ("dense", {"units": 7})]


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        array = tensor.detach().contiguous().numpy()
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


class TorchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.model = nn.Sequential(
            nn.Conv2d(2, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 6, 3, stride=2, groups=6), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 4 * 3, 9), nn.BatchNorm1d(9),
            nn.Sigmoid(), nn.Linear(9, 7))
        for _ in range(5):  # running statistics of their own
            cls.model(torch.rand(16, 2, 18, 14))
        for parameter in cls.model.parameters():
            parameter.data += 0.1 * torch.randn_like(parameter)
        cls.model.eval()
        cls.images = np.random.default_rng(1).integers(0, 256, (20, 18, 14, 2), dtype=np.uint8)
        with torch.no_grad():
            x = torch.from_numpy(cls.images.astype(np.float32) / 255).permute(0, 3, 1, 2)
            cls.expected = torch.softmax(cls.model(x), 1).numpy()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    def check(self, network, names=NAMES):
        self.assertEqual(network.class_names, names)
        np.testing.assert_allclose(network.scores(self.images), self.expected, atol=1e-4)
        self.assertGreater(np.ptp(self.expected), 0.05)  # there is something to agree on

    def test_a_state_dict(self):
        path = self.folder / "sequential.safetensors"
        write_safetensors(path, self.model.state_dict())
        self.check(inkling.Network.from_state_dict(LAYERS, (18, 14, 2), NAMES, path))

    def test_a_state_dict_with_names(self):
        path = self.folder / "named.safetensors"
        write_safetensors(path, {name.replace("0.weight", "stem.conv.weight") if name == "0.weight" else name: tensor
                                 for name, tensor in self.model.state_dict().items()})
        with self.assertRaisesRegex(inkling.FormatError, "0.weight"):
            inkling.Network.from_state_dict(LAYERS, (18, 14, 2), NAMES, path)
        self.check(inkling.Network.from_state_dict(LAYERS, (18, 14, 2), NAMES, path, modules={"0": "stem.conv"}))

    def test_onnx_as_pytorch_writes_it(self):
        path = self.folder / "model.onnx"
        try:
            torch.onnx.export(self.model, torch.zeros(1, 2, 18, 14), str(path), opset_version=13, input_names=["image"],
                              dynamic_axes={"image": {0: "n"}})
        except Exception as error:  # a PyTorch without its exporter
            self.skipTest(f"torch.onnx.export: {error}")
        self.check(inkling.load_onnx(path, NAMES))
        self.check(inkling.load_onnx(path), [str(i) for i in range(7)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
