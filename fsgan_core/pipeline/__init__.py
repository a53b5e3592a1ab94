"""The only inference code that opens files: pass 1 (analyze) and pass 2 (swap)."""
