"""A file as the readers see it: its bare name, size and digest, and its text once decoded with care."""

from __future__ import annotations

from dataclasses import dataclass

from pool.kernel.words import gettext as _
from pool.registry.inspection.refusals import malformed
from pool.registry.inspection.values import FileDigest

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True)
class Document:
    """The bytes that a reader may see; of weights only the header, while ``size`` counts the file."""

    file: str
    data: bytes
    size: int
    sha256: str

    def own_digest(self) -> FileDigest:
        """Return the digest of the whole file, which we counted ourselves."""
        return FileDigest(self.file, "sha256", self.sha256)

    def text(self) -> str:
        """Decode the bytes as UTF-8 with plain line ends; a byte order mark and CRLF are tolerated.

        Raises: Malformed if the bytes are not UTF-8 or hold a NUL.
        """
        data = self.data.removeprefix(_BYTE_ORDER_MARK)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            reason = _("The file is not UTF-8 text (byte %(at)s).", at=fault.start)
            raise malformed(self.file, reason, _("Save the file as UTF-8 and give it again.")) from None
        if "\x00" in text:
            raise malformed(self.file, _("The file holds a NUL character."))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def is_other_unicode(self) -> bool:
        """Tell whether the bytes begin with the mark of UTF-16 or UTF-32."""
        return self.data.startswith(_OTHER_MARKS)
