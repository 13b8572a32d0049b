"""check_sarif.py LOG: check what SARIF 2.1.0 requires of a log, and print its results."""

import json
import pathlib
import sys

LEVELS = {"none", "note", "warning", "error"}


def main() -> None:
    log = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "tsctl"
    assert driver["version"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids)) > 10
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in driver["rules"])
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in LEVELS
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["occurrenceCount"] >= 1
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == run["artifacts"][0]["location"]["uri"]
        region = place.get("region", {})
        assert region.get("startLine", 1) >= 1
        suppressed = "suppressed" if result.get("suppressions") else ""
        print(result["level"], result["ruleId"], region.get("startLine", "-"), suppressed)


if __name__ == "__main__":
    main()
