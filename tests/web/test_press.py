import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from web import press

NAMED = {name: value for name, value in vars(press).items() if isinstance(value, press.Elsewhere)}
READS_IT = "import sys, app, background; print({'weasyprint', 'qrbill', 'pypdfium2'} & set(sys.modules))"


@pytest.mark.parametrize("name", NAMED)
def test_what_prints_is_a_function_of_the_types_it_is_asked_with(name: str) -> None:
    act: Callable[..., Any] = pickle.loads(pickle.dumps(NAMED[name]))
    asked = press.__annotations__[name]
    *given, made = (*asked.__args__,)
    signature = inspect.signature(act, eval_str=True)
    assert [one.annotation for one in signature.parameters.values()][: len(given)] == given
    assert signature.return_annotation == made


def test_who_serves_does_not_read_what_sets_pages() -> None:
    told = subprocess.run([sys.executable, "-c", READS_IT], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
