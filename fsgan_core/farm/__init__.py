"""One job on many machines: the plan of its tasks, and writers that spell it for a farm (standard library only)."""
