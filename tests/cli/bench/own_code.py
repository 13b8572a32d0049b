"""own_code.py REPORT TEXT: succeed if neither a profile in the report nor the text names code of tsctl."""

import json
import pathlib
import sys


def main() -> int:
    report = json.loads(pathlib.Path(sys.argv[1]).read_text())
    profiles = json.dumps(report["bench"]["profiles"])
    text = pathlib.Path(sys.argv[2]).read_text()
    for own in ("tsctl_capture", "tsctl_generated", "<tsctl", "_traced_tensors"):
        if own in profiles or own in text:
            print(f"own_code: '{own}' is in the profile", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
