"""The reference networks in PyTorch on plain MNIST: one measurement a run, printed as a number.

usage: torch_peer.py lenet|vgg|mlp train|infer_256|infer_1|export FOLDER THREADS
train and infer_256 print samples a second, infer_1 the median of microseconds, export writes NAME.onnx.
"""

import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

name, work, folder, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
BATCH = 128


def idx(path):
    raw = open(path, "rb").read()
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims).copy())


def to_input(images):
    return images.unsqueeze(1).float() / 255


def block(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))


def vgg():
    return nn.Sequential(
        *block(1, 32), *block(32, 32), nn.MaxPool2d(2), *block(32, 64), *block(64, 64), nn.MaxPool2d(2),
        *block(64, 128), nn.Flatten(), nn.Linear(6272, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 47))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))


net = {"lenet": lenet, "vgg": vgg, "mlp": mlp}[name]()
if name != "mlp":
    net = net.to(memory_format=torch.channels_last)  # the faster of the two layouts


def train():
    images, labels = idx(f"{folder}/train-images-idx3-ubyte"), idx(f"{folder}/train-labels-idx1-ubyte").long()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    order = torch.randperm(60000)

    def step(first):
        chosen = order[first : first + BATCH]
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(to_input(images[chosen])), labels[chosen]).backward()
        optimizer.step()

    samples = 60000 // BATCH * BATCH if name == "mlp" else 6400
    for first in range(0, 5 * BATCH, BATCH):
        step(first)
    start = time.perf_counter()
    for first in range(0, samples, BATCH):
        step(first)
    print(samples / (time.perf_counter() - start))


@torch.no_grad()
def infer(batch, rounds):
    net.eval()
    images = to_input(idx(f"{folder}/t10k-images-idx3-ubyte"))[:batch]
    seconds = []
    for i in range(rounds + 5):
        start = time.perf_counter()
        net(images)
        if i >= 5:
            seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


if work == "train":
    train()
elif work == "infer_256":
    print(256 / infer(256, 20))
elif work == "infer_1":
    print(infer(1, 500) * 1e6)
else:
    net.eval()
    torch.onnx.export(net, torch.zeros(1, 1, 28, 28), f"{name}.onnx", input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=13)
