"""The skin of a portrait, unwrapped: every texel of the atlas looked up in the photograph where the fitted head has it.

The fit leaves a few px between labelled and projected points. They are taken up here: the lookup is warped so that
every labelled point comes to lie where the head has it, and the drawn face shows the photograph's own features.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray, project_fitted
from fsgan_core.training.synthesis.head_fit import FitModel, HeadFit
from fsgan_core.training.synthesis.head_maps import ATLAS_PX, HeadMaps, hair_zone
from fsgan_core.training.synthesis.ict_fit_points import FACE_OUTLINE, FACE_POINTS
from fsgan_core.training.synthesis.labelled_portraits import LabelledPortrait
from fsgan_core.training.synthesis.mesh_lookup import MeshLookup, lay_flat
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.rasteriser import blend_shapes, empty_fragments, rasterise, vertex_normals
from fsgan_core.training.synthesis.subject_pack import FITTED_PX

# A labelled point moves the skin around it, less at this distance (cm); points are believed but for the ridge.
WARP_REACH_CM, WARP_RIDGE = 2.5, 0.15
# Of the outline only what goes across it is an error, as a point may lie anywhere along it.
OUTLINE_WARP = 0.7
# Skin behind something else by more than this is hidden.
HIDDEN_BEHIND_CM = 0.35
# Cosine of the angle of view at which skin is of no use, and fully of use.
GRAZING = (0.18, 0.5)
# No atlas holds more than a picture so much larger than the fitted crop.
LARGEST_ENLARGEMENT = 2.2


@dataclass(frozen=True)
class FittedVertices:
    """A fitted head in its portrait.

    Attributes:
        vertices: (N, 3) float32 cm in the head's frame, with the portrait's expression.
        projected: (N, 3) float64: px of the 384 px picture with whole numbers at pixel centres, and distance in cm.
    """

    vertices: FloatArray
    projected: FloatArray


@dataclass(frozen=True)
class UnwrappedSkin:
    """What the photograph shows of each texel.

    Attributes:
        colour: (512, 512, 3) float32 sRGB 0..255; known (512, 512) float32 in [0, 1]: how much of it is to be believed.
        normals: (D, 3) float32 unit in the camera's frame, of the texels that are skin, in rows from the top.
        skin: (512, 512) bool: which texels are skin.
    """

    colour: FloatArray
    known: FloatArray
    normals: FloatArray
    skin: IntArray


def place_head(maps: HeadMaps, fit: HeadFit) -> FittedVertices:
    """The fitted head, in the head's frame and in the picture."""
    head = maps.head
    shape = blend_shapes(head.neutral, head.identity, fit.identity.astype(np.float32))
    vertices = blend_shapes(shape, head.expression, fit.expression.astype(np.float32))
    return FittedVertices(vertices, project_fitted(vertices, fit.rotation, fit.camera))


def larger_picture(portrait: LabelledPortrait) -> FloatArray:
    """(S, S, 3) uint8 sRGB: the portrait as large as an atlas can use."""
    side = round(FITTED_PX * LARGEST_ENLARGEMENT)
    if len(portrait.large) <= side:
        return portrait.large
    return np.asarray(cv2.resize(portrait.large, (side, side), interpolation=cv2.INTER_AREA))


