"""批注: words on a page of a document that a case holds, by whoever handles the case."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from webapp import clock
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.services.separation import CONFLICTED, InConflict
from webapp.unit_of_work import sql, unit_of_work

LONGEST = 500  # characters of one note
SIDE = 1000  # a page is this wide and high, whatever its paper
LAST_PAGE = 10_000
TASK = f"""
select t.case_id, {CONFLICTED}, t.groups, t.assignee_id, t.state, k.bundle_key
from user_task t join cases k on k.id = t.case_id where t.id = %s
"""
#: A file of the case's materials: those are what is read and annotated.
OF_CASE = """
select f.pages from stored_file f where f.id = %(file)s and exists (select from material_file mf
    join submitted_material m on m.id = mf.submitted_material_id where mf.file_id = f.id and m.case_id = %(case)s)
"""
ADD = """
insert into file_note (case_id, file_id, task_id, page, left_edge, top_edge, width, height, words, by_id, at)
values (%(case)s, %(file)s, %(task)s, %(page)s, %(left)s, %(top)s, %(width)s, %(height)s, %(words)s, %(me)s, %(now)s)
returning id
"""
REMOVE = """
update file_note set removed_at = %(now)s
where id = %(note)s and case_id = %(case)s and by_id = %(me)s and removed_at is null returning id
"""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page, in thousandths of its width and height."""

    left: int
    top: int
    width: int
    height: int

    @property
    def lies_on_the_page(self) -> bool:
        return (
            min(self.left, self.top) >= 0
            and min(self.width, self.height) > 0
            and self.left + self.width <= SIDE
            and self.top + self.height <= SIDE
        )


def add_note(task_id: int, file_id: int, *, page: int, area: Area | None, words: str, by: Identity) -> int:
    """Keep a note; returns its id. Raises NotFound, Incomplete (words, page)."""
    text = words.strip()
    if not text:
        raise Incomplete("words", Words("请写明批注的内容。", "Write what the note says."))
    if len(text) > LONGEST:
        raise Incomplete("words", Words(f"批注不超过 {LONGEST} 个字。", f"A note has {LONGEST} characters at most."))
    with unit_of_work():
        case_id = _case_of(task_id, by)
        row = sql().execute(OF_CASE, {"file": file_id, "case": case_id}).fetchone()
        if row is None:
            raise NotFound()
        if not 1 <= page <= (row[0] or LAST_PAGE):
            raise Incomplete("page", Words("没有这一页。", "There is no such page."))
        if area is not None and not area.lies_on_the_page:
            raise Incomplete("page", Words("批注的位置不在页面上。", "The note is not on the page."))
        places = dict.fromkeys(("left", "top", "width", "height"))
        if area is not None:
            places = {"left": area.left, "top": area.top, "width": area.width, "height": area.height}
        values = {"case": case_id, "file": file_id, "task": task_id, "page": page, **places}
        kept = sql().execute(ADD, {**values, "words": text, "me": by.user_id, "now": clock.now()}).fetchone()
        assert kept is not None
    return int(kept[0])


def remove_note(task_id: int, note_id: int, *, by: Identity) -> None:
    """Take one's own note off; it is kept with when. Raises NotFound."""
    with unit_of_work():
        values = {"note": note_id, "case": _case_of(task_id, by), "me": by.user_id, "now": clock.now()}
        if sql().execute(REMOVE, values).fetchone() is None:
            raise NotFound()


def _case_of(task_id: int, by: Identity) -> int:
    """The case of a task that this person sees. Raises NotFound, InConflict."""
    row = sql().execute(TASK, (task_id,)).fetchone()
    if row is None:
        raise NotFound()
    case_id, conflicted, groups, *facts = row
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), *facts))
    if by.user_id in (conflicted or ()):
        raise InConflict()
    return int(case_id)
