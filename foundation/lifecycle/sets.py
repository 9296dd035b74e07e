"""`…__among=[…]`: `IN` for chunks of thousands, `= ANY(array)` on PostgreSQL.

Django writes a placeholder per value and the driver fills each in; for a chunk that costs more than the statement. An
array is one value. Elsewhere it is `IN`.
"""

from typing import Any

from django.db.models import CharField, Field, TextField
from django.db.models.fields.related import ForeignObject
from django.db.models.lookups import In


@Field.register_lookup
@ForeignObject.register_lookup
class Among(In):
    """The column is one of the values, of which there may be thousands."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        # plain values of the column's own type, as a chunk has them; as with IN, None among them is nobody's value
        return [value for value in self.rhs if value is not None]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, given = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        kind = "text" if isinstance(field, CharField | TextField) else field.db_type(connection)
        return f"{left} = ANY(%s::{kind}[])", [*given, self.rhs]
