"""A script that does steps when it is told to: a line of JSON names one, a line that begins with @ answers."""
import json
import sys
import time
import traceback

from pymilvus import connections, utility

LONGEST = 1000


def serve(steps: dict) -> None:
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = steps[order["step"]](**order["arguments"])
            print("@done " + json.dumps(answer or {}), flush=True)
        except Exception as error:  # whatever it is, it belongs to the step
            traceback.print_exc()
            reason = " ".join(f"{order['step']}: {error}".split())
            # The original puts the stack of each of its attempts into a message.
            print("@failed " + (reason if len(reason) < LONGEST else reason[:LONGEST] + " …"), flush=True)


def until(awaited: str, deadline: float, holds) -> None:
    """Waits until `holds()` is true; errors on the way count as false, and the last is told when time is up."""
    end, last = time.time() + deadline, ""
    while True:
        try:
            if holds():
                return
            last = ""
        except Exception as error:
            last = f", last error: {error}"
        assert time.time() < end, f"waited {deadline} s in vain: {awaited}{last}"
        time.sleep(0.2)


def connect() -> None:
    """The proxy of this cluster, as soon as it serves."""

    def serves() -> bool:
        connections.connect(host="127.0.0.1", port="19530", timeout=5)
        utility.list_collections(timeout=5)
        return True

    until("the proxy serves", 120, serves)
