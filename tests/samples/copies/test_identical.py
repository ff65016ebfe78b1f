"""Identical pictures under several names, and section names that may mean one section."""

from __future__ import annotations

import logging
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.samples import SampleError, join_samples, load_samples, split_folds, split_samples
from napari_rocks2net.samples.copies.identical import identical_pictures, join_groups_of_identical
from napari_rocks2net.samples.copies.perceptual_hash import turned
from napari_rocks2net.samples.names_alike import class_form, common_endings, names_alike, section_form


@pytest.fixture
def doubled(tmp_path: Path, write_photo) -> Path:
    """Field case 16: five photos of each of two classes, each with a copy of the same bytes."""
    for number, name in enumerate(("mud", "silt")):
        for photo in range(5):
            path = write_photo(tmp_path / "set" / name / f"{name}{photo}.png", seed=10 * number + photo)
            path.with_name(f"{name}{photo} - Copy.png").write_bytes(path.read_bytes())
    return tmp_path / "set"


@pytest.mark.parametrize("seed", range(5))
def test_copies_never_part(doubled: Path, seed: int) -> None:
    samples = load_samples(doubled)
    splits = [split_samples(samples, 0.2, 0.2, seed), *split_folds(samples, 3, 0.2, seed)]
    for split in splits:
        frame = split.frame.assign(photo=split.frame["file"].str.replace(" - Copy", ""))
        assert (frame.groupby("photo")["split"].nunique() == 1).all()
        assert frame["split"].nunique() == 3
        assert frame["group"].nunique() == 10


