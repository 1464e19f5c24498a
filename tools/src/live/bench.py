"""What a pymilvus user does while the original and ours are measured side by side."""
import time

import numpy as np
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema
from steps import connect, serve

DIM = 128
BATCH = 5_000

collections: dict = {}


def create(name: str, shards: int, count: int = 1) -> dict:
    """Collections `name_0` and so on; tells their ids."""
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("text", DataType.VARCHAR, max_length=64),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
    ]
    ids = []
    for number in range(count):
        collection = Collection(f"{name}_{number}", CollectionSchema(fields), shards_num=shards)
        collections[collection.name] = collection
        ids.append(str(collection.describe()["collection_id"]))
    return {"collectionIDs": ids}


def insert(name: str, rows: int) -> None:
    """The same rows each time it is asked."""
    random = np.random.default_rng(1)
    for first in range(0, rows, BATCH):
        keys = range(first, min(first + BATCH, rows))
        vectors = random.random((len(keys), DIM), dtype=np.float32)
        collections[name].insert([list(keys), [f"row {key} of {rows}" for key in keys], vectors], timeout=60)


def flush_latency(name: str, rounds: int) -> dict:
    """Seconds until a flush of a thousand new rows is told to be done."""
    took = []
    for _ in range(rounds):
        insert(name, 1_000)
        start = time.perf_counter()
        collections[name].flush(timeout=120)
        took.append(time.perf_counter() - start)
    return {"seconds": took}


steps = [connect, create, insert, flush_latency]
serve({step.__name__: step for step in steps})
