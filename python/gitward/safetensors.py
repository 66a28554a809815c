"""safetensors: the header, and single tensors without opening the rest of the file."""

import ctypes
import json
import struct
from typing import Any, Dict, List, NamedTuple, Tuple

from .errors import ConfigError, FormatError
from .reader import EncryptedFile

_MAX_HEADER_BYTES = 100_000_000
_ITEM_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U64": 8,
    "U32": 4,
    "U16": 2,
    "U8": 1,
    "BOOL": 1,
}
_NUMPY = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
_TORCH = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


class TensorInfo(NamedTuple):
    dtype: str
    shape: Tuple[int, ...]
    start: int
    end: int


class SafeTensors:
    """An encrypted safetensors file, with the methods of `safetensors.safe_open`."""

    def __init__(self, path, framework: str = "numpy", **options: Any) -> None:
        if framework not in ("numpy", "np", "torch", "pt"):
            raise ConfigError(f"framework is numpy or torch, not {framework}", code="USAGE")
        self._is_torch = framework in ("torch", "pt")
        self._file = EncryptedFile(path, **options)
        try:
            self._tensors, self._metadata = _read_header(self._file)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "SafeTensors":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def keys(self) -> List[str]:
        return list(self._tensors)

    def metadata(self) -> Dict[str, str]:
        return dict(self._metadata)

    def info(self, name: str) -> TensorInfo:
        """dtype, shape and place of a tensor. Raises KeyError."""
        return self._tensors[name]

    def get_tensor(self, name: str) -> Any:
        """A numpy array, or a torch tensor. Raises KeyError."""
        info = self._tensors[name]
        return self._torch_tensor(info) if self._is_torch else self._numpy_array(info)

    def tensor_bytes(self, name: str) -> bytearray:
        """The bytes of a tensor, little-endian, for a framework of your own. Raises KeyError."""
        info = self._tensors[name]
        return self._fill(info, bytearray(info.end - info.start))

    def _numpy_array(self, info: TensorInfo) -> Any:
        import numpy

        if info.dtype not in _NUMPY:
            raise ConfigError(f"numpy has no {info.dtype}", hint="framework='torch', or tensor_bytes()")
        raw = self._fill(info, numpy.empty(info.end - info.start, dtype=numpy.uint8))
        return raw.view(_NUMPY[info.dtype]).reshape(info.shape)

    def _torch_tensor(self, info: TensorInfo) -> Any:
        import torch

        dtype = getattr(torch, _TORCH[info.dtype], None)
        if dtype is None:
            raise ConfigError(f"this torch has no {info.dtype}", hint="pip install --upgrade torch")
        length = info.end - info.start
        raw = torch.empty(length, dtype=torch.uint8)
        if length:
            self._fill(info, (ctypes.c_char * length).from_address(raw.data_ptr()))
        return raw.view(dtype).reshape(info.shape)

    def _fill(self, info: TensorInfo, buffer: Any) -> Any:
        self._file.seek(info.start)
        self._file.readinto(buffer)
        return buffer


def _read_header(file: EncryptedFile) -> Tuple[Dict[str, TensorInfo], Dict[str, str]]:
    prefix = file.read(8)
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else -1
    if not 2 <= length <= min(_MAX_HEADER_BYTES, file.size - 8):
        raise FormatError(f"{file.name}: it opens, but is no safetensors file")
    try:
        header = json.loads(file.read(length).decode("utf-8"))
        metadata = header.pop("__metadata__", {})
        tensors = {name: _tensor_info(entry, 8 + length) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        header = None
    if header is None or not _covers(sorted(tensors.values(), key=lambda each: each[2:]), 8 + length, file.size):
        raise FormatError(f"{file.name}: it opens, but its safetensors header is malformed")
    return tensors, metadata


def _tensor_info(entry: Dict[str, Any], data_start: int) -> TensorInfo:
    """Raises ValueError, KeyError or TypeError if anything does not fit."""
    start, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    count = 1
    for dimension in shape:
        if type(dimension) is not int or dimension < 0:
            raise ValueError(dimension)
        count *= dimension
    if type(start) is not int or type(end) is not int or start < 0:
        raise ValueError(start)
    if end - start != count * _ITEM_BYTES[entry["dtype"]]:
        raise ValueError(end)
    return TensorInfo(entry["dtype"], shape, data_start + start, data_start + end)


def _covers(tensors: List[TensorInfo], start: int, end: int) -> bool:
    """True if the tensors follow each other from `start` to `end`, as the format asks."""
    for each in tensors:
        if each.start != start:
            return False
        start = each.end
    return start == end
