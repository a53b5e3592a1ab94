"""Credentials verify; a changed frame, list or movie does not; what came in with credentials keeps them."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fsgan_core.errors import JobError, PlateError
from fsgan_core.job.job_file import write_job
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.movie import write_movie
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE
from fsgan_core.provenance.credentials import (
    Incoming,
    SigningKey,
    check_hash_list,
    check_movie,
    sign_hash_list,
    sign_movie,
)
from fsgan_core.provenance.hash_list import (
    changed_files,
    credentials_path,
    list_path,
    make_hash_list,
    read_hash_list,
    write_hash_list,
)
from fsgan_core.shot.image_window import ImageWindow

ABOUT = {"title": "swap", "put_in": {"person": "Jane Doe"}}


@dataclass(frozen=True)
class Chain:
    """PEM files of a signer and of who vouches for it."""

    certificates: str
    key: str
    root: str

    @property
    def signing(self) -> SigningKey:
        return SigningKey(self.certificates, self.key)


def certificate(name: str, key: Any, issuer: str, issuer_key: Any, *, is_root: bool) -> x509.Certificate:
    def of(common: str) -> x509.Name:
        names = [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A Studio"),
        ]
        return x509.Name(names)

    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(True, False, False, False, False, is_root, is_root, False, False)
    builder = (
        x509.CertificateBuilder().subject_name(of(name)).issuer_name(of(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )  # fmt: skip
    if not is_root:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A self-signed root and a signer below it, made for these tests."""
    folder = tmp_path_factory.mktemp("certificates")
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Test Root", root_key, "Test Root", root_key, is_root=True)
    leaf = certificate("Test Signer", key, "Test Root", root_key, is_root=False)
    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return Chain(*(str(folder / name) for name in ("chain.pem", "key.pem", "root.pem")))


def movie(path: Path) -> str:
    write_movie(str(path), [np.full((64, 64, 3), level * 20, np.uint8) for level in range(8)], 24)
    return str(path)


def frames_of(folder: Path, name: str, digest: str = "abc") -> str:
    window = ImageWindow.of_size(20, 10)
    header = PictureHeader(window, window, attributes={JOB_ATTRIBUTE: digest, "fsgan/status": "swapped"})
    for number in (1, 2, 3):
        pixels = np.full((10, 20), number, np.float32)
        write_frame(str(folder / f"{name}.{number:04d}.exr"), dict.fromkeys("RGB", pixels), header)
    return str(folder / f"{name}.%04d.exr")


def job_of(folder: Path) -> SwapJob:
    return SwapJob(
        Pictures(frames_of(folder, "plate")), Pictures(frames_of(folder, "plate")), frames_of(folder, "swap")
    )


def test_credentials_of_a_hash_list_hold_until_a_frame_changes(tmp_path: Path, chain: Chain) -> None:
    job = job_of(tmp_path)
    content = make_hash_list(job, [1, 2, 3])
    listed = write_hash_list(content, list_path(job.out))
    credentials = sign_hash_list(listed, ABOUT, [], chain.signing)
    assert check_hash_list(listed, credentials).state == "Valid"
    assert check_hash_list(listed, credentials, chain.root).state == "Trusted"
    assert changed_files(read_hash_list(list_path(job.out)), str(tmp_path)) == []
    path = tmp_path / "swap.0002.exr"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert changed_files(content, str(tmp_path)) == ["swap.0002.exr was changed"]
    path.unlink()
    assert changed_files(content, str(tmp_path)) == ["swap.0002.exr is missing"]


def test_a_list_made_to_fit_the_change_breaks_the_credentials(tmp_path: Path, chain: Chain) -> None:
    job = job_of(tmp_path)
    listed = write_hash_list(make_hash_list(job, [1, 2, 3]), list_path(job.out))
    credentials = sign_hash_list(listed, ABOUT, [], chain.signing)
    checked = check_hash_list(listed.replace(b'"frame": 2', b'"frame": 9'), credentials)
    assert checked.state == "Invalid"
    assert "assertion.dataHash.mismatch" in checked.problems


def test_credentials_say_that_it_is_synthetic_and_what_was_done(tmp_path: Path, chain: Chain) -> None:
    signed = check_movie_of(tmp_path, chain)
    labels = {item["label"]: item["data"] for item in signed.manifest["assertions"]}
    assert labels["org.fsgan.job"]["put_in"]["person"] == "Jane Doe"
    action = labels["c2pa.actions.v2"]["actions"][0]
    assert action["digitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")


def check_movie_of(folder: Path, chain: Chain) -> Any:
    path = movie(folder / "swap.mp4")
    sign_movie(path, ABOUT, [], chain.signing)
    return check_movie(path, chain.root)


def test_a_movie_is_signed_in_place_and_a_changed_byte_is_seen(tmp_path: Path, chain: Chain) -> None:
    assert check_movie_of(tmp_path, chain).state == "Trusted"
    path = tmp_path / "swap.mp4"
    assert [entry.name for entry in tmp_path.iterdir()] == ["swap.mp4"]
    data = bytearray(path.read_bytes())
    data[-50] ^= 1
    path.write_bytes(data)
    checked = check_movie(str(path))
    assert checked.state == "Invalid"
    assert "assertion.bmffHash.mismatch" in checked.problems


def test_a_stranger_is_valid_and_not_trusted(tmp_path: Path, chain: Chain) -> None:
    path = movie(tmp_path / "swap.mp4")
    sign_movie(path, ABOUT, [], chain.signing)
    checked = check_movie(path)
    assert checked.state == "Valid"
    assert checked.problems == ("signingCredential.untrusted",)


