"""What a list shows and writes to files: columns on the page, fields in a file, sums under it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

TEXT, NUMBER, MONEY, MOMENT, FLAG = "text", "number", "money", "moment", "flag"


@dataclass(frozen=True)
class Field:
    """One column of an exported file.

    `sources` are ORM paths read as tuples (no model objects, so a million rows stay cheap); `value(*sources)` turns
    them into what is written, by default the first as it is. `kind` decides how: TEXT as text and made harmless for
    spreadsheets, NUMBER as a number, MONEY as yuan with two decimals from fen, MOMENT as Shanghai time, FLAG as
    yes/no. Order numbers are TEXT: a spreadsheet would round them. `label` "" takes the column's. `sql` says what
    `value` does in PostgreSQL's words, `{0}` being the source: where all fields of a list have it, need no `value` or
    have `Words`, the database writes its CSV (see quick.py).
    """

    sources: Sequence[str]
    kind: str = TEXT
    value: Callable[..., Any] | None = None
    label: Any = ""
    sql: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a list page.

    `cell(row, page)` is the inside of the `<td>`, escaped (format_html): Python, because 25 rows of ten columns are
    drawn on every page and a template costs five times as much. `needs` are the ORM paths the cell reads, `related` what
    must be joined for them where rows are models. `sort` names the Sort its header offers. A `fixed` column is the row's
    header: always there, always first. `shown` columns make up the arrangement of somebody who chose none. `fields` is
    what the column becomes in a file; none: it is not exported.
    """

    key: str
    label: Any
    cell: Callable[[Any, Any], SafeString | str]
    needs: Sequence[str] = ()
    related: Sequence[str] = ()
    css: str = ""
    sort: str = ""
    fixed: bool = False
    shown: bool = True
    fields: Sequence[Field] = ()


@dataclass(frozen=True)
class Total:
    """A sum of the rows that match, worked out when somebody asks: an ORM path or expression of fen (MONEY) or of a
    number."""

    label: Any
    source: Any
    kind: str = MONEY


class Words:
    """A Field's `value` for a column with choices: the word people know it by, in the file's language."""

    def __init__(self, labels: Mapping[Any, Any]):
        self.labels = labels

    def __call__(self, value: Any) -> str:
        return str(self.labels.get(value, value))

    def spoken(self) -> dict[Any, str]:
        """Value → word, all of them."""
        return {value: str(word) for value, word in self.labels.items()}


def label_of(choices: Any) -> Words:
    """The words of a column's choices."""
    return Words(dict(choices.choices))
