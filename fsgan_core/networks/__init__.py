"""The networks of the paper as nn.Modules, and nothing else: no files, no pictures, no settings."""
