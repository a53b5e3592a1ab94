"""The morphable head behind every synthetic person: any face shape, any expression, in any pose.

Read from ICT-FaceKit (MIT). Its own frame is in cm: +x the subject's left (image right when frontal), +y up, +z out of
the face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fsgan_core.training.synthesis import ict_label_points as label_points
from fsgan_core.training.synthesis.array_archive import read_asset
from fsgan_core.training.synthesis.head_camera import FloatArray

# What a triangle is painted with.
SKIN, LEFT_EYE, RIGHT_EYE, PLAIN = range(4)
# What a vertex belongs to.
FACE, EYE_L, EYE_R, MOUTH_LINING, GUMS, TEETH, SOCKET = range(7)

IntArray = np.ndarray[Any, np.dtype[Any]]
CONTOUR_STEPS = 9
CONTOUR_REACH = 0.55


@dataclass(frozen=True)
class LandmarkAnchors:
    """The vertices that carry the 98 landmarks (WFLW order).

    Attributes:
        vertices: (63, 2) int: the landmarks 33..95, each the middle of two vertices (often the same).
        offsets: (63, 2, 3) float32 cm, added to the vertex in the head's frame.
        contour_paths: (J, 9) int: from each vertex of the jaw line, image-left to right, a path to the face's middle.
        chin_path: The row of contour_paths that starts at the chin.
        centre: (3,) int vertices whose middle the contour slides away from, with centre_offsets (3, 3) float32 cm.
        inner_lips: (2,) int: the upper and the lower lip's inner edge, on the mid-line.
        hair_line: (H,) int: from the image-left temple over the forehead to the image-right one.
    """

    vertices: IntArray
    offsets: FloatArray
    contour_paths: IntArray
    chin_path: int
    centre: IntArray
    centre_offsets: FloatArray
    inner_lips: IntArray
    hair_line: IntArray


@dataclass(frozen=True)
class MorphableHead:
    """A head as a mean shape plus weighted displacements.

    The vertices that are ever drawn come first, so that `[:drawn]` of a shape is what the renderer needs; the rest is
    the back of the head, which only gives depth.

    Attributes:
        neutral: (N, 3) float32 cm.
        identity: (K, N, 3) float32 cm a unit.
        expression: (E, N, 3) float32 cm a unit, named by expression_names.
        uv: (N, 2) float64 in [0, 1], v upwards: the place of a face vertex in the atlas, 0 elsewhere.
        drawn: The number of vertices that are drawn.
        triangles: (T, 3) int32: skin, left eye, right eye, sockets, then the inside of the mouth.
        surface: (T,) int32: SKIN, LEFT_EYE, RIGHT_EYE or PLAIN.
        skin_triangles: The number of leading triangles that are skin.
        closed_mouth_triangles: The number of leading triangles that are seen while the mouth is shut.
        vertex_class: (N,) int32: FACE, EYE_L and so on.
        depth_triangles: (D, 3) int32 over all vertices: the closed surface of face, skull and neck.
        anchors: The vertices of the landmarks; their first `contour_paths` column is the jaw line.
        file_vertices: (N,) int: the number that each vertex has in the file.
    """

    neutral: FloatArray
    identity: FloatArray
    expression: FloatArray
    expression_names: tuple[str, ...]
    uv: FloatArray
    drawn: int
    triangles: IntArray
    surface: IntArray
    skin_triangles: int
    closed_mouth_triangles: int
    vertex_class: IntArray
    depth_triangles: IntArray
    anchors: LandmarkAnchors
    file_vertices: IntArray

    @property
    def chin(self) -> int:
        """The vertex at the tip of the chin."""
        return int(self.anchors.contour_paths[self.anchors.chin_path, 0])

    def expression_vector(self, weights: Mapping[str, float]) -> FloatArray:
        """The (E,) float32 weights of named expressions; "mouthSmile" sets both mouthSmile_L and mouthSmile_R.

        Raises:
            KeyError: A name that the head does not have.
        """
        vector = np.zeros(len(self.expression_names), np.float32)
        for name, weight in weights.items():
            found = [i for i, own in enumerate(self.expression_names) if own in (name, f"{name}_L", f"{name}_R")]
            if not found:
                raise KeyError(f"the head has no expression {name}")
            vector[found] = weight
        return vector


def load_ict_head(path: Path) -> MorphableHead:
    """The ICT-FaceKit head of an `ict_facekit.npz`.

    Raises:
        PlateError: The file is missing or is not such a file.
    """
    missing = "the morphable head is missing; --data needs ict_facekit/ict_facekit.npz"
    return read_asset(path, _assemble, missing, "an ICT-FaceKit head")


def _assemble(arrays: Mapping[str, Any]) -> MorphableHead:
    """The head, with the vertices renumbered so that the drawn ones come first."""
    groups, surfaces = _drawn_triangles(arrays)
    uv = _face_uv(arrays)
    jaw = np.concatenate([arrays["jaw_right_ext"], [int(arrays["chin"])], arrays["jaw_left_ext"]]).astype(np.int64)
    paths = contour_paths(uv, jaw)
    label_vertices = [vertex for vertex, _, _ in label_points.ICT_VERTEX_OF_MEDIAPIPE.values()]
    drawn = np.unique(np.concatenate([*(group.ravel() for group in groups), label_vertices, paths.ravel()]))
    depth = arrays["tris"][arrays["tri_part"] <= 1]
    order = np.concatenate([drawn, np.setdiff1d(depth, drawn)])
    renumber = np.full(len(arrays["neutral"]), -1)
    renumber[order] = np.arange(len(order))
    return MorphableHead(
        neutral=arrays["neutral"][order].astype(np.float32),
        identity=arrays["identity"][:, order].astype(np.float32),
        expression=arrays["expression"][:, order].astype(np.float32),
        expression_names=tuple(str(name) for name in arrays["expression_names"]),
        uv=np.where(uv > 1, 0.0, uv)[order],
        drawn=len(drawn),
        triangles=renumber[np.concatenate(groups)].astype(np.int32),
        surface=np.repeat(surfaces, [len(group) for group in groups]).astype(np.int32),
        skin_triangles=len(groups[0]),
        closed_mouth_triangles=sum(len(group) for group in groups[:4]),
        vertex_class=_vertex_classes(arrays)[order],
        depth_triangles=renumber[depth].astype(np.int32),
        anchors=_anchors(renumber, paths, len(arrays["jaw_right_ext"])),
        file_vertices=order,
    )


def _drawn_triangles(arrays: Mapping[str, Any]) -> tuple[list[IntArray], list[int]]:
    """What is drawn, group by group, and each group's surface: skin, eyes, sockets, lining of the mouth, gums, teeth.

    Of each eye only the ball named "sclera" is drawn; what lies before and behind it (tears, lashes, iris) is left out.
    """
    triangles, part = arrays["tris"], arrays["tri_part"]
    parts = [str(name) for name in arrays["part_names"]]
    balls = dict(zip((str(name) for name in arrays["eyeball_sub_names"]), arrays["eyeball_sub_ranges"], strict=True))
    first, last = arrays["narrow_face_range"]

    def within(start: int, stop: int) -> IntArray:
        return np.asarray(((triangles >= start) & (triangles < stop)).all(1))

    def named(*names: str) -> IntArray:
        return np.isin(part, [parts.index(name) for name in names])

    chosen = [
        ((part == 0) & (arrays["tri_material"] == 0) & within(first, last), SKIN),
        (within(*balls["sclera_l"]), LEFT_EYE),
        (within(*balls["sclera_r"]), RIGHT_EYE),
        (named("eye_socket_l", "eye_socket_r"), PLAIN),
        (named("mouth_socket"), PLAIN),
        (named("gums_tongue"), PLAIN),
        (named("teeth"), PLAIN),
    ]
    return [triangles[mask] for mask, _ in chosen], [surface for _, surface in chosen]


def _face_uv(arrays: Mapping[str, Any]) -> FloatArray:
    """(V, 2) atlas place of every vertex of the face; 9, far away, for all others."""
    uv = np.full((len(arrays["neutral"]), 2), 9.0)
    face = (arrays["tri_part"] == 0) & (arrays["tri_material"] == 0)
    uv[arrays["tris"][face].ravel()] = arrays["uv"][arrays["tris_uv"][face].ravel()]
    return uv


def _vertex_classes(arrays: Mapping[str, Any]) -> IntArray:
    """(V,) int32 class of every vertex."""
    classes = np.full(len(arrays["neutral"]), FACE, np.int32)
    ranges = dict(zip((str(name) for name in arrays["part_names"]), arrays["part_vertex_ranges"], strict=True))
    ranges |= dict(zip((str(name) for name in arrays["eyeball_sub_names"]), arrays["eyeball_sub_ranges"], strict=True))
    for name, vertex_class in (
        ("mouth_socket", MOUTH_LINING), ("gums_tongue", GUMS), ("teeth", TEETH), ("eye_socket_l", SOCKET),
        ("eye_socket_r", SOCKET), ("sclera_l", EYE_L), ("sclera_r", EYE_R),
    ):  # fmt: skip
        start, stop = ranges[name]
        classes[start:stop] = vertex_class
    return classes


def contour_paths(uv: FloatArray, jaw: Sequence[int] | IntArray) -> IntArray:
    """(J, 9) int vertices from each jaw vertex towards the middle of the face, in the atlas.

    When the head turns, the label slides along its path to where the face ends in the picture.

    Args:
        uv: (V, 2) atlas places, v upwards, far outside [0, 1] for vertices that are not face.
        jaw: (J,) vertices of the jaw line.
    """
    paths = np.zeros((len(jaw), CONTOUR_STEPS), np.int64)
    for row, vertex in enumerate(jaw):
        start = uv[vertex]
        middle = np.array([0.5, 0.5 if start[1] > 0.45 else 0.45])
        paths[row, 0] = vertex
        for step in range(1, CONTOUR_STEPS):
            goal = start + (middle - start) * step / (CONTOUR_STEPS - 1) * CONTOUR_REACH
            paths[row, step] = np.argmin(((uv - goal) ** 2).sum(1))
    return paths


def _anchors(renumber: IntArray, paths: IntArray, chin_path: int) -> LandmarkAnchors:
    """The anchors of the calibrated table, in the new numbering."""
    table = label_points.ICT_VERTEX_OF_MEDIAPIPE

    def vertices(points: Sequence[int]) -> IntArray:
        return renumber[[table[point][0] for point in points]]

    def offsets(points: Sequence[int]) -> FloatArray:
        return np.array([[*table[point][1:], 0.0] for point in points], np.float32)

    pairs = [label_points.MEDIAPIPE_OF_LANDMARK[landmark] for landmark in range(33, 96)]
    return LandmarkAnchors(
        vertices=np.array([vertices((pair[0], pair[-1])) for pair in pairs]),
        offsets=np.array([offsets((pair[0], pair[-1])) for pair in pairs]),
        contour_paths=renumber[paths],
        chin_path=chin_path,
        centre=vertices(label_points.FACE_CENTRE_POINTS),
        centre_offsets=offsets(label_points.FACE_CENTRE_POINTS),
        inner_lips=vertices(label_points.INNER_LIP_POINTS),
        hair_line=vertices(label_points.HAIR_LINE_POINTS),
    )
