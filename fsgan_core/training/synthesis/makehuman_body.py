"""MakeHuman's body as a file has it: a base mesh, sparse shape targets, and what is worn on it.

Read from MakeHuman's community assets (CC0). Its frame is in dm, +x the subject's left, +y up, +z out of the face; here
everything is in cm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fsgan_core.training.synthesis.array_archive import read_asset
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray

CM_PER_DM = 10.0


@dataclass(frozen=True)
class UvMesh:
    """Triangles with a texture; a vertex on a seam of the texture stands once for each of its places there.

    Attributes:
        vertex: (N,) int: which vertex of the body, or of the worn piece, stands here.
        uv: (N, 2) float32 in [0, 1], v upwards.
        triangles: (T, 3) int32.
    """

    vertex: IntArray
    uv: FloatArray
    triangles: IntArray


@dataclass(frozen=True)
class WornPiece:
    """Hair, brows, lashes, eyes, teeth, a hat or clothes: a mesh tied to vertices of the body.

    Attributes:
        mesh: Its triangles.
        corners: (M, 3) int vertices of the body that carry each vertex, shares (M, 3) of them.
        shares: How much of each.
        offset: (M, 3) float64 added, times the size of the body relative to the piece's own.
        size_pairs: (3, 2) int vertices of the body whose distance along x, y, z is the size.
        size_cm: (3,) float64: what that distance was when the piece was made.
    """

    mesh: UvMesh
    corners: IntArray
    shares: FloatArray
    offset: FloatArray
    size_pairs: IntArray
    size_cm: FloatArray

    def place(self, body: FloatArray) -> FloatArray:
        """(M, 3) float64 cm: its vertices on a body (V, 3)."""
        pairs = body[self.size_pairs]
        size = np.abs(pairs[:, 0] - pairs[:, 1])[np.arange(3), np.arange(3)] / self.size_cm
        return np.asarray((body[self.corners] * self.shares[..., None]).sum(1) + self.offset * size)


@dataclass(frozen=True)
class MakeHumanBody:
    """The body and all that it can become.

    Attributes:
        neutral: (V, 3) float64 cm.
        skin: Its triangles from shoulders to crown.
        targets: Name to vertices (n,) int and displacements (n, 3) float64 cm.
        worn: Name to piece.
    """

    neutral: FloatArray
    skin: UvMesh
    targets: Mapping[str, tuple[IntArray, FloatArray]]
    worn: Mapping[str, WornPiece]

    def shape(self, weights: Mapping[str, float]) -> FloatArray:
        """(V, 3) float64 cm: the neutral body plus targets by weight.

        Raises:
            KeyError: A target that the body does not have.
        """
        shape = self.neutral.copy()
        for name, weight in weights.items():
            vertices, moved = self.targets[name]
            shape[vertices] += weight * moved
        return shape


def load_makehuman(path: Path) -> MakeHumanBody:
    """The body of a `makehuman_head.npz`.

    Raises:
        PlateError: The file is missing or is not such a file.
    """
    missing = "MakeHuman's head is missing; --data needs makehuman/makehuman_head.npz"
    return read_asset(path, _assemble, missing, "a MakeHuman head")


def _assemble(arrays: Mapping[str, Any]) -> MakeHumanBody:
    """The body, in cm."""
    starts = arrays["target_ptr"]
    index, moved = arrays["target_idx"].astype(np.int64), arrays["target_delta"]
    targets = {
        str(name): (index[start:stop], moved[start:stop].astype(np.float64) * CM_PER_DM)
        for name, start, stop in zip(arrays["target_names"], starts[:-1], starts[1:], strict=True)
    }
    return MakeHumanBody(
        neutral=arrays["verts"].astype(np.float64) * CM_PER_DM,
        skin=_join_seams(arrays["head_tris"], arrays["head_tris_uv"], arrays["uv"]),
        targets=targets,
        worn={str(name): _piece(arrays, str(name)) for name in arrays["proxy_names"]},
    )


def _piece(arrays: Mapping[str, Any], name: str) -> WornPiece:
    """A worn piece by its name."""
    return WornPiece(
        mesh=_join_seams(*(arrays[f"{name}/{part}"] for part in ("tris", "tris_uv", "uv"))),
        corners=arrays[f"{name}/ref"].astype(np.int64),
        shares=arrays[f"{name}/w"].astype(np.float64),
        offset=arrays[f"{name}/off"].astype(np.float64) * CM_PER_DM,
        size_pairs=arrays[f"{name}/scale_ref"].astype(np.int64),
        size_cm=arrays[f"{name}/scale_den"].astype(np.float64) * CM_PER_DM,
    )


def _join_seams(triangles: IntArray, triangles_uv: IntArray, uv: FloatArray) -> UvMesh:
    """One number for each pair of a vertex and its place in the texture."""
    pairs = np.stack([triangles.ravel(), triangles_uv.ravel()], 1)
    unique, number = np.unique(pairs, axis=0, return_inverse=True)
    return UvMesh(
        vertex=unique[:, 0].astype(np.int64),
        uv=uv[unique[:, 1]].astype(np.float32),
        triangles=number.reshape(-1, 3).astype(np.int32),
    )
