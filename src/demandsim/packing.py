"""Tables of arrays handed to kernels as one word: the address of a block that says where each array lies.

Numba passes a NamedTuple array by array, seven machine words each: with two hundred arrays a small function takes
seconds to compile. Its own structure references are one word, but count their holders at every field that is
read, which took most of the time of a contact. Here a field is two or three loads from a block that never changes,
which the compiler may keep; nothing is counted, and whoever holds the table keeps its arrays.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

T = TypeVar("T")

_WORD = 8  # bytes


class TableType(types.Type):  # type: ignore[misc]  # as in _Fields
    """Numba's type of a table: its name, and each field's name and type in order."""

    def __init__(self, table: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = dict(fields)
        self.first_word = {}
        words = 0
        for name, kind in fields:
            self.first_word[name] = words
            words += 1 + (kind.ndim if isinstance(kind, types.Array) else 0)
        self.words = words
        digest = hashlib.sha256(repr([(name, str(kind)) for name, kind in fields]).encode()).hexdigest()
        super().__init__(name=f"{table}_{digest[:16]}")


class Packed:
    """A table as kernels take it: the address of its block, and what keeps the block and the arrays alive."""

    address: int

    def __init__(self, table: Any) -> None:
        self._held = [Packed(part) if hasattr(part, "_fields") else part for part in table]
        fields = tuple(zip(table._fields, (_kind(part) for part in self._held), strict=True))
        self.kind = TableType(type(table).__name__, fields)
        self._block = np.zeros(max(1, self.kind.words), np.int64)
        for name, part in zip(table._fields, self._held, strict=True):
            word = self.kind.first_word[name]
            if isinstance(part, Packed):
                self._block[word] = part.address
            else:
                self._block[word] = part.ctypes.data
                self._block[word + 1 : word + 1 + part.ndim] = part.shape
        self.address = int(self._block.ctypes.data)


def packed(table: T) -> T:
    """Hand a table of arrays to kernels as one word.

    Parameters
    ----------
    table : NamedTuple
        Of C-ordered, writable arrays, or of such tables.

    Returns
    -------
    the same table, for kernels alone
        It shares the arrays and keeps them alive; where nothing is compiled, the table itself.

    Raises
    ------
    ValueError
        If an array is not C-ordered and writable.
    """
    return table if numba.config.DISABLE_JIT else cast(T, Packed(table))


def _kind(part: Any) -> Any:
    """Give the Numba type of a field."""
    if isinstance(part, Packed):
        return part.kind
    if not (part.flags.c_contiguous and part.flags.writeable):
        raise ValueError("a kernel's arrays are C-ordered and writable")
    return types.Array(from_dtype(part.dtype), part.ndim, "C")


@typeof_impl.register(Packed)
def _typeof(value: Packed, context: Any) -> TableType:
    """Tell Numba the type of a packed table."""
    return value.kind


@register_default(TableType)
class _Model(models.PrimitiveModel):  # type: ignore[misc]  # Numba's class has no types
    """In compiled code a table is a pointer to its block."""

    def __init__(self, manager: Any, kind: TableType) -> None:
        super().__init__(manager, kind, ir.IntType(8).as_pointer())


@unbox(TableType)
def _unboxed(kind: TableType, value: Any, context: Any) -> NativeValue:
    """Take the address out of the Python object."""
    address = context.pyapi.object_getattr_string(value, "address")
    pointer = context.pyapi.long_as_voidptr(address)
    context.pyapi.decref(address)
    return NativeValue(pointer, is_error=context.pyapi.c_api_error())


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]  # Numba's class has no types
    """A table's attributes are its fields."""

    key = TableType

    def generic_resolve(self, kind: TableType, name: str) -> Any:
        """Give a field's type; None where there is no such field, and Numba says so."""
        return kind.fields.get(name)


@lower_getattr_generic(TableType)
def _read(context: Any, builder: Any, kind: TableType, block: Any, name: str) -> Any:
    """Compile the reading of a field."""
    field, first = kind.fields[name], kind.first_word[name]
    word = ir.IntType(64)
    words = builder.bitcast(block, word.as_pointer())

    def load(at: int) -> Any:
        loaded = builder.load(builder.gep(words, [ir.Constant(ir.IntType(32), at)]))
        # The block is written once, before any kernel sees it: the compiler need not read a word twice.
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    address = load(first)
    if isinstance(field, TableType):
        return builder.inttoptr(address, ir.IntType(8).as_pointer())
    array = make_array(field)(context, builder)
    shape = [load(first + 1 + axis) for axis in range(field.ndim)]
    width = context.get_abi_sizeof(context.get_data_type(field.dtype))
    strides = [ir.Constant(word, width)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    data = builder.inttoptr(address, array.data.type)
    size = ir.Constant(word, width)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()
