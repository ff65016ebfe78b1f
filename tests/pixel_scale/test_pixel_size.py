"""Pixel sizes from lengths, scale bars and the files of the makers of microscopes."""

from __future__ import annotations

import struct
from itertools import product

import numpy as np
import pytest
import tifffile

from napari_rocks2net.pixel_scale import PixelSize, PixelSizeError, read_pixel_size
from napari_rocks2net.pixel_scale.declared import Declared
from napari_rocks2net.pixel_scale.pixel_size import parsed_length

IMAGE = np.zeros((8, 9), np.uint8)
FEI = "[User]\r\nDate=1\r\n[Scan]\r\nPixelWidth=4.88281e-009\r\nPixelHeight=4.88281e-009\r\n"
# The first lines of the tag are numbers without names, then pairs of a key and a line for people.
ZEISS = "0\r\n0\r\n0\r\nAP_WD\r\nWD = 5.1 mm\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 11.17 nm\r\n\0"
TESCAN = b"\x02\x00\x10\x00PixelSizeX=2.5e-008\nPixelSizeY=2.5e-008\n"


def write(path, tag=None, **more):
    tags = [tag] if tag is not None else []
    tifffile.imwrite(path, IMAGE, extratags=tags, metadata=more.pop("metadata", None), **more)
    return path


def check(size, micrometres, source):
    assert size is not None
    assert size.micrometres == pytest.approx(micrometres)
    assert size.source == source


def text_tag(number, text):
    return (number, 2, 0, text, True)


@pytest.mark.parametrize(
    ("tag", "micrometres", "source"),
    [
        (text_tag(34682, FEI), 4.88281e-3, "FEI / ThermoFisher"),
        (text_tag(34680, FEI), 4.88281e-3, "FEI / ThermoFisher"),
        (text_tag(34118, ZEISS), 11.17e-3, "Zeiss"),
        (text_tag(34118, ZEISS.replace("11.17", "11,17")), 11.17e-3, "Zeiss"),
        ((50431, 7, len(TESCAN), TESCAN, True), 25e-3, "Tescan"),
    ],
)
def test_tags_of_the_makers(tmp_path, tag, micrometres, source):
    check(read_pixel_size(write(tmp_path / "sem.tif", tag)), micrometres, source)


@pytest.mark.parametrize(
    ("unit", "micrometres"), [("nm", 2.5e-3), ("\u00b5m", 2.5), ("1/nm", None), ("", None)]
)
def test_the_tags_of_digital_micrograph(tmp_path, unit, micrometres):
    units = [(number, 2, 0, unit.encode("latin-1"), True) for number in (65003, 65004)]
    scales = [(number, 12, 1, 2.5, True) for number in (65009, 65010)]
    path = tmp_path / "gatan.tif"
    tifffile.imwrite(path, IMAGE, metadata=None, extratags=[*units, *scales])
    if micrometres is None:
        assert read_pixel_size(path) is None
    else:
        check(read_pixel_size(path), micrometres, "Gatan")


@pytest.mark.parametrize("power", [-6, -9])
def test_the_structure_of_olympus(tmp_path, power):
    """As tifffile reads it: the length's power of ten, and what a pixel is in that unit."""
    path = tmp_path / "olympus.tif"
    data = struct.pack("<10xhdd8xd2x34s32s", power, 0.25, 0.25, 10.0, b"camera", b"kind")
    content = write(path, (33560, 4, 1, 8, True)).read_bytes()
    entry = struct.pack("<HHI", 33560, 4, 1)
    at = len(content)
    content = content.replace(entry + struct.pack("<I", 8), entry + struct.pack("<I", at))
    head = struct.pack("<4s6xhhhhh6x32sH", b"SIS0", 0, 0, 1, 1, 100, b"name", 1)
    path.write_bytes(content + head + struct.pack("<hhI", 1, 1, at + 68) + data)
    check(read_pixel_size(path), 0.25 * 10.0 ** (power + 6), "Olympus")


