"""changed_file.py FROM.pt TO.pt CHANGE…: copy a TorchScript file with a change, with right checksums.

CHANGE:
  deflate             compress every record
  rename OLD NEW      another name in the structure and the code; both are equally long
  code OLD NEW        another text in the code
  manifest KEY JSON   another value of a key of the manifest; "steps.0.command" is a key of a list's item
  extra NAME TEXT     an extra file
  debug TEXT          a debug record
  damage-debug        every debug record begins with text that is no pickle
"""

import json
import sys
import zipfile

MANIFEST = "extra/tsctl/manifest.json"


def set_value(document: object, keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        document = document[int(key)] if isinstance(document, list) else document.setdefault(key, {})
    if isinstance(document, list):
        document[int(keys[-1])] = value
    else:
        document[keys[-1]] = value


def change(records: dict[str, bytes], kind: str, words: list[str]) -> None:
    if kind in ("rename", "code"):
        old, new = (word.encode().decode("unicode_escape").encode() for word in words)
        for name in records:
            if name.startswith("code/") or (kind == "rename" and name == "data.pkl"):
                records[name] = records[name].replace(old, new)
    elif kind == "manifest":
        manifest = json.loads(records[MANIFEST])
        set_value(manifest, words[0].split("."), json.loads(words[1]))
        records[MANIFEST] = json.dumps(manifest).encode()
    elif kind == "extra":
        records[f"extra/{words[0]}"] = words[1].encode().decode("unicode_escape").encode()
    elif kind == "debug":
        text = words[0].encode()
        records["code/__torch__.py.debug_pkl"] = b"\x80\x02X" + len(text).to_bytes(4, "little") + text + b"."
    elif kind == "damage-debug":
        for name in records:
            if name.endswith(".debug_pkl"):
                records[name] = b"garbage" + records[name][7:200]
    elif kind != "deflate":
        raise SystemExit(__doc__)


def main() -> None:
    source, target, kind, *words = sys.argv[1:]
    with zipfile.ZipFile(source) as archive:
        top = archive.namelist()[0].split("/")[0]
        records = {name[len(top) + 1 :]: archive.read(name) for name in archive.namelist()}
    change(records, kind, words)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in records.items():
            method = zipfile.ZIP_DEFLATED if kind == "deflate" else zipfile.ZIP_STORED
            archive.writestr(f"{top}/{name}", content, method)


if __name__ == "__main__":
    main()
