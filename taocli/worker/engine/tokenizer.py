"""Text to token ids and back, one piece at a time.

A model's ``tokenizer.json`` does the encoding, and its chat template (Jinja, run in a sandbox because it
came with the download) turns a conversation into one text. Going back, a token may end in the middle of
a character or of a stop string, so a piece of text is held until it is certain.
"""

from collections.abc import Sequence as Run
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from taocli.domain.errors import InvalidRequest, ModelInvalid
from taocli.domain.inference import ChatMessage
from taocli.worker.engine.config import read_json

UNFINISHED = "\N{REPLACEMENT CHARACTER}"
MAX_HELD_TOKENS = 8
"""A UTF-8 character has at most four bytes; text broken for longer than this is not a character."""


class ChatTokenizer:
    """The tokenizer and chat template of one model directory."""

    def __init__(self, directory: Path) -> None:
        settings = read_json(directory / "tokenizer_config.json", required=False)
        read_json(directory / "tokenizer.json")
        try:
            self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        except Exception as problem:
            raise ModelInvalid(
                f"{directory / 'tokenizer.json'} is not a tokenizer.",
                why=f"The reader says: {problem}.",
                fix="Download the file again.",
            ) from problem
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._marks = {
            name: _text(settings.get(name)) for name in ("bos_token", "eos_token", "pad_token")
        }
        self._template = _template(directory, settings)

    @property
    def size(self) -> int:
        """One more than the largest token id."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def mark_id(self, name: str) -> int | None:
        """The id of ``bos_token`` or ``eos_token``, when the model has one."""
        mark = self._marks.get(name)
        token: int | None = self._tokenizer.token_to_id(mark) if mark else None
        return token

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text, without marks added at either end."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_chat(self, messages: Run[ChatMessage]) -> list[int]:
        """Token ids of a conversation up to where the assistant is to speak."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            text = self._template.render(
                messages=turns,
                add_generation_prompt=True,
                bos_token=self._marks["bos_token"] or "",
                eos_token=self._marks["eos_token"] or "",
            )
        except (TemplateError, TypeError, ValueError) as problem:
            raise InvalidRequest(
                "The model's chat template refuses this conversation.",
                why=f"It says: {problem}.",
                fix="Use the roles system, user and assistant, and end with a user turn.",
            ) from problem
        return self.encode(text)

    def decode(self, tokens: Run[int]) -> str:
        """Text of token ids; marks of the conversation are left out."""
        text: str = self._tokenizer.decode(list(tokens), skip_special_tokens=True)
        return text


class Detokenizer:
    """Token ids in, finished text out. Earlier tokens stay as context until text follows them."""

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._shown = 0

    def push(self, token: int) -> str:
        """The text that ``token`` completes; empty while a character is unfinished."""
        self._tokens.append(token)
        held = len(self._tokens) - self._shown
        return self._emit(final=held > MAX_HELD_TOKENS)

    def flush(self) -> str:
        """Whatever is still held, broken characters as U+FFFD."""
        return self._emit(final=True)

    def _emit(self, final: bool) -> str:
        before = self._tokenizer.decode(self._tokens[: self._shown])
        whole = self._tokenizer.decode(self._tokens)
        if len(whole) <= len(before) or (whole.endswith(UNFINISHED) and not final):
            return ""
        self._tokens = self._tokens[self._shown :]
        self._shown = len(self._tokens)
        return whole[len(before) :]


class StopText:
    """Cuts an answer before the first stop string, which may span several pieces."""

    def __init__(self, stops: Run[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""

    def push(self, text: str) -> tuple[str, bool]:
        """Text that is certain by now, and whether a stop string was reached."""
        self._held += text
        found = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if found:
            certain, self._held = self._held[: min(found)], ""
            return certain, True
        keep = max((self._overlap(stop) for stop in self._stops), default=0)
        cut = len(self._held) - keep
        certain, self._held = self._held[:cut], self._held[cut:]
        return certain, False

    def flush(self) -> str:
        """What was held in case a stop string followed."""
        text, self._held = self._held, ""
        return text

    def _overlap(self, stop: str) -> int:
        """Length of the longest end of the held text that begins ``stop``."""
        longest = min(len(stop) - 1, len(self._held))
        return next((n for n in range(longest, 0, -1) if self._held.endswith(stop[:n])), 0)


def _template(directory: Path, settings: dict[str, Any]) -> Any:
    path = directory / "chat_template.jinja"
    source = path.read_text(encoding="utf-8") if path.is_file() else settings.get("chat_template")
    if isinstance(source, list):
        named = {
            item.get("name"): item.get("template") for item in source if isinstance(item, dict)
        }
        source = named.get("default")
    if not isinstance(source, str):
        raise ModelInvalid(
            f"The model in {directory} has no chat template.",
            why="Without one, taocli cannot know how the model expects a conversation.",
            fix="Choose an instruction-tuned model; its directory has chat_template.jinja.",
        )

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.globals["raise_exception"] = refuse
    try:
        return environment.from_string(source)
    except TemplateError as problem:
        raise ModelInvalid(
            f"The chat template in {directory} is not valid Jinja.",
            why=f"The parser says: {problem}.",
            fix="Download the model again.",
        ) from problem


def _text(mark: Any) -> str | None:
    """A mark is text, or an object with its text under ``content``."""
    if isinstance(mark, dict):
        mark = mark.get("content")
    return mark if isinstance(mark, str) else None
