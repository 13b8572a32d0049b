"""read_extra.py FILE: check the metadata of FILE as torch.jit.load gives it."""

import json
import sys

import torch

extra = {"version.txt": "", "config.json": "", "tsctl/manifest.json": ""}
torch.jit.load(sys.argv[1], _extra_files=extra)
text = {name: value.decode() if isinstance(value, bytes) else value for name, value in extra.items()}
assert text["version.txt"] == "1.0.1", text
assert json.loads(text["config.json"]) == {"size": 8}, text
manifest = json.loads(text["tsctl/manifest.json"])
assert manifest["inputs"]["specs"] == ["Bx8"], manifest
assert [step["command"] for step in manifest["steps"]] == ["freeze", "optimize"], manifest
