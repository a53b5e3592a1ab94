"""Pose: degrees out of the network, from any picture."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from fsgan_core.face.pose import estimate_pose


@pytest.mark.parametrize("yaw_deg", [-45, 0, 30])
def test_pose_is_in_degrees(painted_faces: ModuleType, yaw_deg: float) -> None:
    crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (128, 128), 180, yaw_deg=yaw_deg)
    pose = estimate_pose(crop, painted_faces.PaintedPose())
    assert pose.shape == (3,)
    assert pose.dtype == np.float32
    assert pose[0] == pytest.approx(yaw_deg, abs=0.5)


def test_nan_pixels_give_a_finite_pose(painted_faces: ModuleType) -> None:
    assert np.isfinite(estimate_pose(np.full((256, 256, 3), np.nan), painted_faces.PaintedPose())).all()
