"""Hiding who a candidate is from texts they wrote themselves, before the invitation (R4).

It hides too much rather than too little: the student sees the text as it will be read before sending. A pattern may
name the part to hide `h`; without that name everything it matches is hidden.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from students.models import Student

HIDDEN = "[…]"

_UPPER = r"(?-i:[A-ZÀ-ÖØ-Þ])"
_NAME = rf"{_UPPER}[\w'’.-]*"
_LINK = r"(?:van|von|de|den|der|het|ten|ter|te|op|in|el|al|ait|aït|ben|bin|ould|abd|da|dos|la|le|['’]t|v\.?\s?d\.?|vd)"
_FULL_NAME = rf"{_NAME}(?:[ \t]+(?:{_LINK}[ \t]+){{0,3}}{_NAME}){{0,3}}"
_DIGIT = r"(?:nul|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|\d)"
_NUMBER = (
    r"(?:\d{1,4}|(?:[a-z]{0,6}en|[a-z]{0,6}ën)?(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig)"
    r"|(?:der|veer|vijf|zes|zeven|acht|negen)tien|tien|elf|twaalf|nul|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)"
)
_AGE = (
    r"(?:1[3-9]|[2-6]\d|(?:der|veer|vijf|zes|zeven|acht|negen)tien"
    r"|(?:(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)[eë]n)?(?:twintig|dertig|veertig|vijftig|zestig))"
)
_SEX = r"(?:jongen|jongeman|meisje|meid|man|vrouw|transman|transvrouw|moslima|moeder|vader|mama|papa)"
_STREET = r"(?:straat|laan|weg|plein|kade|gracht|singel|dreef|hof|steeg|pad|dijk|plantsoen|burg|erf|park|markt|oord)"
_DOT = r"\s*(?:\.|\(?\b(?:punt|dot)\b\)?)\s*"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # E-mail, also of the school, also with spaces or written out: 'jan punt vis apenstaartje roc punt nl'.
        rf"(?<![\w+-])[\w+-]{{1,64}}(?:(?:\.|\s+(?:punt|dot)\s+)[\w+-]{{1,64}}){{0,6}}\s*(?:@|\(at\)|\[at\]|\{{at\}})\s*[\w-]+(?:{_DOT}[\w-]+)+",
        (
            r"(?<![\w+-])[\w+-]{1,64}(?:(?:\.|\s+(?:punt|dot)\s+)[\w+-]{1,64}){0,6}\s+(?:apenstaart(?:je)?|at)\s+[\w-]+"
            r"(?:(?:\.|\s+(?:punt|dot)\s+)[\w-]+)+"
        ),
        # Links to a profile or an own site.
        r"(?:https?://|www\.)\S+",
        r"(?<![\w-])[\w-]{1,64}(?:\.[\w-]{1,64}){0,4}\.(?:nl|com|be|eu|org|net|me|io|app|example)\b(?:/\S*)?",
        # Names on social media.
        r"(?<![\w@])@\s?[\w.]{3,}",
        (
            r"\b(?:insta(?:gram)?|snap(?:chat)?|tik\s?tok|facebook|fb|linked\s?in|discord|telegram|signal)\b"
            r"\s*(?:(?:naam\s*)?(?:is|heet|:|=|->)\s*)(?P<h>[\w.@-]{3,})"
        ),
        # Telephone numbers: in digits, abroad, with an o for a zero, in words.
        r"(?<!\d)(?:\+|00)?(?:31|0)[\s\-.()/]*(?:\d[\s\-.()/]*){8}\d(?!\d)",
        r"(?<!\d)\+\d(?:[\s\-.()/]*\d){7,13}(?!\d)",
        r"(?<!\w)o6[\s\-.]*(?:\d[\s\-.]*){8}(?!\d)",
        rf"\b{_DIGIT}(?:[\s,.\-/]*{_DIGIT}\b){{7,}}",
        rf"\b(?:06|nul[\s-]*zes)\b(?:[\s,.\-]+{_NUMBER}\b){{3,}}",
        # Numbers of a person.
        r"\b(?:student|leerling|studenten|burgerservice)[\s-]*(?:nummer|nr)?\.?\s*(?:is|:)?\s*\d{5,}\b",
        r"(?<![\d+])\d{8,9}(?!\d)",
        # Addresses.
        r"\b[1-9]\d{3}(?:\s?-?\s?(?-i:[A-Z]{2})|[a-z]{2})\b",
        rf"\b[\w'’-]*{_STREET}\s+\d{{1,4}}\s?-?[a-z]?\b",
        rf"\b{_UPPER}[\w'’-]{{2,}}(?:straat|laan|gracht|singel|steeg|plantsoen|kade)\b",
        (
            rf"\b(?:woon|woonachtig|opgegroeid|kom|wonen)\s+(?:zelf\s+|nu\s+|al\s+\w+\s+|nog\s+|thuis\s+)?"
            rf"(?:in|uit|te|op|bij)\s+(?:de\s+|het\s+)?(?P<h>{_FULL_NAME})"
        ),
        # Age and date of birth.
        rf"\b{_AGE}[\s-]*(?:jaar|jarige?|jr\.?|lentes)\b(?:\s+(?:oud|jong)\b)?",
        rf"\b(?:ik\s+(?:ben|word|was|werd)|ben\s+ik|leeftijd(?:\s+is)?:?)\s+(?:nu\s+|net\s+|al\s+|pas\s+|bijna\s+|nog\s+)*{_AGE}\b",
        rf"\b{_SEX}\s+van\s+{_AGE}\b",
        r"\b(?:tiener|twintiger|dertiger|veertiger|vijftiger)\b",
        r"\b(?:geboren|geboortedatum|geboortejaar|bouwjaar|geb\.?)\b[^.\n]{0,40}\d{4}",
        r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d{2}\b",
        (
            r"\b\d{1,2}\s+(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)"
            r"\s+(?:19|200|201)\d{1,2}\b"
        ),
        # Gender, where somebody says it of themselves; 'vrouwen in de opvang' stays.
        rf"\bik\s+ben\s+(?:(?:een|zelf|ook|nu|als)\s+)*(?:\w+e\s+)?(?P<h>{_SEX})\b",
        rf"\bals\s+(?:(?:een|jonge|alleenstaande|jong)\s+)*(?P<h>{_SEX})\b",
        # Names, where somebody says them.
        (
            rf"\b(?:mijn\s+(?:\w+\s+)?(?:naam|roepnaam|voornaam|achternaam)\s+is|ik\s+heet|noem\s+me(?:\s+maar)?"
            rf"|iedereen\s+noemt\s+me|aangenaam)[\s,:]+"
            rf"(?P<h>{_FULL_NAME}|(?!(?:en|ik|een|de|het)\b)\w[\w'’-]+(?:\s+(?!(?:en|ik|van\s+\d|met|ben|zit|doe)\b)\w[\w'’-]+){{0,3}})"
        ),
        rf"\b(?:ik\s+ben|hier\s+is|hier\s+spreekt)\s+(?P<h>(?!Sociaal\b|Werker\b|Student|Mbo\b){_FULL_NAME})",
        rf"\b(?:groet(?:en|jes)?|gr\.?|mvg|liefs|hoogachtend|xoxo|xx?)\b[\s,.!]*(?:van\s+)?(?P<h>{_FULL_NAME})\s*$",
    )
)
_AFTER = re.compile(
    rf"(?:\b(?:{_UPPER}\.\s?){{1,4}}\s*)?(?:(?<!\w){_LINK}\s+)*{re.escape(HIDDEN)}"
    rf"(?:[\s,]*(?:(?<!\w){_LINK}\s+)*{re.escape(HIDDEN)})*",
)
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "s", "ı": "i", "ð": "d"})


def fold(text: str) -> str:
    """Return `text` without accents, letter for letter, so that a place in the one is the same place in the other."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text).translate(_LETTERS)


