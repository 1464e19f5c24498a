"""Rows whose collection lets them live a second: compaction takes them away, and a row of afterwards stays."""
from oracle import Oracle, schema
from pymilvus import Collection
from steps import until

NAME = "expiry"


def run() -> None:
    collection = Collection(NAME, schema(), shards_num=1, consistency_level="Strong")
    rows = Oracle(collection)
    rows.insert(range(1, 501))
    collection.flush(timeout=120)
    collection.set_properties({"collection.ttl.seconds": 1})
    collection.create_index("vector", {"index_type": "FLAT", "metric_type": "L2", "params": {}})

    def compacted_away() -> bool:
        collection.compact()
        collection.wait_for_compaction_completed(timeout=60)
        return collection.num_entities == 0

    until("compaction takes away rows past their life", 120, compacted_away)
    collection.set_properties({"collection.ttl.seconds": 86_400})
    rows.forget(range(1, 501))
    rows.insert(range(501, 601))
    collection.load(timeout=120)
    rows.check("after the others expired")
    collection.flush(timeout=120)
    rows.check("after the others expired, flushed")
