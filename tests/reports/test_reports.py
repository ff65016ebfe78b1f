"""Reports of runs, collections and maps: complete, self-contained, and harmless whatever names they hold."""

from __future__ import annotations

import html.parser
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from PIL import Image

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession, ImageKey, Vocabulary
from napari_rocks2net.cli import main
from napari_rocks2net.reports import Report, ReportError, ReportSettings, report_of, write_report
from napari_rocks2net.reports.document import ReportSection
from napari_rocks2net.reports.html import html_of

EVIL = "<script>alert('1')</script>{{ 7919 * 7927 }}"


class Page(html.parser.HTMLParser):
    """What a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def collection_file(tmp_path: Path) -> Path:
    """A collection of three photos, two of them labelled; one is called as a formula, a class as a script."""
    files = []
    for number in range(3):
        files.append(tmp_path / f"=S{number}_ppl.png")
        Image.fromarray(np.full((40, 60, 3), 60 * number, np.uint8)).save(files[-1])
    collection = AnnotationCollection().with_images(files)
    collection = collection.with_vocabulary(Vocabulary.of_classes("rock", [EVIL, "basalt"]))
    collection = collection.labelled([ImageKey.of(files[0])], "rock", EVIL)
    collection = collection.labelled([ImageKey.of(files[1])], "rock", "basalt")
    path = tmp_path / "mine.collection.json"
    CollectionSession.create(path, collection=collection)
    return path


def test_a_run_is_reported_with_its_figures_its_errors_and_how_to_repeat_it(
    make_run: Callable[..., Path], tmp_path: Path
) -> None:
    run = make_run()
    (tmp_path / "photos").mkdir()
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "photos" / "granite 1.png")
    page, workbook = write_report(report_of(run), tmp_path / "out")
    content = Page(page.read_text(encoding="utf-8"))
    assert "Accuracy 0.750, 95 % interval 0.300 to 0.950, of 4 photos" in content.text
    assert "granite, classified schist à grenat (90 %) · granite 1.png · g1" in content.text
    assert "How to repeat it" in content.text
    # One photo wrong, the confusion matrices of both parts, the curves: all inside the file.
    images = [attributes["src"] for tag, attributes in content.tags if tag == "img"]
    assert len(images) == 4
    assert all(source.startswith("data:image/") for source in images)
    links = [attributes.get(name) for _, attributes in content.tags for name in ("src", "href")]
    assert all(link is None or link.startswith("data:") for link in links)
    sheets = load_workbook(workbook).sheetnames
    assert {"test figures of rock", "test confusion of rock", "settings", "samples", "predictions"} <= set(
        sheets
    )
    assert len(pd.read_excel(workbook, "predictions")) == 4


def test_samples_without_thin_sections_are_not_called_separated(make_run: Callable[..., Path]) -> None:
    (samples,) = (each for each in report_of(make_run()).sections if each.title == "Samples and split")
    assert "as far as the samples say" in samples.sentences[0]


def test_a_collection_is_reported_and_its_names_are_only_text(collection_file: Path, tmp_path: Path) -> None:
    page, workbook = write_report(report_of(collection_file), tmp_path / "out")
    text = page.read_text(encoding="utf-8")
    content = Page(text)
    assert "script" not in {tag for tag, _ in content.tags}
    assert EVIL in content.text
    assert str(7919 * 7927) not in re.sub(r"base64,[^\"]*", "", text)
    assert sum(tag == "img" for tag, _ in content.tags) == 2
    images = pd.read_excel(workbook, "images")
    assert images["rock"].fillna("").tolist() == [EVIL, "basalt", ""]


def test_a_report_shows_no_more_photos_than_asked_for(collection_file: Path) -> None:
    (_, section) = report_of(collection_file, ReportSettings(pictures=1)).sections
    assert len(section.pictures) == 1
    with pytest.raises(ReportError, match="pictures is -1"):
        ReportSettings(pictures=-1)


def test_a_collections_report_says_its_scale_and_shows_one_photo_of_each_section_first(
    tmp_path: Path,
) -> None:
    files = []
    for name in ("A_1", "A_2", "B_1"):
        files.append(tmp_path / f"{name}.png")
        Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(files[-1])
    collection = AnnotationCollection().with_images(files)
    collection = collection.with_vocabulary(Vocabulary.of_classes("rock", ["basalt"]))
    keys = [image.key for image in collection.images]
    collection = collection.labelled(keys, "rock", "basalt")
    images = zip(collection.images, ("A", "A", "B"), (2.5, 2.5, None), strict=True)
    collection = replace(
        collection,
        images=tuple(replace(each, section=section, pixel_size_um=size) for each, section, size in images),
    )
    path = tmp_path / "mine.collection.json"
    CollectionSession.create(path, collection=collection)
    overview, section = report_of(path, ReportSettings(pictures=2)).sections
    assert overview.facts["Scale"] == "of 2 images: 2.5 µm a pixel"
    assert ["A_1.png" in section.pictures[0].caption, "B_1.png" in section.pictures[1].caption] == [True] * 2


def test_a_collection_of_fields_shows_the_views_of_each_side_by_side(tmp_path: Path) -> None:
    lights = (("PPL", None), ("XPL", 45.0))
    collection, keys = AnnotationCollection(), []
    for number, (light, angle) in enumerate(lights * 2):
        file = tmp_path / f"{light}{number // 2}.png"
        Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(file)
        collection = collection.with_images([file])
        keys.append(collection.images[-1].key)
        image = replace(
            collection.images[-1], section="S1", field=f"f{number // 2}", light=light, angle=angle
        )
        collection = replace(collection, images=(*collection.images[:-1], image))
    # Views of two fields stand in any order in a collection.
    collection = replace(collection, images=tuple(collection.images[at] for at in (0, 2, 1, 3)))
    collection = collection.with_vocabulary(Vocabulary.of_classes("rock", ["basalt"]))
    path = tmp_path / "mine.collection.json"
    CollectionSession.create(path, collection=collection.labelled(keys, "rock", "basalt"))
    report = report_of(path)
    overview, section = report.sections
    assert overview.facts["Fields"] == "2 of several views, in PPL and XPL"
    assert [each.caption for each in section.pictures] == [
        "basalt · PPL0.png · PPL · S1",
        "basalt · XPL0.png · XPL · 45° · S1",
        "basalt · PPL1.png · PPL · S1",
        "basalt · XPL1.png · XPL · 45° · S1",
    ]
    assert report.sheets["images"].loc[0, ["field", "light"]].tolist() == ["f0", "PPL"]


def test_a_run_of_fields_counts_fields(make_run: Callable[..., Path]) -> None:
    run = make_run()
    samples = pd.read_csv(run / "samples.csv", dtype=str)
    samples = pd.concat([samples, samples.assign(file="y.png")])
    views = [samples.assign(file=light + samples["file"], light=light) for light in ("PPL", "XPL")]
    views = [each.assign(field=samples["file"], angle="") for each in views]
    pd.concat(views).to_csv(run / "samples.csv", index=False)
    overview, split, *figures = report_of(run).sections
    assert overview.facts["Samples"] == "2 fields: 4 photos in PPL and XPL"
    (counts,) = split.tables.values()
    assert counts["fields"].tolist() == [2]
    assert "4 fields; balanced" in figures[0].sentences[0]


def test_photos_that_are_gone_are_counted(collection_file: Path) -> None:
    for path in collection_file.parent.glob("*.png"):
        path.unlink()
    (_, section) = report_of(collection_file).sections
    assert "2 photos cannot be read and not be shown." in section.sentences
    assert not section.pictures


def test_a_finished_map_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    record = {
        "slide": {"name": "scan", "height": 10, "width": 20, "um_per_pixel": None},
        "models": ["five"],
        "settings": {"field": 4},
        "grid": {"field": 4, "stride": 2, "top": 1, "left": 0, "rows": 4, "columns": 9},
    }
    folder = tmp_path / "map"
    folder.mkdir()
    (folder / "map.json").write_text(json.dumps(record))
    with pytest.raises(ReportError, match="is not finished"):
        report_of(folder)
    (folder / "areas.csv").write_text("property,class,cells,percent\ngrain,coarse,twelve,100\n")
    with pytest.raises(ReportError, match=r"areas.csv cannot be read \(Unable to parse"):
        report_of(folder)
    (folder / "areas.csv").write_text("property,class,cells,percent\ngrain,007,12,60.5\ngrain,None,8,\n")
    [areas] = [table for each in report_of(folder).sections for table in each.tables.values()]
    assert areas["class"].tolist() == ["007", "None"]
    assert areas["cells"].tolist() == [12, 8]
    assert np.isnan(areas["percent"].iloc[1])
    with pytest.raises(SystemExit) as leaving:
        main(["report", str(folder), "--out", str(tmp_path / "out")])
    assert leaving.value.code == 0
    assert "Map of scan. Wrote" in capsys.readouterr().out
    with pytest.raises(SystemExit) as leaving:
        main(["report", str(folder), "--out", str(tmp_path / "out")])
    assert leaving.value.code == 2
    assert report_of(tmp_path).title == "Map of scan"
    shutil.copytree(folder, tmp_path / "other")
    with pytest.raises(ReportError, match="holds 2 maps: name one of its folders, such as map"):
        report_of(tmp_path)
    (folder / "map.json").write_text("{}")
    with pytest.raises(ReportError, match="no map that can be read"):
        report_of(folder)


def test_what_cannot_be_reported_is_reported_in_a_sentence(
    tmp_path: Path, make_run: Callable[..., Path], unfinished_run: Callable[..., Path]
) -> None:
    with pytest.raises(ReportError, match="no run folder, no map and no collection"):
        report_of(tmp_path)
    with pytest.raises(ReportError, match="is not finished"):
        report_of(unfinished_run())
    run = make_run("damaged")
    (run / "metrics.json").write_text('{"test": {"accuracy": 1}}')
    with pytest.raises(ReportError, match="damaged"):
        report_of(run)
    empty = tmp_path / "empty.collection.json"
    CollectionSession.create(empty)
    with pytest.raises(ReportError, match="holds no image yet"):
        report_of(empty)


def test_a_report_replaces_none_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report("r", (ReportSection("s", tables={"t": pd.DataFrame({"a": [1.5, None]})}),))
    assert '<td class="number">1.5</td>' in html_of(report)
    write_report(report, tmp_path)
    with pytest.raises(ReportError, match="exists already"):
        write_report(report, tmp_path)
    before = (tmp_path / "report.html").read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("napari_rocks2net.reports.writing.atomic_write", full_disk)
    with pytest.raises(ReportError, match="No space left"):
        write_report(report, tmp_path, overwrite=True)
    assert (tmp_path / "report.html").read_bytes() == before
