"""Audit of labels: duplicates, likely label errors, learning curve, agreement of observers."""

from napari_rocks2net.audit.agreement import Agreement, Estimate, agreement
from napari_rocks2net.audit.collection import CollectionAudit, audit_collection
from napari_rocks2net.audit.duplicates import (
    Duplicate,
    duplicate_groups,
    find_duplicates,
    join_sections_of_copies,
)
from napari_rocks2net.audit.errors import AuditError
from napari_rocks2net.audit.label_errors import LabelErrors, SuspectSection, label_errors
from napari_rocks2net.audit.learning_curve import LearningCurve, fit_power_law, learning_curve, power_law
from napari_rocks2net.audit.out_of_fold import fit_logistic, out_of_fold_probabilities
from napari_rocks2net.audit.report import REPORT_FILES, draw_learning_curve, figures_of, write_report

__all__ = [
    "REPORT_FILES",
    "Agreement",
    "AuditError",
    "CollectionAudit",
    "Duplicate",
    "Estimate",
    "LabelErrors",
    "LearningCurve",
    "SuspectSection",
    "agreement",
    "audit_collection",
    "draw_learning_curve",
    "duplicate_groups",
    "figures_of",
    "find_duplicates",
    "fit_logistic",
    "fit_power_law",
    "join_sections_of_copies",
    "label_errors",
    "learning_curve",
    "out_of_fold_probabilities",
    "power_law",
    "write_report",
]
