"""How each vertex of a posed head is lit: skin by the view's light, eyes and teeth by its mean, the mouth dimly."""

from __future__ import annotations

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R, GUMS, MOUTH_LINING, SOCKET, TEETH, IntArray
from fsgan_core.training.synthesis.posed_head import PosedHead
from fsgan_core.training.synthesis.rasteriser import vertex_normals
from fsgan_core.training.synthesis.shading import irradiance, relight_gain
from fsgan_core.training.synthesis.subject import Subject

# With the lips this far apart, the inside of the mouth is drawn.
OPEN_MOUTH_CM = 0.25
SKIN_GAIN_LIMITS = (0.15, 2.6)

# Colour of teeth and of flesh relative to grey, linear; and of the skin around the eyeball relative to the face's skin.
TEETH_TINT = np.array([1, 0.86, 0.64], np.float32)
FLESH_TINT = np.array([1, 0.42, 0.38], np.float32)
SOCKET_TINT = np.array([0.75, 0.55, 0.5], np.float32)
SOCKET_SHADE, LINING_SHADE = 0.7, 0.7


def light_head(
    subject: Subject,
    posed: PosedHead,
    triangles: IntArray,
    lip_gap_cm: float,
    light: tuple[FloatArray | None, float],
) -> FloatArray:
    """(N, 3) float32 linear: a factor on the texture for skin and eyes, the colour itself for what has no texture.

    Args:
        subject: The person.
        posed: The head.
        triangles: (T, 3) int32 that are drawn; only what they touch needs light.
        lip_gap_cm: How far the mouth is open.
        light: (9, 3) irradiance harmonics, or None for the portrait's own light; and how much of it, 0..1.
    """
    head = subject.maps.head
    classes = head.vertex_class[: head.drawn]
    harmonics, amount = light
    open_mouth = lip_gap_cm > OPEN_MOUTH_CM
    normals = vertex_normals(posed.vertices, triangles) if open_mouth or harmonics is not None else None
    gain = np.ones((len(posed.vertices), 3), np.float32)
    if harmonics is not None and normals is not None:
        gain = _skin_gain(subject, posed, normals, harmonics, amount)
    mean_gain = gain[subject.maps.skin[::50, 0]].mean(0)
    gain[(classes == EYE_L) | (classes == EYE_R)] = mean_gain
    tone = np.maximum(subject.skin_tone, 0.02)
    gain[classes == SOCKET] = tone * SOCKET_TINT * mean_gain * SOCKET_SHADE
    if normals is not None and open_mouth:
        brightness = float(tone.mean())
        flesh = np.clip(brightness * 1.1, 0.05, 0.3) * FLESH_TINT
        # Dark skin may be dark by itself or for lack of light; teeth follow only the light, half of the difference.
        teeth = np.clip(np.sqrt(brightness) * 1.15, 0.14, 0.72) * TEETH_TINT
        shade = _mouth_shade(subject, posed, normals, lip_gap_cm)[:, None]
        for vertex_class, colour in ((MOUTH_LINING, flesh * LINING_SHADE), (GUMS, flesh), (TEETH, teeth)):
            inside = classes == vertex_class
            gain[inside] = colour * mean_gain * shade[inside] * subject.maps.tooth_shade[inside]
    return gain


def _skin_gain(
    subject: Subject, posed: PosedHead, normals: FloatArray, harmonics: FloatArray, amount: float
) -> FloatArray:
    """(N, 3) float32 factor on the photographed skin, whose own light is scaled to mean 1 over the face."""
    new = irradiance(normals, posed.camera.rotation, harmonics)
    own_rotation = subject.stored.rotation.astype(np.float32)
    own = irradiance(normals, own_rotation, subject.stored.own_light[:, None])[:, 0]
    own = own / max(1e-3, float(np.mean(own[subject.maps.skin[:, 0]])))
    return relight_gain(new, own, SKIN_GAIN_LIMITS, amount)


def _mouth_shade(subject: Subject, posed: PosedHead, normals: FloatArray, lip_gap_cm: float) -> FloatArray:
    """(N,) float32: dark deep behind the lips, in a nearly shut mouth, and on surfaces turned away from the light."""
    lips_z = float(posed.vertices[subject.maps.head.anchors.inner_lips, 2].mean())
    depth_cm = lips_z - posed.vertices[:, 2]
    by_depth = np.clip(1 - (depth_cm - 0.3) / 4.0, 0.07, 1)
    by_gap = np.clip(lip_gap_cm / 1.2, 0.6, 1)
    return np.asarray(by_depth * by_gap * (0.55 + 0.45 * np.clip(normals[:, 2], 0, 1)))