@pytest.mark.parametrize(
    ("unit", "micrometres"), [("um", 0.25), ("microns", 0.25), ("nm", 0.00025), ("pixel", None), ("", None)]
)
def test_the_header_of_fluoview(tmp_path, unit, micrometres):
    """A record with ten dimensions, each with its size, scale and unit; the second tag marks such files."""
    header = np.zeros((), np.dtype(tifffile.TIFF.MM_HEADER))
    for number, (name, size) in enumerate(((b"x", 9), (b"y", 8))):
        header["Dimensions"][number] = (name, size, 0.0, 0.25, unit.encode())
    content = header.tobytes()
    tags = [(34361, 1, len(content), content, True), (34362, 12, 8, [0.0] * 8, True)]
    tifffile.imwrite(tmp_path / "scan.tif", IMAGE, extratags=tags, metadata=None)
    if micrometres is None:
        assert read_pixel_size(tmp_path / "scan.tif") is None
    else:
        check(read_pixel_size(tmp_path / "scan.tif"), micrometres, "Olympus")


@pytest.mark.parametrize(
    ("switched_on", "unit", "micrometres"),
    [(1, b"um", 0.1613), (1, b"nm", 0.0001613), (0, b"um", None), (1, b"pixel", None)],
)
def test_the_calibration_of_metamorph(tmp_path, switched_on, unit, micrometres):
    """Pairs of a number and a value, or the place of a fraction or a text with its length."""
    places = (0x11111111, 0x22222222, 0x33333333)
    pairs = [3, switched_on, 4, places[0], 5, places[1], 6, places[2]]
    planes = (33629, 4, 12, [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], True)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, IMAGE, extratags=[(33628, 4, 8, pairs, True), planes], metadata=None)
    content = path.read_bytes()
    text = unit + b"\0"
    parts = [struct.pack("<II", 1613, 10_000)] * 2 + [struct.pack("<I", len(text)) + text]
    for place, part in zip(places, parts, strict=True):
        content = content.replace(struct.pack("<I", place), struct.pack("<I", len(content))) + part
    for number, kind, count in ((33628, 4, 4), (33629, 5, 1)):
        written = struct.pack("<HHI", number, 4, 8 if number == 33628 else 12)
        content = content.replace(written, struct.pack("<HHI", number, kind, count))
    path.write_bytes(content)
    if micrometres is None:
        assert read_pixel_size(path) is None
    else:
        check(read_pixel_size(path), micrometres, "MetaMorph")


@pytest.mark.parametrize(
    ("tags", "description"),
    [
        ([(65420, "I", 1, 1, True), (65421, "f", 1, 40.0, True)], None),
        (
            [],
            '<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01"><collection><image>'
            '<pixels sizeX="9" sizeY="8"/><view sizeX="2250" sizeY="2000"/></image></collection></scn>',
        ),
    ],
)
def test_scanners_of_hamamatsu_and_leica_say_it_by_their_resolution(tmp_path, tags, description):
    path = tmp_path / "scan.tif"
    more = {"description": description} if description else {}
    resolution = {"resolution": (40_000, 40_000), "resolutionunit": 3}
    tifffile.imwrite(path, IMAGE, extratags=tags, metadata=None, **resolution, **more)
    check(read_pixel_size(path), 0.25, "TIFF resolution")


def test_the_xml_of_phenom(tmp_path):
    sides = "".join(f'<pixel{side} unit="um">0.694952</pixel{side}>' for side in ("Width", "Height"))
    xml = f'<?xml version="1.0"?><FeiImage><databarHeight>64</databarHeight>{sides}</FeiImage>'
    check(read_pixel_size(write(tmp_path / "a.tif", (34683, 7, 0, xml.encode(), True))), 0.694952, "Phenom")


def test_the_section_of_a_beam_that_was_not_used_is_passed_over(tmp_path):
    text = FEI.replace("4.88281e-009", "") + "[EScan]\r\nPixelWidth=2e-009\r\nPixelHeight=2e-009\r\n"
    check(read_pixel_size(write(tmp_path / "a.tif", text_tag(34682, text))), 0.002, "FEI / ThermoFisher")


