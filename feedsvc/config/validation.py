"""Raw values against the table: the highest layer wins, and must be what its setting says. pydantic's only user."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, create_model

from feedsvc.config import values
from feedsvc.config.apple import category
from feedsvc.config.layers import Layer
from feedsvc.config.table import TABLE, Setting
from feedsvc.exceptions import ConfigError

_PARSERS = {
    "text": values.text,
    "token": values.token,
    "url": values.url,
    "urls": values.urls,
    "list": values.listing,
    "zone": values.zone,
    "language": values.language,
    "baseurl": values.baseurl,
    "people": values.people,
    "feeds": values.feeds,
    "podcast": category,
    "email": values.email,
    "tables": values.tables,
    "moves": values.moves,
    "image": values.image,
    "target": values.target,
}
_WANTED = {"flag": "true or false", "number": "a whole number", "verbatim": "text"}
_OUT_OF_BOUNDS = ("greater_than_equal", "less_than_equal", "finite_number")
_SHOWN = 80  # characters of a value in a message


def validated(layers: tuple[Layer, ...], table: tuple[Setting, ...] = TABLE) -> dict[str, Any]:
    """Every setting's value by key, the first layer's first; None where it is to be worked out from others.

    Raises ConfigError for the first value that cannot be.
    """
    # the first layer last, so that it holds; a value is taken whole: mappings are not merged
    raw = {_field(key): value.raw for layer in reversed(layers) for key, value in layer.items()}
    try:
        model = _model(table)(**raw)
    except ValidationError as error:
        raise _explained(error, layers, table) from error
    return {setting.key: getattr(model, _field(setting.key)) for setting in table}


class _Checked(BaseModel):
    """Values that are checked, defaults too."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


def _field(key: str) -> str:
    return key.replace(".", "_")


@lru_cache(maxsize=2)
def _model(table: tuple[Setting, ...]) -> type[_Checked]:
    fields: Any = {_field(setting.key): (_annotation(setting), setting.default) for setting in table}
    return create_model("Checked", __base__=_Checked, **fields)


def _annotation(setting: Setting) -> Any:
    bounds = Field(ge=setting.least, le=setting.most)
    match setting.kind:
        case "verbatim":
            annotation: Any = str
        case "flag":
            annotation = bool
        case "number":
            annotation = Annotated[int, BeforeValidator(values.number), bounds]
        case "size":
            annotation = Annotated[int, BeforeValidator(values.size), bounds]
        case "duration":
            annotation = Annotated[float, BeforeValidator(values.duration), bounds]
        case "choice":
            annotation = Annotated[str, PlainValidator(partial(values.choice, choices=setting.choices))]
        case kind:
            annotation = Annotated[Any, PlainValidator(_PARSERS[kind])]
    return annotation if setting.default is not None else annotation | None


def _explained(error: ValidationError, layers: tuple[Layer, ...], table: tuple[Setting, ...]) -> ConfigError:
    detail = error.errors(include_url=False)[0]
    setting = next(setting for setting in table if _field(setting.key) == detail["loc"][0])
    value = next(layer[setting.key] for layer in layers if setting.key in layer)
    if detail["type"] in _OUT_OF_BOUNDS:
        unit = {"duration": " seconds", "size": " bytes"}.get(setting.kind, "")
        wanted = f"from {setting.least:,.15g} to {setting.most:,.15g}{unit}"
    else:
        wanted = _WANTED.get(setting.kind) or detail["msg"].removeprefix("Value error, ")
    shown = "what it is" if setting.kind == "token" else _short(value.raw)
    return ConfigError(setting.key, f"should be {wanted}, not {shown} ({value.origin})")


def _short(raw: object) -> str:
    shown = repr(raw)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
