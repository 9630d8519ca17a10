"""The families of networks: one file each, with its sizes, its network and its likelihood."""
