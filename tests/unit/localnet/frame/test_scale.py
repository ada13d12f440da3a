"""Every type survives the way to bytes and back, and refuses bytes that are not its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.localnet.frame import types as t
from taocli.localnet.frame.scale import Reader, encode_compact

SMALL = t.Struct("a::Small", number=t.u16, flag=t.boolean)
KIND = t.Enum(
    "a::Kind",
    t.Variant(0, "Bare"),
    t.Variant(3, "One", t.u32),
    t.Variant(7, "Named", left=t.u8, right=t.Bytes),
)
INTEGERS = [t.u8, t.u16, t.u32, t.u64, t.u128, t.i8, t.i16, t.i32, t.i64, t.i128]


def integers_of(kind: t.Integer) -> st.SearchStrategy[int]:
    bits = 8 * kind.width
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if kind.signed else (0, (1 << bits) - 1)
    return st.integers(low, high)


u16s = st.integers(0, 65_535)
raw32 = st.binary(min_size=32, max_size=32)
eras = st.one_of(
    st.none(),
    st.integers(2, 16).flatmap(
        lambda power: st.integers(0, min(1 << power, 4096) - 1).map(
            lambda phase: (1 << power, phase * max((1 << power) >> 12, 1))
        )
    ),
)
CASES = [
    (t.boolean, st.booleans()),
    (t.string, st.text(max_size=40)),
    (t.Bytes, st.binary(max_size=200)),
    (t.Compact(t.u16), u16s),
    (t.Compact(t.u128), st.integers(0, (1 << 128) - 1)),
    (t.Vec(t.u16), st.lists(u16s)),
    (t.Vec(t.boolean), st.lists(st.booleans())),
    (t.Vec(t.Compact(t.u64)), st.lists(st.integers(0, (1 << 64) - 1))),
    (t.Option(t.u64), st.none() | st.integers(0, (1 << 64) - 1)),
    (t.Tuple(t.u8, t.Bytes), st.tuples(st.integers(0, 255), st.binary())),
    (t.Array(t.u8, 32), raw32),
    (t.Array(t.u16, 2), st.lists(u16s, min_size=2, max_size=2)),
    (t.AccountId, raw32),
    (t.H256, raw32),
    (SMALL, st.fixed_dictionaries({"number": u16s, "flag": st.booleans()})),
    (t.Vec(SMALL), st.lists(st.fixed_dictionaries({"number": u16s, "flag": st.booleans()}))),
    (
        KIND,
        st.just("Bare")
        | st.tuples(st.just("One"), st.integers(0, 99))
        | st.tuples(
            st.just("Named"),
            st.fixed_dictionaries({"left": st.integers(0, 255), "right": st.binary(max_size=9)}),
        ),
    ),
    (t.BTreeMap(t.u16, t.Bytes), st.dictionaries(u16s, st.binary(max_size=9))),
    (t.BTreeSet(t.u16), st.sets(u16s).map(sorted)),
    (t.I96F32, integers_of(t.i128)),
    (t.U64F64, integers_of(t.u128)),
    (t.MultiAddress, raw32 | st.tuples(st.just("Raw"), st.binary(max_size=40))),
    (t.Era, eras),
    *((kind, integers_of(kind)) for kind in INTEGERS),
]


@pytest.mark.parametrize(("kind", "values"), CASES, ids=lambda item: getattr(item, "name", ""))
def test_round_trip(kind, values):
    @given(values)
    def check(value):
        encoded = kind.encode(value)
        assert kind.decode_all(encoded) == value
        if kind.snapshot is not None:
            assert kind.snapshot(value) == value
        if encoded:
            with pytest.raises(t.ScaleError):
                kind.decode_all(encoded + b"\0")

    check()


@pytest.mark.parametrize(("kind", "_values"), CASES, ids=lambda item: getattr(item, "name", ""))
@given(data=st.binary(max_size=80))
def test_random_bytes_decode_to_their_own_encoding_or_are_refused(kind, _values, data):
    reader = Reader(data)
    try:
        value = kind.decode(reader)
    except t.ScaleError:
        return
    if kind.name.startswith("BTree"):  # unsorted input decodes, as in Rust, and encodes sorted
        assert kind.decode_all(kind.encode(value)) == value
    else:
        assert kind.encode(value) == data[: reader.position]


@given(st.integers(0, (1 << 536) - 1))
def test_compact_is_shortest_and_reads_back(number):
    reader = Reader(encode_compact(number))
    assert reader.take_compact() == number
    reader.finish()


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "00"), (63, "fc"), (64, "0101"), (16383, "fdff"), (16384, "02000100"),
     (2**30 - 1, "feffffff"), (2**30, "0300000040"), (2**64 - 1, "13ffffffffffffffff")],
)  # fmt: skip
def test_compact_known_bytes(number, encoded):
    assert encode_compact(number).hex() == encoded


@pytest.mark.parametrize("padded", ["0100", "02000000", "0300000000", "07ffffffff00"])
def test_compact_longer_than_needed_is_refused(padded):
    with pytest.raises(t.ScaleError):
        Reader(bytes.fromhex(padded)).take_compact()


def test_a_huge_claimed_length_costs_nothing():
    with pytest.raises(t.ScaleError, match="elements"):
        t.Vec(t.AccountId).decode_all(encode_compact(1 << 60))


@pytest.mark.parametrize(
    ("kind", "value"),
    [(t.u8, 256), (t.u8, -1), (t.Compact(t.u16), 65_536), (t.Vec(t.u16), [70_000]),
     (t.AccountId, b"short"), (KIND, "Absent"), (SMALL, {"number": 1}), (t.Era, (5, 0)),
     (t.Tuple(t.u8, t.u8), (1,))],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(kind, value):
    with pytest.raises(t.Unencodable):
        kind.encode(value)
