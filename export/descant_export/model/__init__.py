"""The biaxial network in PyTorch."""
