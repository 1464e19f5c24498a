"""What a collection must hold: every row that was acknowledged, by primary key."""
from functools import lru_cache

import numpy as np
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema

DIM = 32
FIELDS = ["id", "flag", "tiny", "short", "number", "big", "real", "precise", "text", "vector"]
PAGE = 4000


def schema() -> CollectionSchema:
    return CollectionSchema(
        [
            FieldSchema("id", DataType.INT64, is_primary=True),
            FieldSchema("flag", DataType.BOOL),
            FieldSchema("tiny", DataType.INT8),
            FieldSchema("short", DataType.INT16),
            FieldSchema("number", DataType.INT32),
            FieldSchema("big", DataType.INT64),
            FieldSchema("real", DataType.FLOAT),
            FieldSchema("precise", DataType.DOUBLE),
            FieldSchema("text", DataType.VARCHAR, max_length=64),
            FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
        ]
    )


@lru_cache(maxsize=100_000)
def row(key: int) -> dict:
    """The row of a key: the same each time it is asked for, its floats such as a float of 32 bits holds."""
    random = np.random.default_rng(key)
    return {
        "id": key,
        "flag": bool(key % 3 == 0),
        "tiny": int(key % 256 - 128),
        "short": int(key * 7 % 65536 - 32768),
        "number": int(key * 7919 % 2**31),
        "big": int(key) * 1_000_003 - 2**50,
        "real": float(np.float32(key / 7)),
        "precise": key / 11,
        "text": f"row {key} " + "x" * (key % 40),
        "vector": random.random(DIM, dtype=np.float32).tolist(),
    }


NARROW = {"tiny": np.int8, "short": np.int16, "number": np.int32, "real": np.float32}


def columns_of(rows: list) -> list:
    """In the order of the schema, typed as the client demands."""
    return [[NARROW[f](r[f]) if f in NARROW else r[f] for r in rows] for f in FIELDS]


class Oracle:
    """A collection, and beside it the keys it must hold."""

    def __init__(self, collection: Collection):
        self.collection = collection
        self.keys: set = set()
        # Nobody was told whether these were inserted, or deleted: they may be there or not.
        self.uncertain: set = set()

    def insert(self, keys, partition: str = "_default", **options) -> None:
        keys = list(keys)
        columns = columns_of([row(key) for key in keys])
        try:
            result = self.collection.insert(columns, partition_name=partition, **options)
            assert result.insert_count == len(keys), result
        except Exception:
            self.uncertain.update(keys)
            raise
        self.keys.update(keys)

    def delete(self, keys, **options) -> None:
        keys = list(keys)
        self.keys.difference_update(keys)
        try:
            self.collection.delete(f"id in {keys}", **options)
        except Exception:
            self.uncertain.update(keys)
            raise

    def forget(self, keys) -> None:
        """Rows that something else than a delete takes away."""
        self.keys.difference_update(keys)

    def check(self, what: str) -> None:
        """
        Every row there once, with its values; the collection is loaded. Strong consistency: what was acknowledged before counts.
        """
        found: dict = {}
        bound = 1 + max(self.keys | self.uncertain, default=0)
        for start in range(-1, bound + 1, PAGE):
            expr = f"id > {start} && id <= {start + PAGE}"
            for item in self.collection.query(expr, output_fields=FIELDS, consistency_level="Strong"):
                assert item["id"] not in found, f"{what}: row {item['id']} twice"
                found[item["id"]] = item
        missing, extra = self.keys - found.keys(), found.keys() - self.keys - self.uncertain
        assert not missing and not extra, (
            f"{what}: {len(missing)} rows missing {sorted(missing)[:5]}, {len(extra)} too many {sorted(extra)[:5]}"
        )
        for key, item in found.items():
            want = row(key)
            for name in FIELDS:
                assert item[name] == want[name], (
                    f"{what}: row {key}, field {name}: {item[name]} instead of {want[name]}"
                )
        print(f"  {what}: {len(found)} rows, each once, values as inserted", flush=True)

    def search(self, what: str, metric: str = "L2", count: int = 20) -> None:
        """Each of some rows is its own nearest neighbour; an approximate index may miss one in ten."""
        some = sorted(self.keys)[:: max(1, len(self.keys) // count)][:count]
        vectors = [row(key)["vector"] for key in some]
        params = {"metric_type": metric, "params": {"nprobe": 64, "ef": 128}}
        hits = self.collection.search(vectors, "vector", params, limit=1, consistency_level="Strong")
        wrong = [key for key, hit in zip(some, hits) if len(hit) == 0 or hit[0].id != key]
        assert len(wrong) <= len(some) // 10, f"{what}: nearest neighbours of {wrong} are others"
        print(f"  {what}: {len(some)} searches find their own row", flush=True)
