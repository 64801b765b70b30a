#!/usr/bin/env python3
"""Writes trajectory.hpp: ten steps of training a small convolutional network, computed without the library.

Network: conv 3x3 "same", 4 filters, no bias - batch norm - ReLU - max pool 2 - conv 3x3 "valid", 6 filters - ReLU -
flatten - dense 5, on 32 images of 10x10 bytes; softmax cross-entropy with label smoothing 0.1; full batch. Everything is
in double precision and written for clarity, from the definitions: patches by explicit indices, no shared code.

    python3 tests/golden/trajectory.py > tests/golden/trajectory.hpp
"""

import numpy as np

IMAGES, SIDE, CLASSES, STEPS = 32, 10, 5, 10
SMOOTHING, EPSILON, STATISTIC_SHARE = 0.1, 1e-5, 0.02


class Lcg:
    """The integers of Numerical Recipes' generator: the same recipe is a line of C++ in the test."""

    def __init__(self):
        self.state = 1

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state

    def byte(self):
        return self.next() >> 24

    def weights(self, shape, scale):
        """Multiples of 2^-24 times a power of two, in the order of memory: exact in single precision."""
        count = int(np.prod(shape))
        values = [((self.next() >> 8) / 2**24 - 0.5) * scale for _ in range(count)]
        return np.array(values).reshape(shape)


def patches(image, kernel):
    """image: n, h, w, c. Result: n, h - kernel + 1, w - kernel + 1, kernel, kernel, c."""
    n, h, w, c = image.shape
    result = np.empty((n, h - kernel + 1, w - kernel + 1, kernel, kernel, c), image.dtype)
    for y in range(result.shape[1]):
        for x in range(result.shape[2]):
            result[:, y, x] = image[:, y:y + kernel, x:x + kernel, :]
    return result


def conv_backward(image, weights, gradient):
    """Gradients of the image and the weights (ky, kx, c, f), by spreading each output's gradient."""
    kernel = weights.shape[0]
    dimage = np.zeros_like(image)
    for y in range(gradient.shape[1]):
        for x in range(gradient.shape[2]):
            dimage[:, y:y + kernel, x:x + kernel, :] += np.einsum("nf,abcf->nabc", gradient[:, y, x], weights)
    return dimage, np.einsum("nyxabc,nyxf->abcf", patches(image, kernel), gradient)


