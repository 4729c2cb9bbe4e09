"""Test that functions read the settings that stacks write."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.kit.settings import Settings, SettingsError

WORD = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=10)


@dataclass(frozen=True)
class Example(Settings):
    name: str
    count: int
    flag: bool
    words: tuple[str, ...]
    optional: str = "default"


@given(
    st.builds(
        Example,
        name=st.text().map(str.strip),
        count=st.integers(),
        flag=st.booleans(),
        words=st.lists(WORD).map(tuple),
    )
)
def test_settings_survive_a_round_trip(settings: Example) -> None:
    assert Example.from_env(settings.to_env()) == settings


@pytest.mark.parametrize("text", ["token", " token", "token\n", "\ttoken\r\n"])
def test_spaces_around_a_text_are_no_part_of_it(text: str) -> None:
    found = Example.from_env({"NAME": text, "COUNT": "1", "FLAG": "true", "WORDS": ""})

    assert found.name == "token"


def test_missing_variables_are_named() -> None:
    with pytest.raises(SettingsError, match=r"^the environment variable COUNT is missing$"):
        Example.from_env({"NAME": "x"})


@pytest.mark.parametrize(("name", "value"), [("COUNT", "many"), ("FLAG", "yes")])
def test_wrong_types_are_named(name: str, value: str) -> None:
    env = Example("x", 1, True, ()).to_env() | {name: value}

    with pytest.raises(SettingsError, match=name):
        Example.from_env(env)


def test_missing_values_fail_at_synth() -> None:
    with pytest.raises(TypeError):
        Example(name="x")  # type: ignore[call-arg]
