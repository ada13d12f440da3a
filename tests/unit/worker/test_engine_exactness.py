"""However requests are batched, cut, shared or preempted, each answer is the one full attention gives.

The reference below shares no code with the engine: it recomputes the whole sequence for every token.
"""

import json
import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from taocli.domain.inference import FinishReason
from taocli.worker.engine.core import EngineCore, EngineLimits, load_engine
from taocli.worker.engine.sequence import Sampling, Sequence
from taocli.worker.training.random_model import RandomModel, write_random_model

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")
NEW = 24


def reference_logits(directory: Path, tokens: list[int]) -> torch.Tensor:
    """Logits after the last token, by the textbook: [V]."""
    c = json.loads((directory / "config.json").read_text())
    w = load_file(str(directory / "model.safetensors"))
    n, dim, heads = len(tokens), c["head_dim"], c["num_attention_heads"]
    groups = heads // c["num_key_value_heads"]

    def norm(x, weight):
        return x / (x.pow(2).mean(-1, keepdim=True) + c["rms_norm_eps"]).sqrt() * weight

    def turn(x):  # one complex rotation per pair
        angle = torch.arange(n)[:, None] * c["rope_theta"] ** (-torch.arange(0, dim, 2) / dim)
        pair = torch.complex(x[..., : dim // 2], x[..., dim // 2 :])
        pair = pair * torch.polar(torch.ones_like(angle), angle)
        return torch.cat([pair.real, pair.imag], -1)

    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        h = norm(x, w[p + "input_layernorm.weight"])
        parts = []
        for name in "qkv":
            y = h @ w[f"{p}self_attn.{name}_proj.weight"].T
            y = y + w.get(f"{p}self_attn.{name}_proj.bias", torch.zeros(1))
            y = y.view(n, -1, dim).transpose(0, 1)
            if f"{p}self_attn.{name}_norm.weight" in w:
                y = norm(y, w[f"{p}self_attn.{name}_norm.weight"])
            parts.append(y if name == "v" else turn(y))
        outs = []
        for head in range(heads):
            q, k, v = parts[0][head], parts[1][head // groups], parts[2][head // groups]
            score = (q @ k.T) / dim**0.5
            score = score.masked_fill(torch.ones(n, n).triu(1).bool(), -torch.inf)
            outs.append(score.softmax(-1) @ v)
        x = x + torch.cat(outs, -1) @ w[p + "self_attn.o_proj.weight"].T
        h = norm(x, w[p + "post_attention_layernorm.weight"])
        gate, up = h @ w[p + "mlp.gate_proj.weight"].T, h @ w[p + "mlp.up_proj.weight"].T
        x = x + (gate * gate.sigmoid() * up) @ w[p + "mlp.down_proj.weight"].T
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return norm(x[-1], w["model.norm.weight"]) @ head.T


def prompts() -> list[list[int]]:
    draw = random.Random(5)
    shared = [draw.randrange(5, 261) for _ in range(40)]
    return [
        (shared if number % 2 else [])
        + [draw.randrange(5, 261) for _ in range(draw.randint(1, 50))]
        for number in range(12)
    ]


def run(
    core: EngineCore, asked: list[list[int]], sampling: Sampling | None = None
) -> list[list[int]]:
    sequences = [Sequence(p, NEW, sampling or Sampling(), frozenset()) for p in asked]
    for sequence in sequences:
        core.add(sequence)
    while core.busy:
        core.step()
    assert core.counters().blocks_used == 0
    assert all(sequence.finish is FinishReason.LENGTH for sequence in sequences)
    return [sequence.tokens[len(sequence.prompt) :] for sequence in sequences]


@pytest.fixture(scope="module", params=FAMILIES)
def directory(request, tmp_path_factory) -> Path:
    tied = request.param in ("llama", "qwen3")
    return write_random_model(
        tmp_path_factory.mktemp(request.param), RandomModel(request.param, seed=3, tied=tied)
    )


def one_by_one(directory: Path) -> list[list[int]]:
    core = load_engine(directory)
    return [run(core, [prompt])[0] for prompt in prompts()]


def test_one_request_alone_equals_full_attention(directory: Path) -> None:
    core = load_engine(directory)
    for prompt in prompts()[:3]:
        answer = run(core, [prompt])[0]
        tokens = list(prompt)
        for token in answer:
            logits = reference_logits(directory, tokens)
            assert logits.argmax() == token
            tokens.append(token)


@pytest.mark.parametrize(
    "limits",
    [
        EngineLimits(),
        EngineLimits(token_budget=7),
        EngineLimits(block_size=4, token_budget=33),
        EngineLimits(blocks=16),
        EngineLimits(blocks=16, token_budget=16, max_batch=8),
    ],
    ids=["batched", "chunked", "small-blocks", "preempted", "preempted-chunked"],
)
def test_company_changes_no_answer(directory: Path, limits: EngineLimits) -> None:
    core = load_engine(directory, limits=limits)
    assert run(core, prompts()) == one_by_one(directory)
    counters = core.counters()
    assert counters.prefix_hits > 0
    assert (counters.preemptions > 0) == (limits.blocks is not None)


def test_a_second_round_reuses_prefixes_and_answers_the_same(directory: Path) -> None:
    core = load_engine(directory)
    first = run(core, prompts())
    hits = core.counters().prefix_hits
    assert run(core, prompts()) == first
    assert core.counters().prefix_hits > hits


def test_a_seeded_draw_does_not_depend_on_company(directory: Path) -> None:
    warm = Sampling(temperature=0.8, top_k=40, top_p=0.9, seed=11)
    core = load_engine(directory)
    alone = [run(core, [prompt], warm)[0] for prompt in prompts()]
    assert run(load_engine(directory, limits=EngineLimits(blocks=16)), prompts(), warm) == alone
    other = Sampling(temperature=0.8, top_k=40, top_p=0.9, seed=12)
    assert run(load_engine(directory), prompts(), other) != alone


def test_cancelled_and_late_requests_leave_no_block_behind(directory: Path) -> None:
    now = [0.0]
    core = EngineCore(load_engine(directory).network, EngineLimits(), clock=lambda: now[0])
    sequences = [Sequence(p, NEW, Sampling(), frozenset(), deadline=5.0) for p in prompts()]
    for sequence in sequences:
        core.add(sequence)
    core.step()
    core.cancel(sequences[0])
    now[0] = 6.0
    ended = {progress.finish for progress in core.step()}
    assert ended == {FinishReason.DEADLINE}
    assert sequences[0].finish is FinishReason.CANCELLED
    assert core.counters().blocks_used == 0
    assert not core.busy
