"""The engine's processes as Qt objects: jobs that run, and the puppet that answers."""
