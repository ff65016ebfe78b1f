from .errors import ViewError
from .example_rule import ExampleRule, parse_examples, rule_by_example
from .lights import LIGHTS, OTHER_LIGHT, PPL, REFLECTED, XPL, XPL_WITH_PLATE, light_of
from .naming import GuessedView, guess_views
from .registration import Registration, register
from .view import FULL_TURN, Field, View, check_field, parse_angle

__all__ = [
    "FULL_TURN",
    "LIGHTS",
    "OTHER_LIGHT",
    "PPL",
    "REFLECTED",
    "XPL",
    "XPL_WITH_PLATE",
    "ExampleRule",
    "Field",
    "GuessedView",
    "Registration",
    "View",
    "ViewError",
    "check_field",
    "guess_views",
    "light_of",
    "parse_angle",
    "parse_examples",
    "register",
    "rule_by_example",
]
