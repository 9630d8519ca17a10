"""PyTorch weights to the two ONNX graphs that the daemon plays."""
