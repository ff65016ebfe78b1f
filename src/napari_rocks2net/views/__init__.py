"""Views of a field: lights and stage angles, guessed from names; their registration."""

from napari_rocks2net.views.errors import ViewError
from napari_rocks2net.views.example_rule import ExampleRule, parse_examples, rule_by_example
from napari_rocks2net.views.lights import LIGHTS, OTHER_LIGHT, PPL, REFLECTED, XPL, XPL_WITH_PLATE, light_of
from napari_rocks2net.views.naming import GuessedView, guess_views
from napari_rocks2net.views.registration import Registration, register
from napari_rocks2net.views.view import FULL_TURN, Field, View, check_field, parse_angle

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
