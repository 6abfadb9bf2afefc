"""Programs run with all the processes they start: time, processors, memory as the operating system counts them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)
_TICKS = os.sysconf("SC_CLK_TCK")
_EVERY = 0.05  # seconds between looks at memory
PATIENCE = 3600.0  # seconds after which a program has failed


class Failed(Exception):  # noqa: N818 - says what happened
    """A program did not do what was measured; the message ends with what it printed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in use by all processes together: ``total`` is PSS (proc_pid_smaps(5)), ``own`` its share without files."""

    total: int = 0
    own: int = 0

    def __or__(self, other: Memory) -> Memory:
        return Memory(max(self.total, other.total), max(self.own, other.own))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a program took: seconds, seconds of all processors, peak of memory where that was asked for."""

    seconds: float
    processor: float
    memory: Memory
    output: str


class Tree:
    """A program and whatever it starts, in a session of their own. Leaving the context ends them all."""

    def __init__(self, *command: object, output: Path, cwd: Path | None = None) -> None:
        _adopt_orphans()
        self._output = output
        self._orphans = 0.0  # seconds of processors that orphans had taken when they ended
        self.started = time.monotonic()
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [*map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment(),
                cwd=cwd or output.parent,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The first process's."""
        return self._process.pid

    def wait(self, timeout: float = PATIENCE) -> Usage:
        """Wait until the program ends well; its time counts until then, its processor time until all are gone."""
        code = self._reap(timeout)
        took = time.monotonic() - self.started
        if code:
            raise Failed(f"{self._process.args!r} ended with {code}: {self.printed()[-2000:]}")
        self._finish()
        return Usage(took, self._spent + self._orphans, Memory(), self.printed())

    def end(self, number: int = signal.SIGTERM, timeout: float = 20.0) -> None:
        """Send a signal to the program (SIGKILL to all), and wait until none of its processes is left."""
        if self._process.returncode is None:
            try:
                self._process.send_signal(number)
                self._reap(0.0 if number == signal.SIGKILL else timeout)
            except Failed:
                pass  # what is left is killed
        self._finish()

    def running(self) -> bool:
        """Whether the first process has not ended."""
        return self._process.returncode is None and _state(self.pid) not in ("", "Z")

    def printed(self) -> str:
        """All that was printed so far."""
        return self._output.read_text(errors="replace")

    def processor(self) -> float:
        """Seconds of processors taken so far, by those that run and those that have ended."""
        self._reap_orphans()
        return sum(map(_spent, self.members())) + self._orphans

    def memory(self) -> Memory:
        """What is in use now, by all together."""
        found = self.memories().values()
        return Memory(sum(each.total for each in found), sum(each.own for each in found))

    def memories(self) -> dict[int, Memory]:
        """What is in use now, by each process."""
        found = {}
        for pid in self.members():
            try:
                fields = dict(
                    line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
                )
            except OSError:  # it has ended
                continue
            found[pid] = Memory(_kilobytes(fields["Pss"]), _kilobytes(fields.get("Pss_Anon", fields["Pss"])))
        return found

    def members(self) -> list[int]:
        """The processes of this session, orphans too."""
        return [pid for pid in _all() if _stat(pid)[3:4] == [str(self.pid)]]

    # ------------------------------------------------------------------------------------------------------

    _spent = 0.0

    def _reap(self, timeout: float) -> int:
        """Wait for the first process alone, and note what it and those it waited for have taken."""
        until = time.monotonic() + timeout
        pause = 0.0002
        while True:
            found, status, usage = os.wait4(self.pid, os.WNOHANG)
            if found:
                self._spent = usage.ru_utime + usage.ru_stime
                self._process.returncode = os.waitstatus_to_exitcode(status)
                return self._process.returncode
            if time.monotonic() > until:
                raise Failed(f"{self._process.args!r} has not ended after {timeout} s: {self.printed()[-2000:]}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)

    def _finish(self) -> None:
        """Let those that outlive the first process go on for a second at most."""
        until = time.monotonic() + 1.0
        while (left := self.members()) and time.monotonic() < until:
            self._reap_orphans()
            time.sleep(0.005)
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while self.members():
            if self._process.returncode is None:
                self._reap(PATIENCE)
            self._reap_orphans()
            time.sleep(0.002)

    def _reap_orphans(self) -> None:
        """The kernel gives processes whose parent is gone to this one, and with them their accounts."""
        for pid in self.members():
            if pid != self.pid and _stat(pid)[1:2] == [str(os.getpid())]:
                found, _, usage = os.wait4(pid, os.WNOHANG)
                if found:
                    self._orphans += usage.ru_utime + usage.ru_stime


def run(*command: object, output: Path, cwd: Path | None = None, memory: bool = False) -> Usage:
    """Run a program to its end. With ``memory`` it is looked at 20 times a second, which slows it down a little."""
    with Tree(*command, output=output, cwd=cwd) as tree:
        if not memory:
            return tree.wait()
        with MemoryWatch(tree) as peaks:
            usage = tree.wait()
    return Usage(usage.seconds, usage.processor, peaks.peak, usage.output)


class MemoryWatch:
    """The highest memory of a tree while the context lasts, as ``peak``."""

    def __init__(self, tree: Tree) -> None:
        self.peak = Memory()
        self._tree = tree
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak |= self._tree.memory()
            if self._over.wait(_EVERY):
                return


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """One's own without anything that would configure feedsvc."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("FEEDSVC_")}
    return own | {"PYTHONPATH": str(ROOT)} | dict(extra or {})


def _adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _all() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def _stat(pid: int) -> list[str]:
    """What proc_pid_stat(5) has behind the name: state, parent, group, session, …; nothing once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _state(pid: int) -> str:
    return "".join(_stat(pid)[:1])


def _spent(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:15])) / _TICKS  # its own, and of those it has waited for


def _kilobytes(text: str) -> int:
    return int(text.split(maxsplit=1)[0]) * 1024
