"""``taocli localnet validator``: the reference validator of a localnet."""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.asyncrun import run_async
from taocli.cli.options import HotkeyName, Json, Netuid, Network, WalletName, WalletPath
from taocli.cli.output import JsonValue, mode, note, stream_record
from taocli.cli.unlocking import PasswordInput, signer_for
from taocli.config import Settings, load_settings
from taocli.domain.errors import UsageError

if TYPE_CHECKING:
    from taocli.validator.entering import ValidatorKeys
    from taocli.validator.running import Record


def validator(
    netuid: Netuid = 1,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    network: Network = "local",
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many epochs.", show_default=False)
    ] = None,
    question_seed: Annotated[int, typer.Option(help="Which questions are drawn.")] = 1,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Ask miners sums, score the answers and set weights each epoch.

    Without --wallet it uses a development key of its own. On a localnet the dev account pays for its
    slot and its stake. With --json every record is a line of JSON.

    Example: taocli localnet validator --netuid 1
    """
    settings = load_settings(network=network, wallet=wallet, hotkey=hotkey, wallet_path=wallet_path)
    if not bootstrap.is_local(settings):
        raise UsageError(
            "This validator is for localnets.",
            why="It asks sums and pays for them; on a real network that would be worth nothing.",
            fix="Use --network local or a ws://127.0.0.1 URL.",
        )
    named = None if wallet is None else (lambda place: signer_for(place, PasswordInput()))
    keys = bootstrap.build_validator_keys(settings, named)
    run_async(_validate(settings, keys, netuid, epochs, question_seed))


async def _validate(
    settings: Settings, keys: "ValidatorKeys", netuid: int, epochs: int | None, seed: int
) -> None:
    from taocli.protocol.dendrite import Dendrite  # noqa: PLC0415 - --help needs no validator
    from taocli.validator.entering import enter  # noqa: PLC0415
    from taocli.validator.questions import QuestionSource  # noqa: PLC0415
    from taocli.validator.running import Validator  # noqa: PLC0415

    chain = await bootstrap.build_chain(settings)
    try:
        uid = await enter(chain, keys, netuid)
        _say_start(keys.hotkey.address.ss58, uid)
        async with Dendrite(keys.hotkey) as dendrite:
            work = Validator(chain, dendrite, keys.hotkey, netuid, QuestionSource(seed), _report)
            await work.run(epochs)
    finally:
        await chain.close()


def _say_start(hotkey: str, uid: int) -> None:
    if mode.json:
        stream_record({"kind": "start", "hotkey": hotkey, "uid": uid})
    else:
        note(f"Validating as uid {uid} ({hotkey}). Ctrl-C stops.")


def _report(record: "Record") -> None:
    if mode.json:
        stream_record(_json(record))
    else:
        note(_text(record))


def _json(record: "Record") -> JsonValue:
    from taocli.validator.asking import Answer  # noqa: PLC0415 - see _validate
    from taocli.validator.running import EpochRan, WeightsSet  # noqa: PLC0415

    if isinstance(record, Answer):
        return {
            "kind": "answer",
            "hotkey": record.hotkey.ss58,
            "uid": record.uid,
            "question": record.question.text,
            "completion": record.completion,
            "right": record.right,
            "status": record.status,
            "seconds": round(record.seconds, 4),
        }
    if isinstance(record, WeightsSet):
        weights = {str(uid): round(float(share), 6) for uid, share in record.weights.items()}
        return {"kind": "weights", "block": record.block.number, "weights": weights}
    if isinstance(record, EpochRan):
        return {"kind": "epoch", "block": record.block}
    return {"kind": "trouble", "what": record.what, "why": record.why}


def _text(record: "Record") -> str:
    from taocli.domain.text import clean  # noqa: PLC0415 - see _validate
    from taocli.validator.asking import Answer  # noqa: PLC0415
    from taocli.validator.running import EpochRan, WeightsSet  # noqa: PLC0415

    if isinstance(record, Answer):
        verdict = "right" if record.right else "wrong"
        said = clean(record.completion, 40) or f"nothing, status {record.status}"
        return f"uid {record.uid:<3} {record.question.text:<20} {said:<10} {verdict} {record.seconds:.2f}s"
    if isinstance(record, WeightsSet):
        shares = ", ".join(f"{uid}: {float(share):.3f}" for uid, share in record.weights.items())
        return f"block {record.block.number}: weights set ({shares})"
    if isinstance(record, EpochRan):
        return f"block {record.block}: epoch"
    return f"{record.what} {record.why}"
