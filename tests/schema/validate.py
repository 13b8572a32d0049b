"""validate.py REPORT…: check tsctl reports against docs/report.schema.json; `-` reads standard input.

Readers of a report must accept keys and warning codes that they do not know, because these are added over time. This
check does not: a key or a code that the schema lacks is one that somebody forgot to describe.
"""

import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).parents[2] / "docs/report.schema.json"


def closed(schema: object) -> object:
    """The schema without keys that it does not list, and without texts other than its examples."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if result.get("type") == "object" and "properties" in result:
        result.setdefault("additionalProperties", False)
    if isinstance(examples := result.pop("examples", None), list):
        result["enum"] = examples
    return result


def causes(error: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    """The errors below one that only says that no alternative fits; the first alternative is never `null`."""
    below = [inner for inner in error.context or () if inner.schema_path[0] == 0]
    return [cause for inner in below for cause in causes(inner)] if below else [error]


def problems(document: object) -> list[str]:
    """One line for each place where the document is not what the schema says."""
    schema = closed(json.loads(SCHEMA.read_text(encoding="utf-8")))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = [cause for error in validator.iter_errors(document) for cause in causes(error)]
    found.sort(key=lambda error: list(map(str, error.absolute_path)))
    return [f"{'.'.join(map(str, error.absolute_path)) or '(top)'}: {error.message}" for error in found]


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    failed = False
    for name in sys.argv[1:]:
        text = sys.stdin.read() if name == "-" else pathlib.Path(name).read_text(encoding="utf-8")
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            print(f"{name}: not JSON: {error}")
            failed = True
            continue
        for line in problems(document):
            print(f"{name}: {line}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
