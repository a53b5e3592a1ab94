"""Pass 2: the source's face on every frame of the plate. The paper, read from top to bottom:

    read > crop > encode > query(pose) > reenact > segment > inpaint > blend > decode > paste > write

A frame depends on the two analyses and on itself alone, so any split of the frames over machines gives the same bits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network, network_to_linear
from fsgan_core.errors import FaceError
from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame
from fsgan_core.face.segment import FACE, HAIR, segment_face
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import SwapJob
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.artist_mattes import open_mattes
from fsgan_core.pipeline.corrected_face import choose_corrected_face, open_corrections
from fsgan_core.pipeline.cryptomatte_layer import Cryptomatte, with_cryptomatte
from fsgan_core.pipeline.engine import device_errors, frame_workers, open_engine
from fsgan_core.pipeline.finished_frames import keep_finished
from fsgan_core.pipeline.frame_meter import FrameMeter
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.job_hash import job_hash
from fsgan_core.pipeline.layered_frame import LayeredFrame
from fsgan_core.pipeline.less_memory import LessMemory, with_pack_or_cpu
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.pipeline.paste_layers import SwapStages, paste_layers
from fsgan_core.pipeline.result_writer import ResultWriter, frames_to_write
from fsgan_core.pipeline.source_views import build_source_map
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.blend import blend
from fsgan_core.stages.face_mask import clear_of_hair, solid_face
from fsgan_core.stages.inpaint import inpaint
from fsgan_core.stages.paste import border_for, soft_erode
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.weights.load import Pack


@dataclass(frozen=True, eq=False)
class FaceSwapper:
    """What every frame of a swap shares: networks, the source's views, settings, and who is in the shot."""

    pack: Pack
    reenactor: Reenactor
    source: AppearanceMap
    settings: SwapSettings
    cryptomatte: Cryptomatte | None = None
    meter: FrameMeter | None = None

    def on(self, pack: Pack) -> FaceSwapper:
        """The same with the networks of another pack: those of this one on another device."""
        if pack is self.pack:
            return self
        reenactor = Reenactor(pack.reenactment, pack.transformer, self.settings.step_deg)
        return replace(self, pack=pack, reenactor=reenactor)


def swap_shot(
    job: SwapJob, progress: Progress | None = None, *, force: bool = False, meter: FrameMeter | None = None
) -> Counter[str]:
    """The result of a swap job, written frame by frame; frames that this very job has written before are kept.

    Args:
        job: Source, plate, output and settings.
        progress: Hears about every frame; where it raises CancelledError, only complete frames are on disk.
        force: Write every frame again.
        meter: Judges every frame as it is made.

    Returns:
        How many frames have each status; those that were there already are "kept".

    Raises:
        JobError: The output, a layer, a colorspace or the face asked for makes no sense.
        PlateError: A frame, or an artist's matte of one, is missing or cannot be read.
        FaceError: Plate or source shows no such face, or a frame lacks it and on_missing_face is "error".
        WeightsError: The weights are missing or damaged.
        EngineError: The device failed.
        OutputError: A result cannot be written.
        CancelledError: The user stopped the work.
    """
    progress = progress or Progress()
    with open_plate(job.plate_to_analyze()) as reader, open_mattes(job.mattes, job.plate.stereo_view) as mattes:
        numbers = frames_to_write(job, reader.frames)
        pack = open_engine(job.settings.weights, job.settings.device, job.analyze)
        writer = ResultWriter(job, pack, numbers, job_hash(job, pack))
        statuses: Counter[str] = Counter()
        numbers = keep_finished(writer, numbers, statuses, progress) if not force else numbers
        if not numbers:
            return statuses
        device, open_cpu = job.settings.device, lambda: open_engine(job.settings.weights, "cpu", job.analyze)
        face, swapper = with_pack_or_cpu(lambda it: prepare_swap(job, it, progress), pack, device, open_cpu, progress)
        memory = LessMemory(swapper.pack, device, open_cpu, progress)
        if meter is not None:
            meter.begin(swapper.source, pack)
            swapper = replace(swapper, meter=meter)
        mattes.check(number for number in numbers if face.crop_at(number) is not None)
        progress.begin(f"swap {job.plate.path}", len(numbers))
        with frame_workers(swapper.pack.device) as workers:
            for number, status in stream_frames(
                numbers,
                read=lambda number: read_linear(reader, number, mattes if face.crop_at(number) is not None else None),
                work=lambda linear: with_cryptomatte(
                    memory.make(lambda it: swap_or_pass(linear, face, swapper.on(it))), swapper.cryptomatte
                ),
                write=writer.write,
                workers=workers,
            ):
                statuses[status] += 1
                progress.frame_done(number, status)
    progress.wrote(job.out)
    return statuses


