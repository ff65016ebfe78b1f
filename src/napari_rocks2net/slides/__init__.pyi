from .areas import area_table
from .errors import SlideError
from .grid import Grid
from .map_folder import MapFolder
from .mapping import BegunMap, map_slide, row_source
from .opening import open_slide
from .plan import MapPlan, plan_map
from .region import read_region
from .settings import MapSettings
from .slide import Slide
from .slide_map import CellState, PropertyMap, SlideMap
from .ways import ChosenWay, choose_way

__all__ = [
    "BegunMap",
    "CellState",
    "ChosenWay",
    "Grid",
    "MapFolder",
    "MapPlan",
    "MapSettings",
    "PropertyMap",
    "Slide",
    "SlideError",
    "SlideMap",
    "area_table",
    "choose_way",
    "map_slide",
    "open_slide",
    "plan_map",
    "read_region",
    "row_source",
]
