"""The settings of a finetune job, each default written once, in the manner of settings.py."""

from __future__ import annotations

from dataclasses import dataclass

from fsgan_core.job.settings import check_settings, setting


@dataclass(frozen=True)
class FinetuneSettings:
    """How the weights are made better for one person (section 3.9)."""

    source_frames: str = setting(
        "", label="Source frames",
        help="Frames to learn from. Empty: all that exist. Of several clips, each gives those of them that it has.",
    )
    source_face: str = setting(
        "largest", label="Source face",
        help="Which face of the first clip: largest, a track number, or X,Y (a pixel inside it). In the other clips it "
        "is the face most like that one.",
    )
    source_colorspace: str = setting(
        "", label="Source colorspace", help="OCIO colorspace of the source. Empty: by file type (EXR is scene-linear)."
    )
    weights: str = setting(
        "compact", label="Weights to start from", help="Name of a bundled pack, or the folder of a pack of your own."
    )
    networks: str = setting(
        "reenactment", label="Networks",
        choices=("reenactment", "reenactment+blending", "reenactment+inpainting", "all"),
        help="What is trained: reenactment (who it is), blending (skin and light), inpainting (what is hidden).",
    )
    iterations: int = setting(
        400, label="Iterations", minimum=1, maximum=100000,
        help="Steps of training at most; it stops earlier where nothing is gained.",
    )
    batch: int = setting(8, label="Pictures a step", minimum=1, maximum=64, help="More is steadier and slower.")
    learning_rate: float = setting(
        0.01, label="Learning rate", minimum=0.0, maximum=1.0,
        help="Share of a layer's size by which a step of 12 pictures changes it at the start; with fewer pictures it "
        "is less in proportion, and it falls to nothing.",
    )
    held_out_frames: int = setting(
        6, label="Held-out frames", unit="frames", minimum=1, maximum=100,
        help="Frames that are never learned from, and on which the result is measured.",
    )
    check_every: int = setting(
        50, label="Measure every", minimum=1, maximum=100000,
        help="Steps between two measurements on the held-out frames; the best step is the one kept.",
    )
    patience: int = setting(
        4, label="Stop after", minimum=0, maximum=1000,
        help="Measurements without gain after which training stops. 0: never before the last step.",
    )
    preview_every: int = setting(
        100, label="Preview every", minimum=0, maximum=100000,
        help="Steps between two preview sheets (before, after, truth). 0: only one at the end.",
    )
    form: str = setting(
        "adapter", label="Form", choices=("adapter", "whole"),
        help="adapter: a small file that needs its parent pack. whole: a pack that stands alone.",
    )
    rank: int = setting(
        80, label="Adapter rank", minimum=1, maximum=256,
        help="How much an adapter can change each layer, and its size. Lowered where a compact child would be larger "
        "than 4 MiB.",
    )
    seed: int = setting(1, label="Seed", minimum=0, maximum=2147483647, help="Same seed, same pictures: same weights.")
    device: str = setting(
        "auto", label="Device", choices=("auto", "cuda", "cpu"),
        help="Where the networks run; auto takes the GPU if there is one.",
    )
    licence: str = setting(
        "", label="Licence", help="Under which the new weights may be used, for example the production's name."
    )
    consent: str = setting(
        "", label="Consent", help="Who agreed to what, and where that is recorded. It is written into the pack."
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)
