"""Where a server is used, and what the law there leaves of it: one row a region.

Nothing here decides by itself. ``Settings.in_region`` narrows the settings by a row, and everything else asks the
settings as it did before. Each statement of law has its source in docs/LAW.md, which a test holds against this table.
"""

from dataclasses import dataclass
from enum import StrEnum

from classroom.modes import Mode


class Region(StrEnum):
    """Every value is stored and stands in ``CLASSPULSE_REGION``, so they stay as they are."""

    EU_EDUCATION = "eu-education"
    EU_WORK = "eu-work"
    EU_OTHER = "eu-other"
    INDIA_SCHOOL = "india-school"
    UK = "uk"
    US_K12 = "us-k12"
    OTHER = "other"

    @property
    def profile(self) -> "Profile":
        return PROFILES[self]


@dataclass(frozen=True)
class Profile:
    """One row of the table.

    Attributes:
        title: where that is, as the first screen offers it.
        modes: that a class may have.
        max_days: how long a class may be kept, in days after it was last heard of; ``None``: no limit of ours.
        points: what is confirmed, in sentences of Markdown.
        told_in: modes in which students read the sentence that the notices have for this region.
        why_no_face: why no face may be read, in a sentence; empty where one may be.
    """

    title: str
    modes: tuple[Mode, ...]
    max_days: int | None
    points: tuple[str, ...]
    told_in: tuple[Mode, ...] = ()
    why_no_face: str = ""

    @property
    def reads_faces(self) -> bool:
        """Whether the picture of any camera may be looked at."""
        return any(mode.shows.camera for mode in self.modes)


_ALL = tuple(Mode)
_SIGNALS = (Mode.SIGNALS_ONLY,)
_CAMERAS = tuple(mode for mode in Mode if mode.shows.camera)

PROFILES: dict[Region, Profile] = {
    Region.EU_EDUCATION: Profile(
        "EU or EEA: school, university, course, any education",
        _SIGNALS,
        90,
        (
            "**No face is read on this server.** To infer emotions from faces is prohibited in education institutions"
            " of every kind, universities and online courses included (AI Act, Article 5(1)(f)). The Commission counts"
            " interest and attention among them. Neither consent nor showing the class as a whole lifts that.",
            "**What remains is what students say with a tap.** It is personal data and needs a lawful basis (GDPR,"
            " Article 6).",
        ),
        why_no_face="This server is used in education in the EU or EEA, where no face may be read to infer emotions or"
        " attention (AI Act, Article 5(1)(f)), so there is nothing to see here.",
    ),
    Region.EU_WORK: Profile(
        "EU or EEA: at work, such as staff training or meetings",
        _SIGNALS,
        90,
        (
            "**No face is read on this server.** To infer emotions from faces is prohibited at the workplace, for"
            " applicants as well (AI Act, Article 5(1)(f)). Neither consent nor showing the group as a whole lifts"
            " that.",
            "**What remains is what people say with a tap.** It is personal data and needs a lawful basis (GDPR,"
            " Article 6); ask the works council where there is one.",
        ),
        why_no_face="This server is used at work in the EU or EEA, where no face may be read to infer emotions (AI Act,"
        " Article 5(1)(f)), so there is nothing to see here.",
    ),
    Region.EU_OTHER: Profile(
        "EU or EEA: neither education nor work",
        _ALL,
        30,
        (
            "**Nobody learns, teaches or works here.** Else choose one of the two above: there no face may be read.",
            "**Everybody must be told before a face is read** (AI Act, Article 50(3), since 2 August 2026). The page on"
            " which people join says it.",
            "**Reading expressions is high-risk** (AI Act, Annex III, point 1(c)). The duties of whoever runs it begin"
            " on 2 December 2027. Whether *In view* is emotion recognition, too, is not certain: treat it as such.",
        ),
        told_in=_CAMERAS,
    ),
    Region.INDIA_SCHOOL: Profile(
        "India: school, college, any educational institution",
        _ALL,
        365,
        (
            "**Under 18 is a child.** A parent must consent verifiably, and tracking and behavioural monitoring are"
            " forbidden (DPDP Act 2023, section 9(1) and (3), in full force on 14 May 2027). An educational institution"
            " may monitor for its educational activities and for safety (DPDP Rules 2025, Fourth Schedule, Part A).",
            "**Nothing that is likely to harm a child's well-being** (section 9(2)): no exemption lifts that.",
            "**Logs are to be kept for a year** (rule 8(3)). Keep those of server and proxy: they hold no name and no"
            " expression. Whether what a class recorded must be kept as long is not settled.",
        ),
        told_in=_ALL,
    ),
    Region.UK: Profile(
        "United Kingdom",
        _ALL,
        90,
        (
            "**An impact assessment comes first** (UK GDPR, Article 35). The Information Commissioner warned of emotion"
            " analysis in October 2022: it may not work, and may discriminate.",
            "**Children need higher protection, by design** (UK GDPR, Article 25, as amended by the Data (Use and"
            " Access) Act 2025, section 81). Choose the mildest mode that does.",
            "**If anybody learns or works in the EU or EEA**, choose one of those rows instead.",
        ),
        told_in=_ALL,
    ),
    Region.US_K12: Profile(
        "USA: school, kindergarten to grade 12",
        _ALL,
        90,
        (
            "**Under 13, a parent must consent first** where COPPA applies, also to pictures of the face (16 CFR Part"
            " 312, as amended in 2025). When a school may consent in the parents' place is not settled.",
            "**What is kept of a student is likely an education record**: parents may see it, others may not (FERPA, 34"
            " CFR Part 99).",
            "**States have laws of their own.** In Illinois a scan of face geometry needs a written release (740 ILCS"
            " 14/15), and school districts need written permission for biometrics (105 ILCS 5/10-20.40).",
            "**Public schools' pages must meet WCAG 2.1 AA**, from 26 April 2027 on in larger districts (28 CFR"
            " 35.200). ClassPulse has not been audited against it.",
        ),
        told_in=_ALL,
    ),
    Region.OTHER: Profile(
        "Somewhere else",
        _ALL,
        None,
        (
            "**Your place has rules of its own.** Kazakhstan forbids to determine emotions without consent, Brazil asks"
            " for the best interest of children. Check yours, and be able to say why it is lawful.",
            "**If anybody learns or works in the EU or EEA**, choose one of those rows instead: it counts where the"
            " result is used, not where the server stands (AI Act, Article 2(1)(c)).",
        ),
    ),
}
