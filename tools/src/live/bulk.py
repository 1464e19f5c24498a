"""Rows in files for bulk insert: by rows as JSON, by columns as NumPy."""
import json
import os

import numpy as np
from oracle import FIELDS, Oracle, row
from pymilvus import BulkInsertState, utility
from steps import until

TYPES = {
    "id": np.int64,
    "flag": np.bool_,
    "tiny": np.int8,
    "short": np.int16,
    "number": np.int32,
    "big": np.int64,
    "real": np.float32,
    "precise": np.float64,
    "vector": np.float32,
}
# A segment below 1024 rows gets no index, and an import is over when its segments have theirs.
COUNT = 4000
DEADLINE = 240


def write_json(directory: str, keys: range) -> list:
    with open(os.path.join(directory, "rows.json"), "w") as file:
        json.dump({"rows": [row(key) for key in keys]}, file)
    return ["rows.json"]


def write_numpy(directory: str, keys: range) -> list:
    for name in FIELDS:
        values = [row(key)[name] for key in keys]
        array = np.array(values, TYPES[name]) if name in TYPES else np.array(values)
        np.save(os.path.join(directory, f"{name}.npy"), array)
    return [f"{name}.npy" for name in FIELDS]


def insert(rows: Oracle, files: list, keys: range) -> None:
    task = utility.do_bulk_insert(rows.collection.name, files)

    def is_over() -> bool:
        state = utility.get_bulk_insert_state(task)
        assert state.state not in (BulkInsertState.ImportFailed, BulkInsertState.ImportFailedAndCleaned), state
        return state.state == BulkInsertState.ImportCompleted

    until(f"import {task} is over", DEADLINE, is_over)
    rows.keys.update(keys)
