"""The API's description: `python -m chatServer.openapi` prints it, and needs no settings."""

import json
import sys

from chatServer.main import build_api

if __name__ == "__main__":
    json.dump(build_api().openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
