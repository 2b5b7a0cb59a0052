"""The mappings that are shipped, by name, and a mapping of the clinic's own, by its file."""

import json
from collections.abc import Mapping as ByName
from pathlib import Path
from typing import Any

from rif_threshold.errors import InvalidInput, Problem, TableError
from rif_threshold.folder import LARGEST_FILE, Folder
from rif_threshold.messages import did_you_mean
from rif_threshold.register.mapping import CLOSED, Mapping
from rif_threshold.tables import parse, reads

OWN_WORDS = "own_words"
"""The mapping that is taken where none is named: the calculator's own words."""


@reads("mappings/*.toml")
def mappings(folder: Folder) -> ByName[str, Mapping]:
    """The mappings of a folder, by name. Raises `TableError`."""
    return {
        Path(name).stem: parse(folder, name, Mapping, folder.toml(name), None)
        for name in folder.names("mappings/", ".toml")
    }


def known_words(name: str) -> dict[str, str]:
    """The texts of a field whose meaning is known: the words of its closed list, and those of every shipped mapping."""
    known = {str(word): str(word) for word in CLOSED[name]}
    for mapping in mappings().values():
        read = getattr(mapping, name)
        known |= {text: str(word) for text, word in ((read and read.words) or {}).items()}
    return known


def as_toml(value: Any) -> str:
    r"""A value of a mapping as TOML writes it, whatever stands in a text.

    >>> print(as_toml({"then": ["a", True, 1], "line": "one\ntwo"}))
    { "then" = ["a", true, 1], "line" = "one\ntwo" }
    """
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{as_toml(key)} = {as_toml(each)}' for key, each in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # which JSON takes as it is


def read_mapping(name: str = OWN_WORDS) -> Mapping:
    """A mapping by the name of a shipped one, or by its file, whose name ends in ``.toml``.

    Raises:
        InvalidInput: with everything that is wrong in the file, and its name.

    >>> read_mapping("own_words").separator
    ','
    """
    if not name.endswith(".toml"):
        if name in mappings():
            return mappings()[name]
        allowed = f"the name of a shipped mapping ({', '.join(mappings())}) or a file that ends in .toml is needed"
        raise InvalidInput((Problem("--map", name, allowed, "not_in_list", hint=did_you_mean(name, mappings())),))
    path = Path(name)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror}"
        raise InvalidInput((Problem("--map", "", reason, "mapping"),)) from None
    return mapping_of(path, content)


def mapping_of(path: Path, content: bytes) -> Mapping:
    r"""A mapping by the bytes of its file, which is not opened.

    Args:
        path: where the file lies, or its name: what is wrong is told of it.
        content: its bytes.

    Raises:
        InvalidInput: with everything that is wrong in it.

    >>> content = b"title = 'ours'\nploidy = {column = 'PGT'}\nresult = {column = 'Outcome'}"
    >>> mapping_of(Path("ours.toml"), content).columns()
    ('PGT', 'Outcome')
    """
    try:
        return _parsed(path, content)
    except UnicodeDecodeError:
        reason = "the file is not UTF-8 text"
    except TableError as error:
        reason = str(error)
    raise InvalidInput((Problem("--map", "", reason, "mapping"),))


def _parsed(path: Path, content: bytes) -> Mapping:
    if len(content) > LARGEST_FILE:
        raise TableError(path.name, "the file is too large for a mapping")
    folder = Folder(path.parent, {path.name: content.decode("utf-8-sig")}, {})
    return parse(folder, path.name, Mapping, folder.toml(path.name), None)
