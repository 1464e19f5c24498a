"""Many collections on few topics: all of them written to while others come and go."""
from concurrent.futures import ThreadPoolExecutor

from oracle import Oracle, schema
from pymilvus import Collection, utility
from steps import connect, serve

COUNT = 200
CHURN = 40
ROWS = 20
AT_ONCE = 40
# Loading all would measure the query node: some stand for the rest, whose rows are counted.
LOADED = range(0, COUNT, 67)

collections: list = []


def create() -> None:
    for number in range(COUNT):
        collection = Collection(f"many_{number:03d}", schema(), shards_num=1, consistency_level="Strong")
        collections.append(Oracle(collection))


def insert_round(first: int) -> None:
    for rows in collections:
        rows.insert(range(first, first + ROWS))


def churn() -> None:
    """Each collection of the loop is dropped with rows that nobody flushed; between two of them the others are written to."""
    for number in range(CHURN):
        passing = Collection("passing", schema(), shards_num=1, consistency_level="Strong")
        Oracle(passing).insert(range(1, 1 + ROWS))
        for rows in collections[number :: CHURN]:
            rows.insert(range(1001 + number * ROWS, 1001 + (number + 1) * ROWS))
        utility.drop_collection("passing")


def flush() -> None:
    """Side by side: one takes seconds, most of them waiting."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(rows.collection.flush, timeout=300) for rows in collections]:
            done.result()


def count() -> None:
    for rows in collections:
        found = rows.collection.num_entities
        assert found == len(rows.keys), f"{rows.collection.name}: {found} rows instead of {len(rows.keys)}"


def load_some() -> None:
    for number in LOADED:
        rows = collections[number]
        rows.collection.create_index("vector", {"index_type": "FLAT", "metric_type": "L2", "params": {}})
        rows.collection.load(timeout=120)
        rows.check(rows.collection.name)
        rows.collection.release()


def drop() -> None:
    for rows in collections:
        utility.drop_collection(rows.collection.name)


steps = [connect, create, insert_round, churn, flush, count, load_some, drop]
serve({step.__name__: step for step in steps})
