"""How notes of ours are struck: when, beside the grid, how loud, how long."""
