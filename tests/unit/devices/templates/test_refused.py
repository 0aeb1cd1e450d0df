"""What a template may not have in it: each is refused when it is read, by its name."""

import pytest

from bridge.devices.templates.template import parse_condition, parse_template
from bridge.errors import TemplateRefused


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{% for i in range(10**9) %}{% endfor %}", "uses {% for %}, which is not allowed; allowed are {{ … }}"),
        ("{% macro m() %}{% endmacro %}", "uses {% macro %}"),
        ("{% include 'x' %}", "uses {% include %}"),
        ("{% import 'x' as y %}", "uses {% import %}"),
        ("{% set ns.a = 1 %}", "uses {% set %} of a part of something"),
        ("{% set a, b = 1, 2 %}", "uses {% set %} of several names"),
        ("{% set a %}x{% endset %}", "uses {% set %} with a block"),
        ("{% filter upper %}x{% endfilter %}", "uses {% filter %}"),
        ("{{ 9 ** 9 ** 9 }}", "uses the operator **"),
        ("{{ 'a' * 10 }}", "has a text beside *"),
        ("{{ '%0999999d' % 1 }}", "has a text beside %"),
        ("{{ value[::2] }}", "uses [a:b] with steps"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 'uses the call of "__subclasses__"'),
        ("{{ value.format(1) }}", 'uses the call of "format", which is not allowed; allowed are endswith, get, lower'),
        ("{{ range(9) }}", 'uses the call of "range", which is not allowed; allowed are bool, float'),
        ("{{ now() }}", 'uses the call of "now"'),
        ("{{ (value)() }}", 'uses the call of "value"'),
        ("{{ value.a()() }}", 'uses the call of "call"'),
        ("{{ value | regex_findall('(a+)+') }}", 'uses the filter "regex_findall", which is not allowed; allowed are'),
        ("{{ value is callable }}", 'uses the test "callable"'),
        ("{{ value is defined(1) }}", 'gives values to the test "defined"'),
        ("{{ value | round(1, 'ceil', 3, 4) }}", 'gives "round" values that it does not take; it takes precision'),
        ("{{ value | lower(1) }}", 'gives "lower" values that it does not take; it takes nothing more'),
        ("{{ value | int(nonsense=1) }}", 'gives "int" values that it does not take; it takes default, base'),
        ("{{ min(*value_json) }}", "hands over a list with * or **"),
        ("{{ vaule_json.a }}", 'does not know "vaule_json"; there are value, value_json'),
        ("{{ a }}{% set a = 1 %}", 'does not know "a"'),
        ("{{ self }}", 'does not know "self"'),
        ("{{ 1e999 }}", "holds a number that is too large"),
        (r"{{ '\ud800' }}", "holds half a character"),
        ("{{ value", "cannot be read: unexpected end of template"),
        ("{% do value %}", "cannot be read: Encountered unknown tag 'do'"),
        ("{{ " + "(" * 3000 + "1" + ")" * 900 + " }}", "is nested too deeply"),
        ("{{ value" + ".a" * 1000 + " }}", "is nested too deeply"),
        ("{{ " + "-" * 100 + "1 }}", "is nested too deeply"),
        ("{{ 1 }}," * 300, "has more than 500 parts"),
        ("x" * 5000, "is longer than 4096 characters"),
    ],
)
def test_what_a_template_may_not_have_is_refused_by_name(text: str, told: str) -> None:
    with pytest.raises(TemplateRefused) as error:
        parse_template(text)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ value }}", "has braces; a condition is a bare expression"),
        ("{% if value %}1{% endif %}", "has braces"),
        ("value }}{{ 1", "is more than one expression"),
        ("value value", "is more than one expression"),
        ("", "cannot be read"),
        ("range(3)", 'uses the call of "range"'),
    ],
)
def test_a_condition_is_one_expression(text: str, told: str) -> None:
    with pytest.raises(TemplateRefused) as error:
        parse_condition(text)
    assert str(error.value).startswith(told)
