"""The FSGAN engine: face swapping and reenactment on EXR plates."""

__version__ = "0.1.0"
