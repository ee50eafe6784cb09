"""Print what happens to your trials, as it happens. Needs httpx and websockets; AIRFLOW and TOKEN in the environment."""

import json
import os

import httpx
from websockets.sync.client import connect

AIRFLOW, TOKEN = os.environ["AIRFLOW"].rstrip("/"), os.environ["TOKEN"]
have: dict[str, int] = {}  # keep it and `since` to come back later and miss nothing
since = None

ticket = httpx.post(f"{AIRFLOW}/dean/api/v1/live/tickets", json={}, headers={"Authorization": f"Bearer {TOKEN}"}).raise_for_status().json()
address = f"{AIRFLOW}/dean/{ticket['path']}".replace("http", "ws", 1)
with connect(address, subprotocols=[ticket["protocol"], ticket["ticket"]], max_size=None) as socket:
    socket.send(json.dumps({"type": "resume", "positions": have, "since": since}))
    for message in map(json.loads, socket):
        since = max(since or "", message.get("timestamp", ""))
        have.update(message.get("positions", {}))
        if message["type"] == "event":
            have[message["workflow_id"]] = message["sequence"]
            print(message["timestamp"], message["event"], message["run_id"], message["data"], flush=True)
        elif message["type"] in ("missed", "closing"):
            print(message, flush=True)
