"""without_keys.py FILE KEY…: print a JSON file without these keys, wherever they stand."""

import json
import pathlib
import sys
from typing import Any


def without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(one, keys) for key, one in value.items() if key not in keys}
    if isinstance(value, list):
        return [without(one, keys) for one in value]
    return value


if __name__ == "__main__":
    document = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(without(document, set(sys.argv[2:]))))
