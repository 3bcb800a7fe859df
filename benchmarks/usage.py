"""What processes cost while something goes on: CPU, memory, threads, file descriptors."""

import time
from collections.abc import Mapping

import psutil


class Usage:
    """Begins to measure at once. Names are those under which the figures appear."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._began_s = time.monotonic()
        self._before_s = {name: _cpu_s(process) for name, process in self._processes.items()}
        self._peak = dict.fromkeys(pids, 0)
        self._peak_sum = 0

    def look(self) -> dict[str, int]:
        """Bytes of memory by name, now; remembered as peak when it is one."""
        memory = {name: process.memory_info().rss for name, process in self._processes.items()}
        self._peak = {name: max(self._peak[name], size) for name, size in memory.items()}
        self._peak_sum = max(self._peak_sum, sum(size for name, size in memory.items() if name in ("server", "engine")))
        return memory

    def figures(self) -> dict[str, float]:
        """Cores and peaks since the beginning, flat; ``server_and_engine`` is what a school's machine pays."""
        self.look()
        took_s = time.monotonic() - self._began_s
        cores = {name: (_cpu_s(process) - self._before_s[name]) / took_s for name, process in self._processes.items()}
        figures = {"measured_s": round(took_s, 2)}
        figures |= {f"{name}_cpu_cores": round(share, 3) for name, share in cores.items()}
        figures["server_and_engine_cpu_cores"] = round(cores.get("server", 0) + cores.get("engine", 0), 3)
        figures |= {f"{name}_peak_rss_mb": round(size / 1e6, 1) for name, size in self._peak.items()}
        figures["server_and_engine_peak_rss_mb"] = round(self._peak_sum / 1e6, 1)
        return figures


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def family(pid: int) -> tuple[int, int]:
    """Threads and open files of a process, such as the server; its children are none of it."""
    process = psutil.Process(pid)
    return process.num_threads(), process.num_fds()
