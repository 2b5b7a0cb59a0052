"""The API beside a plain FastAPI route that reads the same body into pydantic and sends it back, as ratios.

Each is served by uvicorn in a process of its own and asked in turns over one connection, so that the machine cancels
out. Then twenty clients ask the API for a minute.

    python bench/bench_api.py            # about a minute and a half
    python bench/bench_api.py --quick    # about fifteen seconds
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CASE = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
FULL = CASE | {
    "live_birth_percent": 23.8, "live_birth_per": "treatment_cycle", "clinic_successes": 52, "clinic_transfers": 200,
    "clinic_outcome": "clinical_pregnancy",
}  # fmt: skip
OURS = "import sys; from rif_threshold.api.server import serve; serve(port=int(sys.argv[1]))"
ECHO = """
import sys
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

class Body(BaseModel):
    oocyte_age_years: int
    ploidy: str
    failed_transfers: int
    live_birth_percent: float | None = None
    live_birth_per: str | None = None
    clinic_successes: int | None = None
    clinic_transfers: int | None = None
    clinic_outcome: str | None = None
    include: list[str] | None = None

app = FastAPI()

@app.post("/v1/assess")
def echo(body: Body) -> Body:
    return body

@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}

uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, http="h11")
"""
HEADERS = {"Content-Type": "application/json"}


class Server(NamedTuple):
    port: int
    pid: int

    def seconds(self) -> float:
        """Of a processor, that it has taken so far."""
        own, system = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(own) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(code: str) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", code, str(port)], stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                ask(http.client.HTTPConnection("127.0.0.1", port), "GET", "/health")
                break
            except OSError:
                time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
    connection.request(method, path, body, HEADERS if body else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def round_of(connection: http.client.HTTPConnection, body: str, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        status, _ = ask(connection, "POST", "/v1/assess", body)
        assert status == 200, status
    return (time.perf_counter() - begun) / times


def beside(servers: tuple[Server, Server], name: str, body: str, rounds: int, times: int) -> None:
    """Rounds in turns; the quickest round of each, and what each took of a processor, whoever else wanted it."""
    clients = [http.client.HTTPConnection("127.0.0.1", server.port) for server in servers]
    for client in clients:
        round_of(client, body, times)
    before = [server.seconds() for server in servers]
    found = [[round_of(client, body, times) for client in clients] for _ in range(rounds)]
    mine, plain = (min(column) * 1000 for column in zip(*found, strict=True))
    worked, worked_plain = (
        (server.seconds() - begun) * 1000 / rounds / times for server, begun in zip(servers, before, strict=True)
    )
    print(
        f"{name:26} {mine:6.2f} ms, echo {plain:5.2f} ms, ratio {mine / plain:5.2f};"
        f"  of a processor {worked:5.2f} and {worked_plain:5.2f} ms, ratio {worked / worked_plain:5.2f}"
    )


def crowd(port: int, clients: int, seconds: float) -> None:
    body = json.dumps(FULL | {"include": []})
    seen: Counter[str] = Counter()
    taken: list[float] = []
    end = time.monotonic() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            begun = time.perf_counter()
            try:
                status, _ = ask(connection, "POST", "/v1/assess", body)
                seen[str(status)] += 1
            except OSError as error:
                seen[type(error).__name__] += 1
                connection.close()
            taken.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    probes = []
    for each in threads:
        each.start()
    while time.monotonic() < end:
        begun = time.perf_counter()
        seen[f"health {ask(http.client.HTTPConnection('127.0.0.1', port), 'GET', '/health')[0]}"] += 1
        probes.append(time.perf_counter() - begun)
        time.sleep(0.2)
    for each in threads:
        each.join()
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(
        f"{clients} clients for {seconds:.0f} s: {dict(seen)}; median {statistics.median(taken) * 1000:.0f} ms, "
        f"p95 {p95 * 1000:.0f} ms; the probe meanwhile: median {statistics.median(probes) * 1000:.0f} ms, "
        f"longest {max(probes) * 1000:.0f} ms"
    )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true")
    quick = reader.parse_args().quick
    rounds, times, seconds = (5, 50, 5) if quick else (15, 200, 60)
    with served(OURS) as ours, served(ECHO) as echo:
        both = (ours, echo)
        print("one client, one request after the other (aim: at most 3 for include=[])")
        beside(both, "three fields, include=[]", json.dumps(CASE | {"include": []}), rounds, times)
        beside(both, "four routes, include=[]", json.dumps(FULL | {"include": []}), rounds, times)
        beside(both, "three fields, all parts", json.dumps(CASE), rounds, times // 5)
        crowd(ours.port, 20, seconds)


if __name__ == "__main__":
    main()
