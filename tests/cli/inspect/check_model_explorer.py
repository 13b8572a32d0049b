"""check_model_explorer.py FILE: check the JSON as graph_builder.py of Model Explorer has it, and list the graphs."""

import json
import sys
from pathlib import Path

collection = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
assert isinstance(collection["label"], str)
for graph in collection["graphs"]:
    nodes = graph["nodes"]
    ids = {node["id"] for node in nodes}
    assert len(ids) == len(nodes)
    print(f"{graph['id']}: {len(nodes)} nodes")
    for node in nodes:
        assert all(isinstance(node[key], str) for key in ("id", "label", "namespace"))
        assert all(edge["sourceNodeId"] in ids for edge in node["incomingEdges"])
        attributes = {row["key"]: row["value"] for row in node["attrs"]}
        assert all(isinstance(value, str) for value in attributes.values())
        if attributes["kind"] == "op" and node["namespace"]:
            print(f"{node['label']} in {node['namespace']}: {attributes['code']}")