@pytest.mark.parametrize(
    ("description", "micrometres"),
    [
        ("Aperio Image Library v11.2.1\r\n9x8 (256x256) JPEG|AppMag = 20|MPP = 0.4990", 0.499),
        ("Aperio Image Library|MPP = 0,25", 0.25),
        ("Aperio Image Library v12\r\n18x16 [0,0 18x16] -> 9x8 |AppMag = 40|MPP = 0.25", 0.5),
        ("Aperio Image Library v12\r\n40x30 [5,7 9x8] (256x256) JPEG|MPP = 0.25", 0.25),
        ("Aperio Image Library v12\r\n40x30 [5,7 9x30] -> 9x8|MPP = 0.25", 0.25),
        ("Aperio Image Library v12\r\n40x60 -> 9x8|MPP = 0.25", None),
        ("Aperio Image Library|MPP = none", None),
        ("Somebody else|MPP = 0.25", None),
    ],
)
def test_the_description_of_aperio(tmp_path, description, micrometres):
    path = write(tmp_path / "scan.tif", description=description)
    if micrometres is None:
        assert read_pixel_size(path) is None
    else:
        check(read_pixel_size(path), micrometres, "Aperio")


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
def test_the_text_file_of_hitachi(tmp_path, encoding):
    path = write(tmp_path / "sem.tif")
    text = "[SemImageFile]\r\nInstructName=S-4800\r\nPixelSize=24.80469\r\nMagnification=4000\r\n"
    path.with_suffix(".txt").write_bytes(text.encode(encoding))
    check(read_pixel_size(path), 24.80469e-3, "Hitachi")


def test_the_text_file_of_jeol_and_the_header_of_tescan(tmp_path):
    jeol = tmp_path / "jeol.bmp"
    jeol.write_bytes(b"any")
    jeol.with_suffix(".txt").write_text("$CM_MAG 5000\n$$SM_MICRON_BAR 160.5\n$$SM_MICRON_MARKER 5um\n")
    check(read_pixel_size(jeol), 5 / 160.5, "JEOL")
    tescan = tmp_path / "tescan.png"
    tescan.write_bytes(b"any")
    (tmp_path / "tescan-png.hdr").write_text("[MAIN]\nPixelSizeX=1.5e-7\n")
    check(read_pixel_size(tescan), 0.15, "Tescan")


def test_a_text_file_of_somebody_else_is_not_believed(tmp_path):
    path = write(tmp_path / "sem.tif")
    path.with_suffix(".txt").write_text("PixelSize=12\n")
    assert read_pixel_size(path) is None
    path.with_suffix(".txt").write_text("[SemImageFile]\nPixelSize=1.240,5\n")
    assert read_pixel_size(path) is None


def test_the_calibration_of_imagej(tmp_path):
    path = tmp_path / "imagej.tif"
    tifffile.imwrite(path, IMAGE, imagej=True, resolution=(20, 20), metadata={"unit": "um"})
    check(read_pixel_size(path), 0.05, "ImageJ")


def test_each_image_of_an_ome_file_has_its_own_size(tmp_path):
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as file:
        for values, size in ((IMAGE, 0.5), (IMAGE[::2], 2), (IMAGE[:, ::2], None)):
            sizes = {} if size is None else {"PhysicalSizeX": size, "PhysicalSizeY": size}
            file.write(values, photometric="minisblack", metadata={"axes": "YX", **sizes})
    check(read_pixel_size(path), 0.5, "OME")
    check(read_pixel_size(path, (0,)), 0.5, "OME")
    check(read_pixel_size(path, (1,)), 2.0, "OME")
    assert read_pixel_size(path, (2,)) is None


def test_an_image_of_an_ome_file_whose_others_lie_elsewhere_has_its_own_size(tmp_path):
    """The description of a set of files is in each of them: the image is told by its name."""
    path = tmp_path / "b.ome.tif"
    metadata = {"axes": "YX", "Name": "b", "PhysicalSizeX": 2.0, "PhysicalSizeY": 2.0}
    tifffile.imwrite(path, IMAGE, ome=True, photometric="minisblack", metadata=metadata)
    with tifffile.TiffFile(path) as file:
        xml = file.ome_metadata
    other = (
        '<Image ID="Image:9" Name="a"><Pixels ID="Pixels:9" DimensionOrder="XYZCT" Type="uint8" SizeX="64" '
        'SizeY="48" SizeZ="1" SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5">'
        '<TiffData IFD="0" PlaneCount="1"><UUID FileName="a.ome.tif">urn:uuid:0</UUID></TiffData>'
        "</Pixels></Image>"
    )
    tifffile.tiffcomment(path, xml.replace("<Image ", other + "<Image ", 1).encode())
    check(read_pixel_size(path), 2.0, "OME")


