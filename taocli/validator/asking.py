"""One round of questions: every serving miner gets some, all at the same time.

Answers are claims from strangers: a miner that is down, slow or talks nonsense is simply wrong.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from taocli.domain.address import Address
from taocli.domain.neuron import Metagraph, Neuron
from taocli.protocol.dendrite import Dendrite, Synapse, Target
from taocli.validator.questions import Question

ANSWER_DEADLINE_S = 6.0
MAX_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What one miner made of one question; ``status`` is the wire's, 200 for an answer."""

    hotkey: Address
    uid: int
    question: Question
    completion: str
    status: int
    seconds: float

    @property
    def right(self) -> bool:
        """Whether it is the right number."""
        return self.status == 200 and self.question.is_right(self.completion)


def serving_miners(metagraph: Metagraph, own: Address) -> tuple[Neuron, ...]:
    """Everybody but ourselves who advertises an address."""
    return tuple(
        neuron
        for neuron in metagraph.neurons
        if neuron.hotkey != own and neuron.axon is not None and neuron.axon.is_serving
    )


async def ask_all(
    dendrite: Dendrite, miners: Sequence[Neuron], questions: Sequence[Question]
) -> tuple[Answer, ...]:
    """Ask every miner every question; one miner's questions go out one after the other."""
    rounds = await asyncio.gather(*(_ask_one(dendrite, miner, questions) for miner in miners))
    return tuple(answer for answers in rounds for answer in answers)


async def _ask_one(
    dendrite: Dendrite, miner: Neuron, questions: Sequence[Question]
) -> list[Answer]:
    return [await _ask(dendrite, miner, question) for question in questions]


async def _ask(dendrite: Dendrite, miner: Neuron, question: Question) -> Answer:
    if miner.axon is None:
        return Answer(miner.hotkey, miner.uid, question, "", 503, ANSWER_DEADLINE_S)
    reply = await dendrite.call(
        Target(miner.axon.url, miner.hotkey), _synapse(question), ANSWER_DEADLINE_S
    )
    text = reply.fields.get("completion")
    return Answer(
        hotkey=miner.hotkey,
        uid=miner.uid,
        question=question,
        completion=text[:256] if isinstance(text, str) else "",
        status=reply.status,
        seconds=reply.seconds if reply.is_success else ANSWER_DEADLINE_S,
    )


def _synapse(question: Question) -> Synapse:
    return Synapse(
        name="TextSynapse",
        fields={
            "roles": ["user"],
            "messages": [question.text],
            "max_tokens": MAX_TOKENS,
            "completion": "",
        },
        hash_fields=("roles", "messages"),
        required=("roles", "messages"),
    )
