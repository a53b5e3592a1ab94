"""A person ready to be drawn in any pose: shape, linear textures, lids and relief, made once from what is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.geometry.head_rotation import FloatArray, rotation_to_pose
from fsgan_core.training.synthesis.eyelids import closed_lid_texture
from fsgan_core.training.synthesis.head_maps import HeadMaps
from fsgan_core.training.synthesis.rasteriser import blend_shapes
from fsgan_core.training.synthesis.relief import Relief, build_relief
from fsgan_core.training.synthesis.shading import bytes_to_linear
from fsgan_core.training.synthesis.subject_pack import PackedSubject


@dataclass(frozen=True)
class Subject:
    """A person ready to be drawn.

    Attributes:
        maps: The head that the person's shape belongs to.
        stored: The portrait and its fit.
        shape: (N, 3) float32 cm: the drawn vertices, without expression.
        skin: (512, 512, 3) float32 linear; eyes (2, 96, 96, 3) likewise.
        skin_tone: (3,) float32 linear: the median of the face.
        closed_lids: The box of each lid as it looks when shut.
        relief: Hair, neck and shoulders.
    """

    maps: HeadMaps
    stored: PackedSubject
    shape: FloatArray
    skin: FloatArray
    eyes: FloatArray
    skin_tone: FloatArray
    closed_lids: tuple[FloatArray, FloatArray]
    relief: Relief

    @property
    def own_pose(self) -> tuple[float, float, float]:
        """Yaw, pitch, roll of the portrait in degrees."""
        return rotation_to_pose(self.stored.rotation)


def prepare_subject(maps: HeadMaps, stored: PackedSubject) -> Subject:
    """A stored person, ready to be drawn.

    Args:
        maps: The head that the person was fitted with.
        stored: The person.
    """
    head = maps.head
    shape = blend_shapes(head.neutral, head.identity, stored.identity)
    as_photographed = blend_shapes(shape, head.expression, stored.expression)
    skin = np.ascontiguousarray(bytes_to_linear(stored.atlas))
    left, right = (closed_lid_texture(skin, lid) for lid in maps.lids)
    return Subject(
        maps=maps,
        stored=stored,
        shape=np.ascontiguousarray(shape[: head.drawn]),
        skin=skin,
        eyes=bytes_to_linear(stored.eyes),
        skin_tone=np.median(skin[maps.face_region > 0], 0).astype(np.float32),
        closed_lids=(left, right),
        relief=build_relief(maps, stored, as_photographed),
    )
