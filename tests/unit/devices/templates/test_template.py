"""What templates of the field come to: the spellings that devices and publishers use."""

import pytest

from bridge.devices.templates.template import parse_condition, parse_template
from bridge.errors import UnreadableMessage

PAYLOAD = b"""{"state": "ON", "action": "Button One", "contact": false, "battery": 97, "temperature": 21.46,
"whole": 20.0, "nothing": null, "fan_mode": "low", "motor_state": "up", "running_state": "heat", "levels": [3, 1, 2],
"update": {"state": "updating", "latest_version": "2.1", "installed_version": "2.0"}, "inner": "{\\"a\\": [1]}"}"""

UPDATE = (
    "{\"latest_version\":\"{{ value_json['update']['latest_version'] }}\","
    "\"update_percentage\":{{ value_json['update'].get('progress', 'null') }},"
    "\"in_progress\":{{ (value_json['update']['state'] == 'updating')|lower }}}"
)
WARNING = (
    '{"level": "{% if volume_level is defined %}{% if volume_level | float <= 0.25 %}low'
    '{% elif volume_level | float <= 0.5 %}medium{% else %}very_high{% endif %}{% else %}unset{% endif %}", '
    '"duration": {{ duration | default(10) }}}'
)
MOTOR = (
    '{% if "motor_state" in value_json and value_json["motor_state"] %} {{ value_json["motor_state"] }} '
    "{% else %} stopped {% endif %}"
)
RUNNING = "{% set values = {None:None,'idle':'idle','heat':'heating'} %}{{ values[value_json[\"running_state\"]] }}"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ value_json.state }}", "ON"),
        ('{{ value_json["state"] }}', "ON"),
        ("  {{value_json.battery}} % ", "97 %"),
        ("{{ value_json.contact }} {{ value_json.nothing }} {{ value_json.whole }}", "False None 20.0"),
        ("{{ value_json.levels }} {{ value_json.update.get('x') }}", "[3, 1, 2] None"),
        ("{{ value_json.missing }}", ""),
        ("{{ value_json.levels.0 }}{{ value_json.levels[-1] }}{{ value_json.levels[9] }}", "32"),
        ("{{ value_json.contact | lower }}", "false"),
        ("{{ value_json.action | upper | replace(' ', '_') | truncate(6, true, '', 0) }}", "BUTTON"),
        ("{{ value_json.action.split(' ')[1] | capitalize }}", "One"),
        ("{{ value_json.action[:6] }}{{ value_json.action.startswith('B') }}", "ButtonTrue"),
        ("{{ value_json.temperature | round(1) }} {{ value_json.temperature | round }}", "21.5 21"),
        ("{{ value_json.temperature | round(0, 'ceil') }} {{ 21.3 | round(2, 'half') }}", "22 21.5"),
        ("{{ '12.7' | int }} {{ 'ff' | int(base=16) }} {{ 'x' | int(0) }} {{ '7' | float }}", "12 255 0 7.0"),
        ("{{ value_json.battery / 2 + 1 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -value_json.battery }}", "49.5 3 3 -97"),
        ("{{ value_json.battery | multiply(2) | add(1) }} {{ 'on' | bool }} {{ -3 | abs }}", "195.0 True 3"),
        ("{{ value_json.levels | max }} {{ min(4, 2) }} {{ value_json.levels | join('-') }}", "3 2 3-1-2"),
        (
            "{{ value_json.levels | first }} {{ value_json.levels | length }} {{ (value_json.inner | from_json).a }}",
            "3 3 [1]",
        ),
        ("{{ value_json.update | tojson }}", '{"state":"updating","latest_version":"2.1","installed_version":"2.0"}'),
        ("{{ value_json.a | default('none') }} {{ '' | default('empty', true) }}", "none empty"),
        ("{{ 'a' ~ 1 ~ none ~ true }} {{ 'x' + 'y' }}", "a1NoneTrue xy"),
        ("{{ {'off':0, 'low':1}[value_json[\"fan_mode\"]] | default('None') }}", "1"),
        ("{{ value_json[\"fan_mode\"] if value_json[\"fan_mode\"] in ['smart'] else 'None' }}", "None"),
        (MOTOR, "up"),
        ("{% if value_json.missing %}yes{% elif value_json.battery > 50 %}full{% endif %}", "full"),
        ("{{ 1 < 2 < 2 }} {{ value_json.levels is sequence }} {{ value_json.nothing is none }}", "False True True"),
        (RUNNING, "heating"),
        (UPDATE, '{"latest_version":"2.1","update_percentage":null,"in_progress":true}'),
    ],
)
def test_a_template_of_the_field_comes_to_what_home_assistant_makes_of_it(text: str, result: str) -> None:
    assert parse_template(text).render(PAYLOAD) == result


@pytest.mark.parametrize(("volume", "level"), [(None, "unset"), ("0.2", "low"), (0.5, "medium"), (0.9, "very_high")])
def test_a_command_is_written_with_the_variables_that_it_has(volume: object, level: str) -> None:
    template = parse_template(WARNING, {"volume_level", "duration"})
    variables = {} if volume is None else {"volume_level": volume}
    assert template.fill(variables) == f'{{"level": "{level}", "duration": 10}}'


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("value_json.battery > 50", True),
        ("value_json.battery > 97", False),
        ("value_json.missing > 50", False),
        ("value_json.missing", False),
        ("not value_json.missing", True),
        ("value_json.battery >= 97 and value_json.state == 'ON'", True),
        ("value_json.update.state in ['idle', 'updating']", True),
        ("'ON' in value", True),
        ("value_json.update is defined and value_json.missing is not defined", True),
        ("value_json.contact", False),
    ],
)
def test_a_condition_holds_or_does_not(text: str, *, holds: bool) -> None:
    assert parse_condition(text).holds(PAYLOAD) is holds


@pytest.mark.parametrize(
    ("text", "payload", "reason"),
    [
        ("{{ value_json.update.state }}", b"not JSON", "a template looks into what is not there"),
        ("{{ value_json.a.b }}", PAYLOAD, "a template looks into what is not there"),
        ("{{ value_json.a | is_defined }}", PAYLOAD, "a template found no value"),
        ("{{ value_json.state | float }}", PAYLOAD, "a template needs a number, and there is none"),
        ("{{ value_json.missing | int }}", PAYLOAD, "a template needs a number, and there is none"),
        ("{{ value_json.state > 3 }}", PAYLOAD, "a template compares a text with a number, or what has no order"),
        ("{{ value_json.battery / 0 }}", PAYLOAD, "a template divides by zero"),
        ("{{ 'a' in value_json.battery }}", PAYLOAD, "a template looks for something where nothing can be"),
        ("{{ value }}", b"\xff", "not UTF-8"),
        ("{{ value }}", b"x" * 40_000, "larger than 32 KiB, too large for a template"),
        ("{{ value }}", b"x" * 20_000, "a template made a text of more than 10,000 characters"),
        ("{{ 9000000000000000000 * 9 }}", b"", "a template worked out a number that is too large"),
        ("{{ value | from_json }}", b"[", "not JSON"),
    ],
)
def test_what_cannot_be_worked_out_makes_the_message_unreadable(text: str, payload: bytes, reason: str) -> None:
    with pytest.raises(UnreadableMessage) as error:
        parse_template(text).render(payload)
    assert error.value.reason == reason


def test_a_template_that_only_needs_the_text_takes_what_is_no_json() -> None:
    assert parse_template("{{ value | trim }}").render(b" 21.5 ") == "21.5"
