"""Runs under bittensor 10.5: its real dendrite against an axon; prints one JSON object.

usage: python axon_peer.py PORT AXON_HOTKEY SEED_HEX [QUESTION]
"""

import asyncio
import json
import sys
import time

import aiohttp
import bittensor.core.dendrite as sdk
from bittensor.core.axon import AxonInfo
from bittensor.core.stream import StreamingSynapse
from bittensor.core.synapse import Synapse
from bittensor_wallet import Keypair

QUESTION = sys.argv[4] if len(sys.argv) > 4 else 'What is 17+25? "héllo"'


class TextSynapse(Synapse):
    roles: list[str]
    messages: list[str]
    max_tokens: int = 16
    completion: str = ""
    required_hash_fields = ("roles", "messages")


class StreamTextSynapse(StreamingSynapse):
    roles: list[str]
    messages: list[str]
    max_tokens: int = 16
    completion: str = ""
    required_hash_fields = ("roles", "messages")

    async def process_streaming_response(self, response):
        async for chunk in response.content.iter_any():
            text = chunk.decode()
            self.completion += text
            yield text

    def deserialize(self):
        return self.completion

    def extract_response_json(self, response):
        headers = {k.decode(): v.decode() for k, v in response.__dict__["_raw_headers"]}

        def part(prefix):
            return {k[len(prefix) :]: v for k, v in headers.items() if k.startswith(prefix)}

        return {
            "name": headers["name"],
            "timeout": float(headers["timeout"]),
            "total_size": int(headers["total_size"]),
            "header_size": int(headers["header_size"]),
            "dendrite": part("bt_header_dendrite_"),
            "axon": part("bt_header_axon_"),
            "roles": self.roles,
            "messages": self.messages,
            "completion": self.completion,
        }


def question(kind=TextSynapse):
    return kind(roles=["user"], messages=[QUESTION])


def summary(synapse):
    return {
        "status": synapse.dendrite.status_code,
        "success": synapse.is_success,
        "message": synapse.dendrite.status_message,
        "completion": getattr(synapse, "completion", None),
    }


def signed(dendrite, target):
    synapse = dendrite.preprocess_synapse_for_request(target, question(), 12.0)
    return synapse.to_headers(), synapse.model_dump()


async def post(url, headers, body):
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, headers=headers, json=body) as r,
    ):
        return {"status": r.status, "message": (await r.json()).get("message")}


async def main():
    port, hotkey, seed = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    sdk.networking.get_external_ip = lambda: "203.0.113.7"
    key = Keypair.create_from_seed("0x" + seed)
    dendrite = sdk.Dendrite(key)
    target = AxonInfo(
        version=1, ip="127.0.0.2", port=port, ip_type=4, hotkey=hotkey, coldkey=hotkey
    )
    url = f"http://127.0.0.2:{port}/TextSynapse"
    out = {
        "call": summary(await dendrite.forward(target, question(), deserialize=False)),
        "ping": summary(await dendrite.forward(target, Synapse(), deserialize=False)),
        "many": [
            item.completion
            for item in await dendrite.forward([target] * 8, question(), deserialize=False)
        ],
        "unknown": summary(await dendrite.forward(target, Unknown(), deserialize=False)),
    }
    stream = dendrite.call_stream(target, question(StreamTextSynapse), deserialize=False)
    pieces = [piece if isinstance(piece, str) else summary(piece) async for piece in stream]
    out["stream"] = pieces
    headers, body = signed(dendrite, target)
    out["raw"] = await post(url, headers, body)
    out["replayed"] = await post(url, headers, body)
    headers, body = signed(dendrite, target)
    unsigned = {k: v for k, v in headers.items() if k != "bt_header_dendrite_signature"}
    out["unsigned"] = await post(url, unsigned, body)
    out["tampered"] = await post(url, headers, {**body, "messages": ["EVIL"]})
    headers, body = signed(dendrite, target)
    headers["bt_header_dendrite_signature"] = "0x" + dendrite.keypair.sign(b"another text").hex()
    out["wrongly signed"] = await post(url, headers, body)
    now = time.time_ns
    sdk.time.time_ns = lambda: now() - 17_000_000_000
    headers, body = signed(dendrite, target)
    sdk.time.time_ns = now
    out["stale"] = await post(url, headers, body)
    print(json.dumps(out))
    await dendrite.aclose_session()


class Unknown(Synapse):
    pass


asyncio.run(main())
