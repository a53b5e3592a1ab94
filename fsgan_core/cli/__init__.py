"""The command line `fsgan`: what every host, farm task and artist calls."""
