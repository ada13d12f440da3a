"""The tokenizer of the models made here: one token a byte, plus five marks of a conversation.

Written as a Hugging Face ``tokenizer.json`` with an empty merge list, so that any engine reads it and
every text round-trips. Single digits as tokens are also what lets a tiny model learn to add.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

BEGIN, END, SYSTEM, USER, ASSISTANT = (
    "<|begin|>",
    "<|end|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
)
MARKS = (BEGIN, END, SYSTEM, USER, ASSISTANT)
BEGIN_ID, END_ID = 0, 1
VOCABULARY_SIZE = len(MARKS) + 256

CONVERSATION_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Every turn, in order."""

LAST_QUESTION_TEMPLATE = (
    "{%- set questions = messages | selectattr('role', 'equalto', 'user') | list -%}"
    "{{ bos_token }}{% if questions %}<|user|>{{ questions[-1]['content'] | trim }}{{ eos_token }}"
    "{% endif %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""The newest question alone, for a model that was trained on single questions."""


def byte_tokenizer() -> Tokenizer:
    """A tokenizer that maps each byte of UTF-8 text to its own token, after the marks."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {mark: number for number, mark in enumerate(MARKS)}
    vocabulary |= {letter: len(MARKS) + number for number, letter in enumerate(letters)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    return tokenizer


def write_tokenizer(directory: Path, chat_template: str) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` into an existing directory."""
    byte_tokenizer().save(str(directory / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": END,
        "clean_up_tokenization_spaces": False,
        "chat_template": chat_template,
    }
    text = json.dumps(settings, indent=2)
    (directory / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
