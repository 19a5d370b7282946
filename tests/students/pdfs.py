"""PDFs to upload: honest ones and others, made with pypdf so that no binary lives in the repository."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject


def pdf(pages: int = 1, *, secret: str = "", script: str = "", password: str = "", attachment: bytes = b"") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 200)
        content = DecodedStreamObject()
        content.set_data(b"0 0 m 100 100 l S")
        page[NameObject("/Contents")] = writer._add_object(content)
    if secret:
        writer.add_metadata({"/Author": secret, "/Title": secret})
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    if attachment:
        writer.add_attachment("extra.bin", attachment)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def upload(data: bytes, name: str = "cv.pdf", kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)
