"""Which files of the user a model was built from."""

import hashlib
import sys

import pytest
from tsctl_capture.model.importing import import_file
from tsctl_capture.model.source_files import source_files
from tsctl_capture.request import Source


@pytest.fixture(autouse=True)
def _restored_modules():
    modules, path = dict(sys.modules), list(sys.path)
    yield
    sys.modules.clear()
    sys.modules.update(modules)
    sys.path[:] = path


def test_every_imported_file_below_the_folder_of_the_source_is_named_with_its_digest(tmp_path) -> None:
    (tmp_path / "source_files_parts").mkdir()
    block = tmp_path / "source_files_parts/block.py"
    block.write_text("value = 1\n")
    (tmp_path / "source_files_unused.py").write_text("value = 2\n")
    net = tmp_path / "source_files_net.py"
    net.write_text("import json\nfrom source_files_parts.block import value\n")
    import_file(str(net))
    found = source_files(Source(file=str(net)))
    assert [row["path"] for row in found] == ["source_files_net.py", "source_files_parts/block.py"]
    assert found[1]["sha256"] == hashlib.sha256(block.read_bytes()).hexdigest()


def test_a_file_in_a_package_is_named_from_above_the_package(tmp_path) -> None:
    package = tmp_path / "source_files_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "net.py").write_text("from .other import value\n")
    (package / "other.py").write_text("value = 1\n")
    import_file(str(package / "net.py"))
    found = source_files(Source(file=str(package / "net.py")))
    assert [row["path"] for row in found] == [
        f"source_files_package/{name}" for name in ("__init__.py", "net.py", "other.py")
    ]


def test_files_of_installed_packages_are_not_the_users() -> None:
    import torch  # noqa: F401

    assert source_files(Source(module="torch.nn")) == []