def test_pages_have_sizes_of_their_own(tmp_path):
    """What the tags of one page say holds for no other, though tifffile puts pages of one size together."""
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for pixels in (1e6, 1e7, 300):
            options = {"resolution": (pixels, pixels), "resolutionunit": "CENTIMETER", "metadata": None}
            file.write(IMAGE, photometric="minisblack", **options)
    path.with_suffix(".txt").write_text("[SemImageFile]\nPixelSize=30\n")
    check(read_pixel_size(path), 0.03, "Hitachi")
    check(read_pixel_size(path, (1,)), 0.001, "TIFF resolution")
    assert read_pixel_size(path, (2,)) is None


def test_the_second_picture_of_zeiss_has_the_size_of_its_own_tags(tmp_path):
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for pixel in (20, 40):
            text = f"0\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = {pixel} nm\r\n\0"
            file.write(IMAGE, photometric="minisblack", extratags=[text_tag(34118, text)], metadata=None)
        file.write(IMAGE, photometric="minisblack", metadata=None)
    sizes = [read_pixel_size(path, (page,)) for page in range(3)]
    check(sizes[0], 0.02, "Zeiss")
    check(sizes[1], 0.04, "Zeiss")
    assert sizes[2] is None


def test_the_planes_of_one_stack_have_one_size(tmp_path):
    path = tmp_path / "stack.tif"
    stack = np.stack([IMAGE] * 3)
    tifffile.imwrite(path, stack, imagej=True, resolution=(20, 20), metadata={"unit": "um"})
    for plane in range(3):
        check(read_pixel_size(path, (plane,)), 0.05, "ImageJ")


@pytest.mark.parametrize(
    "more",
    [
        {"resolution": (250_000, 500_000), "resolutionunit": 2},
        {"resolution": (2.5, 5), "imagej": True, "metadata": {"unit": "um"}},
        {"tag": text_tag(34682, FEI.replace("PixelHeight=4", "PixelHeight=9"))},
        {"tag": (50431, 7, 43, TESCAN.replace(b"Y=2.5", b"Y=5.0")[:43], True)},
        {"ome": True, "metadata": {"axes": "YX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 1.0}},
    ],
)
def test_pixels_that_are_not_square_have_no_size(tmp_path, more):
    assert read_pixel_size(write(tmp_path / "a.tif", **more)) is None


def test_the_resolution_counts_only_where_it_is_a_magnification(tmp_path):
    fine = write(tmp_path / "fine.tif", resolution=(1e6, 1e6), resolutionunit="CENTIMETER")
    check(read_pixel_size(fine), 0.01, "TIFF resolution")
    screen = write(tmp_path / "screen.tif", resolution=(300, 300), resolutionunit="INCH")
    assert read_pixel_size(screen) is None


def test_the_makers_file_is_believed_before_the_resolution(tmp_path):
    path = write(tmp_path / "sem.tif", resolution=(1e6, 1e6), resolutionunit="CENTIMETER")
    path.with_suffix(".txt").write_text("[SemImageFile]\nPixelSize=30\n")
    check(read_pixel_size(path), 0.03, "Hitachi")


@pytest.mark.parametrize(
    "tag",
    [
        text_tag(34682, "[Scan]\r\nPixelWidth=0\r\n"),
        text_tag(34682, "[Scan]\r\nPixelWidth=wide\r\n"),
        text_tag(34682, "nothing"),
        text_tag(34118, "0\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = off\r\n\0"),
        (50431, 7, 4, b"\x01\x02\x03\x04", True),
    ],
)
def test_damaged_tags_say_nothing(tmp_path, tag):
    assert read_pixel_size(write(tmp_path / "sem.tif", tag)) is None


def image(path, width, height):
    tifffile.imwrite(path, np.zeros((height, width), np.uint8), metadata=None)
    return path


@pytest.mark.parametrize(("columns", "micrometres"), [(512, 0.011650), (1024, 0.005825), (2048, 0.0029126)])
def test_a_zeiss_image_that_was_stored_at_another_size_than_it_was_scanned(tmp_path, columns, micrometres):
    text = "0\r\nAP_PIXEL_SIZE\r\nPixel Size = 5.825 nm\r\nAP_WIDTH\r\nWidth = 5.965 µm\r\n\0"
    tag = (34118, 2, 0, text.encode("cp1252"), True)
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, columns), np.uint8), extratags=[tag], metadata=None)
    check(read_pixel_size(tmp_path / "a.tif"), pytest.approx(micrometres, rel=1e-3), "Zeiss")


