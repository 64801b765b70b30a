#!/usr/bin/env python3
"""Writes optimizers.hpp: six steps of Nesterov's SGD and of AdamW, computed without the library, in double precision.

A weight of 20,000 values (more than one slice of work), an offset of 5 and a statistic of 3; two micro-batches a step,
whose gradients the library adds; a learning rate that changes from step to step.

    python3 tests/golden/optimizers.py > tests/golden/optimizers.hpp
"""

import numpy as np

SIZES = {"weight": 20000, "offset": 5, "statistic": 3}
FACTORS = [0.25, 0.5, 1.0, 1.0, 0.75, 0.125]
PICKED = [0, 1, 16383, 16384, 19999]


def values(lcg, count):
    result = np.empty(count)
    for i in range(count):
        lcg = (lcg * 1664525 + 1013904223) % 2**32
        result[i] = (lcg >> 8) / 2**24 - 0.5
    return lcg, result


def train(rule):
    lcg = 7
    parameters, memory = {}, {}
    for name, size in SIZES.items():
        lcg, parameters[name] = values(lcg, size)
        memory[name] = (np.zeros(size), np.zeros(size))
    for step, factor in enumerate(FACTORS, start=1):
        micro = []
        for _ in range(2):
            gradients = {}
            for name, size in SIZES.items():
                lcg, gradients[name] = values(lcg, size)
            micro.append(gradients)
        for name in ("weight", "offset"):
            gradient = micro[0][name] + micro[1][name]
            parameters[name], memory[name] = rule(parameters[name], gradient, memory[name], step, factor,
                                                  name == "weight")
        for number, gradients in enumerate(micro, start=2 * step - 1):
            share = 0.02 / (1 - 0.98**number)
            parameters["statistic"] = (1 - share) * parameters["statistic"] + share * gradients["statistic"]
    return parameters


def sgd(w, g, memory, step, factor, decays, rate=0.1, momentum=0.8, decay=0.02):
    if decays:
        g = g + decay * w
    velocity = momentum * memory[0] + g
    return w - rate * factor * (g + momentum * velocity), (velocity, None)


def adamw(w, g, memory, step, factor, decays, rate=0.01, beta1=0.85, beta2=0.97, epsilon=1e-3, decay=0.3):
    rate = rate * factor
    m = beta1 * memory[0] + (1 - beta1) * g
    v = beta2 * memory[1] + (1 - beta2) * g**2
    update = (m / (1 - beta1**step)) / (np.sqrt(v / (1 - beta2**step)) + epsilon)
    return w - rate * update - (rate * decay * w if decays else 0), (m, v)


def numbers(array):
    return "{" + ", ".join(f"{value:.17g}" for value in array) + "}"


def main():
    print("#pragma once\n\n// Written by optimizers.py; do not edit.\n\n#include <array>\n")
    print("namespace inkling::test {\n")
    print("struct OptimizerGolden {")
    print("  std::array<double, 5> weight;  // at 0, 1, 16383, 16384 and 19999")
    print("  double weight_norm;")
    print("  std::array<double, 5> offset;")
    print("  std::array<double, 3> statistic;")
    print("};\n\n// clang-format off")
    for name, rule in (("sgd", sgd), ("adamw", adamw)):
        p = train(rule)
        print(f"inline constexpr OptimizerGolden {name}_golden{{")
        print(f"    {numbers(p['weight'][PICKED])},\n    {np.linalg.norm(p['weight']):.17g},")
        print(f"    {numbers(p['offset'])},\n    {numbers(p['statistic'])}}};")
    print("// clang-format on\n\n}  // namespace inkling::test")


if __name__ == "__main__":
    main()
