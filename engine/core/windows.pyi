"""For C callers only: see the .pxd."""
