#!/usr/bin/env python3
"""PyTorch on the upstream stage's network: rows a second of training, in one process or with DistributedDataParallel over gloo.

usage: torch_pretrain.py [--workers 2] [--batch 128] [--hidden 128 or 1024,1024] [--threads 1] [--steps 600]
                         [--rank 0 --master 10.0.0.1:29500 --interface eth0]

Each worker takes --batch rows a step; parameters are synchronised every step. Prints one JSON object; the rate is the
median of ten stretches of equal length. With --rank it is one worker, and the others run on other hosts.
"""
import argparse
import json
import os
import socket
import statistics
import time

import torch
import torch.distributed
import torch.multiprocessing
from torch import nn

INPUTS, CLASSES, SAMPLES, WARM_UP = 1728, 5, 8192, 50


def network(hidden):
    sizes = [INPUTS, *hidden]
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], CLASSES))


def work(rank, options, master, interface):
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = network(options.hidden)
    if options.workers > 1:
        address, port = master.rsplit(":", 1)
        os.environ |= {"MASTER_ADDR": address, "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": interface}
        torch.distributed.init_process_group("gloo", rank=rank, world_size=options.workers)
        model = nn.parallel.DistributedDataParallel(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    samples, labels = torch.rand(SAMPLES, INPUTS), torch.randint(0, CLASSES, (SAMPLES,))

    def train(step):
        start = step * options.batch % (SAMPLES - options.batch)
        rows = slice(start, start + options.batch)
        optimiser.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(samples[rows]), labels[rows]).backward()
        optimiser.step()

    for step in range(WARM_UP):
        train(step)
    stretch, rates = max(options.steps // 10, 1), []
    for _ in range(10):
        start = time.perf_counter()
        for step in range(stretch):
            train(step)
        rates.append(stretch * options.batch * options.workers / (time.perf_counter() - start))
    if rank == 0:
        print(json.dumps({"samples_per_s": round(statistics.median(rates)), "torch": torch.__version__}), flush=True)
    if options.workers > 1:
        torch.distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in {"workers": 1, "batch": 128, "threads": 1, "steps": 600}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--hidden", type=lambda text: [int(part) for part in text.split(",")], default=[128])
    parser.add_argument("--rank", type=int)
    parser.add_argument("--master", default="127.0.0.1:29500")
    parser.add_argument("--interface", default="eth0")
    options = parser.parse_args()
    if options.rank is not None:
        return work(options.rank, options, options.master, options.interface)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    if options.workers > 1:
        torch.multiprocessing.spawn(work, args=(options, f"127.0.0.1:{port}", "lo"), nprocs=options.workers)
    else:
        work(0, options, "", "")


if __name__ == "__main__":
    main()
