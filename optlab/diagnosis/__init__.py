"""Why is my loss not decreasing? Examine, watch, experiment, report."""

from optlab.diagnosis.diagnose import diagnose
from optlab.diagnosis.fixes import write_fix
from optlab.diagnosis.result import CauseFound, Diagnosis

__all__ = ["CauseFound", "Diagnosis", "diagnose", "write_fix"]
