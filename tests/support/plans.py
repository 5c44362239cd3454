"""Documents as applicants hand them in, with something to read on every page: put in place of the blank ones."""

from __future__ import annotations

import io

import typst
from PIL import Image, ImageDraw

from webapp import file_store
from webapp.printing import FONTS
from webapp.unit_of_work import sql, unit_of_work

LEASE = """
#set page(paper: "a4", margin: 2.4cm)
#set text(font: "Noto Serif SC", size: 11pt, lang: "zh")
#align(center)[#text(18pt, weight: "bold")[房屋租赁合同（虚构，示例）]]
#v(1em)
出租方：江城市民安物业有限公司 #h(2em) 承租方：江城市济民药房有限公司
#v(.6em)
#for clause in ("房屋坐落于江城市滨河区医卫路 88 号一层，建筑面积 120 平方米。",
  "租赁期限自 2026 年 9 月 1 日起至 2027 年 8 月 31 日止。",
  "房屋用途为药品零售，承租方不得擅自改变用途。", "租金按季度支付，先付后用。") [
+ #clause
]
#pagebreak()
#align(center)[#text(14pt)[附件一：平面图]]
#rect(width: 100%, height: 14cm, stroke: 1.5pt)[
  #grid(columns: (1fr, 1fr), rows: (7cm, 6cm), stroke: .8pt, [营业区 72 m²], [仓库 24 m²], [验收区], [办公室])
]
#pagebreak()
#align(center)[#text(14pt)[附件二：产权证明]]
#lorem(120)
"""


def lease() -> bytes:
    """A contract of three pages with the font in it, as a scanner or an office programme gives it."""
    return bytes(typst.compile(LEASE.encode(), format="pdf", font_paths=[FONTS], ignore_system_fonts=True))


def photo() -> bytes:
    """A picture that is wider than high."""
    image = Image.new("RGB", (900, 600), "#dfe7ef")
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 80, 840, 520), outline="#334155", width=6)
    pen.rectangle((360, 320, 540, 520), fill="#64748b")
    target = io.BytesIO()
    image.save(target, "JPEG")
    return target.getvalue()


def hand_in(case_id: int, material: str, content: bytes, media_type: str, pages: int) -> int:
    """Put the content in place of the file of a material; returns the file's id."""
    digest = file_store.put(content)
    with unit_of_work():
        row = (
            sql()
            .execute(
                "update stored_file set digest = %s, media_type = %s, pages = %s, size = %s where id ="
                " (select mf.file_id from material_file mf join submitted_material m on m.id = mf.submitted_material_id"
                " where m.case_id = %s and m.material_key = %s order by mf.position limit 1) returning id",
                (digest, media_type, pages, len(content), case_id, material),
            )
            .fetchone()
        )
    assert row is not None, material
    return int(row[0])
