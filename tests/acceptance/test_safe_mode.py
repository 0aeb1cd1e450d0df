"""With a wrong configuration the program says on a page what is wrong, and starts by itself once all is right."""

import asyncio
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.parts.daemon import SERVICE_KEY, Daemon
from tests.parts.service_manager import service_manager
from tests.parts.waiting import until

RIGHT, WRONG = 'name = "Kettle"', 'nmae = "Kettle"'
SECRETS = 'username = "bridge"\npassword = "canary-of-the-broker"\n'


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with a wrong configuration. Its broker is away, so it is alive at most."""
    daemon = Daemon(tmp_path, 9, mqtt=SECRETS)
    daemon.renamed[RIGHT] = WRONG
    yield daemon
    daemon.close()


async def page(daemon: Daemon, path: str = "/", **headers: str) -> tuple[int, str]:
    """Ask the private listener, and follow no redirect."""
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{daemon.private_port}") as session,
        session.get(path, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, re.sub("<[^>]+>", "", await answer.text())


async def test_the_page_names_file_line_key_and_cure_and_the_mended_program_is_the_same_process(
    program: Daemon,
) -> None:
    await program.start(ready=False)
    pid = program.pid
    status, text = await page(program)
    assert status == 200
    for told in (
        "devices[kettle].nmae",
        "There is no such key.",
        "Did you mean name?",
        f"{program.folder}/bridge.toml",
    ):
        assert told in text
    assert f"bridge.toml:{_line(program)}: devices[kettle].nmae: there is no such key" in program.log
    program.edit(RIGHT, 'name = "Cooker"')
    await until(lambda: "event=bridge.started" in program.log, what="the daemon's start")
    assert program.pid == pid
    assert (await page(program))[0] == 303
    assert program.stop() == 0


async def test_the_page_changes_with_what_is_wrong(program: Daemon) -> None:
    await program.start(ready=False)
    program.edit(RIGHT, 'name = "Kettle"\nicon = "kettle.svg"')

    async def is_told() -> bool:
        return "devices[kettle].icon" in (await page(program))[1]

    await until(is_told, what="the page of the new fault")
    assert "nmae" not in (await page(program))[1]


async def test_hanging_up_looks_at_once_and_a_signal_ends_it(program: Daemon) -> None:
    await program.start(ready=False)
    program.hang_up()
    program.send(signal.SIGTERM)
    assert await program.ended_within(30) == 0


async def test_only_this_machine_by_its_own_names_is_told(program: Daemon) -> None:
    await program.start(ready=False)
    own = f"localhost:{program.private_port}"
    assert (await page(program, Host=own))[0] == 200
    for headers in ({"Host": "evil.test"}, {"Host": ""}, {"Host": own, "X-Forwarded-For": "203.0.113.9"}):
        status, text = await page(program, **headers)
        assert status == 403
        assert "kettle" not in text
    assert (await page(program, "/setup"))[0] == 303
    assert (await page(program, "/readyz"))[0] == 503


async def test_no_secret_is_on_the_page_or_in_the_log(program: Daemon) -> None:
    program.renamed['url = "mqtt://'] = 'urll = "mqtt://bridge:canary-in-the-address@'
    await program.start(ready=False)
    told = program.log + (await page(program))[1] + (await page(program, "/readyz"))[1]
    assert "mqtt.urll" in told
    for secret in ("canary", SERVICE_KEY):
        assert secret not in told


@pytest.mark.parametrize("without", ["rm", "truncate -s 0"])
async def test_where_there_is_no_file_or_an_empty_one_a_first_one_is_offered(
    program: Daemon, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    monkeypatch.setenv("BRIDGE_PRIVATE__LISTEN", f"127.0.0.1:{program.private_port}")
    monkeypatch.setenv("BRIDGE_PUBLIC__LISTEN", "127.0.0.1:0")
    program.launcher = ("sh", "-c", f'{without} {program.folder}/bridge.toml; exec "$@"', "sh")
    await program.start(ready=False)
    _, text = await page(program)
    first = re.search(r"\[mqtt\].*\[storage\]\nurl = .*?\n", text, re.DOTALL)
    assert first is not None
    (program.folder / "bridge.toml").write_text(first[0].replace("&#34;", '"').replace("1883", "9"))
    await until(lambda: "event=bridge.started" in program.log, what="the daemon's start")
    assert program.database.exists()


async def test_what_only_the_start_finds_is_shown_until_the_files_change(program: Daemon) -> None:
    homes = '[[homes]]\nid = "{0}"\nname = "A"\n[[homes]]\nid = "{1}"\nname = "B"\n'
    before, after = (f'{homes.format(*ids)}\n[[devices]]\nid = "kettle"' for ids in (("elm", "oak"), ("oak", "elm")))
    program.renamed = {'[[devices]]\nid = "kettle"': before}
    await program.start(ready=False)
    await until(lambda: "event=bridge.started" in program.log, what="a start")
    program.stop()
    program.renamed = {'[[devices]]\nid = "kettle"': after}
    await program.start(ready=False)
    assert "belonged to another home" in (await page(program))[1]
    await asyncio.sleep(3)  # longer than it waits between two looks
    assert "event=config.right" not in program.log
    program.renamed = {'[[devices]]\nid = "kettle"': before}
    program.edit("nothing", "nothing")
    await until(lambda: program.log.count("event=bridge.started") == 2, what="the daemon's start")


async def test_where_no_page_can_be_shown_it_ends_with_status_two(program: Daemon) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", program.private_port))
        taken.listen()
        program.launch()
        assert await program.ended_within(60) == 2
    assert "devices[kettle].nmae" in program.log
    assert "There is no page that says so, either" in program.log
    assert "Traceback" not in program.log


async def test_the_service_manager_is_told_and_sees_no_end(
    program: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service_manager(tmp_path) as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", str(manager.address))
        monkeypatch.setenv("WATCHDOG_USEC", "4000000")
        await program.start(ready=False)
        await until(lambda: manager.signs_of_life > 2, what="signs of life")
        assert "2 faults in the configuration" in manager.statuses[-1]
        program.edit(RIGHT, 'name = "Cooker"')
        await until(lambda: "4 devices" in manager.statuses[-1], what="the daemon's start")
        assert program.stop() == 0
        assert manager.states[0] == "READY"
        assert manager.states[-4:] == ["READY", "RELOADING", "READY", "STOPPING"]


def _line(daemon: Daemon) -> int:
    return (daemon.folder / "bridge.toml").read_text().splitlines().index(WRONG) + 1
