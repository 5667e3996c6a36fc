"""The command line as ``python -m demandsim``."""

from demandsim.faces.cli import main

if __name__ == "__main__":
    main()
