"""run_facts.py REPORT…: each report has a time in UTC, the name of this host, and the version of torch that is here."""

import importlib.metadata
import json
import pathlib
import re
import socket
import sys

for name in sys.argv[1:]:
    report = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["time"]), name
    assert report["environment"]["host_name"] == socket.gethostname(), name
    torch = importlib.metadata.version("torch").split("+")[0]
    assert report["environment"]["torch_version"] == torch, name
