"""The result as a strip of pictures above the plate's strip."""

from __future__ import annotations

import os
from typing import Any

from fsgan_core.shot.sequence_path import SequencePath

from .blender_versions import strips_of
from .result_nodes import ResultClip


def show_in_sequencer(scene: Any, clip: ResultClip, name: str) -> Any:
    """The strip that shows the result, above everything in its time; an older one is replaced."""
    strips = strips_of(scene)
    sequence = SequencePath(clip.out)
    start = clip.first + clip.offset_frames
    end = start + clip.last - clip.first + 1
    old = next((strip for strip in strips if strip.get("fsgan_out") == clip.out), None)
    if old is not None:
        channel = old.channel
        strips.remove(old)
    else:
        beside = [strip.channel for strip in strips if strip.frame_final_start < end and strip.frame_final_end > start]
        channel = max(beside, default=0) + 1
    strip = strips.new_image(name, clip.first_file, channel, start)
    for number in range(clip.first + 1, clip.last + 1):
        strip.elements.append(os.path.basename(sequence.at(number)))
    strip["fsgan_out"] = clip.out
    return strip
