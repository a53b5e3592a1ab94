"""What a job will need: memory, disk and time, from costs per megapixel that `benchmarks/plan_costs.py` measures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict

from fsgan_core.farm.task_plan import RENDER, TaskPlan


@dataclass(frozen=True)
class Costs:
    """What one engine process costs.

    Args:
        origin: Where the numbers come from.
        memory_gb: Of a process before its first frame: libraries and networks.
        memory_gb_per_megapixel: More for every megapixel of the plate: frames that are read, made and written at once.
        disk_mb_per_megapixel: Of one result file with all layers, half, zip.
        disk_mb_per_megapixel_bare: The same without layers.
        seconds_per_frame: Of the swap alone, whatever the plate's size.
        seconds_per_megapixel: More for every megapixel: reading, pasting, compressing.
        analyze_seconds_per_frame: Of pass 1.
        analyze_seconds_per_megapixel: More for every megapixel.
        start_seconds: Until an engine process makes its first frame.
    """

    origin: str
    memory_gb: float
    memory_gb_per_megapixel: float
    disk_mb_per_megapixel: float
    disk_mb_per_megapixel_bare: float
    seconds_per_frame: float
    seconds_per_megapixel: float
    analyze_seconds_per_frame: float
    analyze_seconds_per_megapixel: float
    start_seconds: float


@dataclass(frozen=True)
class Estimate:
    """What `fsgan plan` prints; sizes in GB (1e9 bytes), times in seconds of one engine process."""

    frames: int
    chunks: int
    chunk_frames: int
    width: int
    height: int
    memory_gb: float
    disk_gb: float
    seconds_per_frame: float
    analyze_seconds: float
    total_seconds: float
    costs: str

    def as_dict(self) -> Dict[str, Any]:
        """For JSON."""
        return asdict(self)


def estimate(plan: TaskPlan, width: int, height: int, costs: Costs) -> Estimate:
    """The needs of a plan that makes frames.

    Args:
        plan: With a step that is cut into chunks.
        width: Of the plate in pixels, data window.
        height: Likewise.
        costs: What one engine process costs.
    """
    step = next(one for one in plan.steps if one.name == RENDER)
    chunks = plan.chunks(step)
    count = len(step.frames or ())
    megapixels = width * height / 1e6
    settings = getattr(plan.job, "settings", None)
    analyze = count * (costs.analyze_seconds_per_frame + megapixels * costs.analyze_seconds_per_megapixel)
    per_frame = costs.seconds_per_frame + megapixels * costs.seconds_per_megapixel
    return Estimate(
        frames=count,
        chunks=len(chunks),
        chunk_frames=plan.chunk_frames,
        width=width,
        height=height,
        memory_gb=round(costs.memory_gb + megapixels * costs.memory_gb_per_megapixel, 2),
        disk_gb=round(count * megapixels * _disk_mb(settings, costs) / 1e3, 3),
        seconds_per_frame=round(per_frame, 2),
        analyze_seconds=round(analyze, 1),
        total_seconds=round(analyze + count * per_frame + (len(chunks) + 1) * costs.start_seconds, 1),
        costs=costs.origin,
    )


def _disk_mb(settings: Any, costs: Costs) -> float:
    """MB of a megapixel as the settings store it: float doubles halves, a file a layer holds the pixels once more."""
    bare, full = costs.disk_mb_per_megapixel_bare, costs.disk_mb_per_megapixel
    size = bare if getattr(settings, "layers", "all") in ("", "none") else full
    if getattr(settings, "one_file_per_layer", False):
        size += full - bare
    return size * (2.0 if getattr(settings, "bit_depth", "half") == "float" else 1.0)
