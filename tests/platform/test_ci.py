"""`.ci/run` on machines with a browser, with one to be had, and with none: when may browser tests be skipped?"""

import shutil
import subprocess
from pathlib import Path

import pytest

from webapp.settings import PROJECT_FOLDER

BASH = shutil.which("bash")
INSTALLS = 'case "$*" in *download-only*) ;; *install*) cp "$0" "$(dirname "$0")/chromium";; esac'
FETCHES_ALONE = 'case "$*" in *install*) case "$*" in *download-only*) ;; *) exit 100;; esac;; esac'


def machine(folder: Path, *, user: int = 0, **programs: str) -> Path:
    """A folder for PATH with nothing but these programs, each a line of shell, and what the script needs."""
    folder.mkdir()
    for name in ("dirname", "env", "cp"):
        (folder / name).symlink_to(str(shutil.which(name)))
    told = {"id": f"echo {user}", "make": 'echo "required=${ONEWINDOW_REQUIRE_BROWSER:-no}"', **programs}
    for name, line in told.items():
        (folder / name.replace("_", "-")).write_text(f"#!{BASH}\n{line}\n")
        (folder / name.replace("_", "-")).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("user", "programs", "required", "words"),
    [
        (1000, {"chromium": ""}, "1", ""),
        (1000, {"google_chrome": ""}, "1", ""),
        (0, {"apt_get": INSTALLS}, "1", ""),
        (1000, {"apt_get": INSTALLS, "sudo": 'shift; "$@"'}, "1", ""),
        (0, {"apt_get": FETCHES_ALONE}, "1", "is not there"),
        (0, {}, "no", "cannot be installed here"),
        (0, {"apt_get": "exit 100"}, "no", "cannot be installed here"),
        (1000, {"apt_get": INSTALLS}, "no", "cannot be installed here"),
        (1000, {"apt_get": INSTALLS, "sudo": "exit 1"}, "no", "cannot be installed here"),
    ],
)
def test_browser_tests_are_skipped_only_where_no_browser_can_be_had(
    tmp_path: Path, user: int, programs: dict[str, str], required: str, words: str
) -> None:
    assert BASH is not None
    path = machine(tmp_path / "bin", user=user, **programs)
    done = subprocess.run(
        [BASH, PROJECT_FOLDER / ".ci" / "run"], env={"PATH": str(path)}, capture_output=True, text=True
    )
    *said, last = done.stdout.splitlines()
    assert (done.returncode, last, done.stderr) == (0, f"required={required}", "")
    assert words in "".join(said)
    assert len(said) == bool(words)