def mask(text: str, names: Iterable[str]) -> str:
    """Return `text` without the names, addresses, numbers and ages that a person can be known by."""
    text = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\u00ad", "")
    for pattern in _PATTERNS:
        text = pattern.sub(_hide, text)
    spans: list[tuple[int, int]] = []
    folded = fold(text)
    for name in sorted({fold(unicodedata.normalize("NFKC", n)) for n in names if len(n) > 1}, key=len, reverse=True):
        spans += [match.span() for match in _name(name).finditer(folded)]
    return _AFTER.sub(HIDDEN, _cut(text, spans))


def _hide(match: re.Match[str]) -> str:
    whole = match.group()
    if "h" not in match.re.groupindex or match.group("h") is None:
        return HIDDEN
    start, end = match.span("h")
    return whole[: start - match.start()] + HIDDEN + whole[end - match.start() :]


def _name(name: str) -> re.Pattern[str]:
    """The name as a word, also in the genitive, and s p e l l e d out."""
    parts = [re.escape(name) + (r"(?:['’]?s)?" if len(name) > 3 else "")]
    letters = [re.escape(letter) for letter in name if letter.isalnum()]
    if len(letters) > 3:
        parts.append(r"[\s.\-_*·]{1,3}".join(letters))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += [text[at:start], HIDDEN]
        at = max(at, end)
    return "".join(pieces) + text[at:]


def names_of(student: Student) -> list[str]:
    """Every word that gives the student away: names, and the part of the e-mail address before the @."""
    user = student.user
    whole = [user.first_name, user.last_name, user.get_full_name()]
    # 'de', 'van' and the like say nothing, and would make holes in every sentence.
    parts = [
        part
        for name in (user.first_name, user.last_name)
        for part in name.replace("-", " ").split()
        if len(part) > 3 or part[0].isupper()
    ]
    address = user.email.partition("@")[0]
    return [word for word in (*whole, *parts, address, student.student_number) if word]
