"""The validator's life: ask in every block, set weights once an epoch.

Weights are set in the second half of an epoch, when the answers of this epoch are in, and again only
after the subnet's rate limit. A chain that goes away is waited for; a refused call is reported and
tried again in the next epoch.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from taocli.domain.block import BlockRef
from taocli.domain.errors import ChainRefused, DeadlineExceeded, NetworkError, ValidationError
from taocli.domain.neuron import Metagraph
from taocli.domain.ports import Chain, Signer
from taocli.domain.subnet import Subnet
from taocli.protocol.dendrite import Dendrite
from taocli.services.weights import plan_set_weights
from taocli.validator.asking import Answer, ask_all, serving_miners
from taocli.validator.questions import QuestionSource
from taocli.validator.scoring import Scorebook

QUESTIONS_A_ROUND = 2


@dataclass(frozen=True, slots=True)
class WeightsSet:
    """Weights that the chain took: uid -> share, in which block and epoch."""

    block: BlockRef
    weights: Mapping[int, Fraction]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that failed and will be tried again."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class EpochRan:
    """An epoch ran in ``block``."""

    block: int


Record = Answer | WeightsSet | Trouble | EpochRan


class Validator:
    """Asks, scores and sets weights for one hotkey in one subnet."""

    def __init__(
        self,
        chain: Chain,
        dendrite: Dendrite,
        hotkey: Signer,
        netuid: int,
        questions: QuestionSource,
        report: Callable[[Record], None],
    ) -> None:
        self._chain = chain
        self._dendrite = dendrite
        self._hotkey = hotkey
        self._netuid = netuid
        self._questions = questions
        self._report = report
        self._book = Scorebook()
        self._tried_in_epoch: int | None = None
        self._epoch_block: int | None = None
        self.epochs = 0

    async def run(self, epochs: int | None) -> None:
        """Work for a number of epochs, or until cancelled."""
        heads = cast("AsyncGenerator[BlockRef]", self._chain.heads())
        async with aclosing(heads):
            async for block in heads:
                try:
                    await self._at(block)
                except (NetworkError, DeadlineExceeded, ChainRefused) as error:
                    self._report(Trouble(error.what, error.why))
                if epochs is not None and self.epochs >= epochs:
                    return

    async def _at(self, block: BlockRef) -> None:
        view = self._chain.at(block)
        subnet = await view.subnet(self._netuid)
        if subnet is None:
            raise ValidationError(f"There is no subnet {self._netuid} on this chain.")
        self._count(subnet)
        metagraph = await view.metagraph(self._netuid)
        miners = serving_miners(metagraph, self._hotkey.address)
        answers = await ask_all(self._dendrite, miners, self._questions.draw(QUESTIONS_A_ROUND))
        for answer in answers:
            self._book.record(answer.hotkey, right=answer.right, seconds=answer.seconds)
            self._report(answer)
        if self._is_time(subnet, metagraph):
            await self._set_weights(metagraph, subnet)

    def _count(self, subnet: Subnet) -> None:
        if self._epoch_block is not None and subnet.last_epoch_block > self._epoch_block:
            self.epochs += 1
            self._report(EpochRan(subnet.last_epoch_block))
        self._epoch_block = subnet.last_epoch_block

    def _is_time(self, subnet: Subnet, metagraph: Metagraph) -> bool:
        own = metagraph.by_hotkey(self._hotkey.address)
        if own is None or not own.validator_permit:
            return False
        now = metagraph.block.number
        rested = own.last_update == 0 or now - own.last_update >= subnet.weights_rate_limit
        late = 2 * (now - subnet.last_epoch_block) >= subnet.tempo
        return rested and late and self._tried_in_epoch != subnet.last_epoch_block

    async def _set_weights(self, metagraph: Metagraph, subnet: Subnet) -> None:
        uids = {neuron.hotkey: neuron.uid for neuron in metagraph.neurons}
        weights = self._book.weights(uids)
        if not weights:
            return
        self._tried_in_epoch = subnet.last_epoch_block
        plan = await plan_set_weights(self._chain, self._hotkey.address, self._netuid, weights)
        receipt = await self._chain.submit(plan, self._hotkey)
        self._report(WeightsSet(receipt.block, weights))
