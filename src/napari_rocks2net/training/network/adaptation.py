"""Domain adaptation: training for a second microscope, from labelled images of one, unlabelled of the other.

Source: Zhu et al. 2020, IEEE TNNLS, doi 10.1109/TNNLS.2020.2988928 (DSAN).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.models import DsanNetwork, adaptation_weight, local_maximum_mean_discrepancy
from napari_rocks2net.samples import SampleError, readable_files, target_images
from napari_rocks2net.samples.columns import FILE, REGION
from napari_rocks2net.training.network.dataset import SectionDataset
from napari_rocks2net.training.network.module import Optimisation, RockModule


def target_rows(folder: str | Path) -> pd.DataFrame:
    """Return the unlabelled images as the rows that a `SectionDataset` takes.

    Those that cannot be read are left out, with a warning for each.

    Raises
    ------
    SampleError
        When the folder is not there, holds no image, or none that can be read.
    """
    files = readable_files(target_images(folder))
    if not files:
        raise SampleError(f"None of the images in the target {folder} can be read; put others there.")
    return pd.DataFrame({FILE: files, REGION: None})


class AdaptationDataset(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Each labelled image together with an unlabelled one, sampled at random whenever it is asked for.

    So batches of both are of equal size, whichever collection is larger. The draw comes from torch's
    generator, which `EpochOrder` seeds for every epoch: a resumed run goes on like an unbroken one.

    Parameters
    ----------
    source, target : SectionDataset
        The labelled and the unlabelled images.
    """

    def __init__(self, source: SectionDataset, target: SectionDataset) -> None:
        self.source = source
        self.target = target

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return a labelled image, its class (1,), and an unlabelled image; images are (3, S, S) uint8."""
        partner = int(torch.randint(len(self.target), ()))
        return *self.source[index], self.target[partner][0]


class AdaptationModule(RockModule):
    """Draws the features of unlabelled images towards those of labelled ones, class by class.

    The loss is the cross-entropy of the labelled images and, with a weight that rises from 0 in the first
    epoch to a half in the last, the local maximum mean discrepancy of the two batches. What is reported as
    training loss is the cross-entropy alone. The best epoch is still chosen on labelled images.

    Parameters
    ----------
    network : DsanNetwork
        Has the features that are drawn together.
    preprocessing, optimisation, class_weights
        See `RockModule`.
    epochs : int
        The epochs over which the weight rises.
    """

    network: DsanNetwork

    def __init__(
        self,
        network: DsanNetwork,
        preprocessing: Preprocessing,
        optimisation: Optimisation,
        class_weights: Tensor | None = None,
        *,
        epochs: int,
    ) -> None:
        super().__init__(network, preprocessing, optimisation, class_weights)
        self.epochs = epochs

    def training_step(self, batch: tuple[Tensor, ...], batch_index: int) -> Tensor:
        """Return the loss of labelled images, their classes, and as many unlabelled images."""
        images, labels, unlabelled = batch
        # One pass for both: batch statistics are then of the mixture, as the running ones used later are.
        features = self.network.bottleneck_features(self.normalised(torch.cat([images, unlabelled])))
        scores, target_scores = self.network.classified(features).log_probabilities.chunk(2)
        loss = self.negative_log_likelihood(scores, labels)
        source, target = features.float().chunk(2)
        # Differences of kernels are lost in half precision.
        with torch.autocast(self.device.type, enabled=False):
            discrepancy = local_maximum_mean_discrepancy(
                source, labels.flatten(), target, target_scores.exp()
            )
        return loss + adaptation_weight(self.current_epoch, self.epochs) * discrepancy
