"""Training of every network: data, augmentation, losses, one step function a network, one loop."""
