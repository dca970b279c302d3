"""A fix overwrites nothing that is not a fix."""

import pytest

from optlab.diagnosis.fixes import check_free
from optlab.diagnosis.result import CURED
from optlab.errors import InputError


def test_what_is_diagnosed_stays(tmp_path):
    script = tmp_path / "train.py"
    check_free(script, str(script))
    script.write_text("print(1)\n")
    with pytest.raises(InputError, match="is what is diagnosed"):
        check_free(tmp_path / "." / "train.py", str(script))
    with pytest.raises(InputError, match="is there already"):
        check_free(script)
    script.with_suffix(".toml").write_text("")
    check_free(script.with_suffix(".toml"))


def test_a_fix_may_be_written_again_and_rows_of_others_not(tmp_path):
    fix = tmp_path / "fixed.py"
    fix.with_suffix(".npz").touch()
    with pytest.raises(InputError, match=r"overwrite .*fixed\.npz"):
        check_free(fix)
    fix.write_text(f'"""train.py{CURED} line 3"""\n')
    check_free(fix)
