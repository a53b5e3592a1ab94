"""Pictures of people who can be re-posed, re-expressed and re-lit, with exact labels: what the networks train on."""
