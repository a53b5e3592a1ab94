"""What `fsgan synthesize` makes and how much of it: each default once, from which the command line is derived."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fsgan_core.errors import JobError, PlateError
from fsgan_core.job.settings import check_settings, setting

# What can be made, in the order in which it is made, and where it goes below --out.
SUBJECTS, CLIPS, TAKES, PHOTOS, HEADS, OCCLUDERS = "subjects", "clips", "takes", "photos", "heads", "occluders"
MAKEHUMAN = "makehuman"
KINDS = (SUBJECTS, CLIPS, TAKES, PHOTOS, HEADS, OCCLUDERS, MAKEHUMAN)
# Subjects are made once from portraits; they are among the data, as long as nobody asks for others.
USUAL_KINDS = tuple(kind for kind in KINDS if kind != SUBJECTS)
# What goes into a folder of another name: MakeHuman people are clips as others are.
FOLDER_OF_KIND = {HEADS: ".", OCCLUDERS: ".", MAKEHUMAN: CLIPS}
HEADS_FILE, OCCLUDERS_FILE = "heads.npz", "occluders.npz"


@dataclass(frozen=True)
class SynthesisSettings:
    """What to make for training."""

    make: str = setting(
        ",".join(USUAL_KINDS), label="Make",
        help="What to make: subjects (people fitted to portraits, of whom the others are drawn), "
        "clips (people, any light), takes (people, one light a take), photos (labelled portraits), "
        "heads (landmarks of posed heads), occluders (hands and objects to lay over faces), makehuman "
        "(MakeHuman people with hair, hats and clothes, into clips).",
    )  # fmt: skip
    views: int = setting(
        20, label="Views", minimum=4, maximum=1000, help="Pictures drawn of each person (clips, takes, makehuman)."
    )
    heads: int = setting(
        20000, label="Heads", minimum=20, maximum=10_000_000, help="Heads whose landmarks are taken at six poses each."
    )
    occluders: int = setting(
        600, label="Occluders", minimum=1, maximum=1_000_000, help="Hands and objects that are drawn."
    )
    drawn_people: int = setting(
        150, label="Drawn people", minimum=1, maximum=1_000_000, help="MakeHuman people; each eighth is of split val."
    )
    seed: int = setting(
        1, label="Seed", minimum=0, maximum=2**31 - 1, help="The same seed makes the same files, another other views."
    )
    workers: int = setting(1, label="Workers", minimum=1, maximum=256, help="Processes that draw at the same time.")
    people: str = setting(
        "", label="People",
        help="Who is drawn: names separated by commas, or a .txt file of a name a line. Empty: all that fit well.",
    )  # fmt: skip
    sources: str = setting(
        "", label="Sources",
        help="Whose portraits become subjects: sources of face_pack/index.csv, separated by commas. Empty: all.",
    )  # fmt: skip

    def kinds(self) -> tuple[str, ...]:
        """What to make, in the order of KINDS.

        Raises:
            JobError: A word that is none of KINDS, or a number outside its limits.
        """
        check_settings(self)
        wanted = [word.strip() for word in self.make.split(",") if word.strip()]
        unknown = [word for word in wanted if word not in KINDS]
        if unknown or not wanted:
            raise JobError(f"make is {self.make!r}: choose one or more of {', '.join(KINDS)}, separated by commas.")
        return tuple(kind for kind in KINDS if kind in wanted)

    def portrait_sources(self) -> tuple[str, ...]:
        """Whose portraits become subjects; empty for all."""
        return _words(self.sources)

    def names(self) -> tuple[str, ...]:
        """The people asked for; empty for all.

        Raises:
            JobError: The file with their names cannot be read or is empty.
        """
        if not self.people.endswith(".txt"):
            return _words(self.people)
        try:
            lines = Path(self.people).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise JobError(f"cannot read the list of people: {error.strerror}", path=self.people) from error
        names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
        if not names:
            raise JobError("the list of people is empty", path=self.people)
        return names


def _words(text: str) -> tuple[str, ...]:
    """What stands between commas, each once."""
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


@dataclass(frozen=True)
class DataFolder:
    """Where the data lie below --data; or, if subjects were made in the same run, where those are."""

    root: Path
    made_subjects: Path | None = None

    def __post_init__(self) -> None:
        if not self.root.is_dir():
            sentence = "the data folder does not exist; --data needs the folder that holds subjects/"
            raise PlateError(sentence, path=str(self.root))

    @property
    def head(self) -> Path:
        """The morphable head."""
        return self.root / "ict_facekit" / "ict_facekit.npz"

    @property
    def subjects(self) -> Path:
        """The folder with the fitted portraits."""
        return self.made_subjects or self.root / "subjects"

    @property
    def environments(self) -> Path:
        """The folder with the panoramas."""
        return self.root / "hdri"

    @property
    def hands(self) -> Path:
        """The folder with the rigged hands."""
        return self.root / "occluders"

    @property
    def makehuman(self) -> Path:
        """The folder with MakeHuman's head and its textures."""
        return self.root / "makehuman"

    @property
    def portraits(self) -> Path:
        """The folder with the portraits and their labels."""
        return self.root / "face_pack"
