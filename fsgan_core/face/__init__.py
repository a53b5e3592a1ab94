"""One question about a picture per file: where are faces, who is it, which way does it look. Arrays in, arrays out."""
