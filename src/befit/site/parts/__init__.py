"""The parts of a site, one file for each kind of YAML file: they read `Item`s and give structs of `befit.model`."""
