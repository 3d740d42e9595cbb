"""Times PyTorch on the workloads of `fovea bench`, on the CPU or on a graphics adapter.

Prints one JSON line: {peer, workload, mode, batch, threads, medianMs, minMs, n}. The networks are those of
`fovea bench` but for one: lenet5-1998 has a full C3 and the cross-entropy of its outputs, where Fovea computes the
paper's table of connections and its criterion (eq. 9).

    python3 tools/peer/pytorch.py --workload lenet5 --batch 128 --threads 2 --mode train

    python3 tools/peer/pytorch.py --workload alexnet-2012 --batch 128 --device cuda

On an adapter every step uploads its pictures from page-locked memory, as Fovea does, unless they are --resident; steps
are timed in groups, since they go on by themselves. --tf32 lets matrix products round their factors to 10 bits.

TORCH_MODE=channels_last, or TORCH_MODE=channels_last,compile (wants a C++ compiler), tunes it as its users would.
"""

import argparse
import json
import os
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class LocalResponse(nn.Module):
    def forward(self, x):
        return F.local_response_norm(x, 5, 5e-4, 0.75, 2.0)


class SubSampling(nn.Module):
    """The sum of each window of 2x2, times a weight, plus a bias."""

    def __init__(self, maps):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(maps, 1, 1))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x):
        return F.avg_pool2d(x, 2) * 4 * self.weight + self.bias


class ScaledTanh(nn.Module):
    def forward(self, x):
        return 1.7159 * torch.tanh(x * (2 / 3))


class Distances(nn.Module):
    """Negative squared distances to codes that stay as drawn."""

    def __init__(self):
        super().__init__()
        self.register_buffer("codes", torch.sign(torch.randn(10, 84)))

    def forward(self, x):
        return -((x[:, None] - self.codes[None]) ** 2).sum(-1)


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(256, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )


def lenet5_of_1998():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), ScaledTanh(), SubSampling(6), ScaledTanh(),
        nn.Conv2d(6, 16, 5), ScaledTanh(), SubSampling(16), ScaledTanh(),
        nn.Conv2d(16, 120, 5), ScaledTanh(), nn.Flatten(), nn.Linear(120, 84), ScaledTanh(), Distances(),
    )


def dense_layers(inputs, classes):
    return [
        nn.Flatten(), nn.Linear(inputs, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, classes),
    ]


def alexnet_cifar10():
    return nn.Sequential(
        nn.Conv2d(3, 96, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), *dense_layers(2304, 10),
    )


def alexnet_2012():
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(), LocalResponse(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), LocalResponse(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), *dense_layers(9216, 1000),
    )


def adam(parameters, tuned):
    return torch.optim.Adam(parameters, **tuned)


def plain_sgd(parameters, tuned):
    return torch.optim.SGD(parameters, lr=1e-3)


def sgd_of_2012(parameters, tuned):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=5e-4, **tuned)


# name: (network, shape of one input, classes, optimizer)
WORKLOADS = {
    "lenet5": (lenet5, (1, 28, 28), 10, adam),
    "lenet5-1998": (lenet5_of_1998, (1, 32, 32), 10, plain_sgd),
    "alexnet-cifar10": (alexnet_cifar10, (3, 32, 32), 10, adam),
    "alexnet-2012": (alexnet_2012, (3, 227, 227), 1000, sgd_of_2012),
}


def turn_of(options):
    """One training step, or one answer, as a function without arguments."""
    modes = [word for word in os.environ.get("TORCH_MODE", "").split(",") if word]
    make, shape, classes, optimizer_of = WORKLOADS[options.workload]
    model = make().to(options.device)
    x = torch.randn(options.batch, *shape)
    if "channels_last" in modes:
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if "compile" in modes:
        model = torch.compile(model)
    is_settled = options.device == "cpu" or options.resident
    x = x.to(options.device) if is_settled else x.pin_memory()
    if options.mode == "infer":
        model.eval()

        def infer():
            with torch.no_grad():
                model(x.to(options.device, non_blocking=True))

        return infer
    labels = torch.randint(0, classes, (options.batch,)).to(options.device)
    loss = nn.CrossEntropyLoss()
    optimizer = optimizer_of(model.parameters(), {"fused": True} if modes else {})

    def train():
        optimizer.zero_grad()
        loss(model(x.to(options.device, non_blocking=True)), labels).backward()
        optimizer.step()

    return train


def milliseconds(turn, group=1):
    """Per turn of a group, the device waited for at its end."""
    start = time.perf_counter()
    for _ in range(group):
        turn()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return (time.perf_counter() - start) * 1e3 / group


def main():
    parser = argparse.ArgumentParser(description="PyTorch on the workloads of fovea bench")
    parser.add_argument("--workload", choices=sorted(WORKLOADS), required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", choices=["train", "infer"], default="train")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--resident", action="store_true", help="pictures stay on the adapter")
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--steps", type=int, help="default: about 4 seconds, 3 to 200 steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32
    turn = turn_of(options)
    first = milliseconds(turn)
    steps = options.steps or max(3, min(200, int(4000 / max(first, 0.1))))
    for _ in range(min(10, max(1, steps // 10))):
        turn()
    group = 1 if options.device == "cpu" else max(1, steps // 15)
    times = [milliseconds(turn, group) for _ in range(max(3, steps // group))]
    peer = "pytorch" if options.device == "cpu" else f"pytorch, {torch.cuda.get_device_name()}"
    line = {"peer": peer, "workload": options.workload, "mode": options.mode, "batch": options.batch,
            "threads": options.threads, "medianMs": statistics.median(times), "minMs": min(times), "n": steps}
    print(json.dumps(line))


if __name__ == "__main__":
    main()
