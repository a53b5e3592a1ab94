"""The morphable head that a labelled portrait shows: its shape, its expression, its pose and the camera.

Regularised least squares by Gauss-Newton on MediaPipe's points of the face. Shape weights have the model's own prior
(variance 1), expression weights keep near what the portrait's labels say. The camera stands at a fixed distance, as a
portrait hardly tells it from the focal length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FIT_ORIGIN, FloatArray
from fsgan_core.training.synthesis.ict_fit_points import (
    FACE_OUTLINE,
    FACE_POINT_TRUST,
    FACE_POINTS,
    ICT_VERTEX_OF_FACE_POINT,
)
from fsgan_core.training.synthesis.morphable_head import IntArray, MorphableHead

# Pose and camera first, of a mean head with the labels' expression; then everything.
RIGID_STEPS, FULL_STEPS = 8, 12
LARGEST_TURN = 0.3  # radians a step and axis
# Residuals are compared as if every face were so large, and a label were off by so much.
FACE_PX, LABEL_ERROR_PX, OUTLIER_PX = 200.0, 2.2, 5.0
# Neighbouring points err together: that many count as one.
POINTS_PER_OBSERVATION = 4.0
SHAPE_LIMIT, EXPRESSION_DEVIATION, UNLABELLED_DEVIATION = 3.0, 0.15, 0.3
# The outline is where the face ends in the picture, whichever vertex that is: along it points may slide, and on the
# side that is turned away they say little.
OUTLINE_TRUST, ALONG_OUTLINE_TRUST, HIDDEN_AT_DEG, LEAST_HIDDEN_TRUST = 0.6, 0.12, 35.0, 0.15


@dataclass(frozen=True)
class FitModel:
    """The points of the face on a morphable head.

    Attributes:
        vertices: (468,) int: the vertex of each point; offsets (468, 3) cm are added to it.
        mean: (468, 3) cm: the points on the mean head.
        basis: (468, 3, K + E) cm a unit: how shape and expression weights move them.
        shapes: K.
        trust: (468,) how much each point is to be believed.
    """

    vertices: IntArray
    offsets: FloatArray
    mean: FloatArray
    basis: FloatArray
    shapes: int
    trust: FloatArray


@dataclass(frozen=True)
class HeadFit:
    """A head fitted to a portrait.

    Attributes:
        identity: (K,) shape weights; expression (E,) weights in [0, 1].
        rotation: (3, 3) of the head.
        camera: (3,) focal length in px, and picture x, y of the optical axis; whole numbers at pixel centres.
        residual_px: (468, 2): labelled minus projected point.
        face_px: The larger side of the box around the labelled points.
    """

    identity: FloatArray
    expression: FloatArray
    rotation: FloatArray
    camera: FloatArray
    residual_px: FloatArray
    face_px: float

    @property
    def mean_residual_px(self) -> float:
        """The mean distance of a labelled point from the head's."""
        return float(np.linalg.norm(self.residual_px, axis=1).mean())

    @property
    def relative_residual(self) -> float:
        """The root of the mean squared distance, as a share of the face's size."""
        return float(np.sqrt((self.residual_px**2).sum(1).mean()) / self.face_px)


def fit_model(head: MorphableHead) -> FitModel:
    """What fitting needs of a head.

    Raises:
        ValueError: The head lacks a vertex that a point lies on.
    """
    table = [ICT_VERTEX_OF_FACE_POINT[point] for point in range(FACE_POINTS)]
    numbers = np.array([vertex for vertex, _, _ in table])
    place = np.full(max(int(head.file_vertices.max()), int(numbers.max())) + 1, -1)
    place[head.file_vertices] = np.arange(len(head.file_vertices))
    vertices = place[numbers]
    if vertices.min() < 0:
        raise ValueError(f"the head lacks vertex {numbers[vertices.argmin()]}")
    offsets = np.array([(right, up, 0.0) for _, right, up in table])
    moved = np.concatenate([head.identity[:, vertices], head.expression[:, vertices]]).astype(np.float64)
    return FitModel(
        vertices=vertices,
        offsets=offsets,
        mean=head.neutral[vertices] + offsets,
        basis=np.ascontiguousarray(moved.transpose(1, 2, 0)),
        shapes=len(head.identity),
        trust=np.array(FACE_POINT_TRUST),
    )


