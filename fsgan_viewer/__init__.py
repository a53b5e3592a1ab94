"""The desktop viewer: shot, layers, appearance map, corrections, puppet and jobs. Talks to the engine as a process."""
