from .collection import CollectionAudit, audit_collection
from .duplicates import (
    Duplicate,
    duplicate_groups,
    find_duplicates,
    join_sections_of_copies,
)
from .errors import AuditError
from .learning_curves import LearningCurve, fit_power_law, learning_curve, power_law
from .observer_agreement import Agreement, Estimate, agreement
from .out_of_fold import out_of_fold_probabilities
from .report import REPORT_FILES, write_report
from .suspect_labels import LabelErrors, SuspectSection, label_errors

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
    "duplicate_groups",
    "find_duplicates",
    "fit_power_law",
    "join_sections_of_copies",
    "label_errors",
    "learning_curve",
    "out_of_fold_probabilities",
    "power_law",
    "write_report",
]
