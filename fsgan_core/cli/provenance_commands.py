"""`fsgan provenance sign`, `verify` and `report`: credentials of a result, and what is to be disclosed about it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fsgan_core.cli.job_commands import Log, PathMap, read_local_job
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.json_file import write_text_file
from fsgan_core.job.pictures import output_stem

app = typer.Typer(help="Where a result comes from: signed credentials (C2PA), disclosure report.", no_args_is_help=True)
JobFile = Annotated[str, typer.Argument(metavar="JOB.json", help="The job whose result is meant.")]
Movie = Annotated[str, typer.Option("--movie", metavar="FILE.mp4", help="A movie of the result.")]


@app.command()
def sign(
    job_file: JobFile,
    certificates: Annotated[
        str, typer.Option("--certificate", metavar="CHAIN.pem", help="Your certificate and those above it.")
    ],
    key: Annotated[str, typer.Option("--key", metavar="KEY.pem", help="The certificate's private key.")],
    movie: Movie = "",
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="Of the key: es256, es384, ps256, ed25519, ...")
    ] = "es256",
    timestamp_url: Annotated[
        str, typer.Option("--timestamp-url", help="A timestamp authority; empty: no timestamp, no network.")
    ] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Sign the frames of a job (a list of hashes and its credentials beside them), and a movie of them."""
    with reporting(log) as progress:
        from fsgan_core.media.atomic import complete_or_absent
        from fsgan_core.provenance.credentials import Incoming, SigningKey, sign_hash_list, sign_movie
        from fsgan_core.provenance.hash_list import credentials_path, list_path, write_hash_list

        job: Any = read_local_job(job_file, path_map)
        hashes, about = _about(job)
        names = [name for name in ("plate", "source", "driver") if getattr(job, name, None) is not None]
        incoming = [
            Incoming(f"{name} {os.path.basename(getattr(job, name).path)}", getattr(job, name).path) for name in names
        ]
        with_key = SigningKey(certificates, key, algorithm, timestamp_url)
        signed = sign_hash_list(write_hash_list(hashes, list_path(job.out)), about, incoming, with_key)
        with complete_or_absent(credentials_path(job.out)) as temporary:
            Path(temporary).write_bytes(signed)
        progress.wrote(list_path(job.out))
        progress.wrote(credentials_path(job.out))
        if movie:
            sign_movie(movie, about, incoming, with_key)
            progress.wrote(movie)
        progress.finished(f"{len(hashes['files'])} files are signed.")


@app.command()
def verify(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A movie, or the .frames.json of a sequence.")],
    trusted: Annotated[
        str, typer.Option("--trust", metavar="CA.pem", help="Certificates that are trusted; without, any signer is.")
    ] = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Check the credentials of a movie, or of a sequence and every frame of it."""
    with reporting(log) as progress:
        from fsgan_core.provenance.credentials import check_hash_list, check_movie
        from fsgan_core.provenance.hash_list import CREDENTIALS_ENDING, LIST_ENDING, changed_files, read_hash_list

        if not path.endswith(LIST_ENDING):
            checked, changed = check_movie(path, trusted), []
        else:
            content = read_hash_list(path)
            beside = Path(path[: -len(LIST_ENDING)] + CREDENTIALS_ENDING)
            if not beside.is_file():
                raise JobError("there are no credentials beside the list. Run fsgan provenance sign.", path=str(beside))
            checked = check_hash_list(Path(path).read_bytes(), beside.read_bytes(), trusted)
            changed = changed_files(content, os.path.dirname(path))
        for title, has_credentials in checked.ingredients:
            progress.note(f"made from {title}, {'with' if has_credentials else 'without'} credentials of its own")
        if changed:
            raise OutputError(
                f"{len(changed)} files are not those that were signed: {'; '.join(changed[:10])}.", path=path
            )
        if checked.state == "Invalid" or trusted and checked.state != "Trusted":
            raise OutputError(
                f"the credentials are {checked.state.lower()} ({', '.join(checked.problems)}).", path=path
            )
        issuer = checked.manifest.get("signature_info", {}).get("issuer", "an unnamed signer")
        progress.finished(f"The credentials hold ({checked.state.lower()}), signed by {issuer}.")


@app.command()
def report(
    job_file: JobFile,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE.md", help="The report; FILE.json goes beside it. Empty: by the output."),
    ] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Write who was put on whom, with which weights, by what consent, in which frames: Markdown and JSON."""
    with reporting(log) as progress:
        from fsgan_core.provenance.disclosure import disclosure_text

        job: Any = read_local_job(job_file, path_map)
        _, about = _about(job)
        path = out or f"{output_stem(job.out)}.disclosure.md"
        if not path.endswith(".md"):
            raise JobError("The report is Markdown: name a file that ends in .md.", path=path)
        write_text_file(disclosure_text(about), path, "report")
        write_text_file(json.dumps(about, indent=2, ensure_ascii=False) + "\n", f"{path[:-3]}.json", "report")
        progress.wrote(path)
        progress.finished(f"The disclosure of {about['frames']} is written.")


def _about(job: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hash list of a job's frames, and what is to be disclosed about them.

    Raises:
        JobError: The job writes no frames, or a required consent is missing.
        StageMissingError: A frame is missing.
    """
    if not hasattr(job, "for_frames"):
        raise JobError("This job writes no frames, so there is nothing to sign.")
    from fsgan_core.pipeline.verify_job import frames_of_job
    from fsgan_core.provenance.disclosure import disclosure
    from fsgan_core.provenance.hash_list import make_hash_list

    hashes = make_hash_list(job, frames_of_job(job))
    return hashes, disclosure(job, hashes)
