"""The FSGAN engine: face swapping and reenactment on EXR plates."""

__version__ = "0.2.0"
