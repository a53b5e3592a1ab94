"""What a compositor already has: frame ranges, sequence paths, picture windows and plates. Standard library only."""
