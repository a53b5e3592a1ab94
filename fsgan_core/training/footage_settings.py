"""What `fsgan prepare` keeps of footage: each default once, from which the command line is derived."""

from __future__ import annotations

from dataclasses import dataclass

from fsgan_core.job.settings import setting


@dataclass(frozen=True)
class FootageSettings:
    """Which frames become training data (Nirkin et al. 2022, section 4.1)."""

    view_distance_deg: float = setting(
        1.0, label="View distance", unit="deg", minimum=0, maximum=30,
        help="Frames of a clip that are nearer to each other than this in yaw and pitch are left out.",
    )
    min_face_px: int = setting(
        64, label="Smallest face", unit="px", minimum=16, maximum=4096, help="Smaller faces are left out."
    )
    min_face_share: float = setting(
        0.15, label="Face share", minimum=0, maximum=1,
        help="Frames in which less of the face box than this is seen to be face are left out.",
    )
    most_frames: int = setting(
        100, label="Frames a person", minimum=2, maximum=10_000,
        help="Of more frames those whose landmarks vary most are kept.",
    )
    same_person: float = setting(
        0.5, label="Same person from", minimum=-1, maximum=1,
        help="Likeness (cosine) from which faces of two clips are one person.",
    )
    val_share: float = setting(
        0.1, label="Validation people", minimum=0, maximum=0.9,
        help="Share of the people that training never sees; at least one where there are two or more.",
    )
    licence: str = setting(
        "not stated", label="Licence", help="Of the footage and of the consent of who is in it; goes into every clip."
    )
