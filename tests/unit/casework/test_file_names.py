"""Names and labels of uploads: harmless whatever was sent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditors.casework.file_names import LONGEST_NAME, media_type_of, shown_name

TRAVERSAL = [
    ("../../etc/passwd", "passwd"),
    ("..\\..\\windows\\win.ini", "win.ini"),
    ("/etc/shadow", "shadow"),
    ("C:\\Users\\mara\\plan.pdf", "plan.pdf"),
    ("....//....//secret.txt", "secret.txt"),
    ("..%2f..%2fpasswd", "_2f.._2fpasswd"),
    ("file\x00.pdf", "pdf"),
    ("plan.pdf\x00.exe", "exe"),
    ("a/b/../c.txt", "c.txt"),
    ("..", "file"),
    (".", "file"),
    ("", "file"),
    ("   ", "file"),
    ("///", "file"),
    ("\\\\server\\share\\x.doc", "x.doc"),
    (".htaccess", "htaccess"),
    ("~root", "root"),
    ("-rf", "rf"),
    ("CON", "_CON"),
    ("nul.txt", "_nul.txt"),
    ("COM1.log", "_COM1.log"),
    ("report.pdf:stream", "report.pdf_stream"),
    ("$(reboot).sh", "_(reboot).sh"),
    ("`id`", "_id_"),
    ("a;b&c|d", "a_b_c_d"),
    ("<script>.html", "_script_.html"),
    ("invoice\u202egnp.exe", "invoicegnp.exe"),
    ("zero\u200bwidth.txt", "zerowidth.txt"),
    ("tab\tand\nline.txt", "tabandline.txt"),
    ("two  spaces.txt", "two spaces.txt"),
    ("trailing. . .", "trailing"),
    ("résumé.pdf", "résumé.pdf"),
    ("cafe\u0301.pdf", "café.pdf"),
    ("审计计划.pdf", "审计计划.pdf"),
    ("Δοκιμή.txt", "Δοκιμή.txt"),
    ("half\ud800.txt", "half.txt"),
]


@pytest.mark.parametrize(("sent", "shown"), TRAVERSAL)
def test_hostile_names_become_harmless(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


def test_long_names_keep_their_ending() -> None:
    name = shown_name("x" * 500 + ".safetensors")
    assert len(name) == LONGEST_NAME and name.endswith("xx.safetensors")
    assert len(shown_name("y" * 500)) == LONGEST_NAME


@given(st.text(max_size=300))
def test_any_name_is_one_visible_part_of_a_path(sent: str) -> None:
    name = shown_name(sent)
    assert 0 < len(name) <= LONGEST_NAME + 1
    assert not set(name) & set('/\\\x00<>:"|?*')
    assert name not in (".", "..") and name[0] not in ".~- "
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs") for char in name)
    name.encode()


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04....", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"GGUF\x03\x00\x00\x00", "application/x-gguf"),
        (b'\x40\x00\x00\x00\x00\x00\x00\x00{"a":', "application/x-safetensors"),
        (b'  {"bomFormat": "CycloneDX"}', "application/json"),
        (b"\xef\xbb\xbf[1]", "application/json"),
        (b"---\nlicense: mit\n---\n", "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "text/plain"),
        (b"\x80\x04\x95\x00", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
        ("審計".encode(), "text/plain"),
    ],
)
def test_first_bytes_give_a_label(head: bytes, label: str) -> None:
    assert media_type_of(head) == label


@given(st.binary(max_size=5000))
def test_no_bytes_are_ever_labelled_as_something_that_runs(head: bytes) -> None:
    assert media_type_of(head) not in ("text/html", "image/svg+xml", "application/javascript", "text/xml")