FEI_SCAN = FEI + "[Image]\r\nResolutionX=1024\r\nResolutionY=884\r\n"


@pytest.mark.parametrize(
    ("shape", "factor"),
    [((884, 1024), 1), ((943, 1024), 1), ((442, 512), 2), ((471, 512), 2), ((300, 512), None)],
)
def test_an_fei_image_is_as_scanned_resized_or_a_part(tmp_path, shape, factor):
    """A part of a scan cannot be told from a distorted one: nothing is known then."""
    path = tmp_path / "a.tif"
    tag = text_tag(34682, FEI_SCAN)
    tifffile.imwrite(path, np.zeros(shape, np.uint8), extratags=[tag], metadata=None)
    if factor is None:
        assert read_pixel_size(path) is None
    else:
        check(read_pixel_size(path), factor * 4.88281e-3, "FEI / ThermoFisher")


HITACHI = "[SemImageFile]\nInstructName=SU8230\nDataSize=1280x960\nPixelSize=9.921875\n"
JEOL = "$CM_FULL_SIZE 1280 960\n$$SM_MICRON_BAR 121\n$$SM_MICRON_MARKER 10um\n"
TESCAN_HEADER = "[MAIN]\nPixelSizeX=1.5e-7\nImageWidth=1280\nImageHeight=960\n"


@pytest.mark.parametrize(
    ("text", "suffix", "micrometres", "source"),
    [
        (HITACHI, ".txt", 9.921875e-3, "Hitachi"),
        (HITACHI.replace(".", ","), ".txt", 9.921875e-3, "Hitachi"),
        (JEOL, ".txt", 10 / 121, "JEOL"),
        (TESCAN_HEADER, ".hdr", 0.15, "Tescan"),
    ],
)
def test_the_scan_of_a_text_beside_the_image_is_compared_with_it(tmp_path, text, suffix, micrometres, source):
    path = image(tmp_path / "a.tif", 1280, 960)
    path.with_suffix(suffix).write_text(text)
    check(read_pixel_size(path), micrometres, source)
    check(read_pixel_size(image(path, 640, 480)), 2 * micrometres, source)
    check(read_pixel_size(image(path, 1280, 1024)), micrometres, source)
    assert read_pixel_size(image(path, 640, 200)) is None


ENCODINGS = [
    *("ascii", "latin-1", "utf-8", "utf-8-sig", "shift_jis", "utf-16", "utf-16-le", "utf-16-be"),
    *("gb18030", "cp949", "cp1251", "koi8_r", "cp866", "cp1253", "big5", "mac_roman"),
]
LENGTHS = ["10um", "10 um", "10µm", "10 µm", "10μm", "10 мкм", "10 微米", "10㎛"]


def has_letters(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("encoding", "length"),
    [
        each
        for each in product(ENCODINGS, LENGTHS)
        # The bytes of the pair left out are letters in UTF-8, too.
        if has_letters(*each) and each != ("cp949", "10 微米")
    ],
)
def test_jeol_writes_micrometres_in_many_letters(tmp_path, encoding, length):
    path = image(tmp_path / "a.tif", 9, 8)
    text = f"$CM_MAG 1500\r\n$$SM_MICRON_BAR 121\r\n$$SM_MICRON_MARKER {length}\r\n".encode(encoding)
    path.with_suffix(".txt").write_bytes(text)
    check(read_pixel_size(path), 10 / 121, "JEOL")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (HITACHI, HITACHI.replace("9.921875", "4.96")),
        (JEOL, "$$SM_MICRON_MARKER 20um\n"),
        (TESCAN_HEADER, "PixelSizeX=3e-7\n"),
    ],
)
def test_a_text_that_contradicts_itself_says_nothing(tmp_path, text, more):
    path = image(tmp_path / "a.tif", 1280, 960)
    for suffix in (".txt", ".hdr"):
        path.with_suffix(suffix).write_text(text + more)
    assert read_pixel_size(path) is None
    for suffix in (".txt", ".hdr"):
        path.with_suffix(suffix).write_text(text + text)
    assert read_pixel_size(path) is not None


