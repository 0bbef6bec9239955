"""The deployment profile: the compose file says what it should, and its cluster really forms."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nats
import pytest
import yaml
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig

from consumers.embedded.nats_server import binary

ROOT = Path(__file__).parent.parent
NODES = ("nats-1", "nats-2", "nats-3")
PASSWORD = "0letters9"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_the_profile_has_every_part(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", *NODES, "api", "worker"}
    for name in ("api", "worker"):
        assert compose["services"][name]["depends_on"].keys() == {"postgres", *NODES}
        assert compose["services"][name]["build"] == "."


def test_nothing_listens_beyond_the_machine(compose: dict[str, Any]) -> None:
    ports = [port for s in compose["services"].values() for port in s.get("ports", [])]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_server_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    checked = {name for name, service in compose["services"].items() if "healthcheck" in service}
    assert checked == {"postgres", *NODES, "api"}


def test_every_server_keeps_its_data_on_a_volume_of_its_own(compose: dict[str, Any]) -> None:
    kept = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert kept - {"./deploy/nats-cluster.conf"} == set(compose["volumes"])
    assert set(compose["volumes"]) == {"postgres", *NODES}


def test_passwords_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    named = [part.split("}")[0] for part in text.split("${")[1:]]
    assert set(named) == {"POSTGRES_PASSWORD:?set it", "NATS_PASSWORD:?set it"}


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def environment(compose: dict[str, Any], node: str, routes: list[int]) -> dict[str, str]:
    """The node's own environment from the compose file, with this machine's addresses."""
    given = dict(compose["services"][node]["environment"])
    for name, port in zip(NODES, routes, strict=True):
        given["NATS_ROUTES"] = given["NATS_ROUTES"].replace(f"{name}:6222", f"127.0.0.1:{port}")
    password = "${NATS_PASSWORD:?set it}"
    return {key: value.replace(password, PASSWORD) for key, value in given.items()}


@pytest.fixture
def cluster(compose: dict[str, Any], tmp_path: Path) -> Iterator[list[int]]:
    """Client ports of three nodes started from the deployed configuration."""
    clients, routes, monitors = free_ports(3), free_ports(3), free_ports(3)
    with ExitStack() as stack:
        for number, node in enumerate(NODES):
            given = environment(compose, node, routes) | {
                "NATS_LISTEN": f"127.0.0.1:{clients[number]}",
                "NATS_CLUSTER_LISTEN": f"127.0.0.1:{routes[number]}",
                "NATS_MONITOR": f"127.0.0.1:{monitors[number]}",
                "NATS_STORE": str(tmp_path / node),
            }
            command = [str(binary()), "-c", str(ROOT / "deploy" / "nats-cluster.conf")]
            log = stack.enter_context((tmp_path / f"{node}.log").open("wb"))
            server = stack.enter_context(subprocess.Popen(command, env=given, stderr=log))
            stack.callback(server.terminate)
        yield clients


async def replicated(ports: list[int]) -> tuple[int, int]:
    """Replicas of a stream beside its leader, and messages after one node's word on one."""
    servers = [f"nats://ledger:{PASSWORD}@127.0.0.1:{port}" for port in ports]
    client = await nats.connect(servers)
    jetstream = client.jetstream(timeout=2)
    config = StreamConfig(name="LEDGER", subjects=["ledger.>"], num_replicas=3)
    for _ in range(50):
        try:
            await jetstream.add_stream(config)
            break
        except NatsError:
            await asyncio.sleep(0.2)  # the cluster has no leader yet
    await jetstream.publish("ledger.glow.subscription.PackageSold", b"{}")
    info = await jetstream.stream_info("LEDGER")
    await client.close()
    assert info.cluster is not None
    return len(info.cluster.replicas or []), info.state.messages


def test_three_nodes_form_a_cluster_that_replicates(cluster: list[int]) -> None:
    assert asyncio.run(replicated(cluster)) == (2, 1)


def test_a_node_refuses_a_stranger(cluster: list[int]) -> None:
    asyncio.run(replicated(cluster))
    with socket.create_connection(("127.0.0.1", cluster[0]), timeout=5) as stranger:
        stranger.sendall(b'CONNECT {"user":"ledger","pass":"guess"}\r\nPING\r\n')
        answer = stranger.makefile("rb").read()
    assert b"Authorization Violation" in answer
    assert b"PONG" not in answer
