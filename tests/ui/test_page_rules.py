"""What the page's code may not do, whoever changes it."""

import ast
import re
from pathlib import Path

import pytest

from .conftest import ROOT

UI = sorted((ROOT / "src/rif_threshold/ui").rglob("*.py"))
FORBIDDEN = (
    "query_params",
    "unsafe_allow",
    "cache_data",
    "cache_resource",
    "st.form",
    "min_value",
    "max_value",
    "max_chars",
)


@pytest.mark.parametrize("path", UI, ids=lambda path: path.name)
def test_nothing_of_a_patient_can_reach_a_link_a_cache_or_markup(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not [word for word in FORBIDDEN if word in text]
    assert not re.search(r"\bbind=", text)
    assert "st.html(" not in text or path.name == "frame.py"


def test_only_what_takes_no_patient_is_cached() -> None:
    cached = {
        f"{path.stem}.{function.name}": [argument.arg for argument in function.args.args]
        for path in UI
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in function.decorator_list)
    }
    assert cached
    assert {name: taken for name, taken in cached.items() if taken} == {
        "frame._pages": ["listed"],
        "frame.settle": ["page"],
        "numbered.keys_of": ["part"],
        "threshold._asked": ["route"],
    }


def test_the_first_page_loads_no_data_frames() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        f"at = AppTest.from_file({str(ROOT / 'app.py')!r}, default_timeout=60).run();"
        "[at.text_input(key=key).set_value(typed) for key, typed in"
        " (('oocyte_age_years', '36'), ('failed_transfers', '3'))];"
        "at.segmented_control(key='ploidy').set_value('untested'); at.run(); assert not at.exception;"
        "assert any(each.value.startswith('## ') for each in at.markdown);"
        "print([name for name in ('pandas', 'pyarrow', 'scipy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith("[]")
