"""What the SDK's dendrite and axon said to each other, replayed against our axon."""

import json

import pytest


@pytest.mark.parametrize("number", ["01", "02", "04", "20"])
async def test_accepted_requests_get_the_recorded_answer(rig, capture, number):
    recorded = capture(number)
    got = await rig.replay(recorded)
    assert (got.status, got.complete) == (200, True)
    expected, ours = json.loads(recorded.answer), got.json
    for answer in (expected, ours):
        answer["axon"].pop("process_time")
    if number == "02":
        assert expected.pop("completion") == ours.pop("completion")
    assert ours == expected
    assert got.headers[b"bt_header_axon_status_code"] == b"200"
    assert got.headers[b"content-type"] == b"application/json"
    assert all(name == name.lower() for name in got.headers)
    echoed = {k: v for k, v in recorded.headers if k.startswith(b"bt_header_")}
    assert echoed.items() <= got.headers.items()


async def test_a_stream_keeps_its_chunks_and_its_headers(rig, capture):
    got = await rig.replay(capture("13"))
    assert got.status == 200
    assert [piece for piece in got.chunks if piece] == [b"Hello", b" ", b"world", b"!"]
    assert got.headers[b"content-type"] == b"text/event-stream"
    for name in (b"name", b"timeout", b"total_size", b"header_size", b"bt_header_axon_status_code"):
        assert name in got.headers


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [
        ("05", 403, "Forbidden. Key is blacklisted: Unrecognized hotkey."),
        ("12", 404, "Synapse name 'Unknown' not found."),
        ("25", 401, "Not Verified with error: Signature mismatch"),
        ("26", 401, "Not Verified with error: Signature mismatch"),
        ("27", 401, "Not Verified with error: Missing Signature"),
        ("28", 401, "Not Verified with error: Missing Nonce"),
        (
            "29",
            401,
            "Not Verified with error: No SS58 formatted address or public key provided.",
        ),
        ("30", 401, "Not Verified with error: Invalid SS58 address"),
        ("31", 401, "Not Verified with error: Signature mismatch"),
        ("32", 401, "Not Verified with error: Signature is for another axon hotkey"),
    ],
)
async def test_refused_requests_keep_the_recorded_status(rig, capture, number, status, message):
    recorded = capture(number)
    got = await rig.replay(recorded)
    assert recorded.status == status
    assert got.status == status
    assert got.json == {"message": message}
    assert got.headers[b"bt_header_axon_status_code"] == str(status).encode()
    assert rig.tally.events == [status]


async def test_a_replayed_request_is_refused(rig, capture):
    assert (await rig.replay(capture("20"))).status == 200
    got = await rig.replay(capture("21"))
    assert got.status == 401
    assert got.json == {"message": "Not Verified with error: Nonce was used before"}


async def test_age_is_bounded_both_ways(rig, capture):
    assert (await rig.replay(capture("23"), age_s=15.0)).status == 200
    stale = await rig.replay(capture("22"), age_s=17.0)
    assert stale.status == 401
    assert "acceptable delta is 16.00 seconds but request was 17.00" in stale.json["message"]
    # The SDK accepts a nonce from the future; ours would have to remember it for ever.
    ahead = await rig.replay(capture("24"), age_s=-3600.0)
    assert ahead.status == 401
    assert "future" in ahead.json["message"]


async def test_a_tampered_body_is_unauthenticated(rig, capture):
    got = await rig.replay(capture("33"))
    assert got.status == 401  # the SDK says 500
    assert got.json == {"message": "Not Verified with error: Body does not match the signed hash"}


async def test_a_body_that_is_not_json_is_a_bad_request(rig, capture):
    got = await rig.replay(capture("34"))
    assert got.status == 400  # the SDK says 422 without the key `message`
    assert "not JSON" in got.json["message"]


async def test_another_method_is_not_allowed(rig, capture):
    recorded = capture("42")
    got = await rig.replay(recorded)
    assert got.status == recorded.status == 405
    assert got.json == {"message": "Method Not Allowed"}


async def test_nothing_signed_before_the_start_is_believed(rig, capture):
    recorded = capture("20")
    rig.verifier.started_ns = recorded.nonce + 1
    got = await rig.replay(recorded)
    assert got.status == 401
    assert "before this axon started" in got.json["message"]


@pytest.mark.parametrize("number", ["05", "25", "27", "22"])
async def test_strangers_are_refused_before_their_body_is_read(rig, capture, number):
    recorded = capture(number)
    got = await rig.replay(recorded, age_s=17.0 if number == "22" else 0.01)
    assert got.status in {401, 403}
    assert not got.asked_body
