"""Unpacks the original's binary and libraries from its wheel. usage: unpack_milvus.py WHEEL DIRECTORY"""
import lzma
import os
import sys
import zipfile

from elf_symbols import defined_symbols, make_local

PACKED = "milvus/data/bin/"
# The binary exports the OpenSSL it was linked with; the S3 client beside it was built for these older ones, calls the binary's instead,
# and crashes as soon as a query node signs a request.
OWN_OPENSSL = ("libcrypto.so.10", "libssl.so.10")


def main(wheel: str, directory: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(PACKED) and name.endswith(".lzma"):
                path = os.path.join(directory, os.path.basename(name)[: -len(".lzma")])
                with open(path, "wb") as file:
                    file.write(lzma.decompress(archive.read(name)))
                os.chmod(path, 0o755)
    clashing = set().union(*(defined_symbols(os.path.join(directory, name)) for name in OWN_OPENSSL))
    changed = make_local(os.path.join(directory, "milvus"), clashing)
    assert changed > 0, "no symbol of the binary clashes with its OpenSSL: is this the wheel of 2.2.8?"


main(*sys.argv[1:])
