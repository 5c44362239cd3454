"""What the built-in functions take and give, as far as a check needs it (DMN 1.5, 10.3.4).

Each parameter has the kinds that it accepts, "" for any; a `?` may be left out. `*` accepts any number of arguments.
A test holds the names of the functions and the number of their parameters against the functions themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.dmn.analysis.types import Type

_WRITTEN = """
not: any -> boolean
all: * -> boolean
any: * -> boolean
is: any, any -> boolean
is defined: any -> boolean
get or else: any, any -> any
get value: context, any -> any
get entries: context -> list
context: list -> context
context put: context, any, any -> context
context merge: list -> context
number: string, any?, any? -> number
string: any -> string
list contains: list, any -> boolean
count: list -> number
is empty: list -> boolean
min: * -> any
max: * -> any
sum: * -> number
product: * -> number
mean: * -> number
median: * -> number
stddev: * -> number
mode: * -> list
sublist: list, number, number? -> list
append: * -> list
concatenate: * -> list
union: * -> list
insert before: list, number, any -> list
remove: list, number -> list
list replace: list, any, any -> list
reverse: list -> list
index of: list, any -> list
distinct values: list -> list
flatten: list -> list
sort: list, any? -> list
decimal: number, number -> number
floor: number, number? -> number
ceiling: number, number? -> number
round up: number, number? -> number
round down: number, number? -> number
round half up: number, number? -> number
round half down: number, number? -> number
abs: number|duration -> any
modulo: number, number -> number
sqrt: number -> number
log: number -> number
exp: number -> number
even: number -> boolean
odd: number -> boolean
working days: day, day -> number
add working days: day, number -> date
is working day: day -> boolean
next working day: day -> date
工作日数: day, day -> number
加工作日: day, number -> date
是工作日: day -> boolean
下一工作日: day -> date
clock: string -> any
before: any, any -> boolean
after: any, any -> boolean
meets: any, any -> boolean
met by: any, any -> boolean
overlaps: any, any -> boolean
overlaps before: any, any -> boolean
overlaps after: any, any -> boolean
finishes: any, any -> boolean
finished by: any, any -> boolean
includes: any, any -> boolean
during: any, any -> boolean
starts: any, any -> boolean
started by: any, any -> boolean
coincides: any, any -> boolean
range: string -> range
substring: string, number, number? -> string
string length: string -> number
upper case: string -> string
lower case: string -> string
trim: string -> string
is blank: string -> boolean
substring before: string, string -> string
substring after: string, string -> string
contains: string, string -> boolean
starts with: string, string -> boolean
ends with: string, string -> boolean
matches: string, string, any? -> boolean
replace: string, string, string, any? -> string
split: string, string -> list
string join: list, any? -> string
date: any, number?, number? -> date
time: any, number?, number?, any? -> time
date and time: any, any?, number?, number?, number?, number?, any? -> date and time
duration: any -> any
years and months duration: day, day -> years and months duration
now: -> date and time
today: -> date
day of year: day -> number
day of week: day -> string
month of year: day -> string
week of year: day -> number
last day of month: day -> date
"""
_GROUPS = {
    "any": frozenset[str](),
    "day": frozenset(("date", "date and time")),
    "number|duration": frozenset(("number", "days and time duration", "years and months duration")),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """`accepts`: for each parameter the kinds that it takes, none for any; at least `least` are needed."""

    accepts: tuple[frozenset[str], ...]
    least: int
    gives: Type
    any_number: bool = False


def _read(line: str) -> tuple[str, Signature]:
    name, _, rest = line.partition(":")
    parameters, _, gives = rest.partition("->")
    result = Type("" if gives.strip() == "any" else gives.strip())
    if parameters.strip() == "*":
        return name, Signature((), 1, result, any_number=True)
    written = [each.strip() for each in parameters.split(",") if each.strip()]
    accepts = tuple(_GROUPS.get(each.rstrip("?"), frozenset((each.rstrip("?"),))) for each in written)
    return name, Signature(accepts, sum(not each.endswith("?") for each in written), result)


#: By the name of the function.
SIGNATURES: dict[str, Signature] = dict(_read(line) for line in _WRITTEN.strip().splitlines())