def test_copies_are_named_once(doubled: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        split_samples(load_samples(doubled))
    (record,) = caplog.records
    assert "mud/mud0 - Copy.png and mud/mud0.png" in record.getMessage()
    assert "and 5 more" in record.getMessage()


def test_copies_within_one_section_are_no_news(
    tmp_path: Path, write_photo, caplog: pytest.LogCaptureFixture
) -> None:
    for name in "abc":
        write_photo(tmp_path / f"{name}.png", seed=0)
    frame = pd.DataFrame(
        {"file": [str(tmp_path / f"{name}.png") for name in "abc"], "group": ["1", "1", "2"]}
    )
    a, b, c = frame["file"]
    with caplog.at_level(logging.WARNING):
        assert join_groups_of_identical(frame[:2], {b: a})["group"].tolist() == ["1", "1"]
        assert not caplog.records
        assert join_groups_of_identical(frame, {b: a, c: a})["group"].tolist() == ["1", "1", "1"]
    (record,) = caplog.records
    assert f"{tmp_path.name}/a.png and {tmp_path.name}/c.png" in record.getMessage()
    assert "b.png" not in record.getMessage()


@pytest.mark.parametrize("turn", range(8))
@pytest.mark.parametrize("border", [0, 3])
def test_a_turned_copy_goes_to_the_part_of_its_picture(
    tmp_path: Path, rng: np.random.Generator, turn: int, border: int
) -> None:
    """With a border of one colour, too, all turns begin alike."""
    photo = np.pad(rng.integers(0, 256, (20, 30, 3), np.uint8), ((border,), (border,), (0,)))
    files = [str(tmp_path / name) for name in ("a.png", "b.tif", "c.png")]
    for file, picture in zip(files, (photo, turned(photo, turn), photo + np.uint8(1)), strict=True):
        Image.fromarray(np.ascontiguousarray(picture)).save(file)
    assert identical_pictures(files, turned=True) == {files[1]: files[0]}
    assert identical_pictures(files) == ({files[1]: files[0]} if turn == 0 else {})
    table = pd.DataFrame({"file": files, "group": files, "rock": ["mud", "mud", "silt"]})
    joined = join_groups_of_identical(table, identical_pictures(files, turned=True))
    assert joined["group"].tolist() == [files[0], files[0], files[2]]


def test_one_picture_in_two_classes_is_refused_with_both_names(doubled: Path) -> None:
    (doubled / "silt" / "same_as_mud0.png").write_bytes((doubled / "mud" / "mud0.png").read_bytes())
    samples = load_samples(doubled)
    for split in (split_samples, split_folds):
        with pytest.raises(
            SampleError, match=r"mud0.*\.png and .*same_as_mud0\.png are the same picture.*'mud' and 'silt'"
        ):
            split(samples)


def test_a_turned_copy_in_another_class_is_refused_too(tmp_path: Path, write_photo) -> None:
    for name in ("mud", "silt"):
        for photo in range(3):
            write_photo(tmp_path / "set" / name / f"{name}{photo}.png", seed=photo + 10 * len(name))
    picture = np.asarray(Image.open(tmp_path / "set" / "mud" / "mud1.png"))
    Image.fromarray(np.ascontiguousarray(turned(picture, 3))).save(tmp_path / "set" / "silt" / "lying.png")
    with pytest.raises(
        SampleError, match=r"mud1\.png and .*lying\.png are the same picture, turned, labelled"
    ):
        split_samples(load_samples(tmp_path / "set"))


def test_the_pixels_count_not_the_bytes_the_sections_or_the_format(tmp_path: Path, rgb: np.ndarray) -> None:
    others = {"a.bmp": rgb, "c.png": rgb[::-1], "d.png": rgb + 1, "e.png": rgb[:, :-1]}
    for name, pixels in others.items():
        Image.fromarray(pixels).save(tmp_path / name)
    tifffile.imwrite(tmp_path / "b.tif", rgb, photometric="rgb", compression="zlib")
    files = [str(tmp_path / name) for name in ("a.bmp", "b.tif", "c.png", "d.png", "e.png")]
    assert identical_pictures(files) == {files[1]: files[0]}


def test_a_changed_file_is_looked_at_again(tmp_path: Path, write_photo) -> None:
    files = [str(write_photo(tmp_path / name, seed=1)) for name in ("a.png", "b.png")]
    assert identical_pictures(files) == {files[1]: files[0]}
    write_photo(tmp_path / "b.png", seed=2)
    assert identical_pictures(files) == {}


def test_a_file_that_cannot_be_read_is_passed_over(tmp_path: Path, write_photo) -> None:
    damaged = tmp_path / "a.png"
    damaged.write_bytes(b"no picture")
    assert identical_pictures([str(damaged), str(write_photo(tmp_path / "b.png"))]) == {}


def test_one_picture_may_have_labels_of_two_properties(tmp_path: Path, write_photo) -> None:
    lines = ["file,rock,grain,section", "copy.png,mud,,1"]
    for number in range(8):
        rock, grain = ("mud", "silt")[number % 2], ("fine", "coarse")[number % 2]
        lines.append(f"{write_photo(tmp_path / f'{number}.png', seed=number).name},{rock},{grain},s{number}")
    write_photo(tmp_path / "copy.png", seed=0)
    lines[2] = "0.png,,fine,s0"
    (tmp_path / "t.csv").write_text("\n".join(lines))
    tables = [load_samples(tmp_path / "t.csv", name, "section") for name in ("rock", "grain")]
    joined = split_samples(join_samples(tables)).frame.set_index("file")["group"]
    assert joined[str(tmp_path / "copy.png")] == joined[str(tmp_path / "0.png")]


@pytest.mark.parametrize(
    "names",
    [
        ("2a_paralelos", "2a_cruzados"),
        ("2a nicoles paralelos", "2A nicoles cruzados"),
        ("12 LPNA", "12 LPA", "012_lpa"),
        ("12LPNA", "12LPA"),
        ("BOM-24-29 PPL", "BOM-24-29 XPL", "bom-24-29"),
        ("Schliff 3 parallel", "Schliff 3 gekreuzt"),
        ("S7_polarizado", "S7_luz"),
        ("L5 lumi\u00e8re polaris\u00e9e", "L5 polaris\u00e9e analys\u00e9e"),
        ("S16", "s16"),
        ("15", "015"),
        # Italian, Polish, Russian, Chinese, Japanese, Spanish, French, and names without spaces
        ("A4 luce polarizzata piana", "A4 nicol incrociati"),
        ("3 nikole równoległe", "3 nikole skrzyżowane", "3 przy skrzyżowanych nikolach"),
        ("5_николи скрещены", "5 параллельные николи"),
        ("8单偏光", "8 正交偏光"),
        ("9 クロスニコル", "9 平行ニコル"),
        ("A1 luz plana", "A1 luz cruzada"),
        ("s3 lumière polarisée non analysée", "S3 lumière analysée"),
        ("17_planepolarized", "17_crosspolarized", "17 cp"),
        ("T1 PPL10x", "T1 XPL10x"),
        ("m-1_NII", "m-1_NX"),
        ("Q7_II-nicols", "Q7_X-nicols"),
        ("K1 nic. croc.", "K1 nic. par."),
        ("K2 PPL45", "K2 PPL90", "K2 XPL 45"),
        ("P2 без анализатора", "P2 с анализатором"),
        ("1", "1.0"),
        ("TS 7 nicols parall\u00e8les", "TS 7 nicols crois\u00e9s"),
        ("G5 luz natural", "G5 luz polarizada"),
        ("A1 einfach polarisiert", "A1 gekreuzt polarisiert"),
        ("D4 przy 1 nikolu", "D4 nikole skrzy\u017cowane"),
        ("M1 rovnob\u011b\u017en\u00e9 nikoly", "M1 zk\u0159\u00ed\u017een\u00e9 nikoly"),
        ("\uc2dc\ub8cc1 \uac1c\ubc29\ub2c8\ucf5c", "\uc2dc\ub8cc1 \uc9c1\uad50\ub2c8\ucf5c"),
        ("S16", "S 16", "S-16", "s_016"),
        ("S16a", "S 16 a", "S16-A"),
        ("R5 XPL", "R5 хрl"),  # typed with a Russian keyboard
        ("R5 90deg XPL", "R5 XPL 45"),
        ("a7 lpp", "a7 xpl"),
        ("T16 паралл", "T16 скрещ"),
        ("R5单偏", "R5正交"),
        ("DİORİT 1", "diorit 01"),
        # Roman numerals, p and x alone, and more languages
        ("TS-IV", "TS-4", "ts_iv", "TS 04"),
        ("Lâmina III", "lâmina 3"),
        ("XII-a", "12a"),
        ("S1 p", "S1 x", "s1_p"),
        ("A12p", "A12x"),
        ("12 PPL", "12 TN", "12_ÇN", "12 çift nikol"),
        ("A3 paralel nikol", "A3 çapraz nikol"),
        ("A3 polarizadores descruzados", "A3 polarizadores cruzados"),
        ("A3 solo polarizzatore", "A3 polarizzatori incrociati"),
        ("A3オープンニコル", "A3クロスニコル", "A3 直交ポーラー"),
        ("A3 1 николь", "A3 2 николя", "A3 николи +"),
        ("A3 nik. paral.", "A3 nik. krzyż."),
        ("A3 gekruiste nicols", "A3 parallelle nicols"),
        ("A3 planpolariserat", "A3 korsade nicoller"),
        ("A3 keresztezett", "A3 párhuzamos"),
        ("A3 N II", "A3 N X"),
        ("A3 1P", "A3 2P"),
        # As Excel writes the sample 12E3, and as a program writes letters that it took for others
        ("12E3", "1.20E+04", "12000"),
        ("Grün 1", "GrÃ¼n 1"),
        ("A3 PPL", "A3 XPL+gyps"),
        # Two letters for the nicols, and words that Korean, Chinese and Japanese write without spaces
        ("A3 NP", "A3 NI", "A3_N.P."),
        ("A3 투과", "A3 직교", "A3 직교편광", "A3평행니콜"),
        ("A3 平面偏光", "A3 正交偏振光", "A3透射光", "A3 交叉"),
        ("A3 平行", "A3 クロス", "A3 透過"),
        ("A3 N+", "A3 -N", "A3(+)n"),
        # Ukrainian, Serbian, Croatian, Slovenian, Romanian, Catalan, Greek, Danish, Finnish
        ("A3 паралельні ніколі", "A3 схрещені ніколі", "A3 без аналізатора", "A3 з аналізатором"),
        ("A3 paralelni nikoli", "A3 ukršteni nikoli", "A3 ukriženi", "A3 prekrižani"),
        ("A3 nicoli paraleli", "A3 nicoli încrucișați", "A3 paral\u00b7lels nicols", "A3 creuats"),
        ("A3 παράλληλα Nicols", "A3 διασταυρωμένα Nicols"),
        ("A3 krydsede nicoller", "A3 tasopolarisoitu", "A3 ristipolarisoitu"),
        # Indonesian, Persian, Vietnamese
        ("A3 nikol sejajar", "A3 nikol bersilang", "A3 متقاطع", "A3 موازی"),
        ("A3 một nicol", "A3 hai nicol", "A3 nicol song song", "A3 nicol vuông góc"),
        # As one word, and by the way of the analyser
        ("A3 linpol", "A3 crosspol", "A3 planepol", "A3 NicX", "A3 llPol"),
        ("A3 analyser out", "A3 analyser in", "A3 no analyzer"),
        # Signs of numbers and polars, and digits of other scripts
        ("Nº 7", "n° 7", "No. 7", "№7", "Nr 7", "núm. 7", "#7", "7"),
        ("S1 n//", "S1 +N", "S1 ∥", "S1 || N", "S1"),
        ("образец 1 николи х", "образец 1 николи ||"),
        ("S٣", "S3", "S३", "Ｓ３"),
        ("S1 45° XPL", "S1 0° PPL", "S1 90 ° XPL", "S1"),
        ("07 nicol incr.", "7 nicol par", "07"),
        ("Muestra Á1", unicodedata.normalize("NFD", "Muestra Á1"), "muestra á01"),
    ],
)
def test_sections_that_differ_by_case_zeros_or_the_light_are_alike(names: tuple[str, ...]) -> None:
    assert names_alike(["another", *names], section_form) == [sorted(names)]


@pytest.mark.parametrize(
    "names",
    [
        ("PPL", "XPL"),
        ("S16", "S160"),
        ("1-2", "12"),
        ("2a", "2b"),
        ("A light", "B light"),
        ("PPL 1", "PPL 2"),
        ("S 1 x", "S 1 ii"),
        ("TS-IV", "TS-V"),
        ("TS-4", "TS-14"),
        ("A-I-1", "A-II-1"),
        ("P1", "X1"),
        ("12 N", "12 S"),
        ("D", "500"),
        ("1.0", "1.1"),
        ("A3 clay", "A3 sand"),
        ("平行層理 1", "層理 1"),
        ("A Ni", "A"),
        ("N3", "3"),
        ("S1/2", "S12"),
        ("S1", "S1_2"),
    ],
)
def test_other_sections_are_not(names: tuple[str, ...]) -> None:
    assert names_alike(names, section_form) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("diorİt", "Diorit", True),
        ("DIORIT", "dıorıt", True),
        ("silt_stone", "Silt-stone", True),
        ("sandstone.", "sandstone", True),
        ("1-2", "1 2", False),
        ("2.5", "25", False),
        ("grès", "grÃ¨s", True),
        ("grès", "gres", True),
        ("silt?", "Silt", True),
        ("“silt”", "silt", True),
        ("か", "が", False),
        ("1", "1,0", True),
    ],
)
def test_classes_that_differ_by_letters_that_look_alike_or_by_signs_are_alike(
    one: str, other: str, alike: bool
) -> None:
    assert names_alike([one, other], class_form) == ([sorted([one, other])] if alike else [])


