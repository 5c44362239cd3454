"""Uploaded files: what may come in, how it is kept."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import DependencyError, PdfReadError, PyPdfError
from pypdf.generic import DictionaryObject

from engine import Words
from webapp import clock, file_store
from webapp.errors import FileRefused
from webapp.identity import Identity
from webapp.unit_of_work import sql

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
LARGEST_IMAGE_PIXELS = 50_000_000
MOST_PAGES = 60
MOST_PDF_PAGES = 1000
A4_AT_150_DPI = (1240, 1754)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came from the browser."""

    name: str
    content: bytes


def media_type(upload: Upload) -> str:
    """The type by content, never by name: PDF, JPEG or PNG. Raises FileRefused naming the reason."""
    if not upload.content:
        raise FileRefused(upload.name, Words("文件是空的。", "the file is empty."))
    if len(upload.content) > LARGEST_FILE:
        raise FileRefused(
            upload.name,
            Words(f"超过 {LARGEST_FILE // MEBIBYTE} MB。", f"it is larger than {LARGEST_FILE // MEBIBYTE} MB."),
        )
    if upload.content.startswith(b"%PDF-"):
        return "application/pdf"
    if upload.content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if upload.content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    raise FileRefused(upload.name, Words("内容不是 PDF、JPG 或 PNG。", "its content is neither PDF, JPEG nor PNG."))


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: looked into and already in the store, before any case is locked for it."""

    name: str
    digest: str
    media_type: str
    size: int
    pages: int | None


def check_upload(upload: Upload) -> Checked:
    """Look into one upload and put it in the store. Raises FileRefused."""
    kind = media_type(upload)
    pages = _pages(upload, kind)
    return Checked(upload.name[-200:], file_store.put(upload.content), kind, len(upload.content), pages)


def check_pages(name: str, pages: list[Upload]) -> Checked:
    """Bind captured page images, in order, to one PDF. Raises FileRefused naming the page."""
    if not pages:
        raise FileRefused(name, Words("没有拍摄页面。", "there are no pages."))
    if len(pages) > MOST_PAGES:
        raise FileRefused(name, Words(f"超过 {MOST_PAGES} 页。", f"it has more than {MOST_PAGES} pages."))
    images = [_image(page) for page in pages]
    target = io.BytesIO()
    images[0].save(target, "PDF", save_all=True, append_images=images[1:], resolution=150)
    content = target.getvalue()
    return Checked(name[-200:], file_store.put(content), "application/pdf", len(content), len(images))


def keep_file(checked: Checked, by: Identity | None) -> int:
    """The row of a checked file, inside the running command; returns its id. `by` is nobody: the applicant."""
    row = (
        sql()
        .execute(
            "insert into stored_file (digest, name, media_type, size, pages, by_id, at)"
            " values (%s, %s, %s, %s, %s, %s, %s) returning id",
            (checked.digest, checked.name, checked.media_type, checked.size, checked.pages, _id_of(by), clock.now()),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def _id_of(by: Identity | None) -> int | None:
    return by.user_id if by else None


def keep_upload(upload: Upload, by: Identity) -> int:
    """Check and keep one small upload (a signature) inside the running command. Raises FileRefused."""
    return keep_file(check_upload(upload), by)


def _image(page: Upload) -> Image.Image:
    if media_type(page) not in ("image/jpeg", "image/png"):
        raise FileRefused(page.name, Words("页面应为图片。", "a page must be an image."))
    try:
        image = Image.open(io.BytesIO(page.content))
        if image.width * image.height > LARGEST_IMAGE_PIXELS:
            raise FileRefused(page.name, Words("图片像素过大。", "the image has too many pixels."))
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise FileRefused(page.name, Words("图片已损坏。", "the image is damaged.")) from broken
    image.thumbnail((A4_AT_150_DPI[1], A4_AT_150_DPI[1]))
    return image.convert("RGB")


def _pages(upload: Upload, kind: str) -> int | None:
    """Pages of a PDF as its page tree counts them; an image is opened to see that it is one."""
    if kind != "application/pdf":
        _image(upload)
        return 1
    try:
        reader = PdfReader(io.BytesIO(upload.content))
        count = None if reader.is_encrypted else _page_count(reader)
    except DependencyError:
        count = None  # encrypted in a way that needs a key to be read at all
    except (PyPdfError, ValueError, OSError, RecursionError, KeyError, TypeError, AttributeError) as broken:
        raise FileRefused(upload.name, Words("PDF 无法打开，可能已损坏。", "the PDF cannot be opened.")) from broken
    if count is None:
        raise FileRefused(upload.name, Words("PDF 已加密，无法查看。", "the PDF is encrypted."))
    if not 1 <= count <= MOST_PDF_PAGES:
        raise FileRefused(
            upload.name, Words(f"PDF 页数应为 1 至 {MOST_PDF_PAGES}。", f"a PDF may have 1 to {MOST_PDF_PAGES} pages.")
        )
    return count


def _page_count(reader: PdfReader) -> int:
    """What the root of the page tree says; walking the tree of a hostile file could take minutes."""
    tree = reader.root_object["/Pages"].get_object()
    if not isinstance(tree, DictionaryObject):
        raise PdfReadError("no page tree")
    count = tree["/Count"]
    return int(count) if isinstance(count, (int, float)) else 0