class Unwrapper:
    """Unwraps one portrait after another; holds what depends on the head alone.

    Args:
        maps: The head and its atlas.
        model: The head's points.
    """

    def __init__(self, maps: HeadMaps, model: FitModel) -> None:
        self._maps = maps
        self._atlas = lay_flat(maps.texel, maps.skin, ATLAS_PX)
        self._hair_zone = hair_zone(self._atlas.read(maps.texel))
        self._skin_vertices = np.unique(maps.skin)
        at = model.mean

        def nearness(places: FloatArray) -> FloatArray:
            return np.asarray(np.exp(-np.linalg.norm(places[:, None] - at[None], axis=2) / WARP_REACH_CM))

        solved = np.linalg.inv(nearness(at) + WARP_RIDGE * np.eye(len(at)))
        self._warp = nearness(maps.head.neutral[self._skin_vertices].astype(np.float64)) @ solved

    @property
    def atlas(self) -> MeshLookup:
        """Which texels are skin, and where on the head."""
        return self._atlas

    def unwrap(self, portrait: LabelledPortrait, fit: HeadFit, placed: FittedVertices) -> UnwrappedSkin:
        """The skin that a portrait shows.

        Args:
            portrait: With its masks.
            fit: The head fitted to it.
            placed: The same head in the picture.
        """
        head, read = self._maps.head, self._atlas.read
        projected = placed.projected[: head.drawn]
        straight = read(projected)
        place = straight[:, :2] + read(self._displacement(fit, portrait))
        normals = read(vertex_normals(placed.vertices[: head.drawn], self._maps.skin)) @ fit.rotation.T
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
        believed = _facing(straight, normals, fit) * self._in_front(straight, placed)
        believed *= self._uncovered(portrait, place) * _inside(place, portrait.valid_box)
        colour, known = np.zeros((ATLAS_PX, ATLAS_PX, 3), np.float32), np.zeros((ATLAS_PX, ATLAS_PX), np.float32)
        picture = larger_picture(portrait)
        enlarged = len(picture) / FITTED_PX
        sampled = self._sample(picture.astype(np.float32), (place + 0.5) * enlarged - 0.5, cv2.INTER_CUBIC)
        colour[self._atlas.drawn], known[self._atlas.drawn] = np.clip(sampled, 0, 255), believed
        return UnwrappedSkin(colour, known, normals.astype(np.float32), self._atlas.drawn)

    def _displacement(self, fit: HeadFit, portrait: LabelledPortrait) -> FloatArray:
        """(N, 2) px by which the drawn vertices miss the labelled face."""
        residual = fit.residual_px.copy()
        outline = list(FACE_OUTLINE)
        points = portrait.points[:FACE_POINTS][outline]
        along = np.roll(points, -1, 0) - np.roll(points, 1, 0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        across = np.stack([along[:, 1], -along[:, 0]], 1)
        residual[outline] = across * (residual[outline] * across).sum(1, keepdims=True) * OUTLINE_WARP
        displacement = np.zeros((self._maps.head.drawn, 2))
        displacement[self._skin_vertices] = self._warp @ residual
        return displacement

    def _in_front(self, straight: FloatArray, placed: FittedVertices) -> FloatArray:
        """(D,) 1 where nothing of the head lies before the skin."""
        fragments = empty_fragments(FITTED_PX, FITTED_PX)
        rasterise(placed.projected, self._maps.head.depth_triangles, fragments, True)
        nearest = self._sample(fragments.depth, straight[:, :2], cv2.INTER_NEAREST)
        return np.asarray(straight[:, 2] < nearest + HIDDEN_BEHIND_CM, np.float32)

    def _uncovered(self, portrait: LabelledPortrait, place: FloatArray) -> FloatArray:
        """(D,) 1 where neither hair nor background can be in the photograph."""
        assert portrait.hair is not None and portrait.person is not None, "portraits without masks are left out before"
        hair = self._sample(np.asarray(cv2.GaussianBlur(portrait.hair, (0, 0), 1.5)), place, cv2.INTER_LINEAR)
        person = self._sample(np.asarray(cv2.erode(portrait.person, np.ones((5, 5)))), place, cv2.INTER_LINEAR)
        return smoothstep(1 - hair * self._hair_zone, 0.35, 0.85) * smoothstep(person, 0.3, 0.7)

    def _sample(self, picture: FloatArray, place: FloatArray, how: int) -> FloatArray:
        """(D, ...) the picture at each skin texel's place (D, 2)."""
        wanted = np.full((ATLAS_PX, ATLAS_PX, 2), -10, np.float32)
        wanted[self._atlas.drawn] = place
        sampled = cv2.remap(picture, wanted[..., 0], wanted[..., 1], how, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(sampled[self._atlas.drawn])


def smoothstep(value: FloatArray, low: float, high: float) -> FloatArray:
    """Smoothly 0 below low to 1 above high, same shape."""
    ramp = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def _facing(straight: FloatArray, normals: FloatArray, fit: HeadFit) -> FloatArray:
    """(D,) 1 where the skin faces the camera, 0 where it is seen edge on."""
    focal, centre_x, centre_y = fit.camera
    across, up = (centre_x - straight[:, 0]) / focal, (straight[:, 1] - centre_y) / focal
    towards = np.stack([across, up, np.ones(len(straight))], 1)
    cosine = (normals * towards).sum(1) / np.linalg.norm(towards, axis=1)
    return smoothstep(cosine, *GRAZING)


def _inside(place: FloatArray, box: tuple[float, float, float, float]) -> FloatArray:
    """(D,) 1 where the photograph had not ended."""
    x0, y0, x1, y1 = box
    x, y = place.T
    return np.asarray((x > x0 + 1) & (x < x1 - 2) & (y > y0 + 1) & (y < y1 - 2), np.float32)
