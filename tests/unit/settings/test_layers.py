"""What stands in conf.d, laid over the configuration file: what wins, and where a fault is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import ConfigurationError
from bridge.settings import Contact, Settings, load
from bridge.settings.draft import Draft
from bridge.settings.toml_files import lay_over

START = '[mqtt]\nurl = "mqtt://localhost"\n[ifttt]\nservice_keys = ["first-key"]\n'
DOOR = '[[devices]]\nid = "{0}"\nname = "Door"\nkind = "contact"\nstate_topic = "{0}"\n'
Load = Callable[..., Settings]
Refused = Callable[..., list[str]]


@pytest.fixture
def conf_d(tmp_path: Path) -> Callable[[str, str], None]:
    def write(name: str, text: str) -> None:
        folder = tmp_path / "conf.d"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)

    return write


Write = Callable[[str, str], None]


def test_later_names_win_over_earlier_ones_and_these_over_the_file(loaded: Load, conf_d: Write) -> None:
    conf_d("20-b.toml", '[log]\nlevel = "error"\n')
    conf_d("10-a.toml", '[log]\nlevel = "debug"\nformat = "json"\n[ifttt]\nservice_keys = ["second-key"]\n')
    checked = loaded(START + '[log]\nlevel = "warning"\n')
    assert (checked.log.level, checked.log.format) == ("error", "json")
    assert [key.get_secret_value() for key in checked.ifttt.service_keys] == ["second-key"], "lists are replaced"
    assert checked.mqtt.url.host == "localhost", "what nobody mentions stays"


def test_a_device_of_the_same_id_is_changed_and_another_is_added(loaded: Load, conf_d: Write) -> None:
    conf_d("a.toml", '[[devices]]\nid = "b"\nname = "Cellar door"\n' + DOOR.format("c"))
    devices = loaded(START + DOOR.format("a") + DOOR.format("b")).devices
    assert [(device.id, device.name, device.state_topic) for device in devices] == [
        *(("a", "Door", "a"), ("b", "Cellar door", "b"), ("c", "Door", "c"))
    ]
    assert all(isinstance(device, Contact) for device in devices)


def test_events_go_by_slug_and_clients_by_client_id(loaded: Load, conf_d: Write) -> None:
    event = '[[custom_events]]\nslug = "{0}"\nname = "{0}"\ntopic = "{0}"\n'
    client = '[[oauth.clients]]\nclient_id = "{0}"\nclient_secret = "a-secret-of-{0}"\nredirect_uris = ["https://a/"]\n'
    conf_d(
        "a.toml",
        '[[custom_events]]\nslug = "b"\nname = "Bell"\n'
        '[[oauth.clients]]\nclient_id = "staging"\nclient_secret = "a-secret-of-another"\n',
    )
    events, clients = event.format("a") + event.format("b"), client.format("production") + client.format("staging")
    checked = loaded(f'{START}[public]\nurl = "https://home.example.org"\n{events}{clients}')
    assert [event.name for event in checked.custom_events] == ["a", "Bell"]
    assert [client.client_secret.get_secret_value() for client in checked.oauth.clients] == [
        *("a-secret-of-production", "a-secret-of-another")
    ]


def test_one_form_of_a_secret_replaces_the_other(loaded: Load, conf_d: Write, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("second-key\n")
    conf_d("a.toml", '[ifttt]\nservice_keys_file = "keys"\n')
    assert [key.get_secret_value() for key in loaded(START).ifttt.service_keys] == ["second-key"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n[mqtt]\nurll = 1\n", "3: mqtt.urll: there is no such key; did you mean url?"),
        ('[[devices]]\nid = "a"\nhome = "x"\n', '3: devices[a].home: there is no home "x"; known: "home"'),
        (DOOR.format("b") + '[[devices]]\nname = "x"\nkind = "contact"\nstate_topic = "c"\n',
         '6: devices[#2].id: is missing; for example: id = "front-door"'),
        (DOOR.format("b") + DOOR.format("b").replace('"b"\n', '"b"\n', 1),
         '7: devices[#2].id: "b" is used before; choose another'),
        ("mqtt = 1\n", "1: mqtt: must be a table; begin it with [mqtt]"),
        ('devices = ["a"]\n', "1: devices[#1]: must be a table; begin it with [[devices]]"),
        ("a = \n",
         '1: is not valid TOML: Invalid value (column 5); write a text as "text", several as ["one", "another"]'),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_the_file_it_stands_in(refused: Refused, conf_d: Write, text: str, problem: str) -> None:
    conf_d("a.toml", text)
    assert refused(START + DOOR.format("a"))[0] == f"FOLDER/conf.d/a.toml:{problem}"


def test_a_fault_that_stays_is_told_with_the_file_it_stays_in(refused: Refused, conf_d: Write) -> None:
    conf_d("a.toml", '[mqtt]\nprotocol = "5"\n[[devices]]\nid = "a"\nname = "A"\n')
    assert refused(START + DOOR.format("a") + "schema = 1\n") == [
        'FILE:10: devices[a].schema: must be "plain" or "json"'
    ]


def test_the_same_id_twice_in_one_file_is_refused(refused: Refused, conf_d: Write) -> None:
    conf_d("a.toml", '[[devices]]\nid = "a"\nname = "A"\n' + DOOR.format("a").replace('topic = "a"', 'topic = "b"'))
    assert refused(START + DOOR.format("a")) == [
        'FOLDER/conf.d/a.toml:5: devices[#2].id: "a" is used before; choose another'
    ]


NO_VALUE = (
    "FILE:1: is not valid TOML: Expected '=' after a key in a key/value pair (at the end of the file); "
    'each line is: key = "value"'
)


def test_files_that_cannot_be_read_are_told_all_at_once(refused: Refused, conf_d: Write, tmp_path: Path) -> None:
    conf_d("a.toml", "[")
    (tmp_path / "conf.d" / "b.toml").mkdir()
    (tmp_path / "conf.d" / "c.toml").write_bytes(b"\xff")
    assert refused("a") == [
        NO_VALUE,
        "FOLDER/conf.d/a.toml:1: is not valid TOML: Invalid initial character for a key part (at the end of the file)",
        "FOLDER/conf.d/b.toml: is a folder; give the path of a file",
        "FOLDER/conf.d/c.toml: is not UTF-8 text; save it as UTF-8",
    ]


def test_a_folder_that_is_none_is_told(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "conf.d").touch()
    assert refused(START) == ["FOLDER/conf.d: cannot be read: Not a directory"]


def test_without_the_file_itself_there_is_no_configuration(conf_d: Write, tmp_path: Path) -> None:
    conf_d("a.toml", START)
    with pytest.raises(ConfigurationError, match=r"bridge\.toml: does not exist; check the path$"):
        load(tmp_path / "bridge.toml", {})


def test_what_is_no_toml_file_is_not_read_and_that_is_said(loaded: Load, conf_d: Write, tmp_path: Path) -> None:
    conf_d("a.toml.bak", "[")
    conf_d(".a.toml.swp", "[")
    conf_d(".#a.toml", "[")
    conf_d("README", "[")
    assert loaded(START).notes == (f"{tmp_path}/conf.d/a.toml.bak: is not read; only names that end with .toml are",)


def test_the_environment_beats_every_file(loaded: Load, conf_d: Write) -> None:
    conf_d("a.toml", '[log]\nlevel = "error"\n')
    assert loaded(START, {"BRIDGE_LOG__LEVEL": "debug"}).log.level == "debug"


leaves = st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
tables = st.recursive(
    st.dictionaries(st.sampled_from("abc"), leaves, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), leaves | inner, max_size=3),
    max_leaves=6,
)


def merged(under: object, over: object) -> object:
    """Say in one line what laying over means, for tables without lists of tables."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    return {key: merged(under.get(key, over.get(key)), over.get(key, under.get(key))) for key in {**under, **over}}


