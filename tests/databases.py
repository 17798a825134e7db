"""Real database servers for a test session: unprivileged, on a Unix socket in a folder of their own, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "pa ss/wort@1"  # noqa: S105  (of servers that live as long as a test)
QUOTED = quote(PASSWORD, safe="")


class Server(NamedTuple):
    """A running server: the folder of its socket, and how to reach it."""

    folder: Path
    dsn: str


def _as_user(user: str) -> list[str]:
    """What stands before a command to run it unprivileged."""
    if os.getuid() != 0:
        return []
    try:
        pwd.getpwnam(user)
    except KeyError:
        pytest.skip(f"the superuser may not run the server, and there is no user {user}")
    if not shutil.which("runuser"):
        pytest.skip("the superuser may not run the server, and there is no runuser")
    return ["runuser", "-u", user, "--"]


@contextlib.contextmanager
def _folder(user: str) -> Iterator[Path]:
    # Not under pytest's own folder: that is closed to other users, and its path too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="zwgk-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], **options: object) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **options)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL cluster with a database ``oa``."""
    pytest.importorskip("psycopg", reason="the driver is not installed")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if not places:
        pytest.skip("no PostgreSQL server (apt-get install postgresql)")
    programs, user = places[-1].parent, _as_user("postgres")
    with _folder("postgres") as folder:
        secret, data = folder / "secret", folder / "data"
        secret.write_text(PASSWORD, "utf-8")
        secret.chmod(0o644)
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "zwgk", "-A", "scram-sha-256", f"--pwfile={secret}"]
        _run([*user, *initdb, "-E", "UTF8", "--locale=C", "--no-sync"])
        control = [*user, str(programs / "pg_ctl"), "-D", str(data), "-w"]
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        # The server outlives pg_ctl and would hold its pipes open.
        subprocess.run(
            [*control, "-l", str(folder / "log"), "-o", options, "start"],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            import psycopg

            place = quote(str(folder), safe="")
            with psycopg.connect(f"postgresql://zwgk:{QUOTED}@{place}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE oa")
            yield Server(folder, f"postgresql://zwgk:{QUOTED}@{place}/oa")
        finally:
            _run([*control, "-m", "immediate", "stop"])


@contextlib.contextmanager
def mysql() -> Iterator[Server]:
    """A MariaDB or MySQL server with a database ``oa``."""
    pymysql = pytest.importorskip("pymysql", reason="the driver is not installed")
    server, setup = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), shutil.which("mariadb-install-db")
    if not server or not setup:
        pytest.skip("no MariaDB server (apt-get install mariadb-server)")
    user = _as_user("mysql")
    with _folder("mysql") as folder:
        data, socket = folder / "data", folder / "socket"
        _run(
            [
                *user,
                setup,
                "--no-defaults",
                f"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ]
        )
        init = folder / "init.sql"
        statements = (
            "CREATE DATABASE oa CHARACTER SET utf8mb4",
            f"CREATE USER 'zwgk'@'localhost' IDENTIFIED BY '{PASSWORD}'",
            "GRANT ALL ON oa.* TO 'zwgk'@'localhost'",
        )
        init.write_text("".join(f"{one};\n" for one in statements), "utf-8")
        init.chmod(0o644)
        arguments = [f"--datadir={data}", f"--socket={socket}", "--skip-networking", f"--init-file={init}"]
        process = subprocess.Popen(
            [*user, server, "--no-defaults", *arguments, f"--pid-file={folder / 'pid'}"],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _attempt in range(240):
                if process.poll() is not None:
                    pytest.fail("the server ended")
                time.sleep(0.25)
                # The driver leaves a socket open where there is nothing to connect to.
                if not socket.exists():
                    continue
                with contextlib.suppress(pymysql.Error):
                    pymysql.connect(unix_socket=str(socket), user="zwgk", password=PASSWORD, database="oa").close()
                    break
            else:
                pytest.fail("the server did not start")
            yield Server(folder, f"mysql://zwgk:{QUOTED}@localhost/oa?unix_socket={quote(str(socket), safe='')}")
        finally:
            process.terminate()
            process.wait(60)
