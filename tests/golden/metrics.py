"""The numbers that tests/model expects: calibration error, top-k, likelihood, temperature, Wilson. Plain Python."""
import math
import struct

CLASSES, SAMPLES = 4, 200


def lcg():
    state = 12345
    while True:
        state = (state * 1103515245 + 12345) % 2**31
        yield state / 2**31


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def softmax(scores, temperature=1):
    most = max(scores)
    powers = [math.exp((score - most) / temperature) for score in scores]
    return [power / sum(powers) for power in powers]


draw = lcg()
scores = [[single(8 * next(draw) - 4) for _ in range(CLASSES)] for _ in range(SAMPLES)]
truth = []
for i in range(SAMPLES):  # the best class in 60 % of the samples
    truth.append(max(range(CLASSES), key=lambda c: scores[i][c]) if next(draw) < 0.6 else i % CLASSES)
probabilities = [softmax(row) for row in scores]


def likelihood(temperature):
    return -sum(math.log(softmax(scores[i], temperature)[truth[i]]) for i in range(SAMPLES)) / SAMPLES


def calibration_error(count):
    bins = [[] for _ in range(count)]
    for row, true in zip(probabilities, truth):
        confidence = max(row)
        bins[min(count - 1, max(0, math.ceil(confidence * count) - 1))].append((confidence, row.index(confidence) == true))
    return sum(abs(sum(right for _, right in b) - sum(confidence for confidence, _ in b)) for b in bins) / SAMPLES


def best_temperature():
    """Golden section over log T."""
    low, high, ratio = math.log(0.01), math.log(100), (5**0.5 - 1) / 2
    for _ in range(100):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if likelihood(math.exp(a)) < likelihood(math.exp(b)) else (a, high)
    return math.exp((low + high) / 2)


def wilson(right, count):
    """Solves (p - q)^2 = z^2 q (1 - q) / n for q by bisection."""
    z, share = 1.959963984540054, right / count

    def excess(q):
        return (share - q) ** 2 - z * z * q * (1 - q) / count

    def root(low, high):
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if (excess(middle) > 0) == (excess(low) > 0) else (low, middle)
        return low

    return root(0, share) if right else 0.0, root(share, 1) if right < count else 1.0


print("calibration error", [calibration_error(count) for count in (15, 1, 10)])
for k in (1, 2, 3, 4):
    ranks = [sorted(range(CLASSES), key=lambda c: -row[c]).index(true) for row, true in zip(probabilities, truth)]
    print("top", k, sum(rank < k for rank in ranks) / SAMPLES)
print("likelihood", likelihood(1), likelihood(2.5))
print("temperature", best_temperature(), likelihood(best_temperature()))
for right, count in ((0, 10), (10, 10), (8, 10), (9900, 10000), (95, 100)):
    print("wilson", right, count, *wilson(right, count))
