"""Order numbers in addresses: 1–64 printable characters, whatever they are, as one segment of the path."""

from django.urls import register_converter

ESCAPES = (("~", "~0"), ("/", "~1"))  # in this order; read back in the other


class OrderNumberConverter:
    """`A/1` stands in the address as `A~11`; any other number without a tilde as it is.

    A number that begins with a point has that written `~2`: browsers take `.` and `..` for a way, not for a name.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if value.startswith("~2"):
            value = f".{value[2:]}"
        for plain, escaped in reversed(ESCAPES):
            value = value.replace(escaped, plain)
        return value

    def to_url(self, value: str) -> str:
        for plain, escaped in ESCAPES:
            value = value.replace(plain, escaped)
        return f"~2{value[1:]}" if value.startswith(".") else value


register_converter(OrderNumberConverter, "order_number")
