"""The numbers that tests/core/rng_test.cpp expects, from a PCG32 written apart from the library. Plain Python."""
import math

MASK = (1 << 64) - 1


def mix(value):
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def derive_seed(seed, unit):
    for part in unit:
        seed = mix(seed ^ mix(part))
    return seed


class Pcg32:
    def __init__(self, start, increment):
        self.increment, self.state = increment, 0
        self.next()
        self.state = (self.state + start) & MASK
        self.next()

    def next(self):
        old = self.state
        self.state = (old * 6364136223846793005 + self.increment) & MASK
        shifted = (((old >> 18) ^ old) >> 27) & 0xFFFFFFFF
        rotation = old >> 59
        return ((shifted >> rotation) | (shifted << (-rotation & 31))) & 0xFFFFFFFF

    def uniform(self):
        return (self.next() >> 8) * 2.0**-24

    def below(self, count):
        product = self.next() * count
        while (product & 0xFFFFFFFF) < (2**32 - count) % count:
            product = self.next() * count
        return product >> 32

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def rng(seed):
    return Pcg32(mix(seed), 1442695040888963407)


# The generator's published demo prints a15c02b7 7b47f409 ba1d3330 83d2f293 bfa4784b cbed606e.
demo = Pcg32(42, (54 << 1) | 1)
print("demo", [hex(demo.next()) for _ in range(6)])
for seed in (0, 42, MASK):
    r = rng(seed)
    print("next", seed, [hex(r.next()) for _ in range(6)])
r = rng(42)
print("uniform 42", [r.uniform() for _ in range(4)])
r = rng(7)
print("below(10) 7", [r.below(10) for _ in range(12)])
r = rng(7)
print("below(0xC0000001) 7", [r.below(0xC0000001) for _ in range(6)])
r = rng(42)
print("normal 42", [r.normal() for _ in range(4)])
r, items = rng(3), list(range(10))
for i in range(len(items), 1, -1):
    j = r.below(i)
    items[i - 1], items[j] = items[j], items[i - 1]
print("shuffle 3", items)
print("mix", hex(mix(0)), hex(mix(1)))
print("derive_seed", hex(derive_seed(42, [1, 2])), hex(derive_seed(42, [2, 1])))