def leaves_of(value: object, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    if not isinstance(value, dict):
        return {at: value}
    found: dict[tuple[str, ...], object] = {}
    for key, inner in value.items():
        found |= leaves_of(inner, (*at, key))
    return found


@settings(deadline=None)
@given(st.lists(tables, min_size=1, max_size=3))
def test_tables_are_merged_deeply_and_each_value_is_known_by_the_file_that_it_came_from(
    layers: list[dict[str, object]],
) -> None:
    draft, whole = Draft("0"), object()
    for number, layer in enumerate(layers):
        lay_over(draft, str(number), leaves_copy(layer))
        whole = merged(whole, layer)
    assert draft.table == whole
    for location, value in leaves_of(draft.table).items():
        if value == {}:
            continue
        sources = [number for number, layer in enumerate(layers) if leaves_of(layer).get(location) == value]
        assert int(draft.place(location).partition(":")[0]) == sources[-1]


def leaves_copy(layer: dict[str, object]) -> dict[str, object]:
    """Copy what will be laid down: layers grow where they lie."""
    return {key: leaves_copy(value) if isinstance(value, dict) else value for key, value in layer.items()}


def test_what_was_replaced_leaves_no_trace_in_what_is_told(refused: Refused, conf_d: Write) -> None:
    conf_d("a.toml", DOOR.format("b"))
    conf_d("b.toml", 'devices = [\n"x",\n"y",\n]\n')
    assert refused(START + DOOR.format("a")) == [
        "FOLDER/conf.d/b.toml:2: devices[#1]: must be a table; begin it with [[devices]]",
        "FOLDER/conf.d/b.toml:3: devices[#2]: must be a table; begin it with [[devices]]",
    ]