def prepare_swap(job: SwapJob, pack: Pack, progress: Progress) -> tuple[FaceAnalysis, FaceSwapper]:
    """Who receives the face, and what puts it there: both analyses (pass 1, if not done yet) and the source's views."""
    plate_file, source_file = job.analysis_paths()
    plate_corrections, source_corrections = open_corrections(job.corrections), open_corrections(job.source_corrections)
    plate_shot = load_or_analyze(plate_file, job.plate_to_analyze(), pack, job.analyze, progress)
    plate_face = choose_corrected_face(plate_shot, job.settings.face, plate_corrections)
    source = job.source_to_analyze()
    source_shot = load_or_analyze(source_file, source, pack, job.analyze, progress)
    source_face = choose_corrected_face(source_shot, job.settings.source_face, source_corrections)
    reenactor = Reenactor(pack.reenactment, pack.transformer, job.settings.step_deg)
    with open_plate(source) as reader, frame_workers(pack.device):
        source_map = build_source_map(reader, source_face, reenactor, job.settings, progress)
    cryptomatte = Cryptomatte(plate_shot, pack.segmentation) if job.settings.cryptomatte else None
    return plate_face, FaceSwapper(pack, reenactor, source_map, job.settings, cryptomatte)


def swap_or_pass(linear: LinearFrame, plate_face: FaceAnalysis, swapper: FaceSwapper) -> LayeredFrame:
    """The frame with the face swapped; where the face is absent, the plate itself with black layers."""
    number = linear.frame.number
    face = plate_face.at(number)
    if face is not None:
        with device_errors(number):
            return swap_frame(linear, face, swapper)
    if swapper.settings.on_missing_face == "error":
        advice = "Set on_missing_face to pass, or leave the frame out"
        raise FaceError(f"the face is not in this frame. {advice}.", path=linear.frame.path, frame=number)
    return LayeredFrame(linear, "no_face")


def swap_frame(linear: LinearFrame, face: FaceAtFrame, swapper: FaceSwapper) -> LayeredFrame:
    """One frame of the plate with the source's face: the method of the paper."""
    pack, settings = swapper.pack, swapper.settings
    target_face = linear.mattes.face_in_crop(solid_face(face.segmentation[FACE]), face.crop)

    # crop, encode
    target = linear_to_network(crop_visible(linear, face.crop))

    # query(pose), reenact
    mix = swapper.source.query(face.pose, settings.max_views)
    views = [swapper.source.views[index] for index in mix.indices]
    reenacted = reenact(views, mix.weights, face.landmarks, face.pose, swapper.reenactor)

    # segment, inpaint
    classes = segment_face(network_to_linear(reenacted), pack.segmentation)
    reenacted_face = clear_of_hair(solid_face(classes[FACE]), classes[HAIR])
    completed = inpaint(reenacted, reenacted_face, face.landmarks, target_face, pack.inpainting)

    # blend
    blended = blend(completed.picture, target, target_face, pack.blending)

    # decode, paste
    matte = soft_erode(target_face, settings.matte_soft_px, settings.matte_threshold, border_for(face.crop))
    layered = paste_layers(linear, face, SwapStages(reenacted, completed, blended, matte), settings.bit_depth)
    return layered if swapper.meter is None else measured(layered, face, (target, blended, matte), swapper)


def measured(
    layered: LayeredFrame, face: FaceAtFrame, crops: tuple[np.ndarray, np.ndarray, np.ndarray], swapper: FaceSwapper
) -> LayeredFrame:
    """The frame judged; its figures go into its attributes where the job asks for it.

    Args:
        layered: The frame.
        face: Where its crop lies.
        crops: Plate, blended face, matte.
        swapper: Its meter judges.
    """
    assert swapper.meter is not None
    target, blended, matte = crops
    pasted = blended * matte[..., None] + target * (1 - matte[..., None])
    figures = swapper.meter.measure(face, target, pasted, matte)
    if not swapper.settings.measure:
        return layered
    named = {f"fsgan/{name}": value for name, value in figures.items()}
    return replace(layered, attributes={**layered.attributes, **named})
