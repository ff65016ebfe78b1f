"""Run the command line as ``python -m napari_rocks2net``."""

from napari_rocks2net.cli import main

if __name__ == "__main__":
    main()
