"""The networks by role and size: the one place where widths and depths are written."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from fsgan_core.errors import WeightsError
from fsgan_core.networks.face_detector import FaceDetector
from fsgan_core.networks.face_embedding import FaceEmbedding
from fsgan_core.networks.face_features import FaceFeatures
from fsgan_core.networks.face_generators import BlendingGenerator, InpaintingGenerator, ReenactmentGenerator
from fsgan_core.networks.generator import GeneratorSize
from fsgan_core.networks.landmark_hrnet import HRNetSize, LandmarkHRNet
from fsgan_core.networks.landmark_transformer import LandmarkTransformer
from fsgan_core.networks.pose_net import PoseNet
from fsgan_core.networks.segmentation_unet import SegmentationUNet

ROLES = (
    "detector", "landmarks", "pose", "segmentation", "transformer", "reenactment", "inpainting", "blending", "features",
)  # fmt: skip
"""The networks of a pack, in the order of the flow."""

MEASURE_ROLES = ("identity", "expression")
"""The networks of a pack that measures results; no part of a pack that swaps."""

EXPRESSION_COEFFICIENTS = 53
FEATURE_ATTRIBUTES = 2 * 98 + 3 + EXPRESSION_COEFFICIENTS
"""Outputs of the attribute head of the face features: landmarks, pose, expression coefficients."""

_PAPER_GR = GeneratorSize((128, 256, 512, 1024), (2, 2, 2, 3), fine_landmarks=True, residual=False)
_PAPER_GB = GeneratorSize((128, 256, 512, 1024), (1, 1, 1, 1), fine_landmarks=True, residual=False)
_COMPACT_GR = GeneratorSize((16, 32, 96, 192), (2, 2, 2, 3), fine_landmarks=False, residual=True, shifts=True)
_COMPACT_GC = GeneratorSize((16, 32, 64, 160), (2, 2, 2, 3), fine_landmarks=False, residual=True)
_COMPACT_GB = GeneratorSize((16, 32, 64, 128), (1, 1, 1, 1), fine_landmarks=False, residual=True)

_BUILDERS: dict[tuple[str, str], Callable[[], nn.Module]] = {
    ("detector", "compact"): lambda: FaceDetector((16, 32, 64)),
    ("detector", "paper"): lambda: FaceDetector((64, 128, 256)),
    ("landmarks", "compact"): lambda: LandmarkHRNet(HRNetSize((32, 48, 80, 128), (1, 2, 1), 2, 32, 2, 128, eyes=True)),
    ("landmarks", "paper"): lambda: LandmarkHRNet(HRNetSize((18, 36, 72, 144), (1, 4, 3), 4, 64, 4, 256)),
    ("pose", "compact"): lambda: PoseNet((32, 64, 128, 192), 2),
    ("pose", "paper"): lambda: PoseNet((64, 128, 256, 512), 3, input_size=224),
    ("segmentation", "compact"): lambda: SegmentationUNet((16, 32, 64, 96, 160), 192, mirrored=True),
    ("segmentation", "paper"): lambda: SegmentationUNet((64, 128, 256, 512, 1024)),
    ("transformer", "compact"): lambda: LandmarkTransformer(width=256),
    ("transformer", "paper"): lambda: LandmarkTransformer(width=1024),
    ("reenactment", "compact"): lambda: ReenactmentGenerator(_COMPACT_GR, warped_input=True),
    ("reenactment", "paper"): lambda: ReenactmentGenerator(_PAPER_GR, warped_input=False),
    ("inpainting", "compact"): lambda: InpaintingGenerator(_COMPACT_GC),
    # The compact G_c without what the paper adds to it, for the ablation (Table 1).
    ("inpainting", "no-landmarks"): lambda: InpaintingGenerator(_COMPACT_GC, landmarks=0),
    ("inpainting", "no-flip"): lambda: InpaintingGenerator(_COMPACT_GC, flip=False),
    ("inpainting", "neither"): lambda: InpaintingGenerator(_COMPACT_GC, landmarks=0, flip=False),
    ("inpainting", "paper"): lambda: InpaintingGenerator(_PAPER_GR),
    ("blending", "compact"): lambda: BlendingGenerator(_COMPACT_GB),
    ("blending", "paper"): lambda: BlendingGenerator(_PAPER_GB),
    ("features", "compact"): lambda: FaceFeatures((16, 32, 64, 128, 160), (1, 2, 2, 2, 2), 128, FEATURE_ATTRIBUTES),
    ("features", "paper"): lambda: FaceFeatures((64, 128, 256, 512, 512), (2, 2, 4, 4, 4), 512, FEATURE_ATTRIBUTES),
    ("identity", "compact"): lambda: FaceEmbedding((24, 48, 96, 140), (0, 1, 2, 2), 128),
    ("expression", "compact"): lambda: FaceEmbedding((16, 32, 64, 96), (0, 1, 1, 2), 16, EXPRESSION_COEFFICIENTS),
}


def build_network(role: str, size: str) -> nn.Module:
    """A network with untrained weights.

    Args:
        role: One of `ROLES`.
        size: "compact" or "paper"; of inpainting also those of its ablation.

    Raises:
        WeightsError: There is no such role or size.
    """
    builder = _BUILDERS.get((role, size))
    if builder is None:
        roles = ", ".join((*ROLES, *MEASURE_ROLES))
        raise WeightsError(f"there is no network {role!r} of size {size!r}; roles: {roles}; sizes: compact, paper")
    return builder()
