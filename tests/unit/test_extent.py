"""How much a configuration names, in words: one home is not "1 homes"."""

from pathlib import Path

from bridge.cli.extent import extent
from bridge.settings import load

START = '[mqtt]\nurl = "mqtt://localhost"\n[ifttt]\nservice_keys = ["first-key"]\n'
DEVICE = '[[devices]]\nid = "{id}"\nname = "Door"\nkind = "contact"\nstate_topic = "home/{id}"\n'


def test_one_is_told_in_the_singular_and_any_other_number_in_the_plural(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    for count, words in ((0, "0 devices, 1 home"), (1, "1 device, 1 home"), (2, "2 devices, 1 home")):
        file.write_text(START + "".join(DEVICE.format(id=f"door-{number}") for number in range(count)))
        assert extent(load(file, {})) == words
