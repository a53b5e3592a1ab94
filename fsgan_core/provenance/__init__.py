"""Where a result comes from: hash lists, signed C2PA credentials, and the report for disclosure."""