def fit_head(model: FitModel, points: FloatArray, expression: FloatArray | None) -> HeadFit:
    """The head of a portrait; the same input gives the same head.

    Args:
        model: The head's points.
        points: (468, 2) px, whole numbers at pixel centres.
        expression: (E,) weights that the portrait's labels give; None if they give none.
    """
    problem = _Problem.of(model, points, expression)
    state = _start(problem)
    for step in range(RIGID_STEPS + FULL_STEPS):
        state = _improve(problem, state, rigid=step < RIGID_STEPS)
    residual = points - _project(problem, state).place
    return HeadFit(
        identity=state.weights[: model.shapes],
        expression=state.weights[model.shapes :],
        rotation=state.rotation,
        camera=state.camera,
        residual_px=residual,
        face_px=problem.face_px,
    )


def expected_expression(blendshapes: Mapping[str, float], names: Sequence[str]) -> FloatArray | None:
    """(E,) weights of the head's expressions, from MediaPipe's of the same meaning; None if there are none.

    Args:
        blendshapes: By MediaPipe's name, such as "mouthSmileLeft".
        names: The head's, such as "mouthSmile_L"; what MediaPipe has only once counts for both sides.
    """
    if not blendshapes:
        return None

    def weight(name: str) -> float:
        sided = name.replace("_L", "Left").replace("_R", "Right")
        return blendshapes.get(sided, blendshapes.get(name.removesuffix("_L").removesuffix("_R"), 0.0))

    return np.array([weight(name) for name in names])


@dataclass(frozen=True)
class _Problem:
    """What stays the same from step to step: `prior` (K + E,) weights and their `precision`, outline directions."""

    model: FitModel
    points: FloatArray
    face_px: float
    prior: FloatArray
    precision: FloatArray
    across: FloatArray
    along: FloatArray

    @classmethod
    def of(cls, model: FitModel, points: FloatArray, expression: FloatArray | None) -> _Problem:
        """The problem of a portrait."""
        expressions = model.basis.shape[2] - model.shapes
        deviation = UNLABELLED_DEVIATION if expression is None else EXPRESSION_DEVIATION
        expected = np.zeros(expressions) if expression is None else np.clip(expression, 0, 1)
        outline = points[list(FACE_OUTLINE)]
        along = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
        along = along / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
        return cls(
            model=model,
            points=points,
            face_px=float(np.ptp(points, axis=0).max()),
            prior=np.concatenate([np.zeros(model.shapes), expected]),
            precision=np.concatenate([np.ones(model.shapes), np.full(expressions, deviation**-2)]),
            across=np.stack([along[:, 1], -along[:, 0]], 1),
            along=along,
        )


@dataclass(frozen=True)
class _State:
    """The unknowns: `camera` (3,), `rotation` (3, 3), `weights` (K + E,)."""

    camera: FloatArray
    rotation: FloatArray
    weights: FloatArray


@dataclass(frozen=True)
class _Projection:
    """The points of a state: `turned` (468, 3) cm, on the `plane` at focal length 1, and their `place` in px."""

    turned: FloatArray
    plane: FloatArray
    place: FloatArray

    @property
    def distance(self) -> FloatArray:
        """(468,) cm from the camera."""
        return FIT_DISTANCE_CM - self.turned[:, 2]


def _start(problem: _Problem) -> _State:
    """A head that looks into the camera, as large as the face and where it is."""
    state = _State(np.array([1.0, 0, 0]), np.eye(3), problem.prior.copy())
    plane = _project(problem, state).plane
    centred, wanted = plane - plane.mean(0), problem.points - problem.points.mean(0)
    focal = (centred * wanted).sum() / (centred**2).sum()
    return replace(state, camera=np.array([focal, *(problem.points - focal * plane).mean(0)]))


def _project(problem: _Problem, state: _State) -> _Projection:
    """The head's points in the picture."""
    model = problem.model
    turned = (model.mean + model.basis @ state.weights - FIT_ORIGIN) @ state.rotation.T
    distance = FIT_DISTANCE_CM - turned[:, 2]
    plane = np.stack([turned[:, 0] / distance, -turned[:, 1] / distance], 1)
    return _Projection(turned, plane, state.camera[0] * plane + state.camera[1:])


