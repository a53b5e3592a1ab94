"""One step of the paper per file: appearance map, reenactment, inpainting, blending, paste. Arrays in, arrays out."""
