"""From a checkpoint to the two files that ship: graphs, metadata, and proof that they agree with PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from descant_daemon.model.card import ModelMetadata, check_model_files, metadata_properties, weights_hash
from descant_daemon.model.runtime import OnnxNetwork
from descant_daemon.note_state import PitchRange
from descant_routing.errors import DescantError

from descant_export.model.biaxial import Biaxial
from descant_export.onnx_graphs.graphs import note_axis, time_axis

PARITY_STEPS = 64
TOLERANCE = 1e-4  # of a logit, over 64 steps of recurrence: a change of 0.0025 % in a probability
