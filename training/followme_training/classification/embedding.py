"""What a network sees, laid out in the plane: t-SNE of its features.

van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 2008.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.classification.figures import new_figure
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.networks import Classifier
from followme_training.common.colours import COLOURS, MARKERS
from followme_training.common.files import write_with
from followme_training.common.progress import progress
from followme_training.common.samples import evenly
from followme_training.datasets.cropping import channels_first
from followme_training.datasets.errors import DataError

Floats = NDArray[np.float32]
_AT_ONCE = 200
_COMPONENTS, _PERPLEXITY = 50, 30.0
_NEIGHBOURS = 10
#: The fewest images of which t-SNE shows anything.
LEAST = 10


def features_of(network: Classifier, images: LabelledImages) -> Floats:
    """Return the features (N, F) in front of the last layer."""
    network.eval()
    begins = range(0, len(images), _AT_ONCE)
    with torch.no_grad():
        found = [
            network.features(channels_first(images.images[begin : begin + _AT_ONCE])).numpy()
            for begin in progress(begins, "looking")
        ]
    return np.concatenate(found)


def some_classes(images: LabelledImages, classes: int, count: int) -> LabelledImages:
    """Return at most so many images of so many classes, both evenly chosen.

    Raises
    ------
    DataError
        When fewer than :data:`LEAST` are left.
    """
    seen = np.flatnonzero(images.counts)
    shown = seen[np.unique(np.linspace(0, len(seen) - 1, min(classes, len(seen))).astype(int))]
    which = np.flatnonzero(np.isin(images.labels, shown))
    which = which[evenly(len(which), count)]
    if len(which) < LEAST:
        raise DataError(
            f"{images.source}: t-SNE of {len(which)} images shows nothing; give {LEAST} or more"
        )
    return images.chosen(which)


def embedded(features: Floats, seed: int) -> Floats:
    """Return places in the plane (N, 2) of features (N, F): principal components, then t-SNE."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    components = min(_COMPONENTS, *features.shape)
    reduced = PCA(components, random_state=seed, svd_solver="full").fit_transform(features)
    perplexity = min(_PERPLEXITY, (len(features) - 1) / 3)
    plane = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
    return np.asarray(plane.fit_transform(reduced), np.float32)


def neighbour_accuracy(features: Floats, labels: NDArray[np.int64]) -> float:
    """Return the share of images whose nearest others, by vote, are of its class.

    Features are compared by their direction, ten neighbours vote, the smaller class number wins a
    tie. It says in a number what t-SNE shows.
    """
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    near = unit @ unit.T
    np.fill_diagonal(near, -np.inf)
    count = min(_NEIGHBOURS, len(labels) - 1)
    voters = labels[np.argsort(-near, axis=1, kind="stable")[:, :count]]
    votes = np.zeros((len(labels), int(labels.max()) + 1), np.int64)
    np.add.at(votes, (np.arange(len(labels))[:, None], voters), 1)
    return float((votes.argmax(1) == labels).mean())


def write_embeddings(
    networks: Mapping[str, Classifier], images: LabelledImages, file: Path, seed: int
) -> dict[str, float]:
    """Draw what each network sees side by side; return the neighbour accuracy of each.

    Parameters
    ----------
    networks : mapping of str to Classifier
        By what is written above the panel.
    images : LabelledImages
        The same for all.
    file : Path
        PNG.
    seed : int
        Of t-SNE.
    """
    figure = new_figure(5.2 * len(networks) + 1.4, 5.2)
    grid = figure.subplots(1, len(networks), squeeze=False)[0]
    found = {}
    for axes, (name, network) in zip(grid, networks.items(), strict=True):
        features = features_of(network, images)
        found[name] = neighbour_accuracy(features, images.labels)
        _draw(axes, embedded(features, seed), images)
        axes.set_title(f"{name}\n{100 * found[name]:.1f} % like their neighbours", fontsize=10)
    handles, labels = grid[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", fontsize=8, title="class")
    write_with(file, lambda part: figure.savefig(part, dpi=110))
    return found


def _draw(axes: Any, places: Floats, images: LabelledImages) -> None:
    for number, label in enumerate(np.unique(images.labels)):
        own = images.labels == label
        axes.scatter(
            places[own, 0],
            places[own, 1],
            s=14,
            color=COLOURS[number % len(COLOURS)],
            marker=MARKERS[number % len(MARKERS)],
            linewidths=0,
            alpha=0.75,
            label=images.classes.names[int(label)],
        )
    axes.set_xlabel("t-SNE, first axis (no unit)")
    axes.set_ylabel("t-SNE, second axis (no unit)")
    axes.set_xticks([])
    axes.set_yticks([])
