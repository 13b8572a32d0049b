"""Every key and every warning code of the report's schema is explained in docs/report-schema.md."""

import json
import re

SCHEMA = "docs/report.schema.json"
PAGE = "docs/report-schema.md"


def keys_of(schema: object) -> set[str]:
    if isinstance(schema, list):
        return {key for item in schema for key in keys_of(item)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if schema.get("type") == "object" and "properties" in schema else set()
    return own | {key for value in schema.values() for key in keys_of(value)}


def test_every_key_of_the_schema_is_explained(repository) -> None:
    keys = keys_of(json.loads((repository / SCHEMA).read_text(encoding="utf-8")))
    words = re.findall(r"`([^`]+)`", (repository / PAGE).read_text(encoding="utf-8"))
    explained = {part for word in words for part in re.split(r"[.\[\]]+", word)}
    assert len(keys) > 100
    assert sorted(keys - explained) == []


def test_every_warning_code_of_the_schema_is_explained(repository) -> None:
    schema = json.loads((repository / SCHEMA).read_text(encoding="utf-8"))
    codes = schema["$defs"]["Warning"]["properties"]["code"]["examples"]
    notices = schema["$defs"]["CaptureNotice"]["properties"]["code"]["enum"]
    words = re.findall(r"`([^`]+)`", (repository / PAGE).read_text(encoding="utf-8"))
    assert len(codes) > 25
    assert sorted({*codes, *notices} - set(words)) == []
