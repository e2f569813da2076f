import inspect

import pytest

from features import errors
from features.errors import InputError, RedressError, StateError


def named_errors() -> list[type[RedressError]]:
    found = [value for value in vars(errors).values() if inspect.isclass(value)]
    return [value for value in found if issubclass(value, RedressError)]


def test_message_carries_what_was_found_expected_and_the_remedy():
    error = RedressError("port is 'x'", "a number", "Set it.")
    assert str(error) == "port is 'x'; expected a number. Set it."
    assert (error.found, error.expected, error.remedy) == ("port is 'x'", "a number", "Set it.")


def test_message_leaves_out_what_is_not_given():
    assert str(RedressError("it is gone")) == "it is gone"
    assert str(RedressError("it is gone", remedy="Look again.")) == "it is gone. Look again."


def test_every_error_is_exported():
    assert sorted(error.__name__ for error in named_errors()) == sorted(errors.__all__)


@pytest.mark.parametrize("error", named_errors(), ids=lambda error: error.__name__)
def test_every_error_belongs_to_one_family(error):
    families = [family for family in (InputError, StateError) if issubclass(error, family)]
    assert len(families) == (error is not RedressError)
