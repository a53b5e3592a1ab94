"""Writes what the tests read, through OpenImageIO, PyAV, or byte by byte: never by the writer that is tested."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import OpenImageIO as oiio  # noqa: N813

RawAttribute = tuple[str, str, bytes]


def half_picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """(height, width, channels) float16 with highlights of 30, values of -0.1, NaNs and infinities among them."""
    values = np.random.default_rng(seed).normal(0.4, 0.3, (height, width, channels)).astype(np.float16)
    values[1, 1] = 30.0
    values[2, 2] = -0.1
    values[3, 3, 0] = np.nan
    values[3, 4, channels // 2] = np.inf
    values[3, 5, -1] = -np.inf
    # A signalling NaN: arithmetic, and a conversion to float and back, would change its bits.
    values.view(np.uint16)[4, 4, 0] = 0x7C01
    return values


def bits(pixels: np.ndarray) -> np.ndarray:
    """The bits of half floats, so that NaNs compare too."""
    assert pixels.dtype == np.float16
    return np.ascontiguousarray(pixels).view(np.uint16)


def write_picture(
    path: Path, pixels: np.ndarray, names: Sequence[str] = (), attributes: Mapping[str, Any] | None = None, **spec: Any
) -> Path:
    """One picture file of the kind that its extension says, in the type of `pixels`.

    `spec` sets fields of the ImageSpec, such as x, y and full_width.
    """
    height, width, channels = pixels.shape
    description = oiio.ImageSpec(
        width, height, channels, {"float16": "half", "float32": "float"}.get(pixels.dtype.name, pixels.dtype.name)
    )
    if names:
        description.channelnames = tuple(names)
        if "A" in names:
            description.alpha_channel = list(names).index("A")
    for name, value in (attributes or {}).items():
        if isinstance(value, tuple):
            description.attribute(name, oiio.TypeDesc(value[0]), value[1])
        else:
            description.attribute(name, value)
    for name, value in spec.items():
        setattr(description, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), description), output.geterror()
    assert output.write_image(np.ascontiguousarray(pixels)), output.geterror()
    assert output.close()
    return path


def write_parts(path: Path, parts: Sequence[tuple[str, np.ndarray, Sequence[str], str]]) -> Path:
    """A multi-part EXR; each part is its name, its pixels, its channel names and its view."""
    specs = []
    for name, pixels, channels, view in parts:
        spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], "half")
        spec.channelnames = tuple(channels)
        spec.attribute("oiio:subimagename", name)
        if view:
            spec.attribute("view", view)
        specs.append(spec)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), tuple(specs)), output.geterror()
    for index, (_, pixels, _, _) in enumerate(parts):
        if index:
            assert output.open(str(path), specs[index], "AppendSubimage"), output.geterror()
        assert output.write_image(np.ascontiguousarray(pixels)), output.geterror()
    assert output.close()
    return path


def raw_exr(path: Path, pixels: np.ndarray, attributes: Iterable[RawAttribute], version_flags: int = 0x400) -> Path:
    """An uncompressed EXR with exactly these attributes beside the required ones.

    The data window begins at (-1, 0), pixels are 2 wide, the screen window is off centre.
    """
    height, width, _ = pixels.shape
    entries = b"".join(name + b"\0" + struct.pack("<iiii", 1, 0, 1, 1) for name in (b"B", b"G", b"R"))
    required: list[RawAttribute] = [
        ("channels", "chlist", entries + b"\0"),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", struct.pack("<4i", -1, 0, width - 2, height - 1)),
        ("displayWindow", "box2i", struct.pack("<4i", 0, 0, width - 1, height - 1)),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 2)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0.25, -0.5)),
        ("screenWindowWidth", "float", struct.pack("<f", 1.5)),
    ]
    header = struct.pack("<iI", 20000630, 2 | version_flags)
    for name, kind, data in (*required, *attributes):
        header += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(data)) + data
    header += b"\0"
    rows = [struct.pack("<ii", y, width * 6) + pixels[y, :, ::-1].T.tobytes() for y in range(height)]
    first = len(header) + 8 * height
    offsets = [first + y * len(rows[0]) for y in range(height)]
    path.write_bytes(header + struct.pack(f"<{height}Q", *offsets) + b"".join(rows))
    return path


def raw_attributes(path: Path) -> dict[str, tuple[str, bytes]]:
    """Every attribute of a single-part EXR, as its bytes stand in the file."""
    data, position, found = path.read_bytes(), 8, {}
    while data[position]:
        name, kind, _ = data[position:].split(b"\0", 2)
        position += len(name) + len(kind) + 2
        (size,) = struct.unpack_from("<i", data, position)
        found[name.decode()] = (kind.decode(), data[position + 4 : position + 4 + size])
        position += 4 + size
    return found


def read_channels(path: Path) -> dict[str, np.ndarray]:
    """Every channel of an EXR in its own type, by OpenImageIO."""
    picture = oiio.ImageInput.open(str(path))
    assert picture is not None, oiio.geterror()
    spec = picture.spec()
    channels = {}
    for index, name in enumerate(spec.channelnames):
        kind = {"half": oiio.HALF, "float": oiio.FLOAT}[str(spec.channelformat(index))]
        pixels = picture.read_image(0, 0, index, index + 1, kind)
        assert pixels is not None, picture.geterror()
        channels[name] = pixels[..., 0]
    picture.close()
    return channels


def movie_pictures(count: int, height: int = 72, width: int = 96) -> list[np.ndarray]:
    """Pictures whose grey rises by 8 a frame, so that every decoded frame tells its number."""
    texture = np.random.default_rng(5).integers(0, 12, (height, width, 3))
    return [(texture + 8 + 8 * index).astype(np.uint8) for index in range(count)]


def write_movie(
    path: Path, pictures: Sequence[np.ndarray], *, codec: str = "libx264", pixel_format: str = "yuv420p", **stream: Any
) -> Path:
    """A movie with a key frame every 6 frames and frames stored out of order between them."""
    with av.open(str(path), "w") as container:
        options = {"g": "6", "bf": "2", "crf": "8"} if codec == "libx264" else {}
        video = container.add_stream(codec, rate=stream.pop("rate", 24), options=options)
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = pixel_format
        for name, value in stream.items():
            setattr(video.codec_context, name, value)
        for picture in pictures:
            for packet in video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in video.encode():
            container.mux(packet)
    return path


def break_packet(path: Path, frame_index: int) -> None:
    """Overwrite the packet of the frame that is shown as number `frame_index` (from 0) with noise."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams.video[0]) if packet.size]
        packet = sorted(packets, key=lambda item: item.pts)[frame_index]
        position, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    noise = np.random.default_rng(1).integers(0, 256, size - 8, dtype=np.uint8).tobytes()
    data[position + 8 : position + size] = noise
    path.write_bytes(data)
