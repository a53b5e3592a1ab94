"""The authors' released files: every one is recognised, computes what is documented, and can do no harm."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.errors import JobError, WeightsError
from fsgan_core.geometry.landmark_sets import WFLW_AT_68
from fsgan_core.networks.generator import gaussian_half
from fsgan_core.weights import released_files
from fsgan_core.weights.import_released import NO_LICENCE, convert, import_released
from fsgan_core.weights.load import load_network, load_pack
from fsgan_core.weights.manifest import read_manifest
from fsgan_core.weights.released_networks import build_released

CLOSE = 2e-4
"""Float32 sums in another order, through up to 60 layers of values around 1."""
PARAMETERS = {  # of the documented networks; what inference does not use is not counted
    "Gr_2222": 76_003_840, "Gc_2222": 74_178_688, "Gb_2222": 74_235_136, "Gr_split_2222": 76_060_288 - 3 * 49 * 384,
    "Gr_v1_split_2023": 92_012_928 - 3 * 49 * 384, "Gs_unet02": 28_950_851, "HRNet_w18": 9_662_528,
    "Hopenet": 23_919_890 - 3 * 2052, "VGG19bn_full_9131": 208_448_235 - 9131 * 4097,
}  # fmt: skip
NARROW = 8


def save(path: Path, tensors: dict[str, Tensor], **trainer: Any) -> Path:
    """A file as the release's trainers write them; without `trainer` a bare state_dict."""
    torch.save({"state_dict": tensors, **trainer} if trainer else tensors, path)
    return path


def imported(path: Path) -> nn.Module:
    """The network of a released file, as the engine would run it."""
    network = convert(path)
    built = build_released(network.role, {key: tuple(value.shape) for key, value in network.tensors.items()})
    built.load_state_dict(network.tensors)
    return built.eval()


