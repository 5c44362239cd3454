"""Articles of law as people cite them: 《行政许可法》第三十四条第一款, 行政许可法第34条, Licensing Law, art. 34.

However it is written, a citation is read into the same `Article`. A law is known by its name without quotation marks,
without 中华人民共和国 and without what stands in brackets behind it. A name in 《》 is certain; a bare one may have
taken a word before it along (依据行政许可法…), so it has several readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

_DIGITS = "零〇一二三四五六七八九"
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?:[0-9０-９]{1,4}|[零〇一二三四五六七八九十百千两]{1,9})"
_NUMBER_TYPED = r"第?\s*([0-9０-９]{1,4})"
#: A law's name ends so, where it stands without 《》.
_ENDS = "法典|法|条例|规定|办法|规则|细则|规范|决定|通则|解释|标准|目录|章程"
_BRACKETS = r"(?:\s*[（(\[〔][^（）()\[\]〔〕]{0,40}[）)\]〕])*"
_QUOTED = rf"《(?P<quoted>[^《》]{{2,80}})》{_BRACKETS}"
_BARE = rf"(?P<bare>[\u4e00-\u9fff·]{{1,60}}?(?:{_ENDS})){_BRACKETS}(?=\s*第?\s*{_NUMBER}\s*[条、，,和及至到])"
_SAME = r"(?P<same>同法|该法|同条例|该条例|同办法|该办法|同规定|该规定)(?=\s*第)"
_LAW = re.compile(f"{_QUOTED}|{_SAME}|{_BARE}")
_STEP = re.compile(
    rf"\s*(?P<join>以及|或者|或|和|及|与|、|，|,|至|到|—+|－|-|～|~)?\s*(?:之(?P<inserted>{_NUMBER})|"
    rf"第?\s*[（(]?(?P<number>{_NUMBER})[）)]?\s*(?P<unit>条|款|项)?)"
)
_RANGE = re.compile(r"至|到|—+|－|-|～|~")
_MOST_OF_A_RANGE = 200
#: What stands before a law's name and is no part of it.
_BEFORE = re.compile(
    r"^(?:依法|依据|根据|按照|依照|参照|参考|违反|符合|适用|遵照|见|由|按|依|与|和|及|以及|或者|或|对|在|为|是|经|从|自|因|即|的)+"
)
_JOINED = re.compile(r"以及|或者|和|与|及|或|依据|根据|按照|依照|参照|违反|符合")
#: 行政许可法34, as a person types it.
_NO_UNIT = re.compile(rf"(?<=[\u4e00-\u9fff》]){_NUMBER_TYPED}$")
_COUNTRY = re.compile(r"^中华人民共和国")
_PARENTHESIS = re.compile(r"[（(\[〔].*$")

_EN_MARK = r"(?:arts?\.?|articles?|§+)"
# A name begins with a word and everything is bounded, so that a text costs what its length says.
_EN_AFTER = re.compile(
    r"(?<![A-Za-z0-9])(?P<law>[A-Z][A-Za-z0-9'’“”\" /&-]{0,160}?)(?:\s{0,9}\([^()]{0,60}\))*,?\s{1,9}"
    rf"(?:{_EN_MARK})\s*(?P<rest>\d(?:para\.|[^;.()])*)",
)
_EN_BEFORE = re.compile(
    rf"(?i:{_EN_MARK})\s*(?P<rest>\d[\d ,and–-]{0, 200}?(?:,? para(?:graph|\.)? ?\d+)?)"
    r"\s{1,9}of\s{1,9}the\s{1,9}(?P<law>[A-Z][A-Za-z0-9'’ -]{0,160})"
)
_SMALL_END = re.compile(r"(?:\s+[a-z][^A-Z]*)$")
_EN_STEP = re.compile(r"\s*(?P<join>,|and|or|to|–|-)?\s*(?P<para>para(?:graphs?|s?\.|s)?\s*)?(?P<number>\d{1,4})")
_EN_BEFORE_NAME = re.compile(
    r"^(?:Example|After|Under|See|By|As|The|On|In|Basis|according to|the)\b[,:; ]*", re.IGNORECASE
)

#: What of a law's English name is written small.
_SMALL_WORDS = frozenset({"of", "on", "the", "and", "for", "in", "to", "by", "or"})


@dataclass(frozen=True, slots=True, order=True)
class Article:
    """One article of a law. `inserted`: 1 of 第一百三十三条之一; `paragraph` and `item` (款, 项) 0: all of it;
    `number` 0: the law as such."""

    law: str
    number: int
    inserted: int = 0
    paragraph: int = 0
    item: int = 0

    def covers(self, other: Article) -> bool:
        """Whether a change to this one touches what `other` cites: the same, a part of it, or the whole of it."""
        if self.law != other.law or (self.number and other.number and self.number != other.number):
            return False
        if not self.number:
            return True
        if not other.number:
            return False
        return (
            self.inserted == other.inserted
            and _same_or_whole(self.paragraph, other.paragraph)
            and _same_or_whole(self.item, other.item)
        )

    @property
    def zh(self) -> str:
        """As it is cited in Chinese."""
        told = f"《{self.law}》"
        if self.number:
            told += f"第{chinese_number(self.number)}条"
        if self.inserted:
            told += f"之{chinese_number(self.inserted)}"
        if self.paragraph:
            told += f"第{chinese_number(self.paragraph)}款"
        return told + (f"第（{chinese_number(self.item)}）项" if self.item else "")

    def in_english(self, law: str) -> str:
        """As it is cited in English, where the law has this name there (in small letters, as it is learnt)."""
        told = " ".join(
            word if at and word in _SMALL_WORDS else word.capitalize() for at, word in enumerate(law.split())
        )
        if self.number:
            told += f", art. {self.number}" + (f"-{self.inserted}" if self.inserted else "")
        if self.paragraph:
            told += f" para. {self.paragraph}"
        return told + (f" item {self.item}" if self.item else "")

    @property
    def whole(self) -> Article:
        """The article without paragraph and item."""
        return replace(self, paragraph=0, item=0)


@dataclass(frozen=True, slots=True)
class Citation:
    """An article as it stands in a text, with every name that its law may be meant by; the first is the likeliest.

    `is_english`: the names are English ones, in small letters.
    """

    article: Article
    names: tuple[str, ...]
    is_english: bool = False


def law_name(text: str) -> str:
    """A law's name as it is compared: without 《》, 中华人民共和国 and what stands in brackets."""
    plain = _PARENTHESIS.sub("", text.strip().strip("《》").strip())
    return _COUNTRY.sub("", re.sub(r"\s+", "", plain))


