"""What a pymilvus user does while DataCoord and DataNodes change hands behind the proxy."""
from oracle import Oracle, schema
from pymilvus import Collection, connections, utility
from steps import connect, serve

NAME = "swap"

rows: Oracle


def create() -> None:
    global rows
    collection = Collection(NAME, schema(), shards_num=2, consistency_level="Strong")
    rows = Oracle(collection)
    collection.create_index("vector", {"index_type": "IVF_FLAT", "metric_type": "L2", "params": {"nlist": 16}})


def load() -> None:
    rows.collection.load(timeout=120)


def write(first: int, count: int) -> None:
    for start in range(first, first + count, 500):
        rows.insert(range(start, min(start + 500, first + count)))


def delete(first: int, last: int, step: int) -> None:
    rows.delete(key for key in range(first, last, step) if key in rows.keys)


def flush() -> None:
    rows.collection.flush(timeout=180)


def seal() -> None:
    """Asks for a flush and does not wait for it: nobody may be there to do it."""
    connections._fetch_handler("default").flush([NAME], timeout=30, _async=True)


def compact() -> None:
    rows.collection.compact()
    rows.collection.wait_for_compaction_completed(timeout=180)
    plans = rows.collection.get_compaction_plans().plans
    assert plans, "rows were deleted, and nothing was compacted"


def check(what: str) -> None:
    rows.check(what)
    rows.search(what)


def reload() -> None:
    rows.collection.release()
    rows.collection.load(timeout=180)


def build_index() -> None:
    utility.wait_for_index_building_complete(NAME, timeout=180)


def collection_ids() -> dict:
    return {"collectionIDs": [str(rows.collection.describe()["collection_id"])]}


def drop() -> None:
    utility.drop_collection(NAME)


steps = [connect, create, load, write, delete, flush, seal, compact, check, reload, build_index, collection_ids, drop]
serve({step.__name__: step for step in steps})
