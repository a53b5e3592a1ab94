"""What the viewer shows, as plain values: files of a shot, pictures, curves, maps, recordings. No widgets here."""
