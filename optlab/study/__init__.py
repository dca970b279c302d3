"""The study page: one file to drag, step and read optimizers in; `write_page`."""

from optlab.study.study_page import StudyPage, study

__all__ = ["StudyPage", "study"]
