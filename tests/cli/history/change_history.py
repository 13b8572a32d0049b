"""Change a history with SQLite itself.

Usage: change_history.py other|newer|damaged|cut|version-1 FILE

other      writes a database of another program
newer      raises the version
damaged    replaces the reports by bytes that are none
cut        cuts the second half off
version-1  turns the history into one of version 1, which had neither the names of models nor most columns
"""

import pathlib
import sqlite3
import sys

VERSION_1 = """
CREATE TABLE old (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, time TEXT NOT NULL, document BLOB NOT NULL,
                  size INTEGER NOT NULL);
INSERT INTO old SELECT id, digest, time, document, size FROM reports;
DROP TABLE arms;
DROP TABLE reports;
ALTER TABLE old RENAME TO reports;
CREATE TABLE arms (report INTEGER NOT NULL REFERENCES reports(id), model TEXT NOT NULL, arm TEXT NOT NULL,
                   base TEXT NOT NULL, speedup REAL);
INSERT INTO arms SELECT id, 'wrong', 'wrong', 'wrong', 1.0 FROM reports;
PRAGMA user_version = 1;
"""

CHANGES = {
    "other": "CREATE TABLE notes (text TEXT);",
    "newer": "PRAGMA user_version = 99;",
    "damaged": "UPDATE reports SET document = x'00112233';",
    "version-1": VERSION_1,
}


def main() -> None:
    change, name = sys.argv[1:]
    path = pathlib.Path(name)
    if change == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return
    with sqlite3.connect(path) as database:
        database.executescript(CHANGES[change])


if __name__ == "__main__":
    main()
