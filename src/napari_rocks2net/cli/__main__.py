"""Run the command line as ``python -m napari_rocks2net.cli``."""

from napari_rocks2net.cli.app import main

if __name__ == "__main__":
    main()
