"""Command `audit`: what the labels of a collection are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from napari_rocks2net.cli.console import print_line, print_note, progress
from napari_rocks2net.cli.options import (
    Data,
    Encoding,
    Group,
    Overwrite,
    Property,
    Report,
    require_free,
    unset,
)
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.audit import Agreement, CollectionAudit

Second = Annotated[
    str | None,
    unset(help="The column of DATA that holds the labels of a second person: how far do both agree?"),
]


def audit(
    data: Data,
    property: Property = None,
    group: Group = None,
    encoding: Encoding = None,
    second: Second = None,
    out: Report = Path("report"),
    overwrite: Overwrite = False,
) -> None:
    """Say what labels are worth: duplicates, likely label errors, what more photos would bring, agreement.

    Nothing is changed: the report lists what deserves a second look.
    """
    from napari_rocks2net.audit import REPORT_FILES, audit_collection, write_report
    from napari_rocks2net.samples import load_samples

    if second is not None and property in (None, second):
        raise typer.BadParameter("--second needs --property: the columns of two people.")
    require_free([out / name for name in REPORT_FILES], overwrite, [data])
    columns = tuple(filter(None, (property, second)))
    samples = load_samples(data, columns if second else property, group, encoding)
    with progress("Describing") as show:
        audited = audit_collection(samples, samples.names[0], second, on_progress=show)
    for sentence in audited.complaints:
        print_note(sentence)
    for sentence in _sentences_of(audited):
        print_line(sentence)
    written = write_report(audited, out)
    print_line(f"Wrote {out}: {', '.join(path.name for path in written)}.")


def _sentences_of(audited: CollectionAudit) -> list[str]:
    """Return what an audit says, a sentence a part."""
    exact = sum(each.kind == "exact" for each in audited.copies)
    sentences = [
        f"{count_of(len(audited.copies), 'pair')} of photos show the same ({exact} the same pixels)."
    ]
    if views := len(audited.duplicates) - len(audited.copies):
        sentences.append(
            f"{count_of(views, 'pair')} of photos that look alike are views of one field, in two lights or "
            "stage angles: no copies, but of one thin section."
        )
    if (errors := audited.label_errors) is not None:
        likely = count_of(int(errors.likely.sum()), "label")
        sentences += [f"{likely} of {len(errors.likely)} may be wrong.", *map(str, errors.sections)]
    if audited.curve is not None:
        sentences.append(str(audited.curve))
    if audited.agreement is not None:
        sentences.append(_agreed(audited.agreement))
    return sentences


def _agreed(agreed: Agreement) -> str:
    figures = [
        f"{name} {each.value:.2f} ({each.low:.2f} to {each.high:.2f})"
        for name, each in (("kappa", agreed.kappa), ("AC1", agreed.ac1))
    ]
    return (
        f"Both agree on {agreed.observed.value:.0%} of {count_of(int(agreed.table.sum()), 'photo')}: "
        f"{', '.join(figures)}."
    )
