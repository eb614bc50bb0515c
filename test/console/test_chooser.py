"""The page that asks what to do, answered over a real socket."""

import json
import threading

from websockets.sync.client import connect

from awac_ros.console.chooser import Chooser, Offer

PATIENCE = 20.0
OFFERS = [Offer("collect", "drive"), Offer("eval", "watch", refusal="no checkpoint here")]


def test_what_is_offered_is_said_and_only_what_can_be_done_is_chosen() -> None:
    chosen: list[str] = []
    with Chooser(0, OFFERS) as chooser:
        waiting = threading.Thread(target=lambda: chosen.append(chooser.wait()), daemon=True)
        waiting.start()
        with connect(f"ws://127.0.0.1:{chooser.port}/socket") as page:
            offers = json.loads(page.recv(timeout=PATIENCE))["offers"]
            assert [(offer["mode"], offer["refusal"]) for offer in offers] == [
                ("collect", None),
                ("eval", "no checkpoint here"),
            ]
            for said in ({"kind": "choose", "text": "eval"}, {"kind": "stop"}, {"kind": "choose", "text": "fly"}):
                page.send(json.dumps(said))
            page.send('{"kind": "choose", "text": "collect"}')
            waiting.join(PATIENCE)
    assert chosen == ["collect"]


def test_its_port_is_free_again_for_the_page_that_follows() -> None:
    with Chooser(0, OFFERS) as first:
        port = first.port
    with Chooser(port, OFFERS) as second:
        assert second.port == port
