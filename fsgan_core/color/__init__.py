"""What the numbers of a picture mean: OCIO colour spaces, and the encoding that the networks see."""
