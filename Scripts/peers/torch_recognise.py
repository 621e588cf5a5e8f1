#!/usr/bin/env python3
"""PyTorch and pytorch-crf on the recogniser: time steps a second of training and of Viterbi decoding.

usage: torch_recognise.py [--steps-per-sequence 10] [--batch 128] [--inputs 131] [--hidden 128] [--classes 3] [--threads 2]

Prints one JSON object; times are medians.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn
from torchcrf import CRF


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    defaults = {"steps-per-sequence": 10, "batch": 128, "inputs": 131, "hidden": 128, "classes": 3, "threads": 2,
                "iterations": 40}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    recurrent = nn.LSTM(options.inputs, options.hidden, bidirectional=True, batch_first=True)
    linear, field = nn.Linear(2 * options.hidden, options.classes), CRF(options.classes, batch_first=True)
    parameters = [p for module in (recurrent, linear, field) for p in module.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    shape = (options.batch, options.steps_per_sequence)
    inputs, labels = torch.rand(*shape, options.inputs), torch.randint(0, options.classes, shape)

    def train():
        optimiser.zero_grad(set_to_none=True)
        (-field(linear(recurrent(inputs)[0]), labels, reduction="token_mean")).backward()
        optimiser.step()

    def decode():
        with torch.no_grad():
            field.decode(linear(recurrent(inputs)[0]))

    def rate(run):
        times = []
        for _ in range(options.iterations + 3):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return round(shape[0] * shape[1] / statistics.median(times[3:]))

    print(json.dumps({"train_timesteps_per_s": rate(train), "decode_timesteps_per_s": rate(decode)}))


if __name__ == "__main__":
    main()
