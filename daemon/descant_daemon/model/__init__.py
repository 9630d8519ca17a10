"""The model contract: what the two graphs take and give, and the checks before any runtime sees them."""
