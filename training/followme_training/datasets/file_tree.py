"""Files by name, in a folder or in a zip file."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from followme_training.datasets.errors import DataError


class FileTree:
    """Reads files by their names within a folder or a zip file.

    Parameters
    ----------
    path : Path
        The folder or the zip file.

    Raises
    ------
    DataError
        When it is neither; later, when a file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._process = os.getpid()
        if not path.is_dir():
            self._zip = self._opened()

    def names(self) -> frozenset[str]:
        """Return the names of all files, with forward slashes."""
        if self._zip is not None:
            return frozenset(n for n in self._zip.namelist() if not n.endswith("/"))
        files = (f for f in self.path.rglob("*") if f.is_file())
        return frozenset(f.relative_to(self.path).as_posix() for f in files)

    def read(self, name: str) -> bytes:
        """Return what is in a file."""
        try:
            if self._zip is not None:
                if self._process != os.getpid():
                    # processes that share an open file would move each other's place in it
                    self._zip, self._process = self._opened(), os.getpid()
                return self._zip.read(name)
            inside = PurePosixPath(name)
            if inside.is_absolute() or ".." in inside.parts:
                raise DataError(f"{self.path}: {name} lies outside of it; mend the list of files")
            return (self.path / inside).read_bytes()
        except (KeyError, FileNotFoundError, IsADirectoryError) as error:
            raise DataError(f"{self.path}: {name} is missing; fetch it again") from error
        except (OSError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(f"{self.path}: {name} is damaged ({error}); fetch it again") from error

    def text(self, name: str) -> str:
        """Return a file of text."""
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"{self.path}: {name} is no UTF-8 text; fetch it again") from error

    def json(self, name: str) -> Any:
        """Return what a JSON file says."""
        try:
            return json.loads(self.text(name))
        except json.JSONDecodeError as error:
            raise DataError(f"{self.path}: {name} is no JSON ({error}); fetch it again") from error

    def _opened(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(
                f"{self.path}: is neither a folder nor a zip file ({error}); give one of them"
            ) from error
