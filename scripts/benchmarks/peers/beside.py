"""The bridge beside its peers on the same work. On demand alone: it downloads them."""

from collections.abc import Sequence

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.peers.installed import install
from scripts.benchmarks.peers.posting import posting
from scripts.benchmarks.peers.serving import serving
from scripts.benchmarks.report import Figure


async def peers(bench: Bench) -> Sequence[Figure]:
    """Install them, and measure both kinds of work."""
    bench.say("peers: installing mqttwarn, Node-RED, the npm package ifttt and FastAPI ...")
    installed = await install(bench.fresh("installed"))
    return [*await posting(bench, installed), *await serving(bench, installed)]
