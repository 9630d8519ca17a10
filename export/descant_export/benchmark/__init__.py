"""The published tables, trained again and beaten: four sets of piano rolls, networks by name, one command."""