class Net:
    # name, and whether weight decay applies
    LEARNED = [("conv1", True), ("scale", False), ("shift", False), ("conv2", True), ("bias2", False),
               ("dense", True), ("bias3", False)]

    def __init__(self, lcg, dtype):
        self.p = {
            "conv1": lcg.weights((3, 3, 1, 4), 1.0),
            "scale": 1 + lcg.weights((4,), 0.5),
            "shift": lcg.weights((4,), 0.5),
            "mean": np.zeros(4),
            "variance": np.ones(4),
            "conv2": lcg.weights((3, 3, 4, 6), 0.5),
            "bias2": lcg.weights((6,), 0.5),
            "dense": lcg.weights((3 * 3 * 6, CLASSES), 0.5),
            "bias3": lcg.weights((CLASSES,), 0.5),
        }
        self.p = {name: value.astype(dtype) for name, value in self.p.items()}

    def loss_and_gradients(self, images, labels):
        p, n = self.p, len(labels)
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        a = np.einsum("nyxabc,abcf->nyxf", patches(padded, 3), p["conv1"])
        mean, variance = a.mean(axis=(0, 1, 2)), a.var(axis=(0, 1, 2))
        deviation = np.sqrt(variance + a.dtype.type(EPSILON))
        h = (a - mean) / deviation
        b = p["scale"] * h + p["shift"]
        c = np.maximum(b, 0)
        windows = c.reshape(n, 5, 2, 5, 2, 4).transpose(0, 1, 3, 5, 2, 4).reshape(n, 5, 5, 4, 4)
        d = windows.max(axis=-1)
        e = np.einsum("nyxabc,abcf->nyxf", patches(d, 3), p["conv2"]) + p["bias2"]
        f = np.maximum(e, 0).reshape(n, -1)
        logits = f @ p["dense"] + p["bias3"]

        shifted = logits - logits.max(axis=1, keepdims=True)
        log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        target = np.full_like(logits, SMOOTHING / CLASSES)
        target[np.arange(n), labels] += 1 - SMOOTHING
        loss = -(target * log_softmax).sum() / n

        g = {}
        dlogits = (np.exp(log_softmax) - target) / n
        g["dense"], g["bias3"] = f.T @ dlogits, dlogits.sum(axis=0)
        de = (dlogits @ p["dense"].T).reshape(e.shape) * (e > 0)
        g["bias2"] = de.sum(axis=(0, 1, 2))
        dd, g["conv2"] = conv_backward(d, p["conv2"], de)
        dwindows = np.zeros_like(windows)
        np.put_along_axis(dwindows, windows.argmax(axis=-1)[..., None], dd[..., None], axis=-1)
        dc = dwindows.reshape(n, 5, 5, 4, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(c.shape)
        db = dc * (b > 0)
        g["scale"], g["shift"] = (db * h).sum(axis=(0, 1, 2)), db.sum(axis=(0, 1, 2))
        dh = db * p["scale"]
        da = (dh - dh.mean(axis=(0, 1, 2)) - h * (dh * h).mean(axis=(0, 1, 2))) / deviation
        g["conv1"] = conv_backward(padded, p["conv1"], da)[1]
        count = a.size // a.shape[-1]
        return loss, g, (mean, variance * count / (count - 1))

    def follow(self, statistics, step):
        """The mean of all micro-batches so far, weighted by how recent they are."""
        share = STATISTIC_SHARE / (1 - (1 - STATISTIC_SHARE)**step)
        for name, value in zip(("mean", "variance"), statistics):
            self.p[name] = self.p[name] + share * (value - self.p[name])


def adamw(p, g, memory, step, decays, rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.05):
    m = memory["m"] = beta1 * memory.get("m", 0) + (1 - beta1) * g
    v = memory["v"] = beta2 * memory.get("v", 0) + (1 - beta2) * g * g
    adam = (m / (1 - beta1**step)) / (np.sqrt(v / (1 - beta2**step)) + epsilon)
    return p - rate * adam - (rate * decay * p if decays else 0)


def sgd(p, g, memory, step, decays, rate=0.05, momentum=0.9, decay=0.01):
    if decays:
        g = g + decay * p
    v = memory["v"] = momentum * memory.get("v", 0) + g
    return p - rate * (g + momentum * v)


def train(rule, dtype=np.float64):
    lcg = Lcg()
    pixels = np.array([lcg.byte() for _ in range(IMAGES * SIDE * SIDE)]).reshape(IMAGES, SIDE, SIDE, 1)
    images = (pixels / 255).astype(dtype)
    labels = np.array([lcg.byte() % CLASSES for _ in range(IMAGES)])
    net = Net(lcg, dtype)
    memory = {name: {} for name, _ in Net.LEARNED}
    losses = []
    for step in range(1, STEPS + 1):
        loss, gradients, statistics = net.loss_and_gradients(images, labels)
        losses.append(loss)
        for name, decays in Net.LEARNED:
            net.p[name] = rule(net.p[name], gradients[name], memory[name], step, decays).astype(dtype)
        net.follow(statistics, step)
    norms = [np.sqrt((value.astype(np.float64) ** 2).sum()) for value in net.p.values()]
    return losses, norms


def numbers(values):
    return ", ".join(f"{value:.16g}" for value in values)


def main():
    print("#pragma once\n\n// Written by trajectory.py; do not edit.\n\n#include <array>\n")
    print("namespace inkling::test {\n")
    print("struct Trajectory {")
    print(f"  std::array<double, {STEPS}> losses;  // before each step")
    print("  std::array<double, 9> norms;    // of each parameter after the last step, in the order of the network")
    print("};\n")
    print("// clang-format off")
    for name, rule in (("adamw", adamw), ("sgd", sgd)):
        losses, norms = train(rule)
        single = train(rule, np.float32)
        worst = max(abs(a - b) / abs(b) for a, b in zip(single[0] + single[1], losses + norms))
        print(f"// In single precision the same script differs by {worst:.1e} at most.")
        print(f"inline constexpr Trajectory {name}_trajectory{{\n    {{{numbers(losses)}}},\n    {{{numbers(norms)}}}}};")
    print("// clang-format on\n")
    print("}  // namespace inkling::test")


if __name__ == "__main__":
    main()
