#!/usr/bin/env python3
"""PyTorch on the convolutional network over time: samples a second of forward and backward passes, on one thread.

usage: torch_waves.py [--batch 64] [--outputs 20] [--iterations 200]

Prints one JSON object with the medians of all batches, after ten to warm up.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--outputs", type=int, default=20)
    parser.add_argument("--iterations", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    layers = []
    for inputs, channels, kernel, stride in ((3, 24, 25, 5), (24, 48, 9, 3), (48, 64, 5, 2)):
        layers += [nn.Conv1d(inputs, channels, kernel, stride, kernel // 2), nn.ReLU()]
    body, head = nn.Sequential(*layers), nn.Linear(128, options.outputs)
    x = torch.randn(options.batch, 3, 1500)
    forward, backward = [], []
    for _ in range(options.iterations + 10):
        start = time.perf_counter()
        made = body(x)
        y = head(torch.cat([made.mean(2), made.amax(2)], 1))
        middle = time.perf_counter()
        body.zero_grad(set_to_none=True)
        head.zero_grad(set_to_none=True)
        y.backward(y.detach())
        backward.append(time.perf_counter() - middle)
        forward.append(middle - start)
    forward, backward = forward[10:], backward[10:]
    whole = statistics.median(a + b for a, b in zip(forward, backward))
    print(json.dumps({"samples_per_s": round(options.batch / whole), "torch": torch.__version__,
                      "forward_us": round(1e6 * statistics.median(forward)),
                      "backward_us": round(1e6 * statistics.median(backward))}))


if __name__ == "__main__":
    main()
