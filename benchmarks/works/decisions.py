"""The evaluator alone: concrete requests decided one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from benchmarks.records import Record
from tests.generation import Generator, bearing
from verifier.semantics.authorize import authorize

_CASES = 400
_REQUESTS = 50


def evaluator(runs: int = 5) -> Iterator[Record]:
    """Generated requests under generated policies of every kind; seconds are for one decision."""
    for seed in range(runs):
        generator = Generator(Random(seed))
        cases = []
        for _ in range(_CASES):
            document, action = generator.case()
            requests = [generator.request(action) for _ in range(_REQUESTS)]
            cases.append((bearing(document, action), requests))
        started = time.perf_counter()
        allowed = 0
        for policies, requests in cases:
            for request in requests:
                allowed += authorize(request, policies).outcome.name == "ALLOW"
        seconds = (time.perf_counter() - started) / (_CASES * _REQUESTS)
        yield Record("evaluator", f"seed {seed}", "verifier", f"{allowed} allowed", seconds)