def citations_in(text: str) -> list[Citation]:
    """Every article that a text cites, Chinese or English, in its order; lists and ranges are each of theirs."""
    return [*_chinese_citations(text), *_english_citations(text)]


def laws_named_in(text: str) -> set[str]:
    """The laws that a text names in 《》, with or without an article."""
    return {law_name(found["quoted"]) for found in _LAW.finditer(text) if found["quoted"]}


def read_article(text: str) -> Article | None:
    """What a person types to name an article, or a law as such (`number` 0); None where it names neither.

    A law may be written without 《》, an article without 第; names in English are left as they are.
    """
    typed = re.sub(r"\s+(?=[第\d０-９])", "", text.strip()) if re.search(r"[\u4e00-\u9fff]", text) else text.strip()
    found = citations_in(_NO_UNIT.sub(r"第\1条", typed))
    if found:
        one = found[0]
        return replace(one.article, law=one.names[0])
    name = law_name(text)
    return Article(name, 0) if len(name) >= 2 else None


def names_in_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """English name of a law (small letters) -> its Chinese name, learnt from texts that cite the same in both
    languages. Where a text cites several laws, they pair in their order."""
    learnt: dict[str, str] = {}
    for zh, en in pairs:
        ours, theirs = _laws(_chinese_citations(zh)), _laws(_english_citations(en))
        if len(ours) == len(theirs):
            for (name, numbers), (english, same) in zip(ours, theirs, strict=True):
                if numbers == same:
                    learnt.setdefault(english, name)
    return learnt


def cites(citation: Citation, wanted: Article, english: Mapping[str, str]) -> bool:
    """Whether a citation is of what `wanted` names. `english`: what `names_in_pairs` has learnt."""
    names = citation.names
    if citation.is_english:  # the longest known one: "the Implementing Regulation of the Drug Law" is not the Drug Law
        known = next((name for name in names if name in english), None)
        names = (english[known],) if known else names
    return any(wanted.covers(replace(citation.article, law=name)) for name in names)


def chinese_number(number: int) -> str:
    """A number below 10,000 as a law's articles are counted: 三十四, 一百零五."""
    told, zero = "", False
    for unit, place in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, place)
        if digit:
            told += (
                ("零" if zero else "") + ("" if digit == 1 and unit == "十" and not told else _DIGITS[digit + 1]) + unit
            )
            zero = False
        elif told and number:
            zero = True
    return told or "零"


