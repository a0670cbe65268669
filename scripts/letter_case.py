#!/usr/bin/env python3
"""Writes common/sql/letter_case_table.cpp: which letters beyond ASCII have another case, as Python's str.lower() and str.upper() know them.

usage: scripts/letter_case.py
"""

import pathlib
import sys
import unicodedata

OUT = pathlib.Path(__file__).resolve().parents[1] / "common" / "sql" / "letter_case_table.cpp"


def rows(change):
    """Runs (first, last, step, distance) of letters that map to one letter, and (letter, text) of those that map to several."""
    runs, texts = [], []
    for code in range(0x80, sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000 or change(chr(code)) == chr(code):
            continue
        to = change(chr(code))
        if len(to) > 1:
            texts.append((code, to))
            continue
        distance = ord(to) - code
        if runs and runs[-1][3] == distance and code - runs[-1][1] in (1, 2):
            first, last, step, _ = runs[-1]
            if first == last or step == code - last:
                runs[-1] = (first, code, code - last, distance)
                continue
        runs.append((code, code, 1, distance))
    return runs, texts


def table(kind, name, items):
    cells, lines, line = [f"{{{item}}}" for item in items], [], "   "
    for cell in cells:
        if len(line) + len(cell) + 2 > 118:
            lines.append(line)
            line = "   "
        line += f" {cell},"
    lines.append(line)
    body = "\n".join(lines)
    return f"constexpr std::array<{kind}, {len(cells)}> {name}{{{{\n{body}\n}}}};\n"


def main():
    parts = []
    for word, change in (("Lower", str.lower), ("Upper", str.upper)):
        runs, texts = rows(change)
        parts.append(table("CaseRun", f"k{word}Runs", [f"0x{a:X}, 0x{b:X}, {step}, {distance}" for a, b, step, distance in runs]))
        escaped = [(code, "".join(f"\\x{byte:02x}" for byte in text.encode())) for code, text in texts]
        parts.append(table("CaseText", f"k{word}Texts", [f'0x{code:X}, "{text}"' for code, text in escaped]))
    OUT.write_text(f"""// Written by scripts/letter_case.py from Unicode {unicodedata.unidata_version}. Do not edit.
// clang-format off
#include <array>

#include "sql/letter_case.h"

namespace towline::sql {{
namespace {{

{chr(10).join(parts)}
}}  // namespace

const LetterCase kLowerCase{{kLowerRuns, kLowerTexts}};
const LetterCase kUpperCase{{kUpperRuns, kUpperTexts}};

}}  // namespace towline::sql
""")


main()