def test_incoming_credentials_of_movies_stay_as_ingredients(tmp_path: Path, chain: Chain) -> None:
    plate = movie(tmp_path / "plate.mp4")
    sign_movie(plate, {"title": "plate"}, [], chain.signing)
    result = movie(tmp_path / "swap.mp4")
    sign_movie(result, ABOUT, [Incoming("plate plate.mp4", plate)], chain.signing)
    checked = check_movie(result, chain.root)
    assert checked.state == "Trusted"
    assert checked.ingredients == (("plate plate.mp4", True),)


def test_a_movie_that_had_credentials_keeps_them_as_its_parent(tmp_path: Path, chain: Chain) -> None:
    path = movie(tmp_path / "swap.mp4")
    sign_movie(path, {"title": "from the edit"}, [], chain.signing)
    sign_movie(path, ABOUT, [], chain.signing)
    checked = check_movie(path, chain.root)
    assert checked.state == "Trusted"
    assert checked.ingredients == (("parentOf", True),)
    kinds = [action.get("digitalSourceType", "") for item in checked.manifest["assertions"]
             for action in item["data"].get("actions", [])]  # fmt: skip
    assert any(kind.endswith("compositeWithTrainedAlgorithmicMedia") for kind in kinds)


def test_credentials_beside_an_exr_plate_stay_as_ingredients(tmp_path: Path, chain: Chain) -> None:
    job = job_of(tmp_path)
    plate = SwapJob(job.plate, job.source, job.plate.path)
    listed = write_hash_list(make_hash_list(plate, [1, 2, 3]), list_path(plate.out))
    Path(credentials_path(plate.out)).write_bytes(sign_hash_list(listed, {"title": "plate"}, [], chain.signing))
    mine = write_hash_list(make_hash_list(job, [1, 2, 3]), list_path(job.out))
    signed = sign_hash_list(mine, ABOUT, [Incoming("plate", job.plate.path)], chain.signing)
    checked = check_hash_list(mine, signed, chain.root)
    assert checked.state == "Trusted"
    assert checked.ingredients == (("plate", True),)


def test_what_cannot_be_signed_is_said_in_a_sentence(tmp_path: Path, chain: Chain) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    with pytest.raises(JobError, match="cannot hold credentials"):
        sign_movie(str(path), ABOUT, [], chain.signing)
    with pytest.raises(JobError, match="choose one of"):
        sign_hash_list(b"{}", ABOUT, [], SigningKey(chain.certificates, chain.key, "rot13"))
    with pytest.raises(JobError, match="cannot be read"):
        sign_hash_list(b"{}", ABOUT, [], SigningKey(chain.certificates, "/no/key.pem"))
    with pytest.raises(JobError, match="cannot be signed"):
        sign_hash_list(b"{}", ABOUT, [], SigningKey(chain.key, chain.certificates))
    with pytest.raises(PlateError, match="no credentials"):
        check_movie(movie(tmp_path / "plain.mp4"))


def test_frames_of_two_jobs_are_not_signed_as_one(tmp_path: Path) -> None:
    job = job_of(tmp_path)
    frames_of(tmp_path, "other", "abd")
    (tmp_path / "other.0003.exr").replace(tmp_path / "swap.0003.exr")
    with pytest.raises(Exception, match="another job"):
        make_hash_list(job, [1, 2, 3])


@pytest.mark.parametrize("name", ["../swap.0001.exr", "/etc/passwd", "a/b.exr", 3])
def test_a_list_cannot_name_files_elsewhere(tmp_path: Path, name: Any) -> None:
    path = tmp_path / "x.frames.json"
    path.write_text(json.dumps({"fsgan_frames": 1, "files": [{"frame": 1, "file": name, "sha256": "0"}]}))
    with pytest.raises(JobError, match="no file beside it"):
        read_hash_list(str(path))


def test_the_commands_sign_verify_and_report(
    fsgan_program: Any, tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "consent").mkdir()
    (tmp_path / "studio.json").write_text(json.dumps({"fsgan_studio": 1, "require_consent": True, "project": "SHOW",
                                                      "use": "film", "consent_folder": "consent"}))  # fmt: skip
    record = {"fsgan_consent": 1, "reference": "SHOW-0041", "person": "Jane Doe", "projects": ["*"], "scope": ["swap"],
              "permitted_uses": ["*"], "valid_from": "2000-01-01", "valid_until": "2999-12-31",
              "sources": ["plate.%04d.exr"]}  # fmt: skip
    (tmp_path / "consent" / "jane.json").write_text(json.dumps(record))
    monkeypatch.setenv("FSGAN_STUDIO", str(tmp_path / "studio.json"))
    job_file = str(tmp_path / "job.json")
    write_job(job_of(tmp_path), job_file)
    film = movie(tmp_path / "swap.mp4")
    code, said = fsgan_program("provenance", "sign", job_file, "--certificate", chain.certificates, "--key", chain.key,
                               "--movie", film)  # fmt: skip
    assert code == 0, said
    listed = str(tmp_path / "swap.frames.json")
    for path in (listed, film):
        code, said = fsgan_program("provenance", "verify", path, "--trust", chain.root)
        assert code == 0, said
        assert "trusted" in said
    code, said = fsgan_program("provenance", "report", job_file)
    assert code == 0, said
    text = (tmp_path / "swap.disclosure.md").read_text("utf-8")
    for words in ("Jane Doe", "SHOW-0041", "compact", "1-3 (3 swapped)", "synthetic media"):
        assert words in text
    assert json.loads((tmp_path / "swap.disclosure.json").read_text("utf-8"))["consent"]["reference"] == "SHOW-0041"
    (tmp_path / "swap.0002.exr").write_bytes(b"changed")
    code, said = fsgan_program("provenance", "verify", listed)
    assert code == 7
    assert "swap.0002.exr was changed" in said
