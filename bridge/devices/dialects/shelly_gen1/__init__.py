"""Shellies of the first generation: what each model has under `shellies/<id>/`, how it reports, what it is told."""
