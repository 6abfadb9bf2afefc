"""Tables that are as they should be: a parser finds in them what is written, however often it reads them."""

from __future__ import annotations

import re

_TAG = re.compile(r"</?(?:table|t[dhr]|thead|tbody|tfoot|caption|col|colgroup)(?=[\s/>])")
_CELL = rf"<t[dh](?: [^<>]*)?>[^<]*+(?:(?!{_TAG.pattern})<[^<]*+)*+</t[dh]>"
_ROW = rf"<tr(?: [^<>]*)?>\s*+(?:{_CELL}\s*+)++</tr>\s*+"
_PART = rf"<(thead|tbody|tfoot)(?: [^<>]*)?>\s*+(?:{_ROW})*+</\1>\s*+"
_TABLE = re.compile(rf"<table(?: [^<>]*)?>\s*+(?:{_ROW}|{_PART})*+</table>")


def sound_tables(lowered: str) -> bool:
    """Whether tables in HTML, which is in lower case, are nothing but rows of cells, each closed before the next.

    What stands between cells a parser moves before the table: there it may meet what it was kept from.
    """
    return "<t" not in lowered or not _TAG.search(_TABLE.sub("", lowered))
