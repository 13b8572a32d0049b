"""digests.py REPORT USE…: the report lists files of these uses, and all digests in it are those of the files."""

import hashlib
import json
import pathlib
import sys
import zipfile


def sha256(path: str) -> str:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def records_sha256(path: str) -> str:
    if not zipfile.is_zipfile(path):
        return ""
    records = zipfile.ZipFile(path).infolist()
    lines = sorted(f"{r.filename.split('/', 1)[1]} {r.CRC:08x} {r.file_size}\n" for r in records)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_of(model: str) -> str:
    return model.split(":")[0]


report = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
assert [file["use"] for file in report["files"]] == sys.argv[2:], report["files"]
for file in report["files"]:
    assert file["sha256"] == sha256(file["path"]), file
    assert file["records_sha256"] == records_sha256(file["path"]), file
    assert file["size_bytes"] == pathlib.Path(file["path"]).stat().st_size, file
assert report["model"]["sha256"] == sha256(file_of(report["model"]["path"])), report["model"]
for arm in report["bench"]["arms"] if report["bench"] else []:
    assert arm["sha256"] == sha256(file_of(arm["path"])), arm