def pictures(*shape: int, seed: int = 3) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def mean_half(x: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(x, 3, 2, 1, count_include_pad=False)


def landmarks(count: int = 98) -> Tensor:
    """Two faces, whose landmarks also lie on and beyond the picture's border."""
    return torch.rand((2, count, 2), generator=torch.Generator().manual_seed(5)) * 1.1 - 0.05


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_layout_rules_reproduce_the_documented_lists(name: str, layout: ModuleType) -> None:
    found = layout.documented(name)
    assert (len(found), layout.digest(found)) == layout.LISTS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_documented_tensor_has_its_place(name: str, layout: ModuleType, tmp_path: Path) -> None:
    """At full width, without storage: the shapes of a built network are those of the file, no more and no fewer."""
    from fsgan_core.weights import import_released as module

    tensors = {key: torch.empty(shape, device="meta") for key, shape in layout.documented(name)}
    role, ours = module._recognised(tensors)
    network = module._on_no_memory(role, ours)
    assert {k: v.shape for k, v in network.state_dict().items()} == {k: v.shape for k, v in ours.items()}
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize(("flat", "heads"), [((2, 2, 2, 2), 1), ((2, 2, 2, 2), 2)])
@torch.no_grad()
def test_reenactment_computes_the_documented_graph(
    flat: tuple[int, int, int, int], heads: int, layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    w = layout.random_tensors(layout.generator(101, NARROW, flat, heads))
    net = imported(save(tmp_path / "gr.pth", w, arch="res_unet.MultiScaleResUNet(in_nc=101)", epoch=3))
    view, points = pictures(2, 3, 64, 64), landmarks()
    half = torch.stack([_pyr_down(one) for one in view])
    fine_in = torch.cat([view, forward.heatmaps(points, 64)], 1)
    half_in = torch.cat([half, forward.heatmaps(points, 32)], 1)
    wanted = forward.generator(w, fine_in, half_in, flat, "out_conv" if heads == 1 else "out_conv1")
    made = net(view, view, points)
    assert wanted.std() > 0.1
    assert torch.allclose(made, wanted, atol=CLOSE)


@torch.no_grad()
def test_first_reenactment_takes_68_landmarks_and_its_first_head(
    layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    flat = (2, 0, 2, 3)
    w = layout.random_tensors(layout.generator(71, NARROW, flat, heads=2))
    net = imported(save(tmp_path / "v1.pth", w, epoch=1))
    view, points = pictures(2, 3, 64, 64), landmarks()
    few = points[:, list(WFLW_AT_68)]
    assert few.shape[1] == 68
    fine_in = torch.cat([view, forward.heatmaps(few, 64)], 1)
    half_in = torch.cat([torch.stack([_pyr_down(one) for one in view]), forward.heatmaps(few, 32)], 1)
    assert torch.allclose(
        net(view, view, points), forward.generator(w, fine_in, half_in, flat, "out_conv1"), atol=CLOSE
    )


@pytest.mark.parametrize("flat", [(2, 2, 2, 2), (2, 0, 2, 3)])
@torch.no_grad()
def test_inpainting_takes_four_channels(
    flat: tuple[int, int, int, int], layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    w = layout.random_tensors(layout.generator(4, NARROW, flat))
    net = imported(
        save(tmp_path / "gc.pth", w, best_loss=np.float64(0.25), optimizer={"state": {}, "param_groups": []})
    )
    face, mask = pictures(2, 3, 64, 64), (pictures(2, 1, 64, 64, seed=9) > 0).float()
    x = torch.cat([face, mask], 1)
    wanted = forward.generator(w, x, mean_half(x), flat)
    assert torch.allclose(net(face, landmarks(), mask), wanted, atol=CLOSE)


@pytest.mark.parametrize("flat", [(2, 2, 2, 2), (1, 0, 1, 1)])
@torch.no_grad()
def test_blending_computes_the_documented_graph(
    flat: tuple[int, int, int, int], layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    w = layout.random_tensors(layout.generator(7, NARROW, flat))
    net = imported(save(tmp_path / "gb.pth", {f"module.{key}": value for key, value in w.items()}))
    transfer, target, mask = pictures(1, 3, 64, 64), pictures(1, 3, 64, 64, seed=8), torch.ones(1, 1, 64, 64)
    x = torch.cat([transfer, target, mask], 1)
    assert torch.allclose(net(transfer, target, mask), forward.generator(w, x, mean_half(x), flat), atol=CLOSE)


@torch.no_grad()
def test_segmentation_aligns_corners(layout: ModuleType, forward: ModuleType, tmp_path: Path) -> None:
    w = layout.random_tensors(layout.unet(4))
    net = imported(save(tmp_path / "gs.pth", w, arch="x"))
    x = pictures(1, 3, 256, 256)
    wanted = forward.unet(w, x)
    assert torch.allclose(net(x), wanted, atol=CLOSE * float(wanted.abs().max()))


@torch.no_grad()
def test_landmarks_are_those_of_hrnet(layout: ModuleType, forward: ModuleType, tmp_path: Path) -> None:
    modules, blocks = (1, 2, 2), 2
    w = layout.random_tensors(layout.hrnet(6, 8, modules, blocks))
    net = imported(save(tmp_path / "hr.pth", w))
    x = pictures(1, 3, 256, 256)
    wanted = forward.hrnet(w, x, modules, blocks)
    assert wanted.shape == (1, 98, 64, 64)
    assert torch.allclose(net(x), wanted, atol=CLOSE * float(wanted.abs().max()))


@torch.no_grad()
def test_pose_reads_bins_and_turns_yaw_to_our_sign(layout: ModuleType, forward: ModuleType, tmp_path: Path) -> None:
    depths = (1, 2, 1, 1)
    w = layout.random_tensors(layout.hopenet(8, depths))
    net = imported(save(tmp_path / "hope.pth", w, arch="hopenet.Hopenet()"))
    crop = pictures(1, 3, 256, 256)
    # OpenCV's cubic resize is how the release brings a crop to 224 px.
    resized = cv2.resize(crop[0].permute(1, 2, 0).numpy(), (224, 224), interpolation=cv2.INTER_CUBIC)
    wanted = forward.hopenet(w, torch.from_numpy(resized).permute(2, 0, 1)[None], depths)
    assert torch.allclose(net(crop), wanted * torch.tensor([-1.0, 1.0, 1.0]), atol=0.02)  # degrees


@torch.no_grad()
def test_features_are_the_maps_that_the_released_loss_compares(
    layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    w = layout.random_tensors(layout.vgg(4, 12, 200))
    net = imported(save(tmp_path / "id.pth", w, epoch=1))
    x = pictures(2, 3, 64, 64)
    for made, wanted in zip(net(x), forward.vgg_taps(w, x), strict=True):
        assert made.shape == wanted.shape and torch.allclose(made, wanted, atol=CLOSE * float(wanted.abs().max()))
    crop = pictures(1, 3, 256, 256)
    assert torch.allclose(net.embed(crop), forward.vgg_embedding(w, crop), atol=CLOSE)


def test_gaussian_half_is_pyr_down() -> None:
    x = pictures(1, 3, 32, 32)
    assert torch.allclose(gaussian_half(x)[0], _pyr_down(x[0]), atol=1e-6)


@pytest.fixture
def release(tmp_path: Path, layout: ModuleType) -> dict[str, Path]:
    """Narrow files of the whole second release."""
    layouts = {
        "nfv_msrunet_256_1_2_reenactment_v2.1": layout.generator(101, NARROW),
        "ijbc_msrunet_256_1_2_inpainting_v2": layout.generator(4, NARROW),
        "ijbc_msrunet_256_1_2_blending_v2": layout.generator(7, NARROW),
        "celeba_unet_256_1_2_segmentation_v2": layout.unet(4),
        "hr18_wflw_landmarks": layout.hrnet(6, 8, (1, 1, 1), 1),
        "hopenet_robust_alpha1": layout.hopenet(8, (1, 1, 1, 1)),
        "vggface2_vgg19_256_1_2_id": layout.vgg(4, 12, 200),
    }
    folder = tmp_path / "released"
    folder.mkdir()
    return {
        name: save(folder / f"{name}.pth", layout.random_tensors(entries), arch="a.B()")
        for name, entries in layouts.items()
    }


def test_imported_pack_loads_and_tells_its_licence(release: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "pack"
    done = CliRunner().invoke(app, ["weights", "import", *map(str, release.values()), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "licence: none stated by the authors" in done.output and "no commercial one" in done.output
    pack = load_pack(str(out), "cpu")
    manifest = pack.manifest
    assert manifest.size == "released" and manifest.licence.startswith(NO_LICENCE)
    assert "Apache-2.0 (detector, transformer)" in manifest.licence
    released = {entry["role"]: entry for entry in manifest.training_data if entry["licence"] == NO_LICENCE}
    assert set(released) == {
        "reenactment", "inpainting", "blending", "segmentation", "landmarks", "pose", "features",
    }  # fmt: skip
    assert all(len(entry["sha256"]) == 64 and entry["real_people"] for entry in released.values())


def test_imported_pack_runs_in_the_engine(release: dict[str, Path], tmp_path: Path) -> None:
    """Every stage takes a released network where it takes ours; what they compute is shown above."""
    from fsgan_core.face.identify import embed_face
    from fsgan_core.face.landmarks import find_landmarks
    from fsgan_core.face.pose import estimate_pose
    from fsgan_core.face.segment import segment_face
    from fsgan_core.stages.blend import blend
    from fsgan_core.stages.face_view import FaceView
    from fsgan_core.stages.inpaint import inpaint
    from fsgan_core.stages.reenact import Reenactor, reenact

    import_released(list(release.values()), tmp_path / "pack")
    pack = load_pack(str(tmp_path / "pack"), "cpu")
    crop = np.random.default_rng(0).random((256, 256, 3)).astype(np.float32)
    points = find_landmarks(crop, pack.landmarks).points
    pose = estimate_pose(crop, pack.pose)
    face = segment_face(crop, pack.segmentation)[1]
    assert points.shape == (98, 2) and np.abs(pose).max() <= 99 and embed_face(crop, pack.features).shape == (12,)
    view = FaceView(crop * 2 - 1, points, pose, 1)
    turned = reenact([view], np.ones(1), points, pose + 2, Reenactor(pack.reenactment, pack.transformer))
    completed = inpaint(turned, face, points, face, pack.inpainting)
    made = blend(completed.picture, view.picture, face, pack.blending)
    assert made.shape == (256, 256, 3) and np.isfinite(made).all() and np.abs(made).max() <= 1


def test_second_import_keeps_the_networks_of_the_first(release: dict[str, Path], tmp_path: Path) -> None:
    first, second = list(release.values())[:2]
    import_released([first], tmp_path / "pack")
    before = (tmp_path / "pack" / "reenactment.safetensors").read_bytes()
    manifest = import_released([second], tmp_path / "pack")
    assert (tmp_path / "pack" / "reenactment.safetensors").read_bytes() == before
    assert {e["role"] for e in manifest.training_data if e["licence"] == NO_LICENCE} == {"reenactment", "inpainting"}
    assert manifest == read_manifest(tmp_path / "pack")


def test_a_pack_of_other_weights_is_not_overwritten(release: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "pack"
    out.mkdir()
    (out / "manifest.json").write_text(
        '{"schema": "fsgan-weights/1", "name": "mine", "size": "compact", "licence": "x", "sha256": {}}'
    )
    with pytest.raises(JobError, match="'mine'"):
        import_released([next(iter(release.values()))], out)


def test_two_files_of_one_role_are_refused(release: dict[str, Path], tmp_path: Path) -> None:
    first = next(iter(release.values()))
    copy = tmp_path / "copy.pth"
    copy.write_bytes(first.read_bytes())
    with pytest.raises(JobError, match="both a reenactment network"):
        import_released([first, copy], tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_weights_come_over_to_the_last_bit(release: dict[str, Path], tmp_path: Path) -> None:
    import_released(list(release.values()), tmp_path / "pack")
    theirs = torch.load(release["hopenet_robust_alpha1"], weights_only=True)["state_dict"]
    pose = load_network(tmp_path / "pack", "pose")
    assert torch.equal(pose.heads[0].weight, theirs["fc_yaw.weight"])


class Runs:
    """A pickle that makes a folder when it is loaded without care."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("legacy", [False, True])
def test_program_code_is_refused_and_not_run(legacy: bool, tmp_path: Path) -> None:
    path, trace = tmp_path / "evil.pth", tmp_path / "ran"
    entries = {"arch": Runs(trace), "state_dict": {}}
    torch.save(entries, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(WeightsError, match="program code"):
        convert(path)
    assert not trace.exists()
    torch.load(path, weights_only=False)  # it would have
    assert trace.exists()


def test_arch_is_never_looked_at(layout: ModuleType, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    arch = f"__import__('os').mkdir({str(trace)!r})"
    imported(save(tmp_path / "gr.pth", layout.random_tensors(layout.generator(101, NARROW)), arch=arch))
    assert not trace.exists()


@pytest.mark.parametrize("legacy", [False, True])
def test_cut_off_files_are_named(legacy: bool, layout: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "gs.pth"
    torch.save(layout.random_tensors(layout.unet(4)), path, _use_new_zipfile_serialization=not legacy)
    whole = path.read_bytes()
    for length in (0, 3, 100, len(whole) // 2, len(whole) - 100):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match=r"gs\.pth: this"):
            convert(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda w: w.pop("enhancer1.out_conv.1.weight"), "missing"),
        (lambda w: w.update({"enhancer1.extra.weight": torch.zeros(1)}), "extra"),
        (lambda w: w.update({"base.in_conv.1.weight": torch.zeros(16, 55, 7, 7)}), "101 input channels, not"),
        (lambda w: w.update({"enhancer1.in_conv.2.weight": torch.zeros(9)}), "another shape"),
        (lambda w: w["base.in_conv.2.bias"].fill_(float("nan")), "damaged"),
        (lambda w: w.clear() or w.update({"some.weight": torch.zeros(3)}), "no network of the FSGAN release"),
    ],
)
def test_wrong_files_are_told_apart(change: Any, says: str, layout: ModuleType, tmp_path: Path) -> None:
    w = layout.random_tensors(layout.generator(101, NARROW))
    change(w)
    with pytest.raises(WeightsError, match=says):
        convert(save(tmp_path / "gr.pth", w))


def test_attribute_vgg_is_told_to_have_no_use(layout: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="attributes"):
        convert(save(tmp_path / "attr.pth", layout.random_tensors(layout.vgg(4, 12, 28))))


def test_no_network_at_all(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="no network"):
        convert(tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="does not exist"):
        convert(tmp_path / "none.pth")


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "wide.pth", {"a": torch.zeros(1).expand(10**6, 10**6)})
    with pytest.raises(WeightsError, match="claims more numbers"):
        convert(path)
    monkeypatch.setattr(released_files, "LARGEST_FILE", 10_000)
    bomb = tmp_path / "bomb.pth"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10**6))
    assert bomb.stat().st_size < 10_000
    with pytest.raises(WeightsError, match="more than any released file"):
        convert(bomb)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "channels"), [("Gr_2222", 101), ("Gc_2222", 4), ("Gb_2222", 7)])
@torch.no_grad()
def test_generators_of_full_width_at_full_size(
    name: str, channels: int, layout: ModuleType, forward: ModuleType, tmp_path: Path
) -> None:
    w = layout.random_tensors(layout.documented(name))
    net = imported(save(tmp_path / "g.pth", w, arch="x"))
    view, points, mask = pictures(1, 3, 256, 256), landmarks()[:1], torch.ones(1, 1, 256, 256)
    if channels == 101:
        half = torch.cat([_pyr_down(view[0])[None], forward.heatmaps(points, 128)], 1)
        made, x = net(view, view, points), torch.cat([view, forward.heatmaps(points, 256)], 1)
    else:
        x = torch.cat([view, mask] if channels == 4 else [view, view, mask], 1)
        made, half = net(*((view, points, mask) if channels == 4 else (view, view, mask))), mean_half(x)
    assert torch.allclose(made, forward.generator(w, x, half, (2, 2, 2, 2)), atol=CLOSE)


@pytest.mark.slow
@torch.no_grad()
def test_the_other_networks_at_full_width(layout: ModuleType, forward: ModuleType, tmp_path: Path) -> None:
    x = pictures(1, 3, 256, 256)
    for name, wanted_of in (
        ("Gs_unet02", forward.unet), ("HRNet_w18", lambda w, x: forward.hrnet(w, x, (1, 4, 3), 4)),
        ("VGG19bn_full_9131", forward.vgg_embedding),
    ):  # fmt: skip
        w = layout.random_tensors(layout.documented(name))
        net = imported(save(tmp_path / "n.pth", w))
        wanted = wanted_of(w, x)
        made = net.embed(x) if name.startswith("VGG") else net(x)
        assert torch.allclose(made, wanted, atol=CLOSE * max(1.0, float(wanted.abs().max()))), name


def _pyr_down(picture: Tensor) -> Tensor:
    """(3, S, S) halved by OpenCV."""
    return torch.from_numpy(cv2.pyrDown(picture.permute(1, 2, 0).numpy())).permute(2, 0, 1)
