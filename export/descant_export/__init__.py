"""Everything that needs torch: corpus, model, training, evaluation, ONNX."""
