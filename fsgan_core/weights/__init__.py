"""Weight files: what networks there are, how a pack is described, loaded and saved.

Never evaluates a string, never unpickles.
"""
