#!/usr/bin/env python3
"""PyTorch on the convolutional network: samples a second of forward and backward passes, on one thread.

usage: torch_convolution.py [--batch 64] [--outputs 20] [--iterations 200] [--channels-last]

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
    parser.add_argument("--channels-last", action="store_true", help="lay images out pixel by pixel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    layers = []
    for inputs, channels, side in ((1, 16, 5), (16, 32, 3), (32, 64, 3)):
        layers += [nn.Conv2d(inputs, channels, side, padding=side // 2), nn.ReLU(), nn.MaxPool2d(2)]
    layout = torch.channels_last if options.channels_last else torch.contiguous_format
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, options.outputs)).to(memory_format=layout)
    x = torch.randn(options.batch, 1, 32, 16).to(memory_format=layout)
    forward, backward = [], []
    for _ in range(options.iterations + 10):
        start = time.perf_counter()
        y = model(x)
        middle = time.perf_counter()
        model.zero_grad(set_to_none=True)
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
