"""The report of a shot for credits and delivery: who was put on whom, with which weights, by what consent."""

from __future__ import annotations

import datetime
import os
from typing import Any

import fsgan_core
from fsgan_core.job.consent import check_consent, job_kind, person_in, source_paths
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.weights.load import pack_digest, pack_folder
from fsgan_core.weights.manifest import read_manifest
from fsgan_core.weights.providers import choose_provided


def disclosure(job: Any, hashes: dict[str, Any]) -> dict[str, Any]:
    """What there is to disclose about a job's result; plain data.

    Args:
        job: The job, with paths of this machine.
        hashes: The hash list of its frames.

    Raises:
        WeightsError: The weights are missing.
        JobError: A consent record is required, and none permits the job.
    """
    manifest = read_manifest(pack_folder(job.settings.weights))
    provided = choose_provided(job.analyze.detector, job.analyze.landmarks_by)
    consent = check_consent(job)
    receiver = getattr(job, "plate", None) or getattr(job, "driver", None)
    sources = source_paths(job)
    return {
        "title": os.path.basename(job.out),
        "kind": job_kind(job),
        "synthetic_media": True,
        "made_with": f"fsgan {fsgan_core.__version__}",
        "reported_on": datetime.date.today().isoformat(),
        "put_in": {
            "person": person_in(sources[0]) if sources else "",
            "pictures": [os.path.basename(path) for path in sources],
        },
        "put_on": {
            "person": person_in(receiver.path) if receiver is not None else "",
            "pictures": os.path.basename(receiver.path) if receiver is not None else "",
        },
        "weights": {
            "name": manifest.name, "sha256": pack_digest(manifest), "licence": manifest.licence,
            "parent": manifest.parent,
            "training_data": [str(entry.get("name", "?")) for entry in manifest.training_data],
            "of_other_projects": [f"{one.role}: {one}" for one in provided],
        },
        "consent": None if consent is None else {
            "reference": consent.reference, "person": consent.person, "valid_from": consent.valid_from,
            "valid_until": consent.valid_until, "document": consent.document,
        },
        "job": hashes["job"],
        "frames": str(FrameRange.of(entry["frame"] for entry in hashes["files"])),
        "frames_by_status": hashes["statuses"],
    }  # fmt: skip


def disclosure_text(report: dict[str, Any]) -> str:
    """The same as Markdown."""
    consent, weights = report["consent"], report["weights"]
    said = (
        "none on record"
        if consent is None
        else (
            f"{consent['reference']} of {consent['person']}, {consent['valid_from']} to {consent['valid_until']}"
            + (f" ({consent['document']})" if consent["document"] else "")
        )
    )
    statuses = ", ".join(f"{count} {status}" for status, count in report["frames_by_status"].items())
    rows = [
        ("What", f"{report['kind']}, synthetic media"),
        ("Put in", f"{report['put_in']['person'] or 'not on record'} ({', '.join(report['put_in']['pictures'])})"),
        ("Put on", f"{report['put_on']['person'] or 'not on record'} ({report['put_on']['pictures'] or 'no plate'})"),
        ("Consent", said),
        ("Weights", f"{weights['name']} {weights['sha256'][:16]}, {weights['licence']}"),
        *(("Network of another project", said) for said in weights["of_other_projects"]),
        ("Trained on", ", ".join(weights["training_data"]) or "not said"),
        ("Finetuned from", weights["parent"][:16] or "nothing"),
        ("Frames", f"{report['frames']} ({statuses})"),
        ("Job", report["job"]),
        ("Made with", report["made_with"]),
        ("Reported on", report["reported_on"]),
    ]
    lines = [f"# {report['title']}: disclosure", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in rows]
    lines += [
        "",
        "Article 50 of the EU AI Act asks that an audience is told of a deep fake. This report is not legal advice.",
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
