"""Everything that needs torch: corpus, model, training, evaluation, ONNX."""

from descant_routing.environment import report_nothing

report_nothing()
