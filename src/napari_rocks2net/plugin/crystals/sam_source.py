"""Crystals by a Segment Anything Model, whose view of the image is kept while its settings are tuned."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.crystals.segmenting import LOOKING, Segmented
from napari_rocks2net.plugin.layers.image_planes import ImagePlane
from napari_rocks2net.plugin.work.jobs import Progress, report_progress
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.crystals import SamSettings

NO_CHECKPOINT = (
    "Name a SAM checkpoint: its folder, or its name on the hub such as facebook/sam-vit-base "
    "(it needs pip install 'napari-rocks2net[sam]')."
)


@dataclass(frozen=True)
class SamRequest:
    """Which model is to look, and how.

    Parameters
    ----------
    checkpoint : str
        Folder or name on the hub.
    download : bool
        Whether it may be fetched.
    settings : SamSettings
    """

    checkpoint: str
    download: bool
    settings: SamSettings

    def __post_init__(self) -> None:
        if not self.checkpoint.strip():
            raise ValueError(NO_CHECKPOINT)


class SamSource:
    """Keeps the model that was loaded last and what it made of the last image."""

    def __init__(self) -> None:
        self._segmenter: tuple[str, Any] | None = None
        self._embedding: tuple[tuple[Any, ...], Any] | None = None

    def work(self, picture: ImagePlane, request: SamRequest) -> Generator[Progress, None, Segmented]:
        """Load, encode and segment, as far as that was not done before; as work for a job.

        Raises
        ------
        MissingExtraError
            When transformers is not installed.
        CrystalError
            When the checkpoint is not there, or image or settings cannot be used.
        """
        start = time.monotonic()
        yield Progress(activity="Loading the model")
        segmenter = self._loaded(request)
        key = (request.checkpoint, picture.layer_id, picture.size, request.settings.crop_info_bar)
        if self._embedding is None or self._embedding[0] != key:
            steps = segmenter.iterate_embedding(picture.read_values(), request.settings)
            self._embedding = (key, (yield from report_progress(steps, "Encoding the image")))
        labels = yield from report_progress(
            segmenter.iterate_segmentation(self._embedding[1], request.settings), LOOKING
        )
        return Segmented(picture, labels, time.monotonic() - start)

    def _loaded(self, request: SamRequest) -> Any:
        if self._segmenter is None or self._segmenter[0] != request.checkpoint:
            prepare_torch_import()
            from napari_rocks2net.crystals import SamSegmenter

            segmenter = SamSegmenter.load(request.checkpoint, download=request.download)
            self._segmenter, self._embedding = (request.checkpoint, segmenter), None
        return self._segmenter[1]
