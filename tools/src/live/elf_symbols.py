"""The dynamic symbols of a 64-bit little-endian ELF file: which it defines, and making some of them local."""
import struct

SHT_DYNSYM = 11
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")


def _sections(data: bytes):
    assert data[:6] == b"\x7fELF\x02\x01", "not a 64-bit little-endian ELF file"
    (offset,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    return [SECTION.unpack_from(data, offset + i * size) for i in range(count)]


def _dynamic_symbols(data: bytes):
    """(offset of the entry, name, info byte) of every symbol that the file defines."""
    sections = _sections(data)
    for _, kind, _, _, offset, size, link, _, _, _ in sections:
        if kind != SHT_DYNSYM:
            continue
        strings = sections[link][4]
        for at in range(offset, offset + size, SYMBOL.size):
            name, info, _, section, _, _ = SYMBOL.unpack_from(data, at)
            if section != 0:
                start = strings + name
                yield at, data[start : data.index(b"\0", start)], info


def defined_symbols(path: str) -> set:
    with open(path, "rb") as file:
        return {name for _, name, _ in _dynamic_symbols(file.read())}


def make_local(path: str, names: set) -> int:
    """Clears the binding of the named symbols, in place. Returns how many there were."""
    with open(path, "r+b") as file:
        chosen = [(at, info) for at, name, info in _dynamic_symbols(file.read()) if name in names]
        for at, info in chosen:
            file.seek(at + 4)
            file.write(bytes([info & 0x0F]))
    return len(chosen)
