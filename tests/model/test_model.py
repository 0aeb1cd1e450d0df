"""Random sequences of faults, always the same ones: the long form is a row of scripts/faults."""

from hypothesis import HealthCheck, settings

from tests.model.machine import Machine

TestHome = Machine.TestCase
TestHome.settings = settings(
    derandomize=True,
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