def _improve(problem: _Problem, state: _State, rigid: bool) -> _State:
    """One step of Gauss-Newton; rigid leaves shape and expression as they are."""
    projection = _project(problem, state)
    residual = problem.points - projection.place
    derivative = _derivative(problem, state, projection, rigid)
    rows, wanted = _weigh(problem, state, projection, (derivative, residual))
    normal = rows.T @ rows / POINTS_PER_OBSERVATION
    towards = rows.T @ wanted / POINTS_PER_OBSERVATION
    if not rigid:
        diagonal = np.arange(6, len(normal))
        normal[diagonal, diagonal] += problem.precision
        towards[6:] += problem.precision * (problem.prior - state.weights)
    scale = np.sqrt(np.diag(normal)) + 1e-9
    step = np.linalg.solve(normal / np.outer(scale, scale) + 1e-6 * np.eye(len(scale)), towards / scale) / scale
    turn = Rotation.from_rotvec(np.clip(step[3:6], -LARGEST_TURN, LARGEST_TURN)).as_matrix()
    weights = state.weights
    if not rigid:
        weights = weights + step[6:]
        shapes = problem.model.shapes
        weights[:shapes] = np.clip(weights[:shapes], -SHAPE_LIMIT, SHAPE_LIMIT)
        weights[shapes:] = np.clip(weights[shapes:], 0, 1)
    return _State(state.camera + step[:3], turn @ state.rotation, weights)


def _derivative(problem: _Problem, state: _State, projection: _Projection, rigid: bool) -> FloatArray:
    """(468, 2, 6 or 6 + K + E): how the points move with camera, a turn about x, y, z, and the weights."""
    x, y, z = projection.turned.T
    nothing = np.zeros_like(x)
    about = np.stack([np.stack([nothing, -z, y], 1), np.stack([z, nothing, -x], 1), np.stack([-y, x, nothing], 1)], 2)
    moved = about
    if not rigid:
        moved = np.concatenate([about, np.einsum("ij,pjk->pik", state.rotation, problem.model.basis)], 2)
    focal_over_distance = (state.camera[0] / projection.distance)[:, None]
    u, v = projection.plane.T[..., None]
    in_picture = np.stack([moved[:, 0] + u * moved[:, 2], -moved[:, 1] + v * moved[:, 2]], 1)
    in_picture *= focal_over_distance[:, None]
    camera = np.zeros((len(x), 2, 3))
    camera[:, :, 0] = projection.plane
    camera[:, 0, 1] = camera[:, 1, 2] = 1
    return np.concatenate([camera, in_picture], 2)


def _weigh(
    problem: _Problem, state: _State, projection: _Projection, equations: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Rows and right sides of the least-squares problem, in standard deviations of a label."""
    derivative, residual = equations
    unit = FACE_PX / problem.face_px
    distance = np.linalg.norm(residual, axis=1) * unit
    trust = problem.model.trust / np.sqrt(1 + (distance / OUTLIER_PX) ** 2)
    rows, wanted = derivative * trust[:, None, None], residual * trust[:, None]

    outline = list(FACE_OUTLINE)
    yaw_deg = np.degrees(np.arcsin(np.clip(state.rotation[0, 2], -1, 1)))
    right_of_middle = projection.plane[outline, 0] - projection.plane[:, 0].mean()
    hidden = np.sign(right_of_middle) == np.sign(yaw_deg)
    believed = np.where(hidden, np.clip(1 - abs(yaw_deg) / HIDDEN_AT_DEG, LEAST_HIDDEN_TRUST, 1), 1.0)
    directions = ((problem.across, OUTLINE_TRUST), (problem.along, ALONG_OUTLINE_TRUST * OUTLINE_TRUST))
    for row, (direction, share) in enumerate(directions):
        rows[outline, row] = np.einsum("oc,ock->ok", direction, derivative[outline]) * (believed * share)[:, None]
        wanted[outline, row] = (direction * residual[outline]).sum(1) * believed * share
    scale = unit / LABEL_ERROR_PX
    return rows.reshape(2 * len(residual), -1) * scale, wanted.ravel() * scale
