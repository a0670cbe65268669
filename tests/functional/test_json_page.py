"""docs/json_output.md names every document of the command line and every field of it; and nothing else."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "cli" / "commands").glob("*.cpp"))
DOCUMENT = re.compile(r'"schema", "(towline\.\w+/v\d+)"')
FIELD = re.compile(r'\.(?:str|num|maybe|maybe_num|real|flag|null|strings|dict|sub|list|raw)\("(\w+)"')


def rows():
    text = (ROOT / "docs" / "json_output.md").read_text()
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line.startswith("| `towline.")]
    return {schema.strip("`"): set(re.findall(r"`(\w+)`", fields)) for schema, _, fields in cells}


def functions(text):
    """The functions of a file that begin at its left edge."""
    return re.split(r"\n}\n", text)


def test_every_document_is_on_the_page():
    made = {schema for source in SOURCES for schema in DOCUMENT.findall(source.read_text())}
    assert made == set(rows())


def test_every_field_is_on_the_page():
    documented, missing = rows(), []
    for source in SOURCES:
        for body in functions(source.read_text()):
            schemas = DOCUMENT.findall(body)
            if not schemas:
                continue
            known = set().union(*(documented[schema] for schema in schemas)) | {"schema"}
            # Statements that build the document or an item of it; others read, or build what is sent.
            built = [part for part in body.split(";") if '"schema"' in part or ".sub(json::Object()" in part]
            fields = {name for part in built for name in FIELD.findall(part)}
            assert "schema" in fields, source.name
            missing += [f"{source.name}: {schemas}: {name}" for name in sorted(fields - known)]
    assert not missing, "\n".join(missing)


def test_lists_and_answers_are_on_the_page():
    text = (ROOT / "docs" / "json_output.md").read_text()
    named = {name for source in SOURCES for name in re.findall(r'(?:list_document|with_schema)\("(\w+)"', source.read_text())}
    assert named and not {name for name in named if f"`towline.{name}/v1`" not in text}
