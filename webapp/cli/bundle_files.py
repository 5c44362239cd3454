"""`onewindow bundles import` and `publish`: zips and folders become drafts; a publisher puts a release in force."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from engine import Words
from webapp.cli.installation import NoInstallation, application
from webapp.errors import ActRefused, FileRefused, NotYours
from webapp.identity import Identity, by_login
from webapp.services.bundle_archives import LARGEST_UNPACKED, NO_PART, has_many, read_archive
from webapp.services.publishing import publish_release
from webapp.services.release_uploads import LARGEST_BUNDLE, LARGEST_FILE, MOST_FILES, zip_of
from webapp.services.releases import draft_from_zip, read_bundle_zip

CATALOGUE = "bundle.toml"
BAR = 24
LINKED = Words("文件夹里有链接或特殊文件。", "the folder holds a link or a special file.")
TOO_LARGE = Words("太大，或者文件太多。", "it is too large, or there are too many files.")


def add_commands(parts: Any) -> None:
    """`bundles import`, `bundles publish`."""
    part = parts.add_parser(
        "import",
        help="把压缩包或文件夹导入为草稿，一次可以多个 / import zips or folders as drafts, as many as wanted",
    )
    part.add_argument(
        "--as", dest="login", required=True, metavar="LOGIN", help="由哪位设计人员操作 / the designer who does it"
    )
    part.add_argument("--note", default="", metavar="TEXT", help="版本说明 / a note on the drafts")
    part.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help=(
            "一件事的压缩包、它的文件夹，或者放着许多件事的压缩包或文件夹"
            " / a bundle's zip or folder, or a zip or folder that holds many"
        ),
    )
    part.set_defaults(run=import_bundles)
    part = parts.add_parser(
        "publish",
        help="由发布人发布已提交、已会签的版本 / a publisher publishes a release that was submitted and signed",
    )
    part.add_argument(
        "--as", dest="login", required=True, metavar="LOGIN", help="由哪位发布人操作 / the publisher who does it"
    )
    part.add_argument(
        "--from",
        dest="effective_on",
        type=date.fromisoformat,
        metavar="DATE",
        help="从哪天起施行（默认立即） / in force from this day (default: at once)",
    )
    part.add_argument("--reason", default="", metavar="TEXT", help="理由 / the reason")
    part.add_argument(
        "release", type=int, metavar="RELEASE", help="编号，见 `bundles list` / its id, as `bundles list` shows it"
    )
    part.set_defaults(run=publish)


def import_bundles(chosen: argparse.Namespace) -> int:
    """Each bundle is a draft of its own; one that is refused stops no other. 1 when any was refused."""
    refused = 0
    with application():
        designer = person(chosen.login)
        sources = [one for path in chosen.paths for each in bundles_in(path) for one in _sources(each)]
        for number, source in enumerate(sources, 1):
            try:
                release = draft_from_zip(source.name, source.content(), by=designer, note=chosen.note)
            except NotYours:
                raise
            except ActRefused as why:
                refused += 1
                print(f"{source.label}: {why.words.zh} / {why.words.en}", file=sys.stderr)
            else:
                print(f"{source.label}: release id {release}")
            if len(sources) > 1:
                _progress(number, len(sources))
    return 1 if refused else 0


def publish(chosen: argparse.Namespace) -> int:
    """The rules are those of the page: others made it, everybody asked has signed; what refuses is said, with 2."""
    with application():
        publisher = person(chosen.login)
        publish_release(chosen.release, by=publisher, effective_on=chosen.effective_on, reason=chosen.reason.strip())
    day = f"in force from {chosen.effective_on:%Y-%m-%d}" if chosen.effective_on else "published"
    print(f"release id {chosen.release}: {day}")
    return 0


def person(login: str) -> Identity:
    """Who does it. Raises NoInstallation."""
    found = by_login(login)
    if found is None:
        raise NoInstallation(f"nobody has the account {login!r}")
    return found


def bundles_in(path: Path) -> Iterator[Path]:
    """The zips and folders of bundles that a path means, in the order of their names. Raises NoInstallation."""
    if path.is_file() or (path / CATALOGUE).is_file():
        yield path
        return
    if not path.is_dir():
        raise NoInstallation(f"there is no file or folder {path}")
    inside = [one for one in sorted(path.iterdir()) if one.suffix == ".zip" or (one / CATALOGUE).is_file()]
    if not inside:
        raise NoInstallation(f"{path} holds no bundle: neither zips nor folders with a {CATALOGUE}")
    yield from inside


def read_bundles(paths: Iterable[Path]) -> tuple[list[tuple[str, dict[str, bytes]]], int]:
    """((key, files) of every bundle that these zips and folders hold, how many were refused and told on stderr)."""
    found: list[tuple[str, dict[str, bytes]]] = []
    refused = 0
    for source in [one for path in paths for each in bundles_in(path) for one in _sources(each)]:
        try:
            found.append(read_bundle_zip(source.name, source.content()))
        except ActRefused as why:
            refused += 1
            print(f"{source.label}: {why.words.zh} / {why.words.en}", file=sys.stderr)
    return found, refused


@dataclass(frozen=True, slots=True)
class _Source:
    """One bundle: how it is named on the screen and as a file, and what gives its zip."""

    label: str
    name: str
    content: Callable[[], bytes]


def _sources(path: Path) -> Iterator[_Source]:
    """The bundle of a zip or folder; those of a zip that holds many, of which what belongs to none is named."""
    if path.is_file() and path.stat().st_size <= LARGEST_UNPACKED and has_many(content := path.read_bytes()):
        try:
            archive = read_archive(path.name, content)
        except FileRefused as why:
            yield _Source(str(path), path.name, partial(_refuse, why))
            return
        for bundle in archive.bundles:
            yield _Source(f"{path}: {bundle.rstrip('/')}", bundle, partial(archive.zip_of, bundle))
        for name in archive.rest:
            yield _Source(f"{path}: {name}", name, partial(_refuse, FileRefused(name, NO_PART)))
    else:
        yield _Source(str(path), path.name, partial(_packed, path))


def _refuse(why: FileRefused) -> bytes:
    raise why


def _packed(path: Path) -> bytes:
    """A bundle's zip, made of its folder where it is one: then the same is refused as of a zip."""
    if path.is_file():
        if path.stat().st_size > LARGEST_BUNDLE:
            raise FileRefused(path.name, TOO_LARGE)
        return path.read_bytes()
    files: dict[str, bytes] = {}
    for one in sorted(path.rglob("*")):
        if one.name.startswith(".") or (one.is_dir() and not one.is_symlink()):
            continue
        if one.is_symlink() or not one.is_file():
            raise FileRefused(one.name, LINKED)
        if one.stat().st_size > LARGEST_FILE or len(files) > MOST_FILES:
            raise FileRefused(one.name, TOO_LARGE)
        files[one.relative_to(path).as_posix()] = one.read_bytes()
    return zip_of(files)


def _progress(done: int, of: int) -> None:
    """One line on stderr that is written over in a terminal, and now and then a line elsewhere."""
    if sys.stderr.isatty():
        filled = BAR * done // of
        print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{of}", end="\n" if done == of else "", file=sys.stderr)
    elif done == of or done % 10 == 0:
        print(f"{done}/{of}", file=sys.stderr)
