"""Values: from one cell to one typed value, or a plain reason why not. Every function here is pure."""

from transforms.values.codes import check_digit_ok, core, parse_org_code
from transforms.values.dates import parse_date
from transforms.values.numbers import Quantity, parse_number, parse_quantity
from transforms.values.scales import FRACTION, exact, scaled, unit_type
from transforms.values.texts import (
    HIDDEN,
    LostDigits,
    NotAValue,
    as_key,
    clean,
    formula_fault,
    is_blank,
    keep_digits,
    mask_name,
    normalise,
    parse_flag,
    printable,
)

__all__ = [
    "FRACTION",
    "HIDDEN",
    "LostDigits",
    "NotAValue",
    "Quantity",
    "as_key",
    "check_digit_ok",
    "clean",
    "core",
    "exact",
    "formula_fault",
    "is_blank",
    "keep_digits",
    "mask_name",
    "normalise",
    "parse_date",
    "parse_flag",
    "parse_number",
    "parse_org_code",
    "parse_quantity",
    "printable",
    "scaled",
    "unit_type",
]
