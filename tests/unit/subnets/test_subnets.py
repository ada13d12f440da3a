from importlib.metadata import EntryPoint

import pytest

from taocli.domain.address import ZERO_ADDRESS
from taocli.domain.errors import DeadlineExceeded, InvalidRequest, PluginError
from taocli.domain.inference import FinishReason, GenerationChunk
from taocli.protocol.axon import Inbound
from taocli.subnets import apex, registry, text
from taocli.subnets.text import parse_question

GOOD = {"roles": ["user"], "messages": ["hi"], "max_tokens": 4}


class Engine:
    def __init__(self, finish=FinishReason.STOP):
        self.finish = finish
        self.closed = False

    async def generate(self, request):
        try:
            yield GenerationChunk("4", 3, 1)
            yield GenerationChunk("2", 3, 2, self.finish)
        finally:
            self.closed = True


def inbound(route="TextSynapse", **changes):
    return Inbound(route, ZERO_ADDRESS, {**GOOD, **changes}, 12.0, 0.0)


def test_the_built_in_plug_ins_are_found_by_name_and_by_netuid():
    assert {"text", "apex"} <= set(registry.names())
    assert registry.for_netuid("local", 1) is text.PLUGIN
    assert registry.for_netuid("ws://127.0.0.1:1", 1) is text.PLUGIN
    assert registry.for_netuid("finney", 1) is apex.PLUGIN
    assert registry.for_netuid("wss://entrypoint-finney.opentensor.ai:443", 1) is apex.PLUGIN


def test_an_unknown_subnet_is_explained():
    with pytest.raises(PluginError) as caught:
        registry.for_netuid("finney", 999)
    assert caught.value.fix
    with pytest.raises(PluginError):
        registry.load("nonsense")


@pytest.mark.parametrize("target", ["no.such.module:X", "json:dumps"])
def test_a_broken_plug_in_is_named_and_hurts_no_other(monkeypatch, target):
    broken = EntryPoint("aaa", target, registry.GROUP)
    good = EntryPoint("text", "taocli.subnets.text:PLUGIN", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken, good])
    with pytest.raises(PluginError, match="aaa"):
        registry.load("aaa")
    assert registry.for_netuid("local", 1) is text.PLUGIN


def test_apex_never_pretends():
    with pytest.raises(PluginError) as caught:
        apex.PLUGIN.preflight("finney")
    assert "submit" in caught.value.why
    assert apex.PLUGIN.routes() == ()


async def test_an_answer_is_the_whole_text():
    engine = Engine()
    reply = await text.PLUGIN.handle(inbound(), engine)
    assert reply.fields == {"completion": "42"}
    assert engine.closed


async def test_an_answer_cut_by_the_deadline_is_no_answer():
    with pytest.raises(DeadlineExceeded):
        await text.PLUGIN.handle(inbound(), Engine(FinishReason.DEADLINE))


async def test_a_stream_that_is_dropped_stops_the_model():
    engine = Engine()
    reply = await text.PLUGIN.handle(inbound("StreamTextSynapse"), engine)
    assert await anext(reply.chunks) == b"4"
    await reply.chunks.aclose()
    assert engine.closed


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": "user"}, {"roles": []}, {"roles": ["user", "user"]}, {"roles": ["root"]},
        {"messages": [1]}, {"messages": ["x" * 40_000]}, {"max_tokens": 0},
        {"max_tokens": "4"}, {"max_tokens": True}, {"max_tokens": None},
    ],
)  # fmt: skip
def test_fields_of_the_wrong_shape_are_refused(changes):
    with pytest.raises(InvalidRequest):
        parse_question({**GOOD, **changes}, 12.0)


def test_a_question_is_bounded_in_tokens_and_time():
    question = parse_question({**GOOD, "max_tokens": 10**9}, 12.0)
    assert question.max_tokens == text.MAX_TOKENS
    assert 0 < question.deadline_s < 12.0