def number_of(text: str) -> int:
    """34 of 34, ３４ and 三十四; 0 where it is no number."""
    if text.isdigit():
        return int(text)
    total = digit = 0
    for sign in text.replace("两", "二"):
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        elif sign in _DIGITS:
            digit = digit * 10 + max(_DIGITS.index(sign) - 1, 0)
    return total + digit


def _same_or_whole(one: int, other: int) -> bool:
    return not one or not other or one == other


def _laws(citations: Iterable[Citation]) -> list[tuple[str, list[int]]]:
    """Each law once, with its articles."""
    found: dict[str, list[int]] = {}
    for one in citations:
        found.setdefault(one.names[0], []).append(one.article.number)
    return [(name, sorted(set(numbers))) for name, numbers in found.items()]


def _chinese_citations(text: str) -> Iterator[Citation]:
    last: tuple[str, ...] = ()
    at = 0
    while (found := _LAW.search(text, at)) is not None:
        at = found.end()
        names = last if found["same"] else _names(found)
        if not names:
            continue
        last = names
        articles, at = _articles(text, at)
        for one in articles:
            yield Citation(replace(one, law=names[0]), names)


def _names(found: re.Match[str]) -> tuple[str, ...]:
    if found["quoted"]:
        return (law_name(found["quoted"]),)
    whole = law_name(_BEFORE.sub("", found["bare"]))
    parts = [law_name(whole[each.end() :]) for each in _JOINED.finditer(whole)]
    return tuple(dict.fromkeys(name for name in (whole, *parts) if len(name) > 1))


def _articles(text: str, at: int) -> tuple[list[Article], int]:
    """The articles behind a law's name, from `at` on, and where what cites them ends."""
    found: list[Article] = []
    pending: list[tuple[str, int]] = []  # numbers whose unit is still to come: 第三十二、三十四条
    end = at
    while (step := _STEP.match(text, at)) is not None:
        join = step["join"] or ""
        if not join and (pending or (found and not step["inserted"] and not step["unit"])):
            break
        at = step.end()
        if step["inserted"]:
            if not found:
                break
            found[-1] = replace(found[-1], inserted=number_of(step["inserted"]))
            end = at
            continue
        number, unit = number_of(step["number"]), step["unit"]
        if unit is None:
            pending.append((join, number))
            continue
        for before, each in [*pending, (join, number)]:
            _add(found, before, each, unit)
        pending.clear()
        end = at
    return found, end


def _add(found: list[Article], join: str, number: int, unit: str) -> None:
    if unit == "条":
        first = found[-1].number + 1 if found and _RANGE.fullmatch(join) else number
        if first < number <= first + _MOST_OF_A_RANGE:
            found += [Article("", each) for each in range(first, number)]
        found.append(Article("", number))
    elif found and unit == "款":
        _narrow(found, replace(found[-1], paragraph=number, item=0), bool(join and found[-1].paragraph))
    elif found:
        _narrow(found, replace(found[-1], item=number), bool(join and found[-1].item))


def _narrow(found: list[Article], narrower: Article, is_another: bool) -> None:
    """The last article is cited in part; of 第一款、第二款 the second is another citation."""
    if is_another:
        found.append(narrower)
    else:
        found[-1] = narrower


def _english_citations(text: str) -> Iterator[Citation]:
    for found in [*_EN_AFTER.finditer(text), *_EN_BEFORE.finditer(text)]:
        name = found["law"].strip(" ,'“”\"")
        if found.re is _EN_BEFORE:  # what follows the name begins in small letters: the Licensing Law says
            name = _SMALL_END.sub("", name)
        while (shorter := _EN_BEFORE_NAME.sub("", name)) != name:
            name = shorter
        if not name:
            continue
        words = name.lower().split()
        tails = (" ".join(words[start:]) for start in range(1, min(len(words) - 1, 8)))
        names = tuple(dict.fromkeys((" ".join(words), *tails)))
        for one in _english_articles(found["rest"]):
            yield Citation(replace(one, law=names[0]), names, is_english=True)


def _english_articles(rest: str) -> list[Article]:
    found: list[Article] = []
    at = 0
    while (step := _EN_STEP.match(rest, at)) is not None:
        at = step.end()
        number, join = int(step["number"]), step["join"] or ""
        if step["para"] and found:
            found[-1] = replace(found[-1], paragraph=number)
        elif found and join in ("to", "–", "-") and found[-1].number < number <= found[-1].number + _MOST_OF_A_RANGE:
            found += [Article("", each) for each in range(found[-1].number + 1, number + 1)]
        elif not found or join:
            found.append(Article("", number))
        else:
            break
    return found
