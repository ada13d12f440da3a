"""Text leaves the engine whole: characters are never cut and stop strings never shown."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import InvalidRequest, ModelInvalid
from taocli.domain.inference import ChatMessage
from taocli.worker.engine.tokenizer import ChatTokenizer, Detokenizer, StopText
from taocli.worker.training.vocabulary import CONVERSATION_TEMPLATE, write_tokenizer


@pytest.fixture(scope="module")
def directory(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder, CONVERSATION_TEMPLATE)
    return folder


@pytest.fixture(scope="module")
def tokenizer(directory) -> ChatTokenizer:
    return ChatTokenizer(directory)


@given(text=st.text(st.characters(exclude_characters="\ufffd<", codec="utf-8"), max_size=40))
def test_pieces_are_whole_characters_and_join_to_the_text(tokenizer, text) -> None:
    detokenizer = Detokenizer(tokenizer)
    pieces = [detokenizer.push(token) for token in tokenizer.encode(text)]
    assert all("\ufffd" not in piece for piece in pieces)
    assert "".join(pieces) + detokenizer.flush() == text


def test_a_broken_character_is_held_then_shown_as_broken(tokenizer) -> None:
    detokenizer = Detokenizer(tokenizer)
    half = tokenizer.encode("é")[:1]
    assert detokenizer.push(half[0]) == ""
    assert detokenizer.flush() == "\ufffd"


@given(
    pieces=st.lists(st.text("abc", max_size=3), max_size=12),
    stops=st.lists(st.text("abc", min_size=1, max_size=4), max_size=3),
)
def test_streamed_stop_text_equals_cutting_the_whole(pieces, stops) -> None:
    stop, shown, stopped = StopText(stops), "", False
    for piece in pieces:
        text, stopped = stop.push(piece)
        shown += text
        if stopped:
            break
    if not stopped:
        shown += stop.flush()
    whole = "".join(pieces)
    assert stopped == any(text in whole for text in stops)
    assert whole.startswith(shown)
    if not stopped:
        assert shown == whole
    else:
        assert not any(text in shown for text in stops)
        assert any(whole[len(shown) :].startswith(text) for text in stops)


def test_a_conversation_is_rendered_by_the_models_template(tokenizer) -> None:
    chat = (ChatMessage("system", "Be brief."), ChatMessage("user", "Hi"))
    rendered = "<|begin|><|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>"
    assert tokenizer.encode_chat(chat) == tokenizer.encode(rendered)


def with_template(folder: Path, template: object) -> ChatTokenizer:
    write_tokenizer(folder, "unused")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"chat_template": template}))
    return ChatTokenizer(folder)


def test_a_template_cannot_reach_python(tmp_path) -> None:
    escape = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(InvalidRequest):
        with_template(tmp_path, escape).encode_chat((ChatMessage("user", "x"),))


def test_a_template_may_refuse_a_conversation(tmp_path) -> None:
    tokenizer = with_template(tmp_path, "{{ raise_exception('no system turns') }}")
    with pytest.raises(InvalidRequest) as refusal:
        tokenizer.encode_chat((ChatMessage("system", "x"),))
    assert "no system turns" in refusal.value.why


def test_the_default_of_several_templates_and_a_template_file_are_found(tmp_path) -> None:
    several = [{"name": "tool", "template": "T"}, {"name": "default", "template": "D"}]
    tokenizer = with_template(tmp_path, several)
    assert tokenizer.decode(tokenizer.encode_chat((ChatMessage("user", "x"),))) == "D"
    (tmp_path / "chat_template.jinja").write_text("F")
    tokenizer = ChatTokenizer(tmp_path)
    assert tokenizer.decode(tokenizer.encode_chat((ChatMessage("user", "x"),))) == "F"


@pytest.mark.parametrize("template", [None, "{% for %}"])
def test_a_model_without_a_usable_template_is_refused(tmp_path, template) -> None:
    with pytest.raises(ModelInvalid):
        with_template(tmp_path, template)


def test_a_damaged_tokenizer_is_named(tmp_path) -> None:
    write_tokenizer(tmp_path, "x")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelInvalid, match=r"tokenizer\.json"):
        ChatTokenizer(tmp_path)
