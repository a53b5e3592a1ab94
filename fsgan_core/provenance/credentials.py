"""Signed C2PA credentials of movies and of the hash lists of EXR sequences (c2pa-python, the extra `provenance`).

What comes in with credentials of its own keeps them: they become ingredients of ours.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsgan_core
from fsgan_core.errors import JobError, PlateError
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.provenance.hash_list import credentials_path, list_path
from fsgan_core.shot.sequence_path import SequencePath

LIST_FORMAT = "application/json"
ABOUT_LABEL = "org.fsgan.job"
"""The assertion that says who was put on whom, with what."""
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
# Formats whose files can hold credentials; anything else has a sidecar or none.
_FORMATS = {
    ".mp4": "video/mp4", ".m4v": "video/x-m4v", ".mov": "video/quicktime", ".avi": "video/avi", ".png": "image/png",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".tif": "image/tiff", ".tiff": "image/tiff", ".dng": "image/dng",
}  # fmt: skip


@dataclass(frozen=True)
class SigningKey:
    """What credentials are signed with.

    Args:
        certificates: PEM file: the signer's certificate, then those above it.
        key: PEM file of its private key.
        algorithm: One of ALGORITHMS; that of the key.
        timestamp_url: A timestamp authority; "" signs without one, and without the network.
    """

    certificates: str
    key: str
    algorithm: str = "es256"
    timestamp_url: str = ""


@dataclass(frozen=True)
class Incoming:
    """Pictures that a job reads, for the list of ingredients.

    Args:
        title: What they are, such as `plate plate.%04d.exr`.
        path: Movie, still or pattern.
    """

    title: str
    path: str


@dataclass(frozen=True)
class Checked:
    """What a check of credentials found.

    Args:
        state: `Valid`, `Trusted` (the signer's chain ends in a known one) or `Invalid`.
        problems: C2PA's codes of what is wrong.
        manifest: The active manifest.
        ingredients: Titles of what went in, with whether it had credentials.
    """

    state: str
    problems: tuple[str, ...]
    manifest: dict[str, Any]
    ingredients: tuple[tuple[str, bool], ...]


def sign_hash_list(listed: bytes, about: dict[str, Any], incoming: Sequence[Incoming], key: SigningKey) -> bytes:
    """The credentials of a hash list, to be stored beside it.

    Raises:
        JobError: c2pa-python is not installed, or the certificate or key cannot be used.
    """
    c2pa = _library()
    builder = _builder(c2pa, about, incoming)
    builder.set_no_embed()
    with _as_errors(c2pa):
        signed: bytes = builder.sign(_signer(c2pa, key), LIST_FORMAT, io.BytesIO(listed), io.BytesIO())
    return signed


def sign_movie(path: str, about: dict[str, Any], incoming: Sequence[Incoming], key: SigningKey) -> None:
    """Put credentials into a movie, in place, complete or not at all; those that it had become an ingredient.

    Raises:
        JobError: The file is no movie that can hold credentials, or the certificate or key cannot be used.
        OutputError: The folder cannot be written.
    """
    c2pa = _library()
    kind = _FORMATS.get(os.path.splitext(path)[1].lower())
    if kind is None:
        raise JobError("cannot hold credentials. Export it as .mp4 or .mov.", path=path)
    try:
        source = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as problem:
        raise PlateError(f"cannot be read: {problem.strerror}.", path=path) from problem
    with source, complete_or_absent(path) as temporary, open(temporary, "w+b") as signed:
        builder = _builder(c2pa, about, incoming, has_parent=_has_credentials(c2pa, kind, source))
        with _as_errors(c2pa):
            builder.sign(_signer(c2pa, key), kind, source, signed)


def check_movie(path: str, trusted: str = "") -> Checked:
    """Whether the credentials in a movie or still hold.

    Args:
        path: The file.
        trusted: PEM file of the certificates that are trusted; "" trusts none, so that the best state is `Valid`.

    Raises:
        PlateError: The file has no credentials or cannot be read.
    """
    c2pa = _library()
    try:
        with open(path, "rb") as file:
            return _checked(c2pa.Reader(_FORMATS.get(os.path.splitext(path)[1].lower()), file,
                                        context=_trusting(c2pa, trusted)))  # fmt: skip
    except (OSError, c2pa.C2paError) as problem:
        raise PlateError(f"has no credentials that can be read ({problem}).", path=path) from problem


def check_hash_list(listed: bytes, credentials: bytes, trusted: str = "") -> Checked:
    """Whether credentials are those of a hash list, and hold.

    Raises:
        PlateError: They cannot be read.
    """
    c2pa = _library()
    try:
        reader = c2pa.Reader(
            LIST_FORMAT, io.BytesIO(listed), manifest_data=credentials, context=_trusting(c2pa, trusted)
        )
        return _checked(reader)
    except c2pa.C2paError as problem:
        raise PlateError(f"The credentials cannot be read ({problem}).") from problem


def _library() -> Any:
    try:
        import c2pa
    except ModuleNotFoundError as error:
        raise JobError(
            "fsgan provenance needs c2pa-python; install it with: pip install 'fsgan[provenance]'"
        ) from error
    return c2pa


class _as_errors:  # noqa: N801 - reads as a block
    """Turns what the library refuses into a sentence."""

    def __init__(self, c2pa: Any) -> None:
        self._error = c2pa.C2paError

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Raise JobError in place of the library's own."""
        if isinstance(error, self._error):
            raise JobError(
                f"The credentials cannot be signed: {error}. Check certificate, key and algorithm."
            ) from error


def _builder(c2pa: Any, about: dict[str, Any], incoming: Sequence[Incoming], *, has_parent: bool = False) -> Any:
    ingredients = [found for one in incoming if (found := _sidecar_of(c2pa, one)) is not None]
    definition = {
        "claim_generator_info": [{"name": "fsgan", "version": fsgan_core.__version__}],
        "title": about.get("title", "fsgan"),
        "assertions": [{"label": ABOUT_LABEL, "data": about}],
        "ingredients": [ingredient for ingredient, _ in ingredients],
    }
    source = c2pa.C2paDigitalSourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    with _as_errors(c2pa):
        builder = c2pa.Builder(definition)
        if has_parent:
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            kind = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
            builder.add_action({"action": "c2pa.edited", "digitalSourceType": kind})
        else:
            builder.set_intent(c2pa.C2paBuilderIntent.CREATE, source)
        for ingredient, credentials in ingredients:
            builder.add_resource(ingredient["manifest_data"]["identifier"], io.BytesIO(credentials))
        for one in incoming:
            kind = _FORMATS.get(os.path.splitext(one.path)[1].lower(), "")
            if kind and os.path.isfile(one.path):
                with open(one.path, "rb") as file:
                    builder.add_ingredient({"title": one.title, "relationship": "inputTo"}, kind, file)
    return builder


def _sidecar_of(c2pa: Any, one: Incoming) -> tuple[dict[str, Any], bytes] | None:
    """A sequence that has credentials beside it, as an ingredient with them; None where there are none."""
    listed, credentials = Path(list_path(one.path)), Path(credentials_path(one.path))
    if not SequencePath(one.path).is_pattern or not listed.is_file() or not credentials.is_file():
        return None
    stored = credentials.read_bytes()
    try:
        reader = c2pa.Reader(LIST_FORMAT, io.BytesIO(listed.read_bytes()), manifest_data=stored)
        active = json.loads(reader.json())["active_manifest"]
    except c2pa.C2paError as problem:
        raise PlateError(f"has credentials that cannot be read ({problem}).", path=str(credentials)) from problem
    return {
        "title": one.title,
        "format": LIST_FORMAT,
        "instance_id": f"xmp:iid:{active.rpartition(':')[2]}",
        "relationship": "inputTo",
        "active_manifest": active,
        "validation_results": reader.get_validation_results(),
        "manifest_data": {"format": "application/c2pa", "identifier": credentials.name},
    }, stored


def _has_credentials(c2pa: Any, kind: str, file: Any) -> bool:
    reader = c2pa.Reader.try_create(kind, file)
    file.seek(0)
    return reader is not None


def _signer(c2pa: Any, key: SigningKey) -> Any:
    if key.algorithm not in ALGORITHMS:
        raise JobError(f"algorithm is {key.algorithm!r}: choose one of {', '.join(ALGORITHMS)}.")
    try:
        certificates, private = Path(key.certificates).read_bytes(), Path(key.key).read_bytes()
    except OSError as problem:
        raise JobError(f"cannot be read: {problem.strerror}.", path=problem.filename) from problem
    url = key.timestamp_url.encode() or None
    with _as_errors(c2pa):
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(key.algorithm.encode(), certificates, private, url))


def _trusting(c2pa: Any, trusted: str) -> Any:
    if not trusted:
        return None
    try:
        anchors = Path(trusted).read_text("ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise JobError(f"The trusted certificates cannot be read: {problem}.", path=trusted) from problem
    settings = c2pa.Settings.from_dict({"trust": {"user_anchors": anchors}, "verify": {"verify_trust": True}})
    return c2pa.Context(settings=settings)


def _checked(reader: Any) -> Checked:
    content = json.loads(reader.json())
    manifest = content["manifests"][content["active_manifest"]]
    problems = tuple(item["code"] for item in content.get("validation_status") or [])
    ingredients = tuple(
        (str(item.get("title") or item.get("relationship")), "active_manifest" in item)
        for item in manifest.get("ingredients", [])
    )
    return Checked(str(reader.get_validation_state()), problems, manifest, ingredients)
