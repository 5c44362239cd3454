"""Commands about bundles: `processes` and `forms` are import sources, the database has the releases."""

import argparse
from pathlib import Path
from typing import Any

from engine import Finding, errors_in
from webapp.catalogue import release_files
from webapp.cli import bundle_files
from webapp.cli.installation import NoInstallation, application
from webapp.queries.example_runs import findings_with_examples
from webapp.services.bundle_folders import bundles_of, read_tree, rule_files
from webapp.services.release_uploads import zip_of
from webapp.services.releases import draft_from_files, load_rules
from webapp.settings import current_settings
from webapp.unit_of_work import sql

RELEASES = "select id, bundle_key, number, state, digest, created_at from release order by bundle_key, number"


def add_commands(commands: Any) -> None:
    """`bundles load`, `check`, `list`, `export`, `import` and `publish`."""
    parser = commands.add_parser("bundles", help="载入、检查、列出和导出一件事 / load, check, list and export bundles")
    parts = parser.add_subparsers(required=True, metavar="what")
    part = parts.add_parser(
        "load", help="把一件事存为草稿，载入有变动的规则 / make drafts of bundles and load rules whose files are new"
    )
    part.add_argument(
        "--as", dest="login", required=True, metavar="LOGIN", help="由哪位设计人员操作 / the designer who does it"
    )
    part.add_argument("keys", nargs="*", metavar="BUNDLE", help="哪些一件事（默认全部） / which bundles (default: all)")
    part.set_defaults(run=load)
    part = parts.add_parser(
        "check",
        help=(
            "列出一件事文件的全部问题；有错误时返回 1"
            " / show every finding of the bundles' files; 1 when one is an error"
        ),
    )
    part.add_argument(
        "keys",
        nargs="*",
        metavar="BUNDLE",
        help=(
            "哪些一件事（默认全部），或者要检查的压缩包、文件夹"
            " / which bundles (default: all), or zips and folders to be checked"
        ),
    )
    part.set_defaults(run=check)
    parts.add_parser("list", help="列出全部发布版 / show all releases").set_defaults(run=show)
    part = parts.add_parser(
        "export", help="把一个发布版导出为工作室可再上传的压缩包 / write a release as a zip that the studio takes back"
    )
    part.add_argument(
        "release", type=int, metavar="RELEASE", help="编号，见 `bundles list` / its id, as `bundles list` shows it"
    )
    part.add_argument("file", type=Path, metavar="FILE")
    part.set_defaults(run=export)
    bundle_files.add_commands(parts)


def load(chosen: argparse.Namespace) -> int:
    """Drafts are submitted and published by people, in the studio."""
    with application():
        designer = bundle_files.person(chosen.login)
        tree = read_tree(current_settings())
        print(f"rules: {load_rules(rule_files(tree))} new")
        for key, files in _chosen(tree, chosen.keys):
            release = draft_from_files(key, files, by=designer)
            print(f"{key}: release id {release}")
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Everything that is found, and where a bundle does not do what its examples say."""
    paths = [Path(one) for one in chosen.keys if "/" in one or one.lower().endswith(".zip")]
    keys = [one for one in chosen.keys if Path(one) not in paths]
    with application():
        bundles = _chosen(read_tree(current_settings()), keys) if keys or not paths else []
        found, refused = bundle_files.read_bundles(paths)
        worst = 1 if refused else 0
        for key, files in [*bundles, *found]:
            findings = findings_with_examples(key, files)
            for finding in findings:
                print(f"{key}: {line(finding)}")
            print(f"{key}: {len(findings)} findings, {len(errors_in(findings))} of them errors")
            worst = 1 if errors_in(findings) else worst
    return worst


def show(_: argparse.Namespace) -> int:
    with application():
        for release_id, key, number, state, digest, created_at in sql().execute(RELEASES):
            made = f"{created_at:%Y-%m-%d %H:%M} UTC"
            print(f"{release_id:>5}  {key:<28} {number:>4}  {state:<10} {digest[:12]}  {made}")
    return 0


def export(chosen: argparse.Namespace) -> int:
    """The same bytes each time; 2 when there is no such release."""
    with application():
        files = release_files(chosen.release)
    if not files:
        raise NoInstallation(f"there is no release with the id {chosen.release}")
    chosen.file.write_bytes(zip_of(files))
    print(f"{chosen.file}: {len(files)} files")
    return 0


def _chosen(tree: dict[str, bytes], keys: list[str]) -> list[tuple[str, dict[str, bytes]]]:
    """The bundles of the folders, or those that were named."""
    bundles = bundles_of(tree)
    if unknown := sorted(set(keys) - bundles.keys()):
        raise NoInstallation(f"no folder has the bundle {', '.join(unknown)}")
    return [(key, bundles[key]) for key in keys or bundles]


def line(finding: Finding) -> str:
    """A finding in one line, in both languages."""
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    element = f" [{finding.element}]" if finding.element else ""
    text = f"{finding.severity} {finding.code} {place}{element} {finding.message.zh} / {finding.message.en}"
    return f"{text} → {finding.remedy.zh} / {finding.remedy.en}"
