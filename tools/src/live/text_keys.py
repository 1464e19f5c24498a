"""Rows known by a text, with vectors of bits: what differs from whole numbers and floats on the write path."""
import numpy as np
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, utility

NAME = "text_keys"
BITS = 64
ROWS = 2000


def key(number: int) -> str:
    return f"key {number:06d} " + "é" * (number % 5)


def bits(number: int) -> bytes:
    return np.random.default_rng(number).bytes(BITS // 8)


def check(collection: Collection, alive: set, what: str) -> None:
    found: dict = {}
    for tens in range(0, ROWS, 500):
        expr = f'key >= "key {tens:06d}" && key < "key {tens + 500:06d}"'
        for item in collection.query(expr, output_fields=["key", "number", "bits"], consistency_level="Strong"):
            assert item["key"] not in found, f"{what}: {item['key']} twice"
            found[item["key"]] = item
    assert found.keys() == {key(number) for number in alive}, (
        f"{what}: {len(found)} rows instead of {len(alive)}"
    )
    for number in alive:
        item = found[key(number)]
        got = item["bits"][0] if isinstance(item["bits"], list) else item["bits"]
        assert item["number"] == number and bytes(got) == bits(number), f"{what}: row {number} is {item}"
    some = sorted(alive)[:: len(alive) // 20]
    params = {"metric_type": "HAMMING", "params": {"nprobe": 64}}
    hits = collection.search([bits(n) for n in some], "bits", params, limit=1, consistency_level="Strong")
    wrong = [number for number, hit in zip(some, hits) if len(hit) == 0 or hit[0].id != key(number)]
    assert len(wrong) <= len(some) // 10, f"{what}: nearest neighbours of {wrong} are others"
    print(f"  {what}: {len(found)} rows with text keys, {len(some)} searches by bits", flush=True)


def run() -> None:
    schema = CollectionSchema(
        [
            FieldSchema("key", DataType.VARCHAR, max_length=64, is_primary=True),
            FieldSchema("number", DataType.INT64),
            FieldSchema("bits", DataType.BINARY_VECTOR, dim=BITS),
        ]
    )
    collection = Collection(NAME, schema, shards_num=1, consistency_level="Strong")
    for start in range(0, ROWS, 500):
        numbers = list(range(start, start + 500))
        collection.insert([[key(n) for n in numbers], numbers, [bits(n) for n in numbers]])
    collection.flush(timeout=120)
    description = {"index_type": "BIN_IVF_FLAT", "metric_type": "HAMMING", "params": {"nlist": 16}}
    collection.create_index("bits", description)
    utility.wait_for_index_building_complete(NAME, timeout=120)
    collection.load(timeout=120)
    alive = set(range(ROWS))
    check(collection, alive, "loaded")
    gone = set(range(0, ROWS, 4))
    quoted = ", ".join(f'"{key(number)}"' for number in gone)
    collection.delete(f"key in [{quoted}]")
    alive -= gone
    check(collection, alive, "right after the delete")
    collection.flush(timeout=120)
    collection.release()
    collection.load(timeout=120)
    check(collection, alive, "loaded again")
