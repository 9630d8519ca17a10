"""A rig: which instances play, what each hears, where it answers, and with which presets; one YAML file."""
