"""Where things are in a picture: boxes, crops, resampling, smoothing over time. Arrays in, arrays out."""
