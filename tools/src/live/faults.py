"""Inserts, deletes and flushes that go on whatever fails, and the rows that must be there for all that."""
import random
import threading

from oracle import Oracle, schema
from pymilvus import Collection
from steps import connect, serve, until

NAME = "faults"
BATCH = 50
TIMEOUT = 15
RECOVERY_DEADLINE = 180

rows: Oracle
chance = random.Random(4)
# One thing at a time: whoever compares rows must know which there are.
turn = threading.Lock()
ended = threading.Event()
worker: threading.Thread
next_key = 1
counts = {"insert": [0, 0], "delete": [0, 0], "flush": [0, 0]}


def insert() -> None:
    global next_key
    keys = range(next_key, next_key + BATCH)
    next_key += BATCH
    rows.insert(keys, timeout=TIMEOUT)


def delete() -> None:
    if rows.keys:
        rows.delete(chance.sample(sorted(rows.keys), min(10, len(rows.keys))), timeout=TIMEOUT)


def flush() -> None:
    rows.collection.flush(timeout=TIMEOUT)


def work() -> None:
    while not ended.is_set():
        what = chance.choices([insert, delete, flush], [20, 5, 1])[0]
        with turn:
            try:
                what()
                counts[what.__name__][0] += 1
            except Exception:  # a fault is under way: the rows concerned are uncertain
                counts[what.__name__][1] += 1
        ended.wait(0.1)


def create() -> None:
    global rows
    collection = Collection(NAME, schema(), shards_num=2, consistency_level="Strong")
    rows = Oracle(collection)
    collection.create_index("vector", {"index_type": "FLAT", "metric_type": "L2", "params": {}})
    collection.load(timeout=120)


def start_work() -> None:
    global worker
    worker = threading.Thread(target=work, daemon=True)
    worker.start()


def recover(what: str) -> None:
    """The next insert, flush and search that succeed, with every row there, all without help from outside."""
    for attempt in (insert, flush):
        with turn:
            until(f"{attempt.__name__} succeeds after {what}", RECOVERY_DEADLINE, lambda: attempt() or True)

    def answers() -> bool:
        rows.collection.query("id == 1", consistency_level="Strong", timeout=TIMEOUT)
        return True

    with turn:
        until(f"a query is answered after {what}", RECOVERY_DEADLINE, answers)
        rows.check(what)
        rows.search(what)


def end_work() -> None:
    ended.set()
    worker.join()
    for what, (done, failed) in counts.items():
        print(f"  {what}: {done} done, {failed} failed during faults", flush=True)
    print(f"  {len(rows.keys)} rows must be there, {len(rows.uncertain)} may", flush=True)


def reload() -> None:
    rows.collection.release()
    rows.collection.load(timeout=180)
    rows.check("loaded again")


steps = [connect, create, start_work, recover, end_work, reload]
serve({step.__name__: step for step in steps})
