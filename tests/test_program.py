import builtins
import importlib
import sys
from typing import Any

import pytest


def test_an_interruption_while_modules_are_read_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def interrupted(name: str, *rest: Any) -> Any:
        if name == "cli":
            raise KeyboardInterrupt
        return plain(name, *rest)

    monkeypatch.delitem(sys.modules, "program", raising=False)
    monkeypatch.setattr(builtins, "__import__", interrupted)
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("program")
    assert ended.value.code == 130
