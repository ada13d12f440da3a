"""Publishing where a neuron serves. Free of charge, but not more often than the subnet allows.

The loopback address 127.0.0.1 is refused, address 0 (withdrawn) is taken for an axon. Source: Subtensor
spec 425, ``subnets/serving.rs``.
"""

from typing import Any

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchFailure, InvalidTransaction, Origin
from taocli.localnet.frame.types import Bytes, u8, u16, u32, u128
from taocli.localnet.pallets.subtensor.neurons import Neurons

_V4_LOOPBACK = 0x7F000001
_V4_END = 0xFFFFFFFF
_V6_LOOPBACK = 1
_V6_END = (1 << 128) - 1
_POOL_CODES = {
    "HotKeyNotRegisteredInNetwork": 10,
    "InvalidIpType": 11,
    "InvalidIpAddress": 11,
    "ServingRateLimitExceeded": 12,
    "InvalidPort": 13,
}
_CERTIFICATE_BYTES = 65
_AXON_ARGS = {
    "netuid": u16, "version": u32, "ip": u128, "port": u16, "ip_type": u8, "protocol": u8,
    "placeholder1": u8, "placeholder2": u8,
}  # fmt: skip


class Serving(Neurons):
    """``serve_axon``, with and without certificate, and ``serve_prometheus``."""

    name = "SubtensorModule"

    @call(4, free=True, args=_AXON_ARGS)
    def serve_axon(self, origin: Origin, **axon: int) -> None:
        """Publish the address of the signing hotkey's axon."""
        self._serve(origin.signed(), axon)

    @call(40, free=True, args={**_AXON_ARGS, "certificate": Bytes})
    def serve_axon_tls(self, origin: Origin, certificate: bytes, **axon: int) -> None:
        """Publish an axon and a public key: one byte of algorithm, then up to 64 of key."""
        hotkey = origin.signed()
        self._serve(hotkey, axon)
        if 1 < len(certificate) <= _CERTIFICATE_BYTES:
            stored = {"public_key": certificate[1:], "algorithm": certificate[0]}
            self.NeuronCertificates[axon["netuid"], hotkey] = stored

    @call(5, free=True, netuid=u16, version=u32, ip=u128, port=u16, ip_type=u8)
    def serve_prometheus(self, origin: Origin, **info: int) -> None:
        """Publish where the signing hotkey's metrics are."""
        hotkey, netuid = origin.signed(), info["netuid"]
        self._check_endpoint(hotkey, info, self.Prometheus[netuid, hotkey], withdrawn_ok=False)
        kept = {key: info[key] for key in ("version", "ip", "port", "ip_type")}
        self.Prometheus[netuid, hotkey] = {"block": self.block_number, **kept}
        self.deposit("PrometheusServed", netuid, hotkey)

    def _serve(self, hotkey: bytes, axon: dict[str, int]) -> None:
        netuid = axon["netuid"]
        self._check_endpoint(hotkey, axon, self.Axons[netuid, hotkey], withdrawn_ok=True)
        kept = {key: axon[key] for key in _AXON_ARGS if key != "netuid"}
        self.Axons[netuid, hotkey] = {"block": self.block_number, **kept}
        self.deposit("AxonServed", netuid, hotkey)

    def _check_endpoint(
        self, hotkey: bytes, info: dict[str, int], former: Any, *, withdrawn_ok: bool
    ) -> None:
        netuid = info["netuid"]
        self.ensure(self.is_registered_anywhere(hotkey), "HotKeyNotRegisteredInNetwork")
        self.ensure(info["ip_type"] in {4, 6}, "InvalidIpType")
        self.ensure(_is_public(info["ip"], info["ip_type"], withdrawn_ok), "InvalidIpAddress")
        rested = (
            former is None or self.block_number - former["block"] >= self.ServingRateLimit[netuid]
        )
        self.ensure(rested, "ServingRateLimitExceeded")
        self.ensure(info["port"] != 0, "InvalidPort")

    def check_serving(self, who: bytes, invocation: Invocation) -> None:
        """The pool runs the same checks, so a call that would fail is never included."""
        call_name, args = invocation.declaration.name, invocation.args
        if call_name not in {"serve_axon", "serve_axon_tls", "serve_prometheus"}:
            return
        axon = call_name != "serve_prometheus"
        former = (self.Axons if axon else self.Prometheus)[args["netuid"], who]
        try:
            self._check_endpoint(who, args, former, withdrawn_ok=axon)
        except DispatchFailure as failure:
            code = _POOL_CODES[failure.label.rpartition(".")[2]]
            raise InvalidTransaction.custom(code) from None


def _is_public(ip: int, ip_type: int, withdrawn_ok: bool) -> bool:
    if ip == 0:
        return withdrawn_ok
    if ip_type == 4:
        return ip < _V4_END and ip != _V4_LOOPBACK
    return ip not in {_V6_END, _V6_LOOPBACK}
