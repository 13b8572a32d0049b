"""Write the reports of made-up nights, from the same numbers each time.

Usage: nights.py FOLDER NIGHTS [--drop NIGHT:FRACTION] [--noise FRACTION] [--model NAME] [--arm NAME] [--without-time]

A night's arm is 1.3 times as fast as the baseline, and slower by FRACTION from NIGHT on. The file of a night without
a time is as old as the night.
"""

import argparse
import datetime
import json
import os
import pathlib
import random

FIRST_NIGHT = datetime.datetime(2026, 5, 1, 2, 0, tzinfo=datetime.UTC)


def report(night: datetime.datetime, ratio: float, half_width: float, options: argparse.Namespace) -> dict:
    pinned_s = 0.001
    pair = {
        "base": "pinned",
        "arm": options.arm,
        "speedup": ratio,
        "speedup_low": ratio * (1 - half_width),
        "speedup_high": ratio * (1 + half_width),
        "verdict": "faster",
        "outputs": "same",
        "margin": 0.01,
    }
    arms = [
        {"label": "pinned", "outputs": "reference", "speed": "reference", "median_s": pinned_s, "threads": 2},
        {
            "label": options.arm,
            "outputs": "same",
            "speed": "faster",
            "median_s": pinned_s / ratio,
            "threads": 2,
        },
    ]
    document = {
        "schema": "tsctl.report/1",
        "tool": {"name": "tsctl", "version": "0.1.0"},
        "environment": {"cpu": "A CPU", "torch_version": "2.15.0", "host_name": "ci-1"},
        "model": {"path": options.model},
        "status": "pass",
        "tags": {"commit": f"c{night.day:02}"},
        "bench": {"arms": arms, "pairs": [pair], "device": "cpu", "input_set": "B=1"},
    }
    if not options.without_time:
        document["time"] = night.strftime("%Y-%m-%dT%H:%M:%SZ")
    return document


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("nights", type=int)
    parser.add_argument("--drop", default="0:0")
    parser.add_argument("--noise", type=float, default=0.005)
    parser.add_argument("--model", default="cnn.pt")
    parser.add_argument("--arm", default="new")
    parser.add_argument("--without-time", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    drop_night, drop = options.drop.split(":")
    numbers = random.Random(1)
    for index in range(1, options.nights + 1):
        night = FIRST_NIGHT + datetime.timedelta(days=index - 1)
        ratio = 1.3 * (1 + numbers.gauss(0, options.noise))
        if 0 < int(drop_night) <= index:
            ratio *= 1 - float(drop)
        path = options.folder / f"night{index:02}.json"
        path.write_text(json.dumps(report(night, ratio, 1.4 * options.noise, options)))
        os.utime(path, (night.timestamp(), night.timestamp()))


if __name__ == "__main__":
    main()