def test_an_fei_scan_whose_field_contradicts_its_pixels_says_nothing(tmp_path):
    path = tmp_path / "a.tif"
    text = FEI_SCAN.replace("[Image]", "HorFieldsize=9e-006\r\n[Image]")
    tifffile.imwrite(path, np.zeros((884, 1024), np.uint8), extratags=[text_tag(34682, text)], metadata=None)
    assert read_pixel_size(path) is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_the_micrometres_of_phenom_in_both_encodings(tmp_path, encoding):
    sides = "".join(f'<pixel{side} unit="\u00b5m">0.5</pixel{side}>' for side in ("Width", "Height"))
    xml = f"<FeiImage>{sides}</FeiImage>".encode(encoding)
    check(read_pixel_size(write(tmp_path / "a.tif", (34683, 7, 0, xml, True))), 0.5, "Phenom")


@pytest.mark.parametrize(("image_name", "text_name"), [("A.TIF", "A.TXT"), ("b.BMP", "b.Txt")])
def test_the_text_beside_an_image_may_be_in_capitals(tmp_path, image_name, text_name):
    path = image(tmp_path / image_name, 1280, 960)
    (tmp_path / text_name).write_text(JEOL)
    check(read_pixel_size(path), 10 / 121, "JEOL")


@pytest.mark.parametrize(("unit", "micrometres"), [("µm", 0.5), ("nm", 0.0005), (None, 0.5)])
def test_the_physical_size_of_ome(tmp_path, unit, micrometres):
    path = tmp_path / "a.ome.tif"
    units = {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit} if unit else {}
    sizes = {"axes": "YX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5} | units
    tifffile.imwrite(path, np.zeros((8, 9), np.uint8), ome=True, metadata=sizes)
    check(read_pixel_size(path), micrometres, "OME")


def test_an_ome_image_that_was_stored_at_another_size_than_it_says(tmp_path):
    """Its tags came along from the original."""
    path, values = tmp_path / "a.ome.tif", np.zeros((60, 80), np.uint8)
    sizes = {"axes": "YX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    tifffile.imwrite(path, values, ome=True, metadata=sizes)
    text = tifffile.tiffcomment(path)
    for columns, rows, micrometres in ((160, 120, 1.0), (40, 30, 0.25), (160, 60, None)):
        changed = text.replace('SizeX="80"', f'SizeX="{columns}"').replace('SizeY="60"', f'SizeY="{rows}"')
        tifffile.tiffcomment(path, changed.encode())
        expected = micrometres and PixelSize(micrometres, "OME")
        assert read_pixel_size(path) == expected


def test_the_field_of_an_fei_scan_is_compared_with_the_image(tmp_path):
    path, text = tmp_path / "a.tif", "[Scan]\r\nPixelWidth=5e-009\r\nHorFieldsize=8e-007\r\n"
    tifffile.imwrite(path, np.zeros((60, 80), np.uint8), extratags=[text_tag(34682, text)], metadata=None)
    check(read_pixel_size(path), 0.01, "FEI / ThermoFisher")


@pytest.mark.parametrize(
    ("unit", "pixels", "more", "micrometres"),
    [
        ("cm", 28.346, "", None),  # 72 dots an inch of a screen
        ("inch", 300, "", None),
        ("cm", 20_000, "", 0.5),
        ("inch", 50_800, "", 0.5),
        ("mm", 20, "", 50),
        ("um", 2, "yunit=nm\n", None),
    ],
)
def test_a_resolution_of_printers_is_no_calibration_of_imagej(tmp_path, unit, pixels, more, micrometres):
    path, text = tmp_path / "a.tif", f"ImageJ=1.54f\nunit={unit}\n{more}"
    tifffile.imwrite(path, IMAGE, resolution=(pixels, pixels), description=text, metadata=None)
    size = read_pixel_size(path)
    assert size is None if micrometres is None else size.micrometres == pytest.approx(micrometres)


@pytest.mark.parametrize("first", ["thumbnail", "photo"])
def test_the_resolution_is_that_of_the_photo_not_of_its_thumbnail(tmp_path, first):
    small = {"data": IMAGE[::2, ::2], "subfiletype": 1, "resolution": (10_000, 10_000)}
    photo = {"data": IMAGE, "resolution": (20_000, 20_000)}
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in (small, photo) if first == "thumbnail" else (photo, small):
            file.write(**page, resolutionunit="CENTIMETER", metadata=None)
    check(read_pixel_size(tmp_path / "a.tif"), 0.5, "TIFF resolution")


def test_a_resolution_finer_than_any_microscope_is_none(tmp_path):
    path = write(tmp_path / "a.tif", resolution=(2**32 - 1, 2**32 - 1), resolutionunit="INCH")
    assert read_pixel_size(path) is None


@pytest.mark.parametrize("size", ["1e-320", "1e308", "0", "-4", "nan"])
def test_a_scan_of_no_size_or_an_endless_one_is_not_believed(tmp_path, size):
    path = tmp_path / "a.tif"
    tag = text_tag(34682, FEI + f"[Image]\r\nResolutionX={size}\r\nResolutionY={size}\r\n")
    tifffile.imwrite(path, np.zeros((8, 9), np.uint8), extratags=[tag])
    check(read_pixel_size(path), 4.88281e-3, "FEI / ThermoFisher")


def test_an_image_of_no_width_has_no_pixel_size():
    assert Declared(1.0, 100.0, 100.0).of_image(8, 0) is None


def test_other_files_have_no_tags_and_a_missing_file_is_refused(tmp_path):
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0garbage")
    assert read_pixel_size(broken) is None
    with pytest.raises(PixelSizeError, match="no file"):
        read_pixel_size(tmp_path / "missing.tif")


@pytest.mark.parametrize(
    ("text", "micrometres"),
    [
        ("500 nm", 0.5),
        ("2µm", 2),
        ("2 μm", 2),
        ("1.5e-3 mm", 1.5),
        ("3 Å", 3e-4),
        ("7", None),
        ("five nm", None),
        ("-2 nm", None),
        ("0 nm", None),
        ("2 miles", None),
        ("2 microns", 2),
        ("9,92 nm", 9.92e-3),
        ("1,000 nm", None),
        ("２㎛", 2),
        ("3 \u212b", 3e-4),
        ("1 240,5 nm", None),
        ("1.240,5 nm", None),
        ("1\u2019240 nm", None),
        ("1\u00a0µm", 1),
        ("500 nm/px", 0.5),
        ("500 NM", 0.5),
        ("5 µm²", None),
        ("5 mm2", None),
        ("5 um^2", None),
    ],
)
def test_lengths(text, micrometres):
    assert parsed_length(text) == (None if micrometres is None else pytest.approx(micrometres))


def test_a_scale_bar():
    check(PixelSize.of_scale_bar(200, 500, "nm"), 2.5e-3, "scale bar")


@pytest.mark.parametrize(("pixels", "length", "unit"), [(0, 5, "µm"), (10, 0, "µm"), (10, 5, "feet")])
def test_a_scale_bar_without_length_or_with_a_strange_unit_is_refused(pixels, length, unit):
    with pytest.raises(PixelSizeError):
        PixelSize.of_scale_bar(pixels, length, unit)


@pytest.mark.parametrize(("imagej", "micrometres"), [(25, 0.04), (24.8, 0.04), (50, None), (1, None)])
def test_two_that_contradict_each_other_say_nothing(tmp_path, imagej, micrometres):
    path = tmp_path / "saved_anew.tif"
    options = {"resolution": (imagej, imagej), "metadata": {"unit": "um"}}
    tifffile.imwrite(path, IMAGE, imagej=True, **options)
    path.with_suffix(".txt").write_text("[SemImageFile]\nPixelSize=40\n")
    size = read_pixel_size(path)
    assert (size and size.micrometres) == (micrometres and pytest.approx(1 / imagej))


def test_a_resolution_contradicts_nobody(tmp_path):
    path = tmp_path / "photo.tif"
    tifffile.imwrite(path, IMAGE, resolution=(1e6, 1e6), resolutionunit="CENTIMETER", metadata=None)
    path.with_suffix(".txt").write_text("[SemImageFile]\nPixelSize=40\n")
    check(read_pixel_size(path), 0.04, "Hitachi")
