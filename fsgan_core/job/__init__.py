"""What to do, as data: settings, job files, path mapping and progress events (standard library only)."""
