"""What holds for the package as a whole: what importing it costs, and which room may import which."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, packages_distributions, requires, version
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import pytest
from npe2 import PluginManifest

import napari_rocks2net

PROJECT = Path(__file__).parents[1]
ROOMS = PROJECT / "src" / "napari_rocks2net"
SLOW_LIBRARIES = {"torch", "torchvision", "lightning", "pandas", "matplotlib.pyplot"}
VIEWER_LIBRARIES = {"napari", "qtpy", "magicgui", "superqt"}


def modules_after(code: str) -> set[str]:
    """Name the modules that a fresh interpreter has loaded after running the code."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def imports(*rooms: str) -> str:
    """Write the code that imports rooms of the package."""
    return "\n".join(f"import napari_rocks2net.{room}" for room in rooms)


def test_importing_the_package_loads_neither_slow_libraries_nor_napari() -> None:
    loaded = modules_after("import napari_rocks2net")
    assert not loaded & (SLOW_LIBRARIES | VIEWER_LIBRARIES)


def test_importing_what_a_menu_or_a_terminal_waits_for_loads_no_slow_library() -> None:
    loaded = modules_after(
        imports("annotation", "cli", "imaging", "model_file", "rock_properties", "samples", "plugin")
    )
    assert not loaded & SLOW_LIBRARIES


def test_widgets_open_without_a_slow_library() -> None:
    contributions = PluginManifest.from_file(ROOMS / "napari.yaml").contributions
    places = {each.id: str(each.python_name).partition(":")[0] for each in contributions.commands or ()}
    widgets = {places[each.command] for each in contributions.widgets or ()}
    loaded = modules_after("\n".join(f"import {module}" for module in sorted(widgets)))
    assert len(widgets) == 8
    assert not loaded & (SLOW_LIBRARIES | {"sklearn"})


def test_the_library_and_the_command_line_load_where_napari_and_qt_are_not_installed() -> None:
    hidden = "".join(f"sys.modules[{name!r}] = None\n" for name in sorted(VIEWER_LIBRARIES))
    rooms = ("annotation", "cli", "training", "evaluation", "classify", "models", "synthetic")
    loaded = modules_after(f"import sys\n{hidden}{imports(*rooms)}")
    assert {f"napari_rocks2net.{room}" for room in rooms} <= loaded


@pytest.mark.parametrize("name", napari_rocks2net.__all__)
def test_every_public_name_can_be_imported_from_the_package(name: str) -> None:
    assert getattr(napari_rocks2net, name) is not None
    assert name in dir(napari_rocks2net)


PACKAGES = sorted(each.parent for each in ROOMS.rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda folder: folder.relative_to(ROOMS.parent).as_posix())
def test_no_module_of_a_package_hides_a_name_that_the_package_exports(package: Path) -> None:
    stub = package / "__init__.pyi"
    source = stub if stub.exists() else package / "__init__.py"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    imports = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    exported = {alias.asname or alias.name for each in imports for alias in each.names}
    assert not exported & {module.name for module in iter_modules([str(package)])}


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="attribute RockClasifier"):
        napari_rocks2net.RockClasifier  # type: ignore[attr-defined]  # noqa: B018


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert napari_rocks2net.__version__ == version("napari-rocks2net") == declared
    assert f"version: {declared}\n" in (PROJECT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_base_requirements_bring_no_qt_binding_and_no_napari() -> None:
    base = [line for line in requires("napari-rocks2net") or [] if "extra ==" not in line]
    assert base
    names = {re.split(r"[^\w-]", line.lower())[0] for line in base}
    assert "pyqtgraph" in names  # which takes whatever binding is there
    assert not [name for name in names if re.fullmatch(r"(pyqt|pyside)\d|napari.*", name)]


def test_every_library_that_is_imported_is_required() -> None:
    base, extras = ({name.lower() for name in declared} for declared in declared_libraries())
    # What the viewer brings, and what an error asks for by the name of its extra.
    optional = {"napari", "distributed", "h5py", "onnx", "onnxruntime", "timm", "transformers", "umap-learn"}
    optional |= {"zarr"}
    assert optional <= extras
    owners = packages_distributions()
    distributions = {owner.lower() for name in imported() for owner in owners[name]}
    assert distributions <= base | optional


def declared_libraries() -> tuple[set[str], set[str]]:
    """Name the required libraries and those of the extras."""
    lines = requires("napari-rocks2net") or []
    names = {line: re.split(r"[^\w-]", line)[0] for line in lines}
    extras = {name for line, name in names.items() if "extra ==" in line}
    return {name for line, name in names.items() if "extra ==" not in line}, extras


def imported() -> set[str]:
    """Name the foreign modules that the package imports anywhere, also inside functions."""
    names: set[str] = set()
    for file in Path(napari_rocks2net.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"napari_rocks2net"}


def test_the_manifest_and_the_command_are_where_the_entry_points_say() -> None:
    [manifest] = entry_points(group="napari.manifest", name="napari-rocks2net")
    module, _, file = manifest.value.partition(":")
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    assert (Path(spec.origin).parent / file).is_file()
    [command] = entry_points(group="console_scripts", name="napari-rocks2net")
    assert callable(command.load())


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(napari_rocks2net.__file__).parent / "py.typed").is_file()


def test_imports_between_the_rooms_run_one_way() -> None:
    # In a process of its own: import-linter switches off the loggers of the process it runs in.
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("stub", sorted(ROOMS.rglob("__init__.pyi")), ids=lambda stub: stub.parent.name)
def test_no_other_file_of_a_room_hides_a_name_that_the_room_loads_when_it_is_used(stub: Path) -> None:
    home = {
        alias.name: node.module
        for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    files = {path.stem for path in stub.parent.iterdir()}
    assert [name for name, module in home.items() if name in files and name != module] == []
