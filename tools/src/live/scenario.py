"""The life of a collection as a pymilvus user drives it, with each result compared row by row."""
import bulk
import expiry
import text_keys
from oracle import Oracle, schema
from pymilvus import Collection, utility
from steps import connect, serve, until

NAME = "scenario"
ALL = [NAME, expiry.NAME, text_keys.NAME]
PARTITIONS = ["_default", "first", "second"]
BATCH = 500
# A segment below 1024 rows gets no index: three partitions on two shards must each exceed it.
BATCHES = 24
INDEX_PARAMETERS = {
    "FLAT": {},
    "IVF_FLAT": {"nlist": 16},
    "IVF_SQ8": {"nlist": 16},
    "HNSW": {"M": 16, "efConstruction": 64},
}
LOAD_DEADLINE = 120

rows: Oracle
partition_of: dict = {}


def collection_id(name: str) -> str:
    return str(Collection(name).describe()["collection_id"])


def insert_into(partition: str, keys: range) -> None:
    rows.insert(keys, partition)
    partition_of.update((key, partition) for key in keys)


def create() -> None:
    global rows
    collection = Collection(NAME, schema(), shards_num=2, consistency_level="Strong")
    for name in PARTITIONS[1:]:
        collection.create_partition(name)
    rows = Oracle(collection)


def insert() -> None:
    for batch in range(BATCHES):
        insert_into(PARTITIONS[batch % 3], range(1 + batch * BATCH, 1 + (batch + 1) * BATCH))


def flush() -> None:
    rows.collection.flush(timeout=120)
    assert rows.collection.num_entities == len(rows.keys), rows.collection.num_entities
    for name in PARTITIONS:
        of_partition = sum(1 for partition in partition_of.values() if partition == name)
        assert rows.collection.partition(name).num_entities == of_partition


def index(kind: str) -> None:
    description = {"index_type": kind, "metric_type": "L2", "params": INDEX_PARAMETERS[kind]}
    rows.collection.create_index("vector", description)
    utility.wait_for_index_building_complete(NAME, timeout=120)
    progress = utility.index_building_progress(NAME)
    assert progress["indexed_rows"] == progress["total_rows"] > 0, progress


def load() -> None:
    rows.collection.load(timeout=LOAD_DEADLINE)
    rows.check("loaded")
    rows.search("loaded")


def delete() -> None:
    gone = range(1, BATCHES * BATCH, 5)
    rows.delete(gone)
    rows.check("right after the delete")
    rows.search("right after the delete")
    hits = rows.collection.query(f"id in {list(gone)[:100]}", consistency_level="Strong")
    assert hits == [], hits


def insert_growing() -> None:
    insert_into("first", range(20_001, 20_501))
    insert_into("second", range(20_501, 21_001))
    rows.check("growing")
    rows.search("growing")


def flush_again() -> None:
    rows.collection.flush(timeout=120)
    rows.check("flushed again")


def compact() -> None:
    rows.collection.compact()
    rows.collection.wait_for_compaction_completed(timeout=180)
    plans = rows.collection.get_compaction_plans().plans
    assert plans, "a fifth of the rows is deleted, and nothing was compacted"
    print(f"  {len(plans)} plans, {sum(len(plan.sources) for plan in plans)} segments compacted", flush=True)
    rows.check("compacted")
    rows.search("compacted")


def reload() -> None:
    rows.collection.release()
    rows.collection.load(timeout=LOAD_DEADLINE)
    rows.check("loaded again")
    rows.search("loaded again")


def write_bulk_files(directory: str) -> dict:
    json_files = bulk.write_json(directory, range(40_001, 40_001 + bulk.COUNT))
    numpy_files = bulk.write_numpy(directory, range(50_001, 50_001 + bulk.COUNT))
    return {"json": json_files, "numpy": numpy_files}


def bulk_insert(json: list, numpy: list) -> None:
    bulk.insert(rows, json, range(40_001, 40_001 + bulk.COUNT))
    bulk.insert(rows, numpy, range(50_001, 50_001 + bulk.COUNT))
    rows.collection.release()
    rows.collection.load(timeout=LOAD_DEADLINE)
    rows.check("bulk inserted")
    rows.search("bulk inserted")
    rows.delete(range(40_001, 40_101))
    rows.check("bulk inserted, some deleted")


def reindex(kind: str) -> None:
    rows.collection.release()
    rows.collection.drop_index()
    index(kind)
    load()


def alter_properties() -> None:
    rows.collection.set_properties({"collection.ttl.seconds": 86_400})
    properties = Collection(NAME).describe()["properties"]
    assert "collection.ttl.seconds" in str(properties), properties
    rows.check("with a life of a day")


def expire() -> None:
    expiry.run()


def text_keys_and_bits() -> None:
    text_keys.run()


def drop_partition() -> None:
    rows.collection.release()
    left = rows.collection.num_entities - rows.collection.partition("second").num_entities
    rows.collection.drop_partition("second")
    rows.forget([key for key, partition in partition_of.items() if partition == "second"])
    # The DataNodes learn of it from the log; a load before that would still find its segments.
    until("the segments of the dropped partition are dropped", 60, lambda: rows.collection.num_entities == left)
    rows.collection.load(timeout=LOAD_DEADLINE)
    rows.check("without the dropped partition")


def load_all() -> None:
    for name in ALL:
        Collection(name).release()
        Collection(name).load(timeout=LOAD_DEADLINE)
    rows.check("after a start of DataCoord")


def collection_ids() -> dict:
    return {"collectionIDs": [collection_id(name) for name in ALL]}


def drop_collections() -> None:
    for name in ALL:
        utility.drop_collection(name)
        assert not utility.has_collection(name)


serve(
    {
        step.__name__: step
        for step in (
            connect,
            create,
            insert,
            flush,
            index,
            load,
            delete,
            insert_growing,
            flush_again,
            compact,
            reload,
            write_bulk_files,
            bulk_insert,
            reindex,
            alter_properties,
            expire,
            text_keys_and_bits,
            drop_partition,
            load_all,
            collection_ids,
            drop_collections,
        )
    }
)
