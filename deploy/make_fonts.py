"""Make the fonts that the papers carry (run by hand, seldom; the result lies in pool/reports/fonts).

The sources are not part of the project. Fetch them first, into an empty folder:

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3      then unpack it: tar xzf *.tgz
    apt-get download fonts-noto-core                     then unpack it: dpkg-deb -x *.deb core

and run

    python deploy/make_fonts.py FOLDER

Both families stand under the SIL Open Font License 1.1. It allows subsets, asks that the licence goes with
them, and forbids a changed font to bear a reserved name ("Source" for the Han family). The subsets are renamed
for that reason, and because "Noto" is a trademark; copyright and licence records inside the files stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).resolve().parent.parent / "pool" / "reports" / "fonts"

#: The alphabetic font: Latin with its extensions, Greek, Cyrillic, punctuation, currencies, marks of the papers.
ALPHABETIC_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x02FF),
    (0x0300, 0x036F),
    (0x0370, 0x03FF),
    (0x0400, 0x052F),
    (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFF),
    (0x2000, 0x200A),
    (0x2010, 0x2027),
    (0x202F, 0x202F),
    (0x2030, 0x205E),
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x2195),
    (0x2200, 0x22FF),
    (0x25A0, 0x25CF),
    (0xA640, 0xA69F),
    (0xFB00, 0xFB06),
    (0xFFFD, 0xFFFD),
)

#: Noto Sans has no minus sign; amounts below zero need one on a machine without fonts, and an en dash is its shape.
LENT = {0x2212: 0x2013}

#: Han letters met in names of people and firms that neither GB/T 2312 nor the first level of Big5 holds.
NAME_HAN = (
    "堃喆镕翀珺玥祎晞暐晅昀昉昇晧晢炘炜烜焜煊熠燚珅珂琎琰琲瑀瑄璟璠瓒甦甯祚禛禤竑筠箬缃耘芃苒荻菀萱蕙虓袆赟邺酆鋆钰铧锖锜镔闫阇隗霂霈颢飏骁"
    "骎骐骕麐黻曌玹琤瑨璘琇玏佺俣倞偲傕僖劼勍卲卿叡吒垚埇垿塬墉壵奭妤姈姝娉婳媞嫄嬅孖宓尓屾岍峣峤崟崚嵘嵩弢彧徕忞怿恺惇愔慜懋戬扆扬旸旻昕昳晗"
    "晟晳曈朏杺枘柷栩桢棪椤楙榑榕樾橦殷毓汭沄沅沆沚泓泖洢洺浠浥涞涵淇淏淦渌湉湜溁溦滢漪潆潼澍澹濛濬瀚灏炅炟炫烺焱煦熙熹燊爔牧珣珩珮珵琅"
)


def decoded(encoding: str, leads: range, trails: Iterable[int]) -> set[int]:
    """Return the code points that one double-byte encoding holds in the given rows."""
    found: set[int] = set()
    cells = list(trails)
    for lead in leads:
        for trail in cells:
            try:
                text = bytes([lead, trail]).decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                found.add(ord(text))
    return found


def han_regular() -> set[int]:
    """Return GB/T 2312, the first level of Big5 (traditional names), full-width forms and the letters of names."""
    simplified = han_bold()
    traditional = decoded("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
    return simplified | traditional


def han_bold() -> set[int]:
    """Return GB/T 2312, CJK punctuation and the letters of names; the bold of other names falls back to regular."""
    punctuation = set(range(0x3000, 0x3040)) | set(range(0xFF01, 0xFF66)) | set(range(0xFFE0, 0xFFE7))
    return decoded("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF)) | punctuation | {ord(c) for c in NAME_HAN}


def alphabetic() -> set[int]:
    """Return the code points of the alphabetic fonts."""
    return {code for first, last in ALPHABETIC_RANGES for code in range(first, last + 1)}


def lend_outlines(font: TTFont) -> None:
    """Draw the letters of ``LENT`` with the outline of another one of the same font."""
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update({code: table.cmap[lender] for code, lender in LENT.items() if lender in table.cmap})


def rename(font: TTFont, *, family: str, style: str) -> None:
    """Give the subset its own name in every name record, and say from what it was made."""
    names = font["name"]
    origin = names.getDebugName(4)
    postscript = f"{family.replace(' ', '')}-{style}"
    names.names = [record for record in names.names if record.nameID in (0, 7, 13, 14)]
    for record in list(names.names):
        names.setName(record.toUnicode(), record.nameID, 3, 1, 0x409)
    own = {1: family, 2: style, 3: f"1.0;{postscript}", 4: f"{family} {style}", 5: "Version 1.0", 6: postscript}
    own[10] = f"Subset of {origin} for the papers of Audit Pool."
    for name_id, text in own.items():
        names.setName(text, name_id, 3, 1, 0x409)
    # Only the Windows Unicode records are kept: one language, one platform, no record that still bears the old name.
    names.names = [record for record in names.names if (record.platformID, record.langID) == (3, 0x409)]


def make(source: Path, target: Path, *, codes: set[int], family: str, style: str) -> None:
    """Write one subset with plain glyf outlines; the same source gives the same bytes."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_IDs = ["*"]
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "GDEF", "BASE", "STAT", "DSIG", "MATH", "avar"]
    font = subset.load_font(str(source), options)
    if "glyf" not in font:
        raise SystemExit(f"{source.name} has no glyf outlines; the PDF writer cannot embed it")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    if family == "PoolPaperSans":
        lend_outlines(font)
    rename(font, family=family, style=style)
    subset.save_font(font, str(target), options)
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


def one(folder: Path, pattern: str) -> Path:
    """Return the single file below the folder with that name."""
    found = sorted(folder.rglob(pattern))
    if not found:
        raise SystemExit(f"no {pattern} below {folder}")
    return found[0]


def main() -> None:
    """Make the four fonts and lay the two licences beside them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the two source packages were unpacked")
    folder = parser.parse_args().folder
    OUT.mkdir(parents=True, exist_ok=True)
    plan = (
        ("NotoSans-Regular.ttf", "PoolPaperSans", "Regular", alphabetic()),
        ("NotoSans-Bold.ttf", "PoolPaperSans", "Bold", alphabetic()),
        ("NotoSansSC_400Regular.ttf", "PoolPaperHan", "Regular", han_regular()),
        ("NotoSansSC_700Bold.ttf", "PoolPaperHan", "Bold", han_bold()),
    )
    for pattern, family, style, codes in plan:
        make(one(folder, pattern), OUT / f"{family}-{style}.ttf", codes=codes, family=family, style=style)
    total = sum(path.stat().st_size for path in OUT.glob("*.ttf"))
    print(f"together {total:,} bytes")


if __name__ == "__main__":
    main()
