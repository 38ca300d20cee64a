"""Names of organisations and of users, as VeraId and DomainAuth allow them."""

import re
import unicodedata

import idna
import precis_i18n
import regex

import reading

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PRECIS = precis_i18n.get_profile("UsernameCaseMapped")
_AT_SIGNS = "@\uff20\ufe6b"
_BIDI_CONTROLS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_LINE_SEPARATORS = {0x2028, 0x2029}
# Unicode's White_Space beyond control characters.
_WHITE_SPACE = {0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}

# A black flag and the tags that make it that of a region's subdivision (UTS 51, ED-14a).
_LETTER_TAG, _DIGIT_TAG = "[\U000e0061-\U000e007a]", "[\U000e0030-\U000e0039]"
_FLAG = regex.compile(
    f"\U0001f3f4({_LETTER_TAG}{{2}}|{_DIGIT_TAG}{{3}})({_LETTER_TAG}|{_DIGIT_TAG}){{1,4}}\U000e007f"
)
# Characters that show as nothing, where an emoji or a script needs them.
_NEEDED = regex.compile(
    r"""
      (?<= \p{ccc=9} ) [\u200c\u200d]
    | (?<= [\p{jt=L}\p{jt=D}] \p{jt=T}* ) \u200c (?= \p{jt=T}* [\p{jt=R}\p{jt=D}] )
    | (?<= \p{Lo} ) \u200d (?= \p{ccc=9} )
    | (?<= \p{Extended_Pictographic} [\ufe0f\p{Emoji_Modifier}]? ) \u200d (?= \p{Extended_Pictographic} )
    | (?<= \p{Script=Mongolian} ) [\u180b-\u180d\u180f]
    | (?<= \p{Script=Han} ) [\ufe00-\ufe02]
    | (?<= \p{Script=Egyptian_Hieroglyphs} ) [\ufe00-\ufe06]
    | (?<= [\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Script=Manichaean}] ) \ufe00
    | (?<= \p{Extended_Pictographic} ) [\ufe0e\ufe0f]
    | (?<= [0-9\#*] ) \ufe0f (?= \u20e3 )
    | (?<= \p{Unified_Ideograph} ) [\U000e0100-\U000e01ef]
    """,
    regex.VERBOSE,
)
_INVISIBLE = regex.compile(
    r"[\p{Default_Ignorable_Code_Point}\p{Cn}\u2800\U0001d159\U00013441\U00013442\ufff9-\ufffb]"
)

MAX_USER_OCTETS = 255
MAX_NAME_OCTETS = 255


class BadName(Exception):
    pass


def organisation(common_name):
    """The organisation in lower case without final dot, and whether the dot was there."""
    name = re.sub(r"[A-Z]", lambda letter: letter[0].lower(), common_name)
    has_dot = name.endswith(".")
    if has_dot:
        name = name[:-1]
    labels = name.split(".")
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise BadName(f"organisation has the label {label!r}")
        if label.startswith("xn--"):
            _require_a_label(label)
    return name, has_dot


def _require_a_label(label):
    try:
        unicode = idna.decode(label, uts46=True, std3_rules=True)
        if idna.encode(unicode, uts46=True, std3_rules=True).decode() != label:
            raise BadName(f"{label!r} is not an A-label")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadName(f"{label!r} is not an A-label: {error}") from None


def owner_fits(label, name):
    """Whether `label.name.` has at most 255 octets on the wire."""
    return len(label) + len(name) + 3 <= MAX_NAME_OCTETS


def user(name, is_domainauth):
    """The user's name as it is, or None for a bot."""
    if name == "@":
        return None
    octets = len(name.encode("utf-8", "surrogatepass"))
    if octets == 0 or (octets > MAX_USER_OCTETS and not reading.by_draft):
        raise BadName("user's name is empty or too long")
    for character in name:
        point = ord(character)
        if character in _AT_SIGNS or unicodedata.category(character) in ("Cc", "Cs"):
            raise BadName(f"user's name has U+{point:04X}")
        if point in _BIDI_CONTROLS or point in _LINE_SEPARATORS:
            raise BadName(f"user's name has U+{point:04X}")
        if point in _WHITE_SPACE and point != 0x20:
            raise BadName(f"user's name has U+{point:04X}")
    if name[0] == " " or name[-1] == " ":
        raise BadName("user's name starts or ends with a space")
    if not is_domainauth and (found := _INVISIBLE.search(_NEEDED.sub("", _FLAG.sub("", name)))):
        raise BadName(f"user's name has U+{ord(found[0]):04X}, which is invisible there")
    if is_domainauth and _case_mapped(name) != name:
        raise BadName("user's name is not in PRECIS UsernameCaseMapped form")
    return name


def _case_mapped(name):
    try:
        return _PRECIS.enforce(name)
    except UnicodeEncodeError:
        return None
