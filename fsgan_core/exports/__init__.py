"""What a compositor takes along from an analysis: tracks, corner pins, ST maps, poses, shapes; and tracks back in."""