def test_sections_of_two_lights_are_warned_about_by_name(
    tmp_path: Path, write_photo, caplog: pytest.LogCaptureFixture
) -> None:
    names = [("a.png", "2a_paralelos", "mud"), ("b.png", "2a_cruzados", "mud"), ("c.png", "3", "silt")]
    for seed, (file, _, _) in enumerate(names):
        write_photo(tmp_path / file, seed=seed)
    (tmp_path / "t.csv").write_text("\n".join(["file,section,rock", *map(",".join, names)]))
    with caplog.at_level(logging.WARNING):
        load_samples(tmp_path / "t.csv", "rock", "section")
    (record,) = caplog.records
    assert "thin sections '2a_cruzados' and '2a_paralelos'" in record.getMessage()


@pytest.mark.parametrize(
    ("endings", "first", "common"),
    [
        # Lights that no list of words has
        (("H", "+N"), "A", ["+n", "h"]),
        (("БА", "СА"), "образец ", ["ба", "са"]),
        (("light one", "light two", "light three"), "A", ["light one", "light three", "light two"]),
        (("", "II"), "A", ["", "ii"]),
        # Parts of a sample, and their photos
        (("a", "b"), "A", []),
        (("_1", "_2"), "A", []),
        (("",), "A", []),
    ],
)
def test_endings_that_all_sections_have_are_most_likely_lights(
    endings: tuple[str, ...], first: str, common: list[str]
) -> None:
    names = [f"{first}{number}{' ' * bool(end)}{end}" for number in (16, 17, 18, 20) for end in endings]
    assert common_endings(names) == common
    # Those of two sections alone may be anything.
    assert common_endings([name for name in names if "16" in name or "17" in name]) == []


def test_sections_that_end_alike_throughout_are_reported(
    tmp_path: Path, write_photo, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [(f"{number}{light}.png", f"{number} {light}") for number in "123" for light in ("H", "+N")]
    for seed, (file, _) in enumerate(rows):
        write_photo(tmp_path / file, seed=seed)
    lines = [f"{file},{section},{'mud' if '1' in file else 'silt'}" for file, section in rows]
    (tmp_path / "t.csv").write_text("\n".join(["file,section,rock", *lines]))
    load_samples(tmp_path / "t.csv", "rock", "section")
    assert "'+n' and 'h' at the end of their names" in caplog.text


def test_sections_that_are_called_like_an_empty_cell_are_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for at, name in enumerate(("a.png", "b.png", "c.png")):
        Image.fromarray(np.full((4, 5, 3), 60 * at, np.uint8)).save(tmp_path / name)
    (tmp_path / "t.csv").write_text("file,section,rock\na.png,#N/A,mud\nb.png,#N/A,silt\nc.png,3,silt\n")
    load_samples(tmp_path / "t.csv", "rock", "section")
    assert "Thin sections are called '#N/A'" in caplog.text
