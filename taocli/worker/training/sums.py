"""Train the shipped model: ``python -m taocli.worker.training.sums --out DIR``.

A byte-level Llama of under a million parameters learns to add two numbers below 100 in about ten
minutes on two CPU cores. The seed fixes the questions, the initial weights and the order of steps.
"""

import argparse
import json
import logging
import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from taocli.worker.training.network import Decoder, Shape
from taocli.worker.training.task import SMALL_TALK, Question, held_out_questions, training_batches
from taocli.worker.training.vocabulary import (
    ASSISTANT,
    BEGIN,
    BEGIN_ID,
    END,
    END_ID,
    LAST_QUESTION_TEMPLATE,
    USER,
    VOCABULARY_SIZE,
    byte_tokenizer,
    write_tokenizer,
)

log = logging.getLogger(__name__)
IGNORED = -100
"""Label of a position that is not part of an answer (the default of torch's cross entropy)."""
SMALL_TALK_EVERY = 16
WARM_UP_STEPS = 100


def pack(tokenizer: Tokenizer, questions: list[Question]) -> tuple[Tensor, Tensor]:
    """Token ids and labels, both [B, T]; only answers and their end carry labels."""
    rows, labels = [], []
    for question in questions:
        prompt = tokenizer.encode(f"{BEGIN}{USER}{question.text}{END}{ASSISTANT}").ids
        answer = tokenizer.encode(f"{question.answer}{END}").ids
        rows.append(prompt + answer[:-1])
        labels.append([IGNORED] * (len(prompt) - 1) + answer)
    width = max(map(len, rows))
    tokens = torch.tensor([row + [END_ID] * (width - len(row)) for row in rows])
    targets = torch.tensor([row + [IGNORED] * (width - len(row)) for row in labels])
    return tokens, targets


def batches(tokenizer: Tokenizer, size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of sums for ever, with a batch of small talk now and then."""
    greetings = pack(tokenizer, [Question(*pair) for pair in SMALL_TALK])
    for number, questions in enumerate(training_batches(seed, size), 1):
        yield pack(tokenizer, questions)
        if number % SMALL_TALK_EVERY == 0:
            yield greetings


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then half a cosine down to a hundredth of the peak."""
    if step < WARM_UP_STEPS:
        return peak * (step + 1) / WARM_UP_STEPS
    progress = (step - WARM_UP_STEPS) / max(1, steps - WARM_UP_STEPS)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))


def held_out_accuracy(network: Decoder, tokenizer: Tokenizer, limit: int | None = None) -> float:
    """Share of held-out sums whose every answer token is the network's first choice."""
    right = 0
    questions = held_out_questions()[:limit]
    with torch.inference_mode():
        for start in range(0, len(questions), 256):
            tokens, targets = pack(tokenizer, questions[start : start + 256])
            chosen = network(tokens).argmax(-1)
            right += int(((chosen == targets) | (targets == IGNORED)).all(-1).sum())
    return right / len(questions)


def train(steps: int, batch: int, seed: int, peak_rate: float) -> Decoder:
    """Run the whole training and return the network."""
    torch.manual_seed(seed)
    tokenizer = byte_tokenizer()
    network = Decoder(Shape(VOCABULARY_SIZE))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=peak_rate, betas=(0.9, 0.98), weight_decay=0.1
    )
    started = time.monotonic()
    for step, (tokens, targets) in zip(range(steps), batches(tokenizer, batch, seed), strict=False):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, steps, peak_rate)
        answered = targets != IGNORED
        loss = functional.cross_entropy(network(tokens)[answered], targets[answered])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 99:
            accuracy = held_out_accuracy(network, tokenizer, 256)
            elapsed = time.monotonic() - started
            log.info(
                "step %d loss %.4f unseen %.3f %.0fs", step + 1, loss.item(), accuracy, elapsed
            )
    return network


def write_model(network: Decoder, directory: Path) -> None:
    """Write a Hugging Face Llama directory: configuration, weights, tokenizer."""
    directory.mkdir(parents=True, exist_ok=True)
    shape = network.shape
    settings = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": 2048,
        "rms_norm_eps": shape.eps,
        "rope_theta": shape.theta,
        "tie_word_embeddings": True,
        "hidden_act": "silu",
        "attention_bias": False,
        "bos_token_id": BEGIN_ID,
        "eos_token_id": END_ID,
        "torch_dtype": "float32",
    }
    (directory / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    weights = {
        f"model.{name}": weight.detach().contiguous()
        for name, weight in network.state_dict().items()
    }
    save_file(weights, str(directory / "model.safetensors"), metadata={"format": "pt"})
    write_tokenizer(directory, LAST_QUESTION_TEMPLATE)


def main() -> None:
    """Train, examine on every held-out pair, write the directory."""
    parser = argparse.ArgumentParser(description="Train the model that taocli ships.")
    parser.add_argument("--out", type=Path, required=True, help="directory to write")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(options.threads)
    network = train(options.steps, options.batch, options.seed, options.rate)
    log.info("unseen two-digit sums: %.2f %%", 100 * held_out_accuracy(network, byte_tokenizer()))
    write_model(network, options.out)


if __name__ == "__main__":
    main()
