"""The panels of the viewer's window, one a file; each shows a model and tells what the artist did by a signal."""
