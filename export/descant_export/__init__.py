"""Everything that needs torch: corpus, model, training, evaluation, ONNX."""

import os
from contextlib import suppress

from descant_daemon.user_folders import cache_folder
from descant_routing.environment import report_nothing
from descant_routing.errors import DescantError

report_nothing()
# PyTorch would look for compiled code in a folder of a known name where every user may write.
with suppress(DescantError):
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache_folder() / "torch"))
