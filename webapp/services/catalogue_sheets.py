"""Spreadsheets and JSON of a catalogue: read within bounds, whoever made them, each kind by a reader of its own.

A file is refused as a whole where it cannot be read; what is wrong with one row is a fault of that row.
"""

from __future__ import annotations

from engine import Words
from webapp.errors import FileRefused
from webapp.services.catalogue_csv import read_csv
from webapp.services.catalogue_json import read_json
from webapp.services.catalogue_rows import Read
from webapp.services.catalogue_workbooks import read_workbook
from webapp.services.release_uploads import LARGEST_FILE, plain_name

ENDINGS = (".xlsx", ".csv", ".json")
#: A spreadsheet is packed already: what is larger does not fit into the form with which it is shown before it is saved.
LARGEST_WORKBOOK = 1024 * 1024


def read_catalogue(name: str, content: bytes) -> Read:
    """The rows of an uploaded spreadsheet, table of text or JSON. Raises FileRefused by name and reason."""
    named = plain_name(name)
    if not content:
        raise FileRefused(named, Words("文件是空的。", "the file is empty."))
    if len(content) > LARGEST_FILE:
        raise FileRefused(named, Words("超过 2 MB。", "it is larger than 2 MB."))
    ending = next((one for one in ENDINGS if named.lower().endswith(one)), "")
    if ending == ".xlsx":
        if len(content) > LARGEST_WORKBOOK:
            raise FileRefused(
                named,
                Words("表格超过 1 MB，请分成几个文件。", "the spreadsheet is larger than 1 MB; split it."),
            )
        read = read_workbook(named, content)
    elif ending == ".csv":
        read = read_csv(named, content)
    elif ending == ".json":
        read = read_json(named, content)
    else:
        raise FileRefused(
            named,
            Words(
                "只接收 .xlsx、.csv 和 .json；旧的 .xls 和带宏的表格请另存为 .xlsx。",
                "only .xlsx, .csv and .json are taken; save an old .xls, or one with macros, as .xlsx.",
            ),
        )
    if not read.records and not read.faults:
        told = read.left_out[0] if read.left_out else Words("没有内容。", "It holds nothing.")
        raise FileRefused(named, Words(f"没有读到任何行。{told.zh}", f"no row was found. {told.en}"))
    return read
