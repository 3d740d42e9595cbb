"""`fovea bench` and PyTorch in turns, three times each; prints both medians and their ratio.

    python3 tools/peer/ratio.py lenet5 128 train --threads 2

Let nothing else run meanwhile: with two threads on two cores, a third busy process slows PyTorch tenfold (its
barrier spins). PYTHON names the interpreter that has PyTorch, where it is not this one.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def median_of(command, wanted):
    """medianMs of the last JSON line that is about what was asked for."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent.parent)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    rows = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    if not rows:
        sys.exit(f"no measurement from: {' '.join(command)}\n{done.stderr[-2000:]}")
    return rows[-1]["medianMs"]


def main():
    parser = argparse.ArgumentParser(description="fovea bench and PyTorch in turns")
    parser.add_argument("workload")
    parser.add_argument("batch", type=int)
    parser.add_argument("mode", choices=["train", "infer"])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    wanted = {"mode": options.mode, "batch": options.batch, "threads": options.threads}
    given = ["--batch", str(options.batch), "--threads", str(options.threads), "--mode", options.mode]
    ours = ["npm", "run", "-s", "fovea", "--", "bench", options.workload, *given, "--json"]
    python = os.environ.get("PYTHON", sys.executable)
    theirs = [python, str(HERE / "pytorch.py"), "--workload", options.workload, *given]
    times = [(median_of(ours, wanted), median_of(theirs, wanted)) for _ in range(3)]
    fovea, pytorch = (statistics.median(column) for column in zip(*times))
    print(f"{options.workload}, batch {options.batch}, {options.mode}, {options.threads} threads: "
          f"Fovea {fovea:.3f} ms, PyTorch {pytorch:.3f} ms, ratio {fovea / pytorch:.2f}")


if __name__ == "__main__":
    main()
